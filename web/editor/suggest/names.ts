/** Names and colours of people who suggested something, as the server knows them. */

import { request, type Schemas } from "../../api/client";

type Suggester = Schemas["Suggester"];
export type Named = Pick<Suggester, "name" | "color">;

const UNKNOWN: Named = { name: "Somebody", color: "#666666" };

export class Names {
  private readonly known = new Map<string, Named>();
  private readonly asked = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly article: string,
    self: Suggester,
  ) {
    this.known.set(self.id, self);
  }

  /** Names somebody; whoever is not known yet is asked for. */
  of(person: string): Named {
    const known = this.known.get(person);
    if (!known && !this.asked.has(person)) {
      this.asked.add(person);
      void this.ask();
    }
    return known ?? UNKNOWN;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async ask(): Promise<void> {
    const reply = await request("GET /api/v1/articles/{id}/suggestions", {
      path: { id: this.article },
    }).catch(() => undefined);
    const told = reply?.ok ? await reply.json() : [];
    const before = this.known.size;
    for (const { person } of told) if (person) this.known.set(person.id, person);
    if (this.known.size > before) for (const listener of this.listeners) listener();
    // A suggestion may be on its way; the next time somebody asks again.
    else this.asked.clear();
  }
}
