//! What Markdown says that a section cannot hold.

use std::collections::BTreeMap;

/// A kind of loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loss {
    /// A list of tasks and other items became several lists.
    MixedList,
    /// A cell spanned others.
    MergedCell,
    /// A table stood in a cell or in a line.
    InnerTable,
    /// A list had letters, Roman numerals or descending numbers.
    ListNumbers,
    /// A picture had no address.
    Picture,
    /// Something was embedded.
    Embedded,
    /// Text was underlined or highlighted.
    Underline,
    /// The addresses of links, with a copy for each piece of text, are too long.
    Link,
}

/// Losses by kind.
#[derive(Debug, Default)]
pub(crate) struct Losses(BTreeMap<Loss, usize>);

impl Losses {
    pub(super) fn add(&mut self, loss: Loss) {
        *self.0.entry(loss).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (loss, count) in other.0 {
            *self.0.entry(loss).or_default() += count;
        }
    }

    /// Returns a sentence for each kind of loss.
    pub(crate) fn sentences(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|(loss, count)| loss.sentence(*count))
            .collect()
    }
}

impl Loss {
    fn sentence(self, count: usize) -> String {
        let (one, more) = match self {
            Self::MixedList => (
                "list of tasks and other items was split",
                "lists of tasks and other items were split",
            ),
            Self::MergedCell => ("merged cell was split", "merged cells were split"),
            Self::InnerTable => (
                "table within a line or a cell became text",
                "tables within a line or a cell became text",
            ),
            Self::ListNumbers => (
                "list lost its letters, Roman numerals or descending numbers",
                "lists lost their letters, Roman numerals or descending numbers",
            ),
            Self::Picture => (
                "picture without an address was left out",
                "pictures without an address were left out",
            ),
            Self::Embedded => (
                "embedded element was left out",
                "embedded elements were left out",
            ),
            Self::Underline => (
                "underlined or highlighted passage became plain",
                "underlined or highlighted passages became plain",
            ),
            Self::Link => (
                "piece of text lost its link, whose address is too long",
                "pieces of text lost their link, whose address is too long",
            ),
        };
        format!("{count} {}.", if count == 1 { one } else { more })
    }
}
