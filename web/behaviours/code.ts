/** Code that is read gets its colours and diagrams are drawn, by parts that are loaded when there is any. */
export function code(page: Document): void {
  const blocks = page.querySelectorAll<HTMLElement>(".article pre > code[class^='language-']");
  const read = [...blocks].filter((block) => !block.closest("[data-editor]"));
  const isDiagram = (block: HTMLElement) => block.classList.contains("language-mermaid");
  const [diagrams, texts] = [read.filter(isDiagram), read.filter((block) => !isDiagram(block))];
  if (texts.length > 0) void import("../code/paint").then(({ paint }) => paint(texts));
  if (diagrams.length > 0) void import("../diagram/read").then(({ read }) => read(diagrams));
}
