/** The threads of a draft as the server tells them. */

import type { Anchor } from "./anchor";

export interface Somebody {
  id: string;
  name: string;
}

export interface Said {
  by: Somebody;
  at: string;
  edited_at: string | null;
  text: string;
  mentions: Somebody[];
}

export interface Thread {
  id: string;
  anchor: Anchor;
  state: "open" | "resolved";
  changed_by: Somebody | null;
  may_resolve: boolean;
  comments: Said[];
}

export interface Remark {
  text: string;
  mentions: string[];
}

/** What to say when there is no answer. */
const OFFLINE = "The server does not answer. Your words are kept here; try again in a moment.";

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers = { "content-type": "application/json" };
  const given = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const reply = await fetch(`/api/v1${path}`, { method, ...given }).catch(() => {
    throw new Error(OFFLINE);
  });
  const told = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(told.detail ?? OFFLINE);
  return told;
}

export class Threads {
  private known = new Map<string, Thread>();
  private fetching: Promise<void> | undefined;
  private stale = false;

  constructor(
    private readonly article: string,
    private readonly onChange: (threads: Thread[], before: Map<string, Thread>) => void,
  ) {}

  get all(): Thread[] {
    return [...this.known.values()];
  }

  /** Fetches all of them anew; one question at a time, and one more when news came meanwhile. */
  fetch(): Promise<void> {
    this.stale = true;
    this.fetching ??= this.fetchWhileStale().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  open(anchor: Anchor, remark: Remark): Promise<Thread> {
    return this.take(ask("POST", `/articles/${this.article}/threads`, { anchor, remark }));
  }

  reply({ id }: Thread, remark: Remark): Promise<Thread> {
    return this.take(ask("POST", `/threads/${id}/comments`, remark));
  }

  edit({ id }: Thread, number: number, remark: Remark): Promise<Thread> {
    return this.take(ask("PUT", `/threads/${id}/comments/${number}`, remark));
  }

  settle({ id }: Thread, how: "resolve" | "reopen"): Promise<Thread> {
    return this.take(ask("POST", `/threads/${id}/${how}`));
  }

  private async fetchWhileStale(): Promise<void> {
    while (this.stale) {
      this.stale = false;
      const threads = await this.pages().catch(() => undefined);
      if (threads) this.replace(new Map(threads.map((thread) => [thread.id, thread])));
    }
  }

  private async pages(): Promise<Thread[]> {
    const threads: Thread[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const from: string = after && `&after=${encodeURIComponent(after)}`;
      const path = `/articles/${this.article}/threads?limit=200${from}`;
      const page: { items: Thread[]; next: string | null } = await ask("GET", path);
      threads.push(...page.items);
      after = page.next;
    }
    return threads;
  }

  private async take(answer: Promise<Thread>): Promise<Thread> {
    const thread = await answer;
    this.replace(new Map(this.known).set(thread.id, thread));
    return thread;
  }

  private replace(threads: Map<string, Thread>): void {
    const before = this.known;
    this.known = threads;
    this.onChange(this.all, before);
  }
}
