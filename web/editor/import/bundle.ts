/** Several files at once: a text and its pictures, picked together, as a folder or as one file (ZIP). */

import { Package } from "./docx/package";

export interface Bundle {
  text: File;
  /** The file that an address in the text names, if it came along. */
  find: (address: string) => File | undefined;
  /** Other texts, which are not read. */
  others: string[];
}

const TEXTS = /\.(docx|md|markdown|html?|txt)$/i;
const PICTURES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
  avif: "image/avif",
  bmp: "image/bmp",
};

export async function bundle(files: File[]): Promise<Bundle> {
  const all = new Map<string, File>();
  for (const file of files) {
    if (/\.zip$/i.test(file.name)) await unpack(file, all);
    else all.set(file.webkitRelativePath || file.name, file);
  }
  const kept = [...all].filter(([path]) => !/(^|\/)(\.|__MACOSX\/)/.test(path));
  const texts = kept.filter(([path]) => TEXTS.test(path));
  // The one that stands highest; of these the first by name.
  texts.sort(([a], [b]) => depth(a) - depth(b) || a.localeCompare(b));
  const [first] = texts.length > 0 ? texts : kept;
  if (!first) throw new Error("There is no text in this file.");
  const [path, text] = first;
  return {
    text,
    find: finder(new Map(kept), path),
    others: texts.slice(1).map(([other]) => other),
  };
}

function depth(path: string): number {
  return path.split("/").length;
}

async function unpack(file: File, all: Map<string, File>): Promise<void> {
  const zip = await Package.open(await file.arrayBuffer());
  if (!zip)
    throw new Error(`“${file.name}” cannot be unpacked; it may be damaged or hold too many files.`);
  for (const name of zip.names) {
    const kind = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
    const type = PICTURES[kind];
    if (!TEXTS.test(name) && !type) continue;
    const bytes = await zip.bytes(name);
    if (!bytes) continue;
    const buffer = new Uint8Array(bytes).buffer;
    all.set(name, new File([buffer], name.replace(/^.*\//, ""), type ? { type } : {}));
  }
}

/** Looks for a file by its address beside the text, else by its name if only one has it. */
function finder(all: Map<string, File>, text: string): Bundle["find"] {
  const folder = text.split("/").slice(0, -1);
  const named = new Map<string, File[]>();
  for (const [path, file] of all) {
    const name = path.replace(/^.*\//, "").toLowerCase();
    named.set(name, [...(named.get(name) ?? []), file]);
  }
  return (address) => {
    if (/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(address)) return undefined;
    const path = resolved(folder, address);
    const found = all.get(path);
    if (found) return found;
    const alike = named.get(path.replace(/^.*\//, "").toLowerCase()) ?? [];
    return alike.length === 1 ? alike[0] : undefined;
  };
}

function resolved(folder: string[], address: string): string {
  const plain = address.replace(/[?#].*$/, "").replaceAll("\\", "/");
  const steps = [...folder];
  for (const step of unescaped(plain).split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
