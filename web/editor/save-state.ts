/**
 * What is true about the newest change: on the server's disk, on its way, kept here, or in danger.
 *
 * It knows neither socket nor screen: both tell it what happened, and ask it what to say.
 */

export type Saved = "opening" | "saved" | "saving" | "offline" | "signed-out" | "unsaved";

export const words: Record<Saved, string> = {
  opening: "Opening…",
  saved: "Saved",
  saving: "Saving…",
  offline: "Offline – kept on this device",
  "signed-out": "Sign in again – your changes are kept on this device",
  unsaved: "Not saved",
};

/** The close code of a connection whose session or token has ended. */
export const SIGNED_OUT = 4401;

/** How long the server may take to say that a change is on its disk, in milliseconds. */
export const PATIENCE = 10_000;

export class SaveState {
  private newest = 0;
  private acknowledged = 0;
  private waitingSince: number | undefined;
  private connected = false;
  private opened = false;
  private refused = false;
  private signedOut = false;
  private troubled = false;
  private kept = false;

  /** A change was made here; returns its number, to be sent as a barrier behind it. */
  edited(now: number): number {
    this.newest += 1;
    this.waitingSince ??= now;
    return this.newest;
  }

  /** The server echoed the barrier with this number: everything up to it is on its disk. */
  stored(version: number, now: number): void {
    this.acknowledged = Math.max(this.acknowledged, Math.min(version, this.newest));
    this.waitingSince = this.isPending() ? now : undefined;
    this.troubled = false;
  }

  /** The connection is up and both sides know what the other has. */
  synced(now: number): void {
    this.connected = true;
    this.opened = true;
    this.refused = false;
    this.signedOut = false;
    if (this.isPending()) this.waitingSince = now;
  }

  /** The connection is gone; `code` says why when the server closed it. */
  disconnected(code: number | undefined): void {
    this.connected = false;
    this.waitingSince = undefined;
    if (code === undefined) return;
    if (code === SIGNED_OUT) this.signedOut = true;
    else if (code >= 4400 && code < 4500) this.refused = true;
    if (code === 1011 || code === 1013) this.troubled = true;
  }

  /** Whether one has to sign in before the server can be reached. */
  mustSignIn(must: boolean): void {
    this.signedOut = must;
  }

  /** The browser's own store holds every change (or no longer does). */
  keptHere(kept: boolean): void {
    this.kept = kept;
    if (kept) this.opened = true;
  }

  /** Changes that the server has not acknowledged. */
  isPending(): boolean {
    return this.newest > this.acknowledged;
  }

  get version(): number {
    return this.newest;
  }

  /** The state at the moment `now`, in milliseconds. */
  at(now: number): Saved {
    if (!this.opened && this.signedOut) return "signed-out";
    if (!this.opened) return this.refused ? "unsaved" : "opening";
    if (this.refused || this.troubled) return "unsaved";
    if (!this.connected && this.isPending() && !this.kept) return "unsaved";
    if (!this.connected) return this.signedOut ? "signed-out" : "offline";
    if (!this.isPending()) return "saved";
    const waited = this.waitingSince === undefined ? 0 : now - this.waitingSince;
    return waited >= PATIENCE ? "unsaved" : "saving";
  }
}
