/** Diagrams as pictures, by a frame that is loaded with the first of them. */

export interface Asked {
  id: number;
  code: string;
}

export interface Drawn {
  id: number;
  /** The picture, or why there is none. */
  svg?: string;
  problem?: string;
}

/** How long the frame may take to be there, in milliseconds. */
const PATIENCE = 20_000;

const known = new Map<string, Promise<Drawn>>();
const waiting = new Map<number, (drawn: Drawn) => void>();
let frame: Promise<Window> | undefined;

/** Draws a diagram; what was drawn once is kept while the page is open. */
export function drawn(code: string): Promise<Drawn> {
  const before = known.get(code);
  if (before) return before;
  const id = known.size;
  const answer = ask(id, code).catch((why: Error): Drawn => {
    // The network may be back the next time.
    known.delete(code);
    return { id, problem: why.message };
  });
  known.set(code, answer);
  return answer;
}

async function ask(id: number, code: string): Promise<Drawn> {
  frame ??= load();
  const window = await frame.catch((why) => {
    frame = undefined;
    throw why;
  });
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    const asked: Asked = { id, code };
    // The frame has no origin to name.
    window.postMessage(asked, "*");
  });
}

function load(): Promise<Window> {
  const element = document.createElement("iframe");
  Object.assign(element, { src: "/diagram", title: "Draws diagrams", tabIndex: -1 });
  element.className = "drawing";
  element.setAttribute("aria-hidden", "true");
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      element.remove();
      reject(new Error("The diagram cannot be drawn without the server."));
    }, PATIENCE);
    window.addEventListener("message", ({ source, data }: MessageEvent<Drawn | "ready">) => {
      const inside = element.contentWindow;
      if (!inside || source !== inside) return;
      if (data === "ready") {
        clearTimeout(late);
        resolve(inside);
      } else {
        waiting.get(data.id)?.(data);
        waiting.delete(data.id);
      }
    });
    document.body.append(element);
  });
}

/** Shows a diagram in a place, or says what is wrong with it. */
export async function show(place: HTMLElement, code: string): Promise<boolean> {
  const { svg, problem } = await drawn(code);
  if (svg === undefined) {
    const words = document.createElement("p");
    words.className = "field-error";
    words.textContent = `No diagram yet: ${firstLine(problem)}`;
    place.replaceChildren(words);
    return false;
  }
  const picture = document.createElement("img");
  picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  picture.alt = named(code);
  place.replaceChildren(picture);
  return true;
}

const firstLine = (problem = "") => problem.split("\n")[0] ?? "";

/** What the diagram calls itself (Mermaid's accTitle, or a title in its front matter). */
function named(code: string): string {
  const title = /^\s*(?:accTitle\s*:|title\s*:?)\s*(.+)$/m.exec(code)?.[1];
  return title ? `Diagram: ${title.trim()}` : "Diagram; its source stands below";
}
