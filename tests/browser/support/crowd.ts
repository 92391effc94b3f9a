import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Stock Yjs clients that write in the same article, without a page (see `tests/peers`). */
export class Crowd {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (reply: { ok?: unknown; error?: string }) => void>();
  private count = 0;

  constructor(private readonly names: string[]) {
    const stdio: ["pipe", "pipe", "inherit"] = ["pipe", "pipe", "inherit"];
    this.child = spawn("node", ["driver.mjs"], { cwd: "../peers", stdio });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const reply = JSON.parse(line);
      this.waiting.get(reply.id)?.(reply);
      this.waiting.delete(reply.id);
    });
  }

  /** Everybody does the same. */
  async all(verb: string, args: object = {}): Promise<void> {
    await Promise.all(this.names.map((_, place) => this.tell(place, verb, args)));
  }

  leave(): void {
    this.child.stdin?.end();
  }

  /** Has the one in a place do something. */
  async tell(place: number, verb: string, args: object = {}): Promise<unknown> {
    const command = { do: verb, peer: this.names[place], ...args };
    this.count += 1;
    const id = this.count;
    const answered = new Promise<{ ok?: unknown; error?: string }>((resolve) => this.waiting.set(id, resolve));
    this.child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
    const { ok, error } = await answered;
    if (error) throw new Error(error);
    return ok;
  }
}
