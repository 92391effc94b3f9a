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

use super::DocumentError;
use super::tree::{Block, count};
use loss::Losses;

/// The most elements of a section that is sent as Markdown. A megabyte of running text has about
/// fifteen thousand; in the editor's JSON, each takes about a kilobyte of memory.
const MOST_ELEMENTS: usize = 100_000;

/// Rewrites Markdown in its archive form; anything the schema cannot express is dropped.
pub fn canonical(markdown: &str) -> String {
    write(&parse(markdown))
}

/// Tells what a section cannot hold of some Markdown, one sentence for each kind of loss.
///
/// # Errors
/// [`DocumentError::TooManyElements`] for a text that a section does not take.
pub fn losses(markdown: &str) -> Result<Vec<String>, DocumentError> {
    let (_, losses) = parse_within_limits(markdown)?;
    Ok(losses.sentences())
}

/// Parses Markdown that somebody sends, and tells what of it the tree cannot hold.
pub(super) fn parse_within_limits(markdown: &str) -> Result<(Vec<Block>, Losses), DocumentError> {
    let (blocks, losses) = parse_with_losses(markdown);
    match count(&blocks) > MOST_ELEMENTS {
        true => Err(DocumentError::TooManyElements(MOST_ELEMENTS)),
        false => Ok((blocks, losses)),
    }
}

/// Parser extensions beyond CommonMark.
fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}
