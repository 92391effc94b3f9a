//! Converts the tree to nodes of the shared document, and back.

use std::collections::BTreeMap;

use super::{AlertKind, Align, Block, Image, Inline, Item, Link, ListKind, Marks, Script};
use crate::schema::{Element, MarkSet, Node, TextRun, Value};

/// Converts normalised blocks to nodes that match the schema.
pub(crate) fn to_nodes(blocks: &[Block]) -> Vec<Node> {
    blocks
        .iter()
        .map(|block| Node::Element(element(block)))
        .collect()
}

fn element(block: &Block) -> Element {
    match block {
        Block::Paragraph(line) => Element::new("paragraph").with_children(line_nodes(line)),
        Block::Heading { level, content } => Element::new("heading")
            .with("level", i64::from(*level))
            .with_children(line_nodes(content)),
        Block::List { kind, tight, items } => list(*kind, *tight, items),
        Block::Table { align, rows } => table(align, rows),
        Block::Code { language, text } => {
            let text = (!text.is_empty()).then(|| {
                Node::Text(vec![TextRun {
                    text: text.clone(),
                    marks: BTreeMap::new(),
                }])
            });
            Element::new("codeBlock")
                .with("language", language.as_deref())
                .with_children(text.into_iter().collect())
        }
        Block::Quote(content) => Element::new("blockquote").with_children(to_nodes(content)),
        Block::Alert { kind, content } => Element::new("alert")
            .with("kind", kind.name())
            .with_children(to_nodes(content)),
        Block::Rule => Element::new("horizontalRule"),
        Block::Footnote { label, content } => Element::new("footnoteDefinition")
            .with("label", label.as_str())
            .with_children(to_nodes(content)),
    }
}

fn list(kind: ListKind, tight: bool, items: &[Item]) -> Element {
    let (list, item) = match kind {
        ListKind::Bullet => (Element::new("bulletList"), "listItem"),
        ListKind::Ordered(start) => (
            Element::new("orderedList").with("start", i64::from(start)),
            "listItem",
        ),
        ListKind::Task => (Element::new("taskList"), "taskItem"),
    };
    let items = items.iter().map(|found| {
        let node = Element::new(item).with_children(to_nodes(&found.content));
        Node::Element(match kind {
            ListKind::Task => node.with("checked", found.checked),
            _ => node,
        })
    });
    list.with("tight", tight).with_children(items.collect())
}

fn table(align: &[Align], rows: &[Vec<Vec<Inline>>]) -> Element {
    let rows = rows.iter().enumerate().map(|(index, row)| {
        let name = if index == 0 {
            "tableHeader"
        } else {
            "tableCell"
        };
        let cells = row.iter().zip(align).map(|(cell, align)| {
            let paragraph = Element::new("paragraph").with_children(line_nodes(cell));
            Node::Element(
                Element::new(name)
                    .with("align", align.name())
                    .with_children(vec![Node::Element(paragraph)]),
            )
        });
        Node::Element(Element::new("tableRow").with_children(cells.collect()))
    });
    Element::new("table").with_children(rows.collect())
}

fn line_nodes(line: &[Inline]) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for inline in line {
        let node = match inline {
            Inline::Text { text, marks } => {
                let run = TextRun {
                    text: text.clone(),
                    marks: mark_set(marks),
                };
                if let Some(Node::Text(runs)) = out.last_mut() {
                    runs.push(run);
                    continue;
                }
                out.push(Node::Text(vec![run]));
                continue;
            }
            Inline::Break => Element::new("hardBreak"),
            Inline::Image(image) => image_element(image),
            Inline::FootnoteReference(label) => {
                Element::new("footnoteReference").with("label", label.as_str())
            }
            Inline::WikiLink { title, label } => Element::new("wikiLink")
                .with("title", title.as_str())
                .with("label", label.as_deref()),
            Inline::Mention { person, name } => Element::new("mention")
                .with("person", person.as_str())
                .with("name", name.as_str()),
            Inline::Math { latex, display } => Element::new("math")
                .with("latex", latex.as_str())
                .with("display", *display),
        };
        out.push(Node::Element(node));
    }
    out
}

