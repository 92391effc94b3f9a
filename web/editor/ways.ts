/**
 * Which way leads to the server: a WebSocket, or events and posts where a proxy blocks sockets.
 *
 * A socket that never says a word, while the server answers requests, is blocked. From then on this
 * tab uses the other way, and tries now and then whether sockets work again.
 */

import { EventLine } from "./event-line";
import { askServer } from "./server-answer";

/** Sockets that must fail one after the other. */
const TRIES = 2;
/** How long the first word of a socket may take, in milliseconds. */
const FIRST_WORD = 5_000;
/** How often a blocked socket is tried again, in milliseconds. */
const AGAIN = 60_000;
const REMEMBERED = "lectern/sockets-blocked";

export class Ways {
  private failures = 0;
  /** Whether events and posts are used instead of a socket. */
  private blocked = remembered();
  private line: EventLine | undefined;
  private address = "";
  private trying = false;

  constructor() {
    window.addEventListener("online", () => this.tryAgain());
    setInterval(() => this.tryAgain(), AGAIN);
  }

  /** What the provider constructs instead of a WebSocket. */
  get socket(): typeof WebSocket {
    return new Proxy(WebSocket, { construct: (_, [address]) => this.open(address) });
  }

  private open(address: string): WebSocket | EventLine {
    this.address = address;
    // Where events do not come through either, sockets are tried once more.
    const silent = () => this.use("socket");
    this.line = this.blocked ? new EventLine(address, silent) : undefined;
    return this.line ?? this.watch(new WebSocket(address));
  }

  /** Notices when a socket ends before its first word; a refusal is a word. */
  private watch(socket: WebSocket): WebSocket {
    const late = setTimeout(() => socket.close(), FIRST_WORD);
    let silent = true;
    socket.addEventListener("message", () => {
      if (!silent) return;
      silent = false;
      this.failures = 0;
      clearTimeout(late);
    });
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(late);
      if (silent && code <= 1006) void this.failed();
    });
    return socket;
  }

  private async failed(): Promise<void> {
    this.failures += 1;
    if (this.failures < TRIES) return;
    // A server that is down answers nobody, and before a sign-on that has expired no way leads to it.
    if ((await askServer()) === "lectern") this.use("events");
  }

  private use(way: "socket" | "events"): void {
    this.blocked = way === "events";
    try {
      if (this.blocked) sessionStorage.setItem(REMEMBERED, "");
      else sessionStorage.removeItem(REMEMBERED);
    } catch {
      // Without storage, the next page finds out again.
    }
  }

  /** Opens a socket beside the line; once it speaks, the provider is made to use sockets again. */
  private tryAgain(): void {
    if (!this.line || this.trying) return;
    this.trying = true;
    const socket = new WebSocket(this.address);
    const late = setTimeout(() => socket.close(), FIRST_WORD);
    socket.addEventListener("message", () => {
      this.use("socket");
      this.failures = 0;
      socket.close();
      this.line?.close();
    });
    socket.addEventListener("close", () => {
      clearTimeout(late);
      this.trying = false;
    });
  }
}

function remembered(): boolean {
  try {
    return sessionStorage.getItem(REMEMBERED) !== null;
  } catch {
    return false;
  }
}
