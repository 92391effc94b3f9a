// What pages load before anything is asked of them, compressed; `npm run sizes` fails beyond what we promise.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));

/** Each page's sources, and how many bytes they may have together. */
const pages = {
  "the writing page": {
    most: 260_000,
    sources: ["styles/main.css", "editor/editor.css", "editor/main.ts", "behaviours/main.ts"],
  },
  "every other page": { most: 40_000, sources: ["styles/main.css", "behaviours/main.ts"] },
};

const size = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The files of some sources with what they import at once, and of what they import later. */
function parts(sources) {
  const [first, later] = [new Set(), new Set()];
  const walk = (source, files) => {
    const { file, css = [], imports = [], dynamicImports = [] } = manifest[source];
    if (first.has(file) || files.has(file)) return;
    for (const one of [file, ...css]) files.add(one);
    for (const other of imports) walk(other, files);
    for (const other of dynamicImports) waiting.push(other);
  };
  const waiting = [];
  for (const source of sources) walk(source, first);
  while (waiting.length > 0) walk(waiting.pop(), later);
  return { first: [...first], later: [...later].filter((file) => !first.has(file)) };
}

const sum = (files) => files.reduce((bytes, file) => bytes + size(file), 0);

for (const [name, { most, sources }] of Object.entries(pages)) {
  const { first, later } = parts(sources);
  const bytes = sum(first);
  console.log(
    `${name}: ${kilobytes(bytes)} compressed (at most ${kilobytes(most)}), and ${kilobytes(sum(later))} when asked for`,
  );
  if (bytes > most) {
    for (const file of first) console.error(`  ${kilobytes(size(file))} ${file}`);
    process.exitCode = 1;
  }
}
