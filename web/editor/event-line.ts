/**
 * A connection to the draft over server-sent events and POST, with the face of a WebSocket.
 *
 * The first event names the line; frames are posted to it, one request at a time, so that they keep
 * their order. What could not be posted ends the line: the provider then connects anew and sends
 * whatever the server lacks.
 */

import * as encoding from "lib0/encoding";
import { SIGNED_OUT } from "./save-state";

/** Bytes that travel in one request, unless one frame alone is larger. */
const TOGETHER = 512 * 1024;
/** How long a request, or the first event, may take, in milliseconds. */
const PATIENCE = 20_000;
/** The end without a reason (RFC 6455, section 7.1.5). */
const CUT_OFF = 1006;

/** What the provider wants to know about an end. */
export interface End {
  code: number;
  reason: string;
}

export class EventLine {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 3;
  readyState: number = this.CONNECTING;
  binaryType = "arraybuffer";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((end: End) => void) | null = null;
  private readonly events: EventSource;
  private readonly address: URL;
  private name = "";
  private waiting: Uint8Array[] = [];
  private posting = false;

  /** Begins to connect to the address of the socket; `onSilent` hears of an end before the first event. */
  constructor(
    socket: string,
    private readonly onSilent: () => void,
  ) {
    this.address = new URL(socket);
    this.address.protocol = this.address.protocol === "wss:" ? "https:" : "http:";
    this.address.pathname += "/events";
    this.events = new EventSource(this.address);
    // A proxy that keeps events back until there are many lets nothing through.
    const late = setTimeout(() => this.end({ code: CUT_OFF, reason: "" }), PATIENCE);
    this.events.addEventListener("line", ({ data }) => {
      clearTimeout(late);
      this.name = data;
      this.readyState = this.OPEN;
      this.onopen?.();
    });
    this.events.addEventListener("message", ({ data }) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      this.onmessage?.({ data: bytes.buffer });
    });
    this.events.addEventListener("ping", () => void this.post());
    this.events.addEventListener("end", ({ data }) => this.end(JSON.parse(data)));
    this.events.addEventListener("error", () => this.end({ code: CUT_OFF, reason: "" }));
  }

  send(frame: Uint8Array): void {
    if (this.readyState !== this.OPEN) return;
    this.waiting.push(frame);
    void this.post();
  }

  close(): void {
    // As with a socket, whoever closes hears of the end later.
    queueMicrotask(() => this.end({ code: CUT_OFF, reason: "" }));
  }

  /** Posts what waits; with nothing to say, the request alone is a sign of life. */
  private async post(): Promise<void> {
    if (this.posting) return;
    this.posting = true;
    do {
      const status = await this.request(pack(this.waiting));
      // What the room refuses, it explains itself: the last event is on its way.
      if (status === 401) this.end({ code: SIGNED_OUT, reason: "" });
      else if (status !== 204 && status !== 422) this.end({ code: CUT_OFF, reason: "" });
    } while (this.waiting.length > 0 && this.readyState === this.OPEN);
    this.posting = false;
  }

  private async request(body: Uint8Array<ArrayBuffer>): Promise<number> {
    const address = new URL(this.address);
    address.pathname += `/${this.name}`;
    address.search = "";
    const headers = { "Content-Type": "application/octet-stream" };
    const signal = AbortSignal.timeout(PATIENCE);
    try {
      return (await fetch(address, { method: "POST", body, headers, signal })).status;
    } catch {
      return 0;
    }
  }

  private end(end: End): void {
    if (this.readyState === this.CLOSED) return;
    if (this.readyState === this.CONNECTING) this.onSilent();
    this.readyState = this.CLOSED;
    this.waiting = [];
    this.events.close();
    this.onclose?.(end);
  }
}

/** Takes frames from the beginning of a queue and puts them together, each behind its length. */
export function pack(waiting: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = encoding.createEncoder();
  while (waiting.length > 0) {
    const next = waiting[0] as Uint8Array;
    const length = encoding.length(body);
    if (length > 0 && length + next.length > TOGETHER) break;
    encoding.writeVarUint8Array(body, next);
    waiting.shift();
  }
  return encoding.toUint8Array(body) as Uint8Array<ArrayBuffer>;
}
