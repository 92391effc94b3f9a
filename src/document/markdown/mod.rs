//! Markdown in and out: events to tree, tree to events, and the archive dialect.
//!
//! Raw HTML never enters the tree, except for `<br>`: a line break where Markdown has none, as in a
//! table cell.

mod dialect;
mod emit;
mod line_builder;
mod parse;
#[cfg(test)]
mod round_trip;
mod write;

pub(super) use dialect::Dialect;
pub(super) use emit::{alert, alignment, events, events_in, heading, line_events};
pub(super) use parse::parse;
pub(super) use write::write;

use pulldown_cmark::Options;

/// Rewrites Markdown in its archive form; anything the schema cannot express is dropped.
pub fn canonical(markdown: &str) -> String {
    write(&parse(markdown))
}

/// Parser extensions beyond CommonMark.
fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}
