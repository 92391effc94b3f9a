import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const Doc = Node.create({ ...nodeOf("doc"), topNode: true });
