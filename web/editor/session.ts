/** The connection to the draft: document, provider, the store of this device, and barriers. */

import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { IndexeddbPersistence } from "y-indexeddb";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import type { DraftConfig } from "./config";
import { SaveState } from "./save-state";
import { Ways } from "./ways";

const SYNC = 0;
const BARRIER = 102;
const NEWS = 103;

export interface Refusal {
  code: number;
  reason: string;
}

export interface SessionEvents {
  /** The text is here, from the server or from this device. */
  onReady: () => void;
  /** Something from the server is about to change the text. */
  onArrival: () => void;
  /** The state line may say something else now. */
  onState: () => void;
  /** Something beside the text may have changed. */
  onNews: () => void;
  /** The server closed the door for good. */
  onRefused: (refusal: Refusal) => void;
}

export class Session {
  readonly doc = new Y.Doc();
  readonly state = new SaveState();
  readonly provider: WebsocketProvider;
  private inFlight = 0;
  private ready = false;

  constructor(
    config: DraftConfig,
    private readonly events: SessionEvents,
  ) {
    const url = new URL(config.collab, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.provider = new WebsocketProvider(url.href, config.article, this.doc, {
      params: { schema: String(config.schema_version) },
      // Another tab's changes come through the server, where they are attributed.
      disableBc: true,
      WebSocketPolyfill: new Ways().socket,
    });
    this.listen();
    this.keep(`lectern/${config.article}/${config.person.id}`);
  }

  get title(): Y.Text {
    return this.doc.getText("title");
  }

  get fields(): Y.Map<string> {
    return this.doc.getMap<string>("fields");
  }

  section(key: string): Y.XmlFragment {
    return this.doc.getXmlFragment(`section:${key}`);
  }

  private listen(): void {
    const { provider } = this;
    this.doc.on("update", (_update: Uint8Array, origin: unknown) => {
      if (origin === provider || origin instanceof IndexeddbPersistence) return;
      this.state.edited(Date.now());
      this.sendBarrier();
      this.events.onState();
    });
    provider.on("sync", (synced: boolean) => {
      if (!synced) return;
      this.state.synced(Date.now());
      this.sendBarrier();
      this.open();
      this.events.onState();
    });
    provider.on("status", ({ status }) => {
      // A caret is missing after a reconnect unless its owner says again where it is.
      if (status !== "connected") return;
      provider.awareness.setLocalState(provider.awareness.getLocalState());
      provider.ws?.send(Uint8Array.of(NEWS));
      this.events.onNews();
    });
    provider.on("connection-close", (event) => {
      this.inFlight = 0;
      this.state.disconnected(event?.code);
      this.events.onState();
    });
    provider.on("closed", (refusal) => this.events.onRefused(refusal));
    // A cable that was pulled would show only when the connection times out. A server that is
    // still within reach, as on this very machine, answers the next attempt at once.
    window.addEventListener("offline", () => provider.ws?.close());
    this.hearBarriers();
  }

  /** Handles the echo of a barrier, and sends one behind the answer to the server's question. */
  private hearBarriers(): void {
    const { messageHandlers } = this.provider;
    messageHandlers[BARRIER] = (_encoder, decoder) => {
      const version = decoding.readVarUint(
        decoding.createDecoder(decoding.readVarUint8Array(decoder)),
      );
      this.inFlight = 0;
      this.state.stored(version, Date.now());
      this.sendBarrier();
      this.events.onState();
    };
    messageHandlers[NEWS] = (_encoder, decoder) => {
      decoding.readVarUint8Array(decoder);
      this.events.onNews();
    };
    const sync = messageHandlers[SYNC];
    if (!sync) throw new Error("the provider does not know how to synchronise");
    messageHandlers[SYNC] = (encoder, decoder, provider, emitSynced, type) => {
      this.events.onArrival();
      sync(encoder, decoder, provider, emitSynced, type);
      if (encoding.length(encoder) <= 1) return;
      // What was typed offline travels in this answer; the provider sends it when we return.
      queueMicrotask(() => {
        this.inFlight = 0;
        this.sendBarrier();
      });
    };
  }

  /** Asks the server to say when everything up to now is on its disk; one question at a time. */
  private sendBarrier(): void {
    const { ws, wsconnected } = this.provider;
    if (!ws || !wsconnected || ws.readyState !== ws.OPEN) return;
    if (this.inFlight !== 0 || !this.state.isPending()) return;
    this.inFlight = this.state.version;
    const version = encoding.createEncoder();
    encoding.writeVarUint(version, this.inFlight);
    const frame = encoding.createEncoder();
    encoding.writeVarUint(frame, BARRIER);
    encoding.writeVarUint8Array(frame, encoding.toUint8Array(version));
    ws.send(encoding.toUint8Array(frame));
  }

  private keep(name: string): void {
    if (!("indexedDB" in window)) return;
    const kept = new IndexeddbPersistence(name, this.doc);
    kept.whenSynced
      .then(() => {
        const empty = this.doc.getArray("order").length === 0;
        this.state.keptHere(!empty);
        // An empty store says nothing about the draft: wait for the server.
        if (!empty && !this.provider.synced) this.open();
        // Whether the server has all of it is known when it says so.
        if (!empty) this.state.edited(Date.now());
        this.sendBarrier();
        this.events.onState();
        this.doc.on("update", () => this.state.keptHere(true));
      })
      .catch(() => this.state.keptHere(false));
  }

  private open(): void {
    if (this.ready) return;
    this.ready = true;
    this.events.onReady();
  }
}
