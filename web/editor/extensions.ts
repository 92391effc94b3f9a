/** Every node and mark that a section may hold; a test compares them with the schema file. */

import type { Extensions } from "@tiptap/core";
import { Bold } from "./marks/bold";
import { Code } from "./marks/code";
import { Italic } from "./marks/italic";
import { Link } from "./marks/link";
import { Subscript, Superscript } from "./marks/scripts";
import { Strike } from "./marks/strike";
import { Changed, Deleted, Inserted } from "./marks/suggestion";
import { Alert } from "./nodes/alert";
import { Blockquote } from "./nodes/blockquote";
import { BulletList } from "./nodes/bullet-list";
import { CodeBlock } from "./nodes/code-block";
import { Doc } from "./nodes/doc";
import { FootnoteDefinition } from "./nodes/footnote-definition";
import { FootnoteReference } from "./nodes/footnote-reference";
import { HardBreak } from "./nodes/hard-break";
import { Heading } from "./nodes/heading";
import { HorizontalRule } from "./nodes/horizontal-rule";
import { Image } from "./nodes/image";
import { ListItem } from "./nodes/list-item";
import { Formula } from "./nodes/math";
import { Mention } from "./nodes/mention";
import { OrderedList } from "./nodes/ordered-list";
import { Paragraph } from "./nodes/paragraph";
import { Table } from "./nodes/table";
import { TableCell, TableHeader } from "./nodes/table-cells";
import { TableRow } from "./nodes/table-row";
import { TaskItem } from "./nodes/task-item";
import { TaskList } from "./nodes/task-list";
import { Text } from "./nodes/text";
import { WikiLink } from "./nodes/wiki-link";

export const content: Extensions = [
  Doc,
  Paragraph,
  Heading,
  BulletList,
  OrderedList,
  ListItem,
  TaskList,
  TaskItem,
  Table,
  TableRow,
  TableHeader,
  TableCell,
  CodeBlock,
  Blockquote,
  Alert,
  HorizontalRule,
  FootnoteDefinition,
  Text,
  HardBreak,
  Image,
  FootnoteReference,
  WikiLink,
  Mention,
  Formula,
  Link,
  Bold,
  Italic,
  Strike,
  Superscript,
  Subscript,
  Code,
  Inserted,
  Deleted,
  Changed,
];
