import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const Text = Node.create({ ...nodeOf("text") });
