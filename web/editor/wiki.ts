/** What `[[` offers: the articles that search finds for what is typed on, and one that nobody wrote yet. */

import { Extension } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import { Suggestion } from "@tiptap/suggestion";
import wanted from "lucide-static/icons/file-plus.svg?raw";
import found from "lucide-static/icons/file-text.svg?raw";
import { request, type Schemas } from "../api/client";
import { type Choice, choiceList, inProse, place, typedHere } from "./choices";

/** Articles offered at most. */
const OFFERED = 7;
/** How long somebody has to rest for search to be asked, in milliseconds. */
const REST = 120;

type Hit = Pick<Schemas["HitReply"], "title" | "version">;

interface Target extends Choice {
  title: string;
}

/** What to offer for hits: each title once, and last what was typed unless that is one of them. */
export function targets(hits: Hit[], typed: string): Target[] {
  const offered = new Map<string, Target>();
  for (const { title, version } of hits) {
    if (!offered.has(title)) offered.set(title, { title, icon: found, note: version ?? "draft" });
  }
  const title = typed.trim();
  const known = [...offered.keys()].some((other) => other.toLowerCase() === title.toLowerCase());
  const all = [...offered.values()].slice(0, OFFERED);
  // What may stand in a wiki link, as its input rule has it.
  if (title && !known && !/[[\]|]/.test(title)) {
    all.push({ title, icon: wanted, note: "not written yet" });
  }
  return all;
}

async function search(typed: string, signal: AbortSignal): Promise<Hit[]> {
  try {
    const reply = await request("GET /api/v1/search", {
      query: { q: typed, limit: OFFERED },
      signal,
    });
    return reply.ok ? (await reply.json()).hits : [];
  } catch {
    // Offline, a link can still be typed.
    return [];
  }
}

const key = new PluginKey("wiki");

export const WikiCompletion = Extension.create({
  name: "wikiCompletion",
  addProseMirrorPlugins() {
    return [
      Suggestion<Target, Target>({
        ...place,
        pluginKey: key,
        editor: this.editor,
        char: "[[",
        allowSpaces: true,
        allowedPrefixes: null,
        minQueryLength: 1,
        debounce: REST,
        decorationClass: "typing",
        allow: ({ editor }) => inProse(editor),
        shouldShow: (asked) => typedHere(key, asked),
        items: async ({ query, signal }) => targets(await search(query, signal), query),
        command: ({ editor, range, props: { title } }) => {
          const link = { type: "wikiLink", attrs: { title, label: null } };
          editor.chain().focus().insertContentAt(range, link).run();
        },
        render: choiceList<Target>("Articles"),
      }),
    ];
  },
});
