/** What a section holds as lines, for the tests. */

import type { Node } from "@tiptap/pm/model";

/** A line for each block, indented as deep as it stands. */
export function outlined(doc: Node): string {
  const lines: string[] = [];
  const walk = (node: Node, depth: string, sign: string): void => {
    if (node.isTextblock) {
      const text = node.textBetween(0, node.content.size, "", (leaf) =>
        leaf.type.name === "math"
          ? `$${leaf.attrs.latex}$`
          : leaf.type.name === "footnoteReference"
            ? `[^${leaf.attrs.label}]`
            : "/",
      );
      lines.push(`${depth}${sign}${node.type.name === "heading" ? "# " : ""}${text}`);
      return;
    }
    let number = node.attrs.start ?? 1;
    node.forEach((child, _, index) => {
      const here =
        node.type.name === "bulletList"
          ? "- "
          : node.type.name === "orderedList"
            ? `${number++}. `
            : node.type.name === "taskList"
              ? child.attrs.checked
                ? "[x] "
                : "[ ] "
              : index === 0
                ? sign
                : sign && "  ";
      const deeper =
        /List$/.test(node.type.name) && depth.length + sign.length > 0 ? `${depth}  ` : depth;
      walk(child, deeper, here);
    });
  };
  walk(doc, "", "");
  return lines.map((line) => line.replace(/\s+$/, "")).join("\n");
}
