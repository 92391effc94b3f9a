/** Code that is read gets its colours, from a part that is loaded when there is any. */
export function code(page: Document): void {
  const blocks = page.querySelectorAll<HTMLElement>(".article pre > code[class^='language-']");
  const read = [...blocks].filter((block) => !block.closest("[data-editor]"));
  if (read.length > 0) void import("../code/paint").then(({ paint }) => paint(read));
}
