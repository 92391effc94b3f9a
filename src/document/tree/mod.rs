//! The tree of a section, between its three forms: shared document, Markdown and HTML.
//!
//! The types allow only what Markdown can express, except for details that [`normalise`] handles.

mod count;
mod depth;
mod inline;
mod marks;
mod nodes;
mod normalise;
mod plain_line;
#[cfg(test)]
pub(super) mod random;
mod text;
mod tightness;

pub(super) use count::count;
pub(super) use marks::{MarkKind, MarkSpan, effective_marks, layers};
pub(super) use nodes::{from_nodes, to_nodes};
pub(super) use normalise::{footnote_labels, normalise, normalise_part};
pub(super) use plain_line::{PlainLine, signs};
pub(super) use text::{fold_lines, plain_text};

/// The URL scheme of mentions in Markdown; a person id follows.
pub(super) const MENTION_SCHEME: &str = "person:";

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

/// The kind of list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ListKind {
    Bullet,
    /// The number of the first item.
    Ordered(u32),
    Task,
}

/// A list item; `checked` is only used in task lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Item {
    pub(super) checked: bool,
    pub(super) content: Vec<Block>,
}

/// The alignment of a column.
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

/// Inline content.
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
    /// A person, with the name at the time.
    Mention {
        person: String,
        name: String,
    },
    /// A formula, inline or displayed on its own line.
    Math {
        latex: String,
        display: bool,
    },
}

/// An image; it stores its own link because marks do not apply to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Image {
    pub(super) src: String,
    pub(super) alt: String,
    pub(super) title: Option<String>,
    pub(super) link: Option<Link>,
}

/// The target of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) title: Option<String>,
}

/// The marks of a run of text. Their order is not stored, because the shared document loses it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Marks {
    pub(super) link: Option<Link>,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) strike: bool,
    pub(super) code: bool,
    pub(super) script: Option<Script>,
}

/// Raised or lowered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Script {
    Superscript,
    Subscript,
}

impl Block {
    /// Tells whether it is an empty paragraph, the only block Markdown cannot express.
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

impl Script {
    pub(super) const ALL: [Self; 2] = [Self::Superscript, Self::Subscript];

    /// Returns the name in the schema.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Superscript => "superscript",
            Self::Subscript => "subscript",
        }
    }

    /// Returns the name of the HTML element.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::Superscript => "sup",
            Self::Subscript => "sub",
        }
    }
}

impl AlertKind {
    /// Returns the name in the schema.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }

    /// Returns the kind with that name; `Note` if unknown.
    pub(super) fn from_name(name: &str) -> Self {
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
    /// Returns the name in the schema; `None` without alignment.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Left => Some("left"),
            Self::Center => Some("center"),
            Self::Right => Some("right"),
        }
    }

    /// Returns the alignment with that name; `None` if unknown.
    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "left" => Self::Left,
            "center" => Self::Center,
            "right" => Self::Right,
            _ => Self::None,
        }
    }
}
