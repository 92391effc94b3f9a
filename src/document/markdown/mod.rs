//! Markdown in and out: events to tree, tree to events, and the archive dialect.
//!
//! Raw HTML is read into what it means: tables, lists, links, pictures, marks. The tree has none.
//! The writer uses `<br>` for a line break where Markdown has none, as in a table cell, and `<sup>`
//! and `<sub>`.

mod dialect;
mod emit;
mod html_block;
mod html_table;
mod line_builder;
mod loss;
mod parse;
mod raw_html;
#[cfg(test)]
mod round_trip;
mod script_stack;
#[cfg(test)]
mod tests;
mod write;

pub(super) use dialect::Dialect;
pub(super) use emit::{alert, alignment, events, events_in, heading, line_events};
pub(super) use parse::{parse, parse_with_losses};
pub(super) use write::write;

use pulldown_cmark::Options;

/// Rewrites Markdown in its archive form; anything the schema cannot express is dropped.
pub fn canonical(markdown: &str) -> String {
    write(&parse(markdown))
}

/// Tells what a section cannot hold of some Markdown, one sentence for each kind of loss.
pub fn losses(markdown: &str) -> Vec<String> {
    parse_with_losses(markdown).1.sentences()
}

/// Parser extensions beyond CommonMark.
fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}
