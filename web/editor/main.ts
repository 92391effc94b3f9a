/** The writing page: puts the draft's live editors where the server rendered its last text. */

import replace from "lucide-static/icons/replace.svg?raw";
import type * as Y from "yjs";
import { onKey } from "../behaviours/keys";
import { historyOf } from "./binding";
import { Bubble } from "./bubble";
import { parts } from "./bubble-parts";
import { Carets } from "./carets";
import { Comments } from "./comments/comments";
import { CompletenessView, completeness } from "./completeness";
import { type DraftConfig, readConfig } from "./config";
import { dialogs } from "./dialogs";
import { bindFields } from "./fields";
import { Finder } from "./find/find";
import { Grip } from "./grip";
import type { importFile } from "./import/import";
import { speak } from "./language";
import { type Mode, ModeSwitch } from "./mode";
import { keepPage } from "./offline";
import { OptionalSections } from "./optional";
import { showPeople } from "./people";
import { Section } from "./section";
import { type Refusal, Session } from "./session";
import { clearOf } from "./sight";
import { SignInNotice } from "./sign-in-notice";
import { LookingAgain } from "./since";
import { StateLine } from "./state-line";
import { SuggestionBar } from "./suggest/bar";
import { Names } from "./suggest/names";
import { suggestionPart } from "./suggest/part";
import { bindTitle } from "./title";
import { Toolbar } from "./toolbar";

