//! A real editing history: 259,778 keystrokes of one person writing a paper.
//!
//! `automerge-paper.b4tr.gz`, by Martin Kleppmann, from josephg/editing-traces (CC BY 4.0): the
//! number of edits, then columns (position, as the zigzag distance from the last edit's end;
//! letters deleted; letters inserted), each with its length in bytes, then the text. Integers are
//! lib0 varUints.

use std::io::Read;

use flate2::read::GzDecoder;
use yrs::{Doc, GetString, OffsetKind, Options, Text, Transact};

use super::lib0::var_uint;

const TRACE: &[u8] = include_bytes!("automerge-paper.b4tr.gz");

/// One edit of a text.
struct Edit<'t> {
    at: u32,
    deleted: u32,
    inserted: &'t str,
}

/// Returns the history as updates of format 1, one per edit, and the final text.
pub fn updates(edits: usize) -> (Vec<Vec<u8>>, String) {
    let mut bytes = Vec::new();
    GzDecoder::new(TRACE).read_to_end(&mut bytes).unwrap();
    let doc = Doc::with_options(Options {
        client_id: yrs::ClientID::new(77),
        offset_kind: OffsetKind::Utf16,
        ..Options::default()
    });
    let title = doc.get_or_insert_text("title");
    let mut updates = Vec::new();
    for edit in read(&bytes).into_iter().take(edits) {
        let mut txn = doc.transact_mut();
        if edit.deleted > 0 {
            title.remove_range(&mut txn, edit.at, edit.deleted);
        }
        if !edit.inserted.is_empty() {
            title.insert(&mut txn, edit.at, edit.inserted);
        }
        updates.push(txn.encode_update_v1());
    }
    let text = title.get_string(&doc.transact());
    (updates, text)
}

fn read(bytes: &[u8]) -> Vec<Edit<'_>> {
    let mut rest = bytes.strip_prefix(b"B4TR").unwrap();
    let count = var_uint(&mut rest) as usize;
    let mut column = || {
        let length = var_uint(&mut rest) as usize;
        let (column, after) = rest.split_at(length);
        rest = after;
        column
    };
    let (mut places, mut deletions, mut insertions) = (column(), column(), column());
    let mut text = std::str::from_utf8(column()).unwrap();
    let mut end = 0i64;
    let mut edits = Vec::with_capacity(count);
    for _ in 0..count {
        let zigzag = var_uint(&mut places);
        let at = end + ((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
        let deleted = var_uint(&mut deletions) as u32;
        let letters = var_uint(&mut insertions) as usize;
        let cut = text
            .char_indices()
            .nth(letters)
            .map_or(text.len(), |(place, _)| place);
        let (inserted, after) = text.split_at(cut);
        text = after;
        let at = u32::try_from(at).unwrap();
        end = i64::from(at) + letters as i64;
        edits.push(Edit {
            at,
            deleted,
            inserted,
        });
    }
    edits
}
