/** Leaves out hidden text, comments and deleted words, and names them. */

import { isBlock, styleOf, unwrap } from "./dom";
import type { Lost } from "./lost";

type Where = (element: Element) => string;

/** Hidden text; white or tiny text is text. */
export function hidden(body: HTMLElement, lost: Lost, where: Where): void {
  for (const element of body.querySelectorAll<HTMLElement>(
    "[hidden], [data-style], .sr-only, .visually-hidden",
  )) {
    if (!element.isConnected || !isHidden(element)) continue;
    const words = element.textContent?.trim();
    if (words) lost.name("Hidden text was left out", words, where(element));
    element.replaceWith(isBlock(element) ? " " : "");
  }
}

function isHidden(element: Element): boolean {
  if (element.hasAttribute("hidden") || element.matches(".sr-only, .visually-hidden")) return true;
  const style = styleOf(element);
  const says = (name: string, value: RegExp) => value.test(style.get(name) ?? "");
  return (
    says("display", /^none/i) ||
    says("visibility", /^(hidden|collapse)/i) ||
    says("mso-hide", /^all/i) ||
    says("font-size", /^0(\.0*)?([a-z%]*)$/i) ||
    says("opacity", /^0(\.0*)?$/) ||
    says("clip", /^rect\(0/) ||
    says("clip-path", /^inset\((50|100)%/)
  );
}

const COMMENTS = ".msocomtxt, [data-style*='mso-element' i]";
const REFERENCES = ".MsoCommentReference, a.msocomanchor, hr.msocomoff, a[href^='#_msocom']";

/** Comments beside a text of Word. */
export function comments(body: HTMLElement, lost: Lost): void {
  const anchors = body.querySelectorAll("a.msocomanchor, a[href^='#_msocom']").length;
  let count = 0;
  for (const element of body.querySelectorAll(COMMENTS)) {
    const kind = styleOf(element).get("mso-element")?.toLowerCase();
    if (!element.matches(".msocomtxt") && kind !== "comment") continue;
    // Word writes one into the other.
    if (body.contains(element)) count += 1;
    element.remove();
  }
  for (const element of body.querySelectorAll(REFERENCES)) element.remove();
  for (const element of body.querySelectorAll("[data-style*='comment-list' i]")) {
    if (styleOf(element).get("mso-element")?.toLowerCase() === "comment-list") element.remove();
  }
  const all = Math.max(count, anchors);
  if (all > 0) lost.count("comments", all);
}

const DELETED = "del, .msoDel, [class*=TrackChangeTextDeletion]";
const INSERTED = "ins, .msoIns, [class*=TrackChangeTextInsertion]";

/** Changes that are tracked: what was deleted stays out, what was inserted is text. */
export function tracked(body: HTMLElement, lost: Lost): void {
  const deleted = [...body.querySelectorAll(DELETED)];
  const inserted = [...body.querySelectorAll(INSERTED)];
  // `del` alone is also how pages strike words out.
  const isTracked =
    inserted.length > 0 ||
    deleted.some((element) => element.matches("[cite], [datetime], :not(del)"));
  if (!isTracked) return;
  for (const element of deleted) element.remove();
  for (const element of inserted) if (element.isConnected) unwrap(element);
  lost.name("Tracked changes were taken as accepted");
}

const CHROME =
  "#breadcrumb-section, #breadcrumbs, .breadcrumbs, .aui-nav-breadcrumbs, [aria-label=breadcrumb i], [aria-label=breadcrumbs i], .page-metadata";

/** The way to a page, and who made it: Confluence writes them into the text. */
export function chrome(body: HTMLElement, lost: Lost, where: Where): void {
  for (const element of body.querySelectorAll(CHROME)) {
    if (!element.isConnected) continue;
    const words = element.textContent?.trim();
    if (words) lost.name("Breadcrumbs and page details were left out", words, where(element));
    element.remove();
  }
}