fn image_element(image: &Image) -> Element {
    let link = image.link.as_ref();
    Element::new("image")
        .with("src", image.src.as_str())
        .with("alt", image.alt.as_str())
        .with("title", image.title.as_deref())
        .with("href", link.map(|l| l.href.as_str()))
        .with("hrefTitle", link.and_then(|l| l.title.as_deref()))
}

fn mark_set(marks: &Marks) -> MarkSet {
    let mut out = BTreeMap::new();
    for (name, on) in [
        ("bold", marks.bold),
        ("italic", marks.italic),
        ("strike", marks.strike),
        ("code", marks.code),
    ] {
        if on {
            out.insert(name.to_owned(), BTreeMap::new());
        }
    }
    if let Some(script) = marks.script {
        out.insert(script.name().to_owned(), BTreeMap::new());
    }
    if let Some(link) = &marks.link {
        let values = [
            ("href".to_owned(), Value::from(link.href.as_str())),
            ("title".to_owned(), Value::from(link.title.as_deref())),
        ];
        out.insert("link".to_owned(), values.into());
    }
    out
}

/// Converts any nodes to blocks; unknown or misplaced nodes keep their text.
///
/// The nodes must have bounded depth, as those read from a document have.
pub(crate) fn from_nodes(nodes: &[Node]) -> Vec<Block> {
    let mut out = Vec::new();
    let mut line = Vec::new();
    for node in nodes {
        if let Some(block) = block(node) {
            flush(&mut line, &mut out);
            out.extend(block);
        } else {
            inlines(node, &mut line);
        }
    }
    flush(&mut line, &mut out);
    out
}

/// Turns inline content between blocks into a paragraph.
fn flush(line: &mut Vec<Inline>, out: &mut Vec<Block>) {
    if !line.is_empty() {
        out.push(Block::Paragraph(std::mem::take(line)));
    }
}

/// Returns the blocks of a node; `None` for inline content.
fn block(node: &Node) -> Option<Vec<Block>> {
    let Node::Element(element) = node else {
        return None;
    };
    let children = || from_nodes(&element.children);
    Some(match element.name.as_str() {
        "paragraph" => text_block(element, Block::Paragraph),
        "heading" => {
            let level = element.int("level").unwrap_or(3).clamp(3, 5) as u8;
            text_block(element, |content| Block::Heading { level, content })
        }
        "bulletList" => vec![list_block(ListKind::Bullet, element)],
        "orderedList" => {
            let start = element.int("start").unwrap_or(1);
            let start = u32::try_from(start.clamp(0, 999_999_999)).unwrap_or(1);
            vec![list_block(ListKind::Ordered(start), element)]
        }
        "taskList" => vec![list_block(ListKind::Task, element)],
        "table" => table_block(element),
        "codeBlock" => vec![Block::Code {
            language: element.text("language").map(String::from),
            text: all_text(&element.children),
        }],
        "blockquote" => vec![Block::Quote(children())],
        "alert" => vec![Block::Alert {
            kind: AlertKind::from_name(element.text("kind").unwrap_or_default()),
            content: children(),
        }],
        "horizontalRule" => vec![Block::Rule],
        "footnoteDefinition" => vec![Block::Footnote {
            label: element.text("label").unwrap_or_default().to_owned(),
            content: children(),
        }],
        "hardBreak" | "image" | "footnoteReference" | "wikiLink" | "mention" | "math" => {
            return None;
        }
        _ => children(),
    })
}

/// Converts a text block; blocks nested in it follow it.
fn text_block(element: &Element, make: impl Fn(Vec<Inline>) -> Block) -> Vec<Block> {
    let mut content = from_nodes(&element.children);
    match content.first_mut() {
        None => vec![make(Vec::new())],
        Some(first) => {
            if let Block::Paragraph(line) = first {
                *first = make(std::mem::take(line));
            }
            content
        }
    }
}

fn list_block(kind: ListKind, element: &Element) -> Block {
    let items = element.children.iter().map(|child| match child {
        Node::Element(item) if matches!(item.name.as_str(), "listItem" | "taskItem") => Item {
            checked: item.flag("checked").unwrap_or(false),
            content: from_nodes(&item.children),
        },
        other => Item {
            checked: false,
            content: from_nodes(std::slice::from_ref(other)),
        },
    });
    Block::List {
        kind,
        tight: element.flag("tight").unwrap_or(true),
        items: items.collect(),
    }
}

