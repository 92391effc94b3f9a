import { Mark } from "@tiptap/core";
import { markOf } from "../schema";

/** Text that is suggested; colours and names come as decorations. What is pasted is never one. */
const suggestion = (name: string, role?: string) =>
  Mark.create({
    ...markOf(name),
    renderHTML: () => ["span", role ? { role } : {}, 0],
  });

export const Inserted = suggestion("inserted", "insertion");
export const Deleted = suggestion("deleted", "deletion");
export const Changed = suggestion("changed");
