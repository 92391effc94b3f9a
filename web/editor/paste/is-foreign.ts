/** Whether HTML may hold something of it. */
export function isForeign(html: string): boolean {
  return /symbol|wingdings|webdings|mt extra|[\uF000-\uF0FF]|&#(x0*f0|6[12]\d\d\d)|<math|<\w+:math|omath|katex|mathjax|mjx-|math\/tex/i.test(
    html,
  );
}
