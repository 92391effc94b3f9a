/** What a paste could not take along. */
export interface Lost {
  /** Cells that spanned others. */
  merged: number;
  pictures: number;
  /** Pictures that stay on the site they come from. */
  linked: number;
  /** Columns and rows beyond what a table may have. */
  columns: number;
  rows: number;
}

export function nothingLost(): Lost {
  return { merged: 0, pictures: 0, linked: 0, columns: 0, rows: 0 };
}

const many = (count: number, one: string, more: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${more}`;

/** One sentence for each kind of loss. */
export function lostWords({ merged, pictures, linked, columns, rows }: Lost): string[] {
  const said: [number, string][] = [
    [merged, `${many(merged, "merged cell was", "merged cells were")} split.`],
    [pictures, `${many(pictures, "picture was", "pictures were")} left out.`],
    [
      linked,
      `${many(linked, "picture stays", "pictures stay")} on the site of origin; drop the file here to keep it with the text.`,
    ],
    [columns, `A table is too wide: ${many(columns, "column was", "columns were")} left out.`],
    [rows, `A table is too long: ${many(rows, "row was", "rows were")} left out.`],
  ];
  return said.filter(([count]) => count > 0).map(([, words]) => words);
}
