/** Form controls in a text: boxes are shown as ticked or open, fields as what they hold. */

/** Items that are a task, by what programs write beside the box. */
const TASK =
  "[role=checkbox], [data-task-state], [data-inline-task-id], [data-checked], .task-list-item";
const BOX = "input[type=checkbox]";

/** The box with which an item begins. */
export function boxOf(item: Element): Element | undefined {
  let node = item.firstChild;
  while (node) {
    if (node instanceof Element) {
      if (node.matches(BOX)) return node;
      if (!node.matches("p, label, span, div")) return undefined;
      node = node.firstChild;
    } else if (node.nodeType === Node.TEXT_NODE && /\S/.test(node.textContent ?? ""))
      return undefined;
    else node = node.nextSibling;
  }
  return undefined;
}

export function isTask(item: Element): boolean {
  return (
    item.matches(TASK) || (item.parentElement?.localName === "ul" && boxOf(item) !== undefined)
  );
}

export function boxes(body: HTMLElement): void {
  for (const control of body.querySelectorAll("input, select, textarea, button")) {
    const type = control.getAttribute("type")?.toLowerCase();
    const on = control.hasAttribute("checked") || control.getAttribute("aria-checked") === "true";
    const item = control.closest("li");
    if (control.localName === "input" && type === "checkbox") {
      if (!(item && isTask(item) && boxOf(item) === control)) control.replaceWith(on ? "☒ " : "☐ ");
    } else if (control.localName === "input" && type === "radio")
      control.replaceWith(on ? "◉ " : "○ ");
    else if (control.localName === "input") {
      const shown = /^(hidden|password|file|image|range|color)$/.test(type ?? "");
      control.replaceWith(shown ? "" : ` ${control.getAttribute("value") ?? ""} `);
    } else if (control.localName === "select") {
      const options = [...control.querySelectorAll("option")];
      const chosen = options.filter((option) => option.hasAttribute("selected"));
      const first = control.hasAttribute("multiple") ? [] : options.slice(0, 1);
      const texts = (chosen.length > 0 ? chosen : first).map(
        ({ textContent }) => textContent ?? "",
      );
      control.replaceWith(` ${texts.join(" ")} `);
    } else if (/^(textarea|button)$/.test(control.localName))
      control.replaceWith(` ${control.textContent ?? ""} `);
  }
}