function slot(name: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-editor] [data-${name}]`);
  if (!found) throw new Error(`the page has no place for ${name}`);
  return found;
}

function start(config: DraftConfig): void {
  let line: StateLine | undefined;
  let comments: Comments | undefined;
  const sections: Section[] = [];
  const notice = new SignInNotice(document.querySelector("[data-editor]"), config.slug);
  const session: Session = new Session(config, {
    onReady: () => {
      comments = mount(config, session, sections);
    },
    onArrival: () => {
      for (const section of sections) section.settle();
    },
    onState: () => line?.show(),
    onNews: () => comments?.fetch(),
    onSignIn: (reason) => notice.show(reason),
    onRefused: (refusal) => {
      say(refusal, config);
      slot("mode").hidden = true;
      open("reading", sections);
    },
  });
  line = new StateLine(slot("state"), session.state, `/a/${config.slug}/edit`);
}

function mount(config: DraftConfig, session: Session, sections: Section[]): Comments {
  const { awareness } = session.provider;
  const readOnly = config.read_only;
  const fragments = config.sections.map(({ key }) => session.section(key));
  const history = historyOf(fragments);
  const carets = new Carets(session.doc, awareness);
  awareness.setLocalStateField("user", config.person);
  bindTitle(slot("title"), session.title, readOnly);
  speak(
    document.querySelectorAll<HTMLElement>("[data-title], .write-body > .article"),
    session.fields,
  );
  bindFields(slot("fields"), config.article, config.fields, session.fields, readOnly);
  showPeople(slot("people"), awareness, config.sections, config.person.id);
  if (!readOnly)
    slot("import").replaceChildren(importer({ sections, title: session.title, history }));
  const head = document.querySelector<HTMLElement>(".write-head") ?? slot("toolbar");
  const finder = new Finder(head, sections, history, () => mode === "suggesting");
  const toolbar = new Toolbar(slot("toolbar"), dialogs, [
    { name: "Find and replace", icon: replace, keys: "Ctrl+H", run: (from) => finder.open(from) },
  ]);
  clearOf(head);
  const names = new Names(config.article, config.person);
  const mayDecide = () => !config.suggest;
  const about = suggestionPart(names, config.person.id, mayDecide);
  const bubble = new Bubble(document.querySelector<HTMLElement>("[data-editor]") ?? document.body, [
    ...parts,
    about,
  ]);
  const bar = new SuggestionBar(slot("suggestions"), sections, mayDecide);
  let mode: Mode = "reading";
  const ring = new CompletenessView(slot("completeness"));
  const optional = new OptionalSections(slot("optional"), sections, history);
  const count = () => {
    if (sections.length !== config.sections.length) return;
    optional.update();
    finder.changed();
    const named = new Map(sections.map((section) => [section.info.key, section]));
    const reason = (key: string) => session.fields.get(`not_applicable:${key}`);
    ring.show(
      completeness(config.sections, (key) => named.get(key)?.hasContent() ?? false, reason),
    );
  };
  const places = { panel: slot("comments"), button: slot("talk") };
  const talk = { article: config.article, self: config.person.id };
  const comments = new Comments(places, talk, sections);
  for (const [index, info] of config.sections.entries()) {
    const place = document.querySelector<HTMLElement>(`[data-section="${CSS.escape(info.key)}"]`);
    const fragment = fragments[index];
    if (!place || !fragment) throw new Error(`the page has no section ${info.key}`);
    const onFocus = (section: Section) => {
      toolbar.use(section.editor);
      bubble.use(section.editor);
      awareness.setLocalStateField("section", section.info.key);
    };
    const files = { article: config.article, limit: config.file_limit };
    const { fields } = session;
    const around = { fragment, carets, history, fields, files, readOnly, onFocus };
    const passages = {
      onClick: (thread: string) => comments.choose(thread),
      onMove: () => comments.moved(),
    };
    const onRemove = (section: Section) => optional.remove(section);
    const isOn = () => mode === "suggesting";
    const suggest = { person: config.person.id, names, isOn, onChange: () => bar.show() };
    const heard = { comments: passages, onChange: count, onRemove, suggest };
    sections.push(new Section(info, place, { ...around, ...heard }));
  }
  const article = document.querySelector<HTMLElement>(".write-body > .article");
  if (article && !readOnly) new Grip(article, sections);
  const [first] = sections;
  if (first && !readOnly) toolbar.use(first.editor);
  slot("mode").hidden = readOnly;
  bar.show();
  if (readOnly) open("reading", sections);
  else {
    const change = (chosen: Mode) => {
      mode = chosen;
      if (chosen === "reading") finder.close();
      open(chosen, sections);
    };
    const modes: Mode[] = [
      "reading",
      "suggesting",
      ...(config.suggest ? [] : ["writing" as const]),
    ];
    new ModeSwitch(slot("mode"), config.article, modes, change).begin();
  }
  onKey(document, (event) => {
    if (!isCombined(event, "h") || mode === "reading") return;
    event.preventDefault();
    finder.open(sections.find(({ editor }) => editor.isFocused)?.editor);
  });
  onKey(
    document,
    (event) => {
      if (!isCombined(event, "k")) return;
      const inside = sections.find(({ editor }) => editor.isFocused);
      if (!inside?.editor.isEditable) return;
      // Where there is nothing to link, the keys do what they do on every page.
      if (inside.editor.state.selection.empty && !inside.editor.isActive("link")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      dialogs.link(inside.editor);
    },
    { capture: true },
  );
  count();
  lookAgain(config, session, sections, fragments);
  void comments.start();
  document.querySelector("[data-editor]")?.setAttribute("data-ready", "");
  return comments;
}

/** Whether a letter is pressed with Ctrl or Cmd; with Alt as well it is AltGr, which types another one. */
function isCombined(event: KeyboardEvent, letter: string): boolean {
  return event.key.toLowerCase() === letter && (event.ctrlKey || event.metaKey) && !event.altKey;
}

/** What is new is known once the server has told everything. */
function lookAgain(
  { article, person }: DraftConfig,
  { provider, doc }: Session,
  sections: Section[],
  fragments: Y.XmlFragment[],
): void {
  const look = () => {
    const pairs = sections.flatMap((section, index): [Section, Y.XmlFragment][] => {
      const fragment = fragments[index];
      return fragment ? [[section, fragment]] : [];
    });
    new LookingAgain(slot("since"), doc, pairs, `lectern/seen/${article}/${person.id}`);
  };
  if (provider.synced) look();
  else provider.once("sync", look);
}

/** What reads files is loaded when somebody wants to import one. */
function importer(around: Parameters<typeof importFile>[0]): HTMLElement {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button small", textContent: "Import…" });
  button.title = "Bring in a Word document, Markdown or a web page";
  button.addEventListener("click", async () => {
    button.closest("details")?.removeAttribute("open");
    const { importFile } = await import("./import/import");
    importFile(around);
  });
  button.addEventListener("dragover", (event) => event.preventDefault());
  button.addEventListener("drop", (event) => {
    event.preventDefault();
    // The browser empties the list once the event is over.
    const items = [...(event.dataTransfer?.items ?? [])];
    const entries = items.flatMap((item) => item.webkitGetAsEntry() ?? []);
    void import("./import/import").then(({ dropFiles }) => dropFiles(entries, around));
  });
  return button;
}

/** Opens the text to changes or to suggestions, or closes it; what is no text can only be written. */
function open(mode: Mode, sections: Section[]): void {
  const page = document.querySelector<HTMLElement>("[data-editor]");
  const writing = mode === "writing";
  page?.classList.toggle("closed", mode === "reading");
  page?.classList.toggle("suggesting", mode === "suggesting");
  for (const { editor } of sections) editor.setEditable(mode !== "reading");
  for (const input of page?.querySelectorAll<HTMLTextAreaElement>("textarea, .excuse input") ?? [])
    input.readOnly = !writing;
  const facts = "[data-fields] :is(input, select):not([data-fixed])";
  for (const input of page?.querySelectorAll<HTMLInputElement | HTMLSelectElement>(facts) ?? [])
    input.disabled = !writing;
}

const texts: Record<number, string> = {
  4403: "You may not write in this article any more. What you wrote since is kept on this device only.",
  4404: "This article is not there any more.",
  4409: "Lectern was updated. What you wrote is kept; reload to go on.",
};

const DIRECT =
  "In this module you suggest changes, and something here was more than that. What you wrote since is kept on this device only.";

/** Says why the server closed the door, and what to do. */
function say({ code, reason }: Refusal, { suggest }: DraftConfig): void {
  const notice = document.createElement("div");
  notice.className = "notice warning";
  notice.setAttribute("role", "alert");
  notice.append(
    (code === 4403 && suggest ? DIRECT : texts[code]) ??
      `The server ended the connection: ${reason}`,
    " ",
  );
  const link = document.createElement("a");
  link.href = window.location.href;
  link.textContent = "Reload the page";
  notice.append(link);
  document.querySelector("[data-editor]")?.prepend(notice);
}

start(readConfig(document));
keepPage();