fn table_block(element: &Element) -> Vec<Block> {
    let mut align = Vec::new();
    let mut rows = Vec::new();
    for child in &element.children {
        let Node::Element(row) = child else {
            return from_nodes(&element.children);
        };
        let mut cells = Vec::new();
        for cell in &row.children {
            if let (Node::Element(cell), true) = (cell, rows.is_empty()) {
                align.push(Align::from_name(cell.text("align").unwrap_or_default()));
            }
            cells.push(cell_line(cell));
        }
        rows.push(cells);
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    if let Some(header) = rows.first_mut() {
        header.resize(width, Vec::new());
    }
    vec![Block::Table { align, rows }]
}

/// Converts a cell to one line: its blocks are joined by breaks, and lists lose their structure.
fn cell_line(cell: &Node) -> Vec<Inline> {
    let blocks = match cell {
        Node::Element(cell) => from_nodes(&cell.children),
        text => from_nodes(std::slice::from_ref(text)),
    };
    let mut out = Vec::new();
    gather(blocks, &mut out);
    out
}

fn gather(blocks: Vec<Block>, out: &mut Vec<Inline>) {
    for block in blocks {
        let line = match block {
            Block::Paragraph(line) | Block::Heading { content: line, .. } => line,
            Block::Code { text, .. } => vec![Inline::plain(text)],
            Block::List { items, .. } => {
                items.into_iter().for_each(|item| gather(item.content, out));
                continue;
            }
            Block::Quote(content)
            | Block::Alert { content, .. }
            | Block::Footnote { content, .. } => {
                gather(content, out);
                continue;
            }
            Block::Table { rows, .. } => rows.into_iter().flatten().flatten().collect(),
            Block::Rule => continue,
        };
        if !out.is_empty() && !line.is_empty() {
            out.push(Inline::Break);
        }
        out.extend(line);
    }
}

fn inlines(node: &Node, out: &mut Vec<Inline>) {
    match node {
        Node::Text(runs) => {
            for run in runs {
                out.push(Inline::Text {
                    text: run.text.clone(),
                    marks: marks_of(run),
                });
            }
        }
        Node::Element(element) => {
            let owned = |key| element.text(key).map(String::from);
            match element.name.as_str() {
                "hardBreak" => out.push(Inline::Break),
                "image" => out.push(Inline::Image(Image {
                    src: owned("src").unwrap_or_default(),
                    alt: owned("alt").unwrap_or_default(),
                    title: owned("title"),
                    link: owned("href").map(|href| Link {
                        href,
                        title: owned("hrefTitle"),
                    }),
                })),
                "footnoteReference" => {
                    out.push(Inline::FootnoteReference(
                        owned("label").unwrap_or_default(),
                    ));
                }
                "wikiLink" => out.push(Inline::WikiLink {
                    title: owned("title").unwrap_or_default(),
                    label: owned("label"),
                }),
                "mention" => out.push(Inline::Mention {
                    person: owned("person").unwrap_or_default(),
                    name: owned("name").unwrap_or_default(),
                }),
                "math" => out.push(Inline::Math {
                    latex: owned("latex").unwrap_or_default(),
                    display: element.flag("display").unwrap_or(false),
                }),
                _ => {}
            }
            element
                .children
                .iter()
                .for_each(|child| inlines(child, out));
        }
    }
}

fn marks_of(run: &TextRun) -> Marks {
    let on = |name: &str| run.marks.contains_key(name);
    let link = run.marks.get("link").and_then(|values| {
        let text = |key: &str| match values.get(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        text("href").map(|href| Link {
            href,
            title: text("title"),
        })
    });
    Marks {
        link,
        bold: on("bold"),
        italic: on("italic"),
        strike: on("strike"),
        code: on("code"),
        // Two people may have set both at once.
        script: Script::ALL.into_iter().find(|script| on(script.name())),
    }
}

/// Returns all text in some nodes, with breaks as newlines.
fn all_text(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        match node {
            Node::Text(runs) => runs.iter().for_each(|run| out.push_str(&run.text)),
            Node::Element(element) if element.name == "hardBreak" => out.push('\n'),
            Node::Element(element) => out.push_str(&all_text(&element.children)),
        }
    }
    out
}
