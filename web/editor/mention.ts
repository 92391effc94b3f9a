/** What `@` offers: the people who may write in this article. */

import { Extension } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import { Suggestion } from "@tiptap/suggestion";
import user from "lucide-static/icons/user.svg?raw";
import { request } from "../api/client";
import { type Choice, choiceList, inProse, place, typedHere } from "./choices";

/** How long somebody has to rest for the server to be asked, in milliseconds. */
const REST = 120;

interface Somebody extends Choice {
  id: string;
}

export async function people(article: string, q: string, signal: AbortSignal): Promise<Somebody[]> {
  try {
    const reply = await request("GET /api/v1/articles/{id}/writers", {
      path: { id: article },
      query: { q },
      signal,
    });
    const found = reply.ok ? await reply.json() : [];
    return found.map(({ id, name }) => ({ id, title: name, icon: user }));
  } catch {
    // Offline, a name can still be typed.
    return [];
  }
}

const key = new PluginKey("mention");

export const MentionCompletion = Extension.create<{ article: string }>({
  name: "mentionCompletion",
  addProseMirrorPlugins() {
    const { article } = this.options;
    return [
      Suggestion<Somebody, Somebody>({
        ...place,
        pluginKey: key,
        editor: this.editor,
        char: "@",
        debounce: REST,
        decorationClass: "typing",
        allow: ({ editor }) => inProse(editor),
        shouldShow: (asked) => typedHere(key, asked),
        items: ({ query, signal }) => people(article, query, signal),
        command: ({ editor, range, props: { id, title } }) => {
          const mention = { type: "mention", attrs: { person: id, name: title } };
          const space = { type: "text", text: " " };
          editor.chain().focus().insertContentAt(range, [mention, space]).run();
        },
        render: choiceList<Somebody>("People"),
      }),
    ];
  },
});
