/** The letters of a file: by its mark, by what it says of itself, else as UTF-8, else as Windows wrote it. */

/** Where a page says its encoding, if it does (HTML, 13.2.3.2, looks as far). */
const HEAD = 1024;

export interface Decoded {
  text: string;
  /** The encoding that was assumed for want of a better one. */
  assumed: string | undefined;
}

export function decoded(bytes: Uint8Array, isPage: boolean): Decoded {
  const marked = byMark(bytes);
  if (marked) return { text: read(bytes, marked) ?? "", assumed: undefined };
  const wide = byZeros(bytes);
  if (wide) return { text: read(bytes, wide) ?? "", assumed: wide.toUpperCase() };
  const said = isPage ? declared(bytes) : undefined;
  const text = said && said !== "utf-8" ? read(bytes, said) : undefined;
  if (text !== undefined) return { text, assumed: undefined };
  const plain = read(bytes, "utf-8", true);
  if (plain !== undefined) return { text: plain, assumed: undefined };
  return { text: read(bytes, "windows-1252") ?? "", assumed: "windows-1252" };
}

function read(bytes: Uint8Array, encoding: string, fatal = false): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal }).decode(bytes);
  } catch {
    return undefined;
  }
}

function byMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
}

/** UTF-16 without a mark: every other byte of a Latin text is zero. */
function byZeros(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, HEAD);
  const zeros = [0, 0];
  for (const [index, byte] of head.entries())
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd < head.length / 4) return undefined;
  return odd > even ? "utf-16le" : "utf-16be";
}

function declared(bytes: Uint8Array): string | undefined {
  const head = read(bytes.subarray(0, HEAD), "windows-1252") ?? "";
  const label =
    /<meta[^>]*charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1];
  if (!label) return undefined;
  try {
    const { encoding } = new TextDecoder(label);
    // A page that could be read so far is not UTF-16, whatever it says.
    return encoding.startsWith("utf-16") ? "utf-8" : encoding;
  } catch {
    return undefined;
  }
}
