/** Confluence, old and new: panels, tasks, code, emoticons and the names of people. */

import { boxOf, isTask } from "./boxes";
import { rename, unwrap } from "./dom";

const PANELS: [selector: string, alert: string][] = [
  [".confluence-information-macro-information, [data-panel-type=info]", "note"],
  [".confluence-information-macro-tip, [data-panel-type=success]", "tip"],
  ["[data-panel-type=note], [data-panel-type=custom]", "important"],
  [".confluence-information-macro-note, [data-panel-type=warning]", "warning"],
  [".confluence-information-macro-warning, [data-panel-type=error]", "caution"],
];

/** Lists of tasks; Google Docs says it by the role of their items. */
const TASKS =
  "ul.inline-task-list, ul.contains-task-list, [data-node-type=actionList], ul:has(> li[role=checkbox]), ul:has(> li > input[type=checkbox], > li > :is(p, label, span, div) > input[type=checkbox])";

export function confluence(body: HTMLElement): void {
  for (const [selector, alert] of PANELS) {
    for (const panel of body.querySelectorAll(selector)) {
      for (const icon of panel.querySelectorAll(".confluence-information-macro-icon"))
        icon.remove();
      rename(panel, "blockquote", { "data-alert": alert });
    }
  }
  for (const list of body.querySelectorAll(TASKS)) {
    // Lists of ours are tasks already; items without a box stay what they are.
    if (list.hasAttribute("data-tasks")) continue;
    const all = list.matches(".inline-task-list, [data-node-type=actionList]");
    split(list, (item) => all || isTask(item));
  }
  for (const panel of body.querySelectorAll(".panel:not(.code):has(> .panelContent)")) {
    const head = panel.querySelector(":scope > .panelHeader");
    if (head) rename(head, "p");
    rename(panel, "blockquote", { "data-alert": "note" });
  }
  for (const block of body.querySelectorAll(".code.panel pre, pre.syntaxhighlighter-pre")) {
    const language = /brush:\s*(\w+)/.exec(
      block.getAttribute("data-syntaxhighlighter-params") ?? "",
    )?.[1];
    const code = block.ownerDocument.createElement("code");
    if (language) code.className = `language-${language}`;
    code.textContent = block.textContent;
    block.replaceChildren(code);
    block.closest(".code.panel")?.replaceWith(block);
  }
  for (const image of body.querySelectorAll("img.emoticon, img[data-emoji-short-name]"))
    image.replaceWith(` ${image.getAttribute("alt") ?? ""} `);
  for (const name of body.querySelectorAll("a.confluence-userlink, a.user-mention")) unwrap(name);
}

/** Parts a list where items with a box and others meet. */
function split(list: Element, isBox: (item: Element) => boolean): void {
  const page = list.ownerDocument;
  const made: HTMLElement[] = [];
  for (const item of [...list.children]) {
    const tasks = item.localName === "li" ? isBox(item) : undefined;
    let last = made.at(-1);
    if (!last || (tasks !== undefined && last.hasAttribute("data-tasks") !== tasks)) {
      last = page.createElement("ul");
      if (tasks) last.setAttribute("data-tasks", "");
      made.push(last);
    }
    last.append(item);
    if (tasks) task(item);
  }
  list.replaceWith(...made);
}

function task(item: Element): void {
  const box = boxOf(item);
  const done =
    item.classList.contains("checked") ||
    item.getAttribute("aria-checked") === "true" ||
    item.getAttribute("data-task-state") === "DONE" ||
    (box?.hasAttribute("checked") ?? false);
  box?.remove();
  rename(item, "li", { "data-checked": String(done) });
}
