/** The connection to the draft: document, provider, the store of this device, and barriers. */

import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { IndexeddbPersistence } from "y-indexeddb";
import { messageYjsUpdate, readUpdate } from "y-protocols/sync";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { afterPaint } from "./after-paint";
import { Arrivals } from "./arrivals";
import type { DraftConfig } from "./config";
import { SaveState, SIGNED_OUT } from "./save-state";
import { askServer, signedInPerson } from "./server-answer";
import type { SignInReason } from "./sign-in-notice";
import { Ways } from "./ways";

const SYNC = 0;
const AWARENESS = 1;
const BARRIER = 102;
const NEWS = 103;
/** How often a page that was signed out looks for a new session, in milliseconds. */
const LOOK_AGAIN = 5_000;
/** How long this device may take to keep what the server has anyway, in milliseconds. */
const UNHURRIED = 500;

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
  /** One has to sign in before the server can be reached, or need not any more. */
  onSignIn: (reason: SignInReason | undefined) => void;
  /** The server closed the door for good. */
  onRefused: (refusal: Refusal) => void;
}

export class Session {
  readonly doc = new Y.Doc();
  readonly state = new SaveState();
  readonly provider: WebsocketProvider;
  private readonly arrivals = new Arrivals((all) => {
    this.events.onArrival();
    Y.transact(this.doc, all, this.provider, false);
  });
  /** The letter that was typed is seen before what becomes of it. */
  private readonly edited = afterPaint(() => {
    this.sendBarrier();
    this.events.onState();
  });
  private inFlight = 0;
  private ready = false;
  private asking = false;
  private returning = false;
  private signedOut = false;

  constructor(
    private readonly config: DraftConfig,
    private readonly events: SessionEvents,
  ) {
    const url = new URL(config.collab, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.provider = new WebsocketProvider(url.href, config.article, this.doc, {
      // Were somebody else signed in by now, they would send what this person wrote.
      params: { schema: String(config.schema_version), person: config.person.id },
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
      this.edited();
    });
    provider.on("sync", (synced: boolean) => {
      if (!synced) return;
      this.signedOut = false;
      this.state.synced(Date.now());
      this.events.onSignIn(undefined);
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
      this.arrivals.letIn();
      this.inFlight = 0;
      this.state.disconnected(event?.code);
      this.events.onState();
      if (event && event.code < 4400) void this.askWhy();
    });
    provider.on("closed", (refusal) => {
      this.signedOut = refusal.code === SIGNED_OUT;
      if (this.signedOut) this.events.onSignIn("signed-out");
      else this.events.onRefused(refusal);
    });
    // Perhaps the person has signed in again in another tab.
    const comeBack = () => void this.comeBack();
    document.addEventListener("visibilitychange", comeBack);
    window.addEventListener("focus", comeBack);
    window.setInterval(comeBack, LOOK_AGAIN);
    // A cable that was pulled would show only when the connection times out. A server that is
    // still within reach, as on this very machine, answers the next attempt at once.
    window.addEventListener("offline", () => provider.ws?.close());
    this.hearBarriers();
    this.hearOthers();
  }

  /** Connects again once the same person has a session; what somebody else's session would send stays here. */
  private async comeBack(): Promise<void> {
    if (!this.signedOut || this.returning || document.visibilityState !== "visible") return;
    this.returning = true;
    const person = await signedInPerson();
    this.returning = false;
    if (this.signedOut && person === this.config.person.id) this.provider.connect();
  }

  /** Finds out whether the network is gone or a sign-on before Lectern has expired. */
  private async askWhy(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const answer = await askServer();
    this.asking = false;
    if (this.provider.synced || this.signedOut) return;
    this.state.mustSignIn(answer === "sign-in");
    this.events.onSignIn(answer === "sign-in" ? "sign-on" : undefined);
    this.events.onState();
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
  }

  /** Lets in what others do with the next picture; what both sides tell each other first, at once. */
  private hearOthers(): void {
    const { messageHandlers } = this.provider;
    const [sync, awareness] = [messageHandlers[SYNC], messageHandlers[AWARENESS]];
    if (!sync || !awareness) throw new Error("the provider does not know how to synchronise");
    // A caret stands in a text that came before it.
    messageHandlers[AWARENESS] = (...message) => this.arrivals.push(() => awareness(...message));
    messageHandlers[SYNC] = (encoder, decoder, provider, emitSynced, type) => {
      if (provider.synced && decoding.peekVarUint(decoder) === messageYjsUpdate) {
        decoding.readVarUint(decoder);
        this.arrivals.push(() => readUpdate(decoder, this.doc, provider));
        return;
      }
      this.arrivals.letIn();
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
    this.keepAfterPaint(kept);
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

  /** Has the device keep a change once it is seen; one that the server told about, which has it, in a while. */
  private keepAfterPaint(kept: IndexeddbPersistence): void {
    let changes: Uint8Array[] = [];
    const store = () => {
      if (changes.length > 0) kept._storeUpdate(Y.mergeUpdates(changes), undefined);
      changes = [];
    };
    const [soon, later] = [afterPaint(store), afterPaint(store, UNHURRIED)];
    this.doc.off("update", kept._storeUpdate);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === kept) return;
      changes.push(update);
      if (origin === this.provider) later();
      else soon();
    });
  }

  private open(): void {
    if (this.ready) return;
    this.ready = true;
    this.events.onReady();
  }
}
