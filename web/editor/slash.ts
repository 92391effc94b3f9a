/** What `/` offers at the beginning of a line or behind a space: everything that is no mark. */

import { Extension } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import { Suggestion } from "@tiptap/suggestion";
import { type Action, inserts, lists, type Style, styles } from "./actions";
import { type Choice, choiceList, inProse, matching, place, typedHere } from "./choices";
import { dialogs } from "./dialogs";
import { placeOf } from "./table-commands";

interface Offer extends Choice {
  run: Action["run"];
  /** Whether it may stand in the cell of a table. */
  inCell: boolean;
}

const ofStyle = ({ title, icon, hint, words, apply }: Style): Offer => ({
  title,
  icon,
  ...(hint && { hint }),
  ...(words && { words }),
  run: apply,
  inCell: false,
});

const ofAction = ({ name, icon, hint, words, run, inCell }: Action): Offer => ({
  title: name.replace("Insert a ", "").replace(/^./, (letter) => letter.toUpperCase()),
  icon,
  ...(hint && { hint }),
  ...(words && { words }),
  run,
  inCell: inCell ?? false,
});

const offers: Offer[] = [
  ...styles.filter(({ value }) => value.startsWith("heading")).map(ofStyle),
  ...lists.map(ofAction),
  ...inserts.map(ofAction),
  ...styles.filter(({ value }) => !value.startsWith("heading")).map(ofStyle),
];

const key = new PluginKey("slash");

export const Slash = Extension.create({
  name: "slash",
  addProseMirrorPlugins() {
    return [
      Suggestion<Offer, Offer>({
        ...place,
        pluginKey: key,
        editor: this.editor,
        char: "/",
        decorationClass: "typing",
        allow: ({ editor }) => inProse(editor),
        shouldShow: (asked) => typedHere(key, asked),
        items: ({ query, editor }) => {
          const inCell = placeOf(editor.state.selection.$from) !== undefined;
          return matching(inCell ? offers.filter((offer) => offer.inCell) : offers, query);
        },
        command: ({ editor, range, props }) => {
          editor.chain().focus().deleteRange(range).run();
          props.run(editor, dialogs);
        },
        render: choiceList<Offer>("Insert"),
      }),
    ];
  },
});
