//! The layout of the tree: how records are keyed, and how large values are chunked.
//!
//! sled stores values up to 4 KiB in its log and larger ones in files of their own, which it writes
//! without a reliable fsync. Larger values are therefore split into chunks, stored next to a head.

use std::ops::RangeInclusive;

use bytes::Bytes;
use sled::IVec;

use crate::table::name_record;
use crate::{Key, LogId, StoreError};

/// The largest value, in bytes; anything larger belongs in a blob.
pub const LARGEST_VALUE: usize = 16 << 20;
/// The longest key, in bytes.
pub const LONGEST_KEY: usize = 1_024;
/// The table of log entries, by log and number.
pub const LOG: &str = "log";
/// The table of log heads: the last number of a log when it was trimmed, from which an empty log
/// continues.
pub const LOG_HEAD: &str = "log_head";
/// The table of the store's own metadata.
pub const META: &str = "meta";

/// Bytes of a value that fit into one sled entry together with the key.
const PIECE: usize = 3_000;
const RECORD: u8 = b'r';
const CHUNK: u8 = b'c';
const WHOLE: u8 = 0;
const CUT: u8 = 1;

/// Returns the tree key of `key` in `table`.
pub fn record_key(table: &str, key: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(table.len() + key.len() + 2);
    record.push(RECORD);
    record.extend_from_slice(table.as_bytes());
    record.push(0);
    record.extend_from_slice(key);
    record
}

/// Returns the first tree key after all of `table`.
pub fn end_of_table(table: &str) -> Vec<u8> {
    let mut end = record_key(table, &[]);
    if let Some(last) = end.last_mut() {
        *last = 1;
    }
    end
}

/// Splits a tree key into table and key; `None` for a chunk.
pub fn split_key(record: &[u8]) -> Option<(&str, &[u8])> {
    let rest = record.strip_prefix(&[RECORD])?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some((std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 1..]))
}

/// Returns the tree key of entry `number` of `log`.
pub fn entry_key(log: &LogId, number: u64) -> Vec<u8> {
    record_key(LOG, &(log.as_str().to_owned(), number).encode())
}

/// Returns the range of tree keys for entries of `log`.
pub fn entries(log: &LogId) -> RangeInclusive<Vec<u8>> {
    entry_key(log, 0)..=entry_key(log, u64::MAX)
}

/// Returns the tree key of the head of `log`.
pub fn head_key(log: &LogId) -> Vec<u8> {
    record_key(LOG_HEAD, &log.as_str().to_owned().encode())
}

/// Decodes a key of table [`LOG`].
pub fn entry_of(key: &[u8]) -> Option<(LogId, u64)> {
    <(String, u64)>::decode(key).map(|(log, number)| (LogId::new(log), number))
}

/// Returns the entry number in a tree key.
pub fn number_of(record: &[u8]) -> Result<u64, StoreError> {
    let named = split_key(record).and_then(|(_, key)| entry_of(key));
    let (_, number) = named.ok_or_else(|| damaged(record, "its key cannot be read"))?;
    Ok(number)
}

/// Decodes the head of `log`; a missing head is 0.
pub fn head(log: &LogId, value: Option<&[u8]>) -> Result<u64, StoreError> {
    let number = value.map_or(Some(0), u64::decode);
    number.ok_or_else(|| damaged(&head_key(log), "it is no number"))
}

/// Returns the tree entries that store `value`: one, or chunks and their head.
pub fn cut(record: &[u8], value: &[u8]) -> Vec<(Vec<u8>, IVec)> {
    if value.len() <= PIECE {
        return vec![(record.to_vec(), [&[WHOLE], value].concat().into())];
    }
    let mut pieces: Vec<(Vec<u8>, IVec)> = (0u32..)
        .zip(value.chunks(PIECE))
        .map(|(index, piece)| (chunk_key(record, index), piece.into()))
        .collect();
    let count = u32::try_from(pieces.len()).expect("a value has at most 16 MiB");
    let head = [&[CUT], &count.to_be_bytes()[..]].concat();
    pieces.push((record.to_vec(), head.into()));
    pieces
}

/// Joins the chunks of a value; `fetch` reads a tree key.
pub fn join(
    record: &[u8],
    head: &[u8],
    fetch: impl Fn(&[u8]) -> Result<Option<IVec>, StoreError>,
) -> Result<Bytes, StoreError> {
    match head.split_first() {
        Some((&WHOLE, value)) => Ok(Bytes::copy_from_slice(value)),
        Some((&CUT, _)) => {
            let mut value = Vec::new();
            for key in chunk_keys(record, head) {
                let piece = fetch(&key)?.ok_or_else(|| damaged(record, "a part is missing"))?;
                value.extend_from_slice(&piece);
            }
            Ok(value.into())
        }
        _ => Err(damaged(record, "its first byte is unknown")),
    }
}

/// Returns the tree keys of the chunks of a head.
pub fn chunk_keys<'a>(record: &'a [u8], head: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<'a> {
    let count = match head.split_first() {
        Some((&CUT, count)) => count.try_into().map_or(0, u32::from_be_bytes),
        _ => 0,
    };
    (0..count).map(move |index| chunk_key(record, index))
}

fn chunk_key(record: &[u8], index: u32) -> Vec<u8> {
    [&[CHUNK], record, &index.to_be_bytes()[..]].concat()
}

/// Describes a tree key for an error message.
pub fn name(record: &[u8]) -> String {
    match split_key(record) {
        Some((LOG, key)) => match entry_of(key) {
            Some((log, number)) => format!("entry {number} of edit log {log}"),
            None => name_record(LOG, key),
        },
        Some((table, key)) => name_record(table, key),
        None => format!("record {}", hex::encode(record)),
    }
}

/// Makes a [`StoreError::Damaged`] that describes the record.
pub fn damaged(record: &[u8], reason: impl ToString) -> StoreError {
    StoreError::damaged(name(record), reason)
}
