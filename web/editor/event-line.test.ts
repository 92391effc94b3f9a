import * as decoding from "lib0/decoding";
import { describe, expect, test } from "vitest";
import { pack } from "./event-line";

function unpack(body: Uint8Array): Uint8Array[] {
  const decoder = decoding.createDecoder(body);
  const frames = [];
  while (decoding.hasContent(decoder)) frames.push(decoding.readVarUint8Array(decoder));
  return frames;
}

describe("frames that are posted together", () => {
  test("keep their order and their bytes", () => {
    const frames = [new Uint8Array([1, 2, 3]), new Uint8Array([]), new Uint8Array(300).fill(7)];
    const waiting = [...frames];
    expect(unpack(pack(waiting))).toEqual(frames);
    expect(waiting).toEqual([]);
  });

  test("stay below half a mebibyte, but a large one goes alone", () => {
    const large = new Uint8Array(600 * 1024).fill(1);
    const half = new Uint8Array(300 * 1024).fill(2);
    const waiting = [large, half, half];
    const lengths = () => unpack(pack(waiting)).map((frame) => frame.length);
    expect(lengths()).toEqual([large.length]);
    expect(lengths()).toEqual([half.length]);
    expect(lengths()).toEqual([half.length]);
    expect(pack(waiting)).toHaveLength(0);
  });
});
