/** What a paste or an import could not take along, and where it stood. */

/** What is counted, and the sentence that says it. */
const COUNTED = {
  merged: (n: number) => `${many(n, "merged cell was", "merged cells were")} split.`,
  lists: (n: number) =>
    `${many(n, "list in a cell became lines", "lists in cells became lines")} without numbers or bullets.`,
  tables: (n: number) => `${many(n, "table in a cell", "tables in cells")} became lines.`,
  comments: (n: number) => `${many(n, "comment was", "comments were")} left out.`,
  pictures: (n: number) => `${many(n, "picture was", "pictures were")} left out.`,
  linked: (n: number) =>
    `${many(n, "picture stays", "pictures stay")} on the site of origin; drop the file here to keep it with the text.`,
  columns: (n: number) => `A table is too wide: ${many(n, "column was", "columns were")} left out.`,
  rows: (n: number) => `A table is too long: ${many(n, "row was", "rows were")} left out.`,
};

export type Counted = keyof typeof COUNTED;

const many = (count: number, one: string, more: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${more}`;

/** How many places are named for one kind of loss. */
const NAMED = 5;
/** How much of a text is quoted. */
const QUOTED = 60;

export function quoted(text: string): string {
  const words = text.replace(/\s+/g, " ").trim();
  return `“${words.length > QUOTED ? `${words.slice(0, QUOTED).trimEnd()}…` : words}”`;
}

/** Collects losses; each kind becomes one sentence. */
export class Lost {
  private readonly counts = new Map<Counted, number>();
  private readonly named = new Map<string, { count: number; examples: string[] }>();

  count(kind: Counted, by = 1): void {
    if (by > 0) this.counts.set(kind, (this.counts.get(kind) ?? 0) + by);
  }

  /** Names a loss by a sentence without its full stop, the words that it concerns and its place. */
  name(sentence: string, words = "", place = ""): void {
    const found = this.named.get(sentence) ?? { count: 0, examples: [] };
    this.named.set(sentence, found);
    found.count += 1;
    const example = [words && quoted(words), place && `(${place})`].filter(Boolean).join(" ");
    if (example && found.examples.length < NAMED && !found.examples.includes(example))
      found.examples.push(example);
  }

  /** One sentence for each kind of loss. */
  sentences(): string[] {
    const counted = Object.entries(COUNTED).flatMap(([kind, words]) => {
      const count = this.counts.get(kind as Counted);
      return count ? [words(count)] : [];
    });
    const named = [...this.named].map(([sentence, { count, examples }]) => {
      if (examples.length === 0) return `${sentence}.`;
      const more = count > NAMED ? ` and ${count - NAMED} more` : "";
      return `${sentence}: ${examples.join(", ")}${more}.`;
    });
    return [...counted, ...named];
  }
}
