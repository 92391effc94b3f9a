//! The tree of a section between its three forms: shared document, Markdown and HTML.
//!
//! The types allow nothing that Markdown cannot say, apart from details that [`normalise`] settles.

mod depth;
mod marks;
mod nodes;
mod normalise;
mod pieces;
#[cfg(test)]
pub(super) mod random;
mod text;
mod tightness;

pub(super) use marks::{Layer, Marked, effective_marks, layers};
pub(super) use nodes::{from_nodes, to_nodes};
pub(super) use normalise::{footnote_labels, normalise, normalise_part};
pub(super) use text::{fold_lines, plain_text};

/// How the address of a mention begins in Markdown; the id of a person follows.
pub(super) const MENTIONED: &str = "person:";

/// A block of a section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    Heading {
        level: u8,
        content: Vec<Inline>,
    },
    List {
        kind: ListKind,
        tight: bool,
        items: Vec<Item>,
    },
    /// The first row is the header; every row has as many cells as there are alignments.
    Table {
        align: Vec<Align>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Code {
        language: Option<String>,
        text: String,
    },
    Quote(Vec<Block>),
    Alert {
        kind: AlertKind,
        content: Vec<Block>,
    },
    Rule,
    Footnote {
        label: String,
        content: Vec<Block>,
    },
}

/// What stands before the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ListKind {
    Bullet,
    /// The number of the first item.
    Ordered(u32),
    Task,
}

/// One item of a list; `checked` means something in task lists alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Item {
    pub(super) checked: bool,
    pub(super) content: Vec<Block>,
}

/// How a column is aligned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Align {
    #[default]
    None,
    Left,
    Center,
    Right,
}

/// The five kinds of alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum AlertKind {
    Note,
    Tip,
    Important,
    Warning,
    Caution,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Inline {
    Text {
        text: String,
        marks: Marks,
    },
    Break,
    Image(Image),
    FootnoteReference(String),
    WikiLink {
        title: String,
        label: Option<String>,
    },
    /// A person, and the name as it was then.
    Mention {
        person: String,
        name: String,
    },
    /// A formula; one that is displayed stands on a line of its own.
    Math {
        latex: String,
        display: bool,
    },
}

/// An image; a linked one carries its link itself, because marks do not stick to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Image {
    pub(super) src: String,
    pub(super) alt: String,
    pub(super) title: Option<String>,
    pub(super) link: Option<Link>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) title: Option<String>,
}

/// What is laid over a run of text. Their order is not kept, for the shared document loses it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Marks {
    pub(super) link: Option<Link>,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) strike: bool,
    pub(super) code: bool,
}

impl Block {
    /// A paragraph that says nothing; the only block that Markdown cannot write.
    pub(super) fn is_empty_paragraph(&self) -> bool {
        matches!(self, Self::Paragraph(content) if content.is_empty())
    }
}

impl Inline {
    /// Text without marks.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            marks: Marks::default(),
        }
    }
}

impl AlertKind {
    /// The name in the schema.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }

    /// The kind of that name; an unknown name is a note.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "tip" => Self::Tip,
            "important" => Self::Important,
            "warning" => Self::Warning,
            "caution" => Self::Caution,
            _ => Self::Note,
        }
    }
}

impl Align {
    /// The name in the schema; `None` for a column without alignment.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Left => Some("left"),
            Self::Center => Some("center"),
            Self::Right => Some("right"),
        }
    }

    /// The alignment of that name; an unknown name is none.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "left" => Self::Left,
            "center" => Self::Center,
            "right" => Self::Right,
            _ => Self::None,
        }
    }
}
