/** The parts of a Word document or of a folder that is one file (ZIP), read with an end. */

import JSZip from "jszip";

/** Together the parts of a file may not become larger than this; Word documents with many pictures are smaller. */
const MOST = 200 << 20;
const MOST_PARTS = 5_000;

export class Package {
  private left = MOST;

  private constructor(private readonly zip: JSZip) {}

  static async open(bytes: ArrayBuffer): Promise<Package | undefined> {
    const zip = await JSZip.loadAsync(bytes).catch(() => undefined);
    return zip && Object.keys(zip.files).length <= MOST_PARTS ? new Package(zip) : undefined;
  }

  get names(): string[] {
    return Object.values(this.zip.files).flatMap(({ dir, name }) => (dir ? [] : [name]));
  }

  /** One part; what it says of its own size is not believed. */
  bytes(name: string): Promise<Uint8Array | undefined> {
    const file = this.zip.file(name);
    if (!file) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const parts: Uint8Array[] = [];
      // JSZip has this method, its types do not.
      const stream = (file as unknown as Streaming).internalStream("uint8array");
      stream.on("data", (part) => {
        this.left -= part.length;
        parts.push(part);
        if (this.left >= 0) return;
        stream.pause();
        reject(
          new Error("This file becomes too large when it is unpacked; it may be made to do harm."),
        );
      });
      stream.on("error", () =>
        reject(new Error("This file cannot be unpacked; it may be damaged.")),
      );
      stream.on("end", () => resolve(joined(parts)));
      stream.resume();
    });
  }

  async text(name: string): Promise<string | undefined> {
    const bytes = await this.bytes(name);
    if (!bytes) return undefined;
    const utf16 = bytes[0] === 0xff || bytes[0] === 0xfe;
    return new TextDecoder(utf16 ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(
      bytes,
    );
  }
}

interface Streaming {
  internalStream(type: "uint8array"): {
    on(event: "data", then: (part: Uint8Array) => void): void;
    on(event: "error" | "end", then: () => void): void;
    pause(): void;
    resume(): void;
  };
}

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
