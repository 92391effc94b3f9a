/** Confluence, old and new: panels, tasks, code, emoticons and the names of people. */

import { rename, unwrap } from "./dom";

const PANELS: [selector: string, alert: string][] = [
  [".confluence-information-macro-information, [data-panel-type=info]", "note"],
  [".confluence-information-macro-tip, [data-panel-type=success]", "tip"],
  ["[data-panel-type=note]", "important"],
  [".confluence-information-macro-note, [data-panel-type=warning]", "warning"],
  [".confluence-information-macro-warning, [data-panel-type=error]", "caution"],
];

/** Lists of tasks; Google Docs says it by the role of their items. */
const TASKS =
  "ul.inline-task-list, ul.contains-task-list, [data-node-type=actionList], ul:has(> li[role=checkbox])";

export function confluence(body: HTMLElement): void {
  for (const [selector, alert] of PANELS) {
    for (const panel of body.querySelectorAll(selector)) {
      for (const icon of panel.querySelectorAll(".confluence-information-macro-icon"))
        icon.remove();
      rename(panel, "blockquote", { "data-alert": alert });
    }
  }
  for (const list of body.querySelectorAll(TASKS)) {
    const made = rename(list, "ul", { "data-tasks": "" });
    for (const item of [...made.children]) task(item);
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
    image.replaceWith(image.getAttribute("alt") ?? "");
  for (const name of body.querySelectorAll("a.confluence-userlink, a.user-mention")) unwrap(name);
}

function task(item: Element): void {
  const box = item.querySelector("input[type=checkbox]");
  const done =
    item.classList.contains("checked") ||
    item.getAttribute("aria-checked") === "true" ||
    item.getAttribute("data-task-state") === "DONE" ||
    (box?.hasAttribute("checked") ?? false);
  box?.remove();
  rename(item, "li", { "data-checked": String(done) });
}
