import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

const attribute = (name: string) => (element: HTMLElement) => element.getAttribute(name);
const ofLink = (name: string) => (element: HTMLElement) =>
  element.closest("a[href]")?.getAttribute(name) ?? null;

/** Pictures of ours tell their size at the end of the address, so that nothing moves when they come. */
function sizeOf(src: string): Record<string, string> {
  const [, width, height] = /^\/files\/.*\?(\d{1,5})x(\d{1,5})$/.exec(src) ?? [];
  return width && height ? { width, height } : {};
}

/** Addresses that a picture may be loaded from, here and on the server. */
export function isPicture(src: string): boolean {
  return /^(https?:\/\/|\/(?![/\\]))/i.test(src);
}

export const Image = Node.create({
  ...nodeOf("image", {
    src: attribute("src"),
    alt: attribute("alt"),
    title: attribute("title"),
    href: ofLink("href"),
    hrefTitle: ofLink("title"),
  }),
  draggable: true,
  // Pictures inside the text of the mail or page that is pasted would not be kept: they need an address.
  parseHTML: () => [{ tag: 'img[src]:not([src^="data:"]):not([src^="blob:"])' }],
  renderHTML: ({ node }) => {
    const { src, alt, title } = node.attrs;
    // Another client may have written any address.
    return [
      "img",
      { ...(isPicture(src) && { src }), alt, ...(title && { title }), ...sizeOf(src) },
    ];
  },
});
