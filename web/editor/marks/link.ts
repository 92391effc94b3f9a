import { Mark } from "@tiptap/core";
import { markOf } from "../schema";

/** Addresses that a link may lead to; all others are stripped, here and on the server. */
export function isSafe(href: string): boolean {
  return /^(https?:|mailto:|tel:|\/(?!\/)|#)/i.test(href.trim());
}

export const Link = Mark.create({
  ...markOf("link", {
    href: (element) => element.getAttribute("href"),
    title: (element) => element.getAttribute("title"),
  }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => isSafe(element.getAttribute("href") ?? "") && null },
  ],
  renderHTML: ({ mark }) => {
    const { href, title } = mark.attrs;
    return ["a", { href, rel: "noopener noreferrer", ...(title && { title }) }, 0];
  },
});
