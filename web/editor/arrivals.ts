/** What others do waits for the next picture, so that a key of one's own is never behind it. */

import { afterPaint, doAll } from "./after-paint";

export class Arrivals {
  private waiting: (() => void)[] = [];
  private readonly later = afterPaint(() => this.letIn());

  /** `around` is called with all that arrived since the last picture, to do it as one. */
  constructor(private readonly around: (all: () => void) => void) {}

  /** Does something in its turn. */
  push(act: () => void): void {
    this.waiting.push(act);
    this.later();
  }

  /** Does now what waits. */
  letIn(): void {
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    this.around(() => doAll(waiting));
  }
}
