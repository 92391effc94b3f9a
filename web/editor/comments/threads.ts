/** The threads of a draft as the server tells them. */

import { type Reply, request, type Schemas } from "../../api/client";
import type { Anchor } from "./anchor";

export type Thread = Schemas["ThreadReply"];
export type Said = Schemas["CommentReply"];
export type Remark = Schemas["Remark"];

/** What to say when there is no answer. */
const OFFLINE = "The server does not answer. Your words are kept here; try again in a moment.";

function offline(): never {
  throw new Error(OFFLINE);
}

/** What the server tells, or a failure in words for a person. */
async function told<T>(asked: Promise<Reply<T>>): Promise<T> {
  const reply = await asked.catch(offline);
  if (reply.ok) return reply.json().catch(offline);
  const problem = await reply.json().catch(offline);
  throw new Error(problem.detail ?? OFFLINE);
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
    return this.take(
      request("POST /api/v1/articles/{id}/threads", {
        path: { id: this.article },
        body: { anchor, remark },
      }),
    );
  }

  reply({ id }: Thread, remark: Remark): Promise<Thread> {
    return this.take(request("POST /api/v1/threads/{id}/comments", { path: { id }, body: remark }));
  }

  edit({ id }: Thread, number: number, remark: Remark): Promise<Thread> {
    return this.take(
      request("PUT /api/v1/threads/{id}/comments/{number}", { path: { id, number }, body: remark }),
    );
  }

  settle({ id }: Thread, how: "resolve" | "reopen"): Promise<Thread> {
    return this.take(request(`POST /api/v1/threads/{id}/${how}`, { path: { id } }));
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
    let after: string | null | undefined;
    do {
      const page: Schemas["Page_ThreadReply"] = await told(
        request("GET /api/v1/articles/{id}/threads", {
          path: { id: this.article },
          query: { limit: 200, ...(after && { after }) },
        }),
      );
      threads.push(...page.items);
      after = page.next;
    } while (after);
    return threads;
  }

  private async take(asked: Promise<Reply<Thread>>): Promise<Thread> {
    const thread = await told(asked);
    this.replace(new Map(this.known).set(thread.id, thread));
    return thread;
  }

  private replace(threads: Map<string, Thread>): void {
    const before = this.known;
    this.known = threads;
    this.onChange(this.all, before);
  }
}
