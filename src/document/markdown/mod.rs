//! Markdown in and out: events to tree, tree to events, and the spelling of the archive.
//!
//! Raw HTML never enters the tree. `<br>` alone has a meaning: a line break where Markdown has none,
//! as in a table cell.

mod emit;
mod line;
mod parse;
#[cfg(test)]
mod round_trip;
mod spelling;
mod write;

pub(super) use emit::{alert, alignment, events, events_in, heading, line_events};
pub(super) use parse::parse;
pub(super) use spelling::Spelling;
pub(super) use write::write;

use pulldown_cmark::Options;

/// Rewrites Markdown the way the archive writes it: what the schema cannot say is gone.
pub fn canonical(markdown: &str) -> String {
    write(&parse(markdown))
}

/// What the parser understands beside CommonMark.
fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}
