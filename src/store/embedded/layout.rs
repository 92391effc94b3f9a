//! How records lie in the one tree: which bytes are the key, and how a large value is cut.
//!
//! sled keeps values up to about 4 KiB in its log; larger ones become files that are written
//! without an fsync that could be seen. So a larger value is cut into chunks beside its head.

use super::super::{LogId, StoreError};

/// Bytes of a value that fit into one record, its key included.
const INLINE: usize = 3_600;

const RECORD: u8 = b'r';
const CHUNK: u8 = b'c';
const WHOLE: u8 = 0;
const CUT: u8 = 1;

/// The table that holds the entries of all logs.
pub const LOG: &str = "log";
/// The table that holds the last number of each log.
pub const LOG_HEAD: &str = "log_head";
/// The table that holds what describes the store itself.
pub const META: &str = "meta";

/// Returns the key in the tree of `key` in `table`.
pub fn record_key(table: &str, key: &[u8]) -> Vec<u8> {
    let mut physical = Vec::with_capacity(table.len() + key.len() + 2);
    physical.push(RECORD);
    physical.extend_from_slice(table.as_bytes());
    physical.push(0);
    physical.extend_from_slice(key);
    physical
}

/// Splits a key of the tree into table and key; `None` for a chunk.
pub fn split_key(physical: &[u8]) -> Option<(&str, &[u8])> {
    let rest = physical.strip_prefix(&[RECORD])?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some((std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 1..]))
}

/// Returns the first key behind all keys that begin with `prefix`, which is not all 0xff.
pub fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    end
}

/// Returns the bytes that the keys of all entries of a log begin with, in table [`LOG`].
pub fn log_prefix(log: &LogId) -> Vec<u8> {
    [log.as_str().as_bytes(), &[0]].concat()
}

/// Returns the key of entry `number` of a log, in table [`LOG`].
pub fn entry_key(log: &LogId, number: u64) -> Vec<u8> {
    [&log_prefix(log)[..], &number.to_be_bytes()].concat()
}

/// Splits the key of a log entry into the log's name and the entry's number.
pub fn split_entry(key: &[u8]) -> Option<(&str, u64)> {
    let (name, number) = key.split_at_checked(key.len().checked_sub(8)?)?;
    let name = std::str::from_utf8(name.strip_suffix(&[0])?).ok()?;
    Some((name, u64::from_be_bytes(number.try_into().ok()?)))
}

fn chunk_key(record: &[u8], index: u32) -> Vec<u8> {
    let mut key = Vec::with_capacity(record.len() + 9);
    key.push(CHUNK);
    key.extend_from_slice(
        &u32::try_from(record.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    key.extend_from_slice(record);
    key.extend_from_slice(&index.to_be_bytes());
    key
}

/// Returns what to store for a value: its head, and chunks when it is large.
pub fn encode(record: &[u8], value: &[u8]) -> (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>) {
    let room = INLINE.saturating_sub(record.len()).max(256);
    if value.len() <= room {
        let mut head = Vec::with_capacity(value.len() + 1);
        head.push(WHOLE);
        head.extend_from_slice(value);
        return (head, Vec::new());
    }
    let chunks: Vec<_> = (0u32..)
        .zip(value.chunks(room))
        .map(|(index, chunk)| (chunk_key(record, index), chunk.to_vec()))
        .collect();
    let mut head = vec![CUT];
    head.extend_from_slice(
        &u32::try_from(chunks.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    (head, chunks)
}

/// Returns the keys of the chunks that belong to a head.
pub fn chunk_keys(record: &[u8], head: &[u8]) -> Vec<Vec<u8>> {
    match head.split_first() {
        Some((&CUT, count)) => {
            let count = count.try_into().map_or(0, u32::from_be_bytes);
            (0..count).map(|index| chunk_key(record, index)).collect()
        }
        _ => Vec::new(),
    }
}

/// Puts a value together again; `chunk` reads a key of the tree.
pub fn decode<B: AsRef<[u8]>>(
    record: &[u8],
    head: &[u8],
    chunk: impl Fn(&[u8]) -> Result<Option<B>, StoreError>,
) -> Result<Vec<u8>, StoreError> {
    match head.split_first() {
        Some((&WHOLE, value)) => Ok(value.to_vec()),
        Some((&CUT, _)) => {
            let mut value = Vec::new();
            for key in chunk_keys(record, head) {
                let part =
                    chunk(&key)?.ok_or_else(|| damaged(record, "a part of it is missing"))?;
                value.extend_from_slice(part.as_ref());
            }
            Ok(value)
        }
        _ => Err(damaged(record, "its head cannot be read")),
    }
}

/// Names a record for a person: table and key, the key as text or hexadecimal.
pub fn name(record: &[u8]) -> String {
    let Some((table, key)) = split_key(record) else {
        return format!("record {}", hex::encode(record));
    };
    if let (LOG, Some((log, number))) = (table, split_entry(key)) {
        return format!("entry {number} of edit log {log}");
    }
    match std::str::from_utf8(key) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| !c.is_control()) => {
            format!("record {table}/{text}")
        }
        _ if key.len() == 8 => {
            let number: [u8; 8] = key.try_into().unwrap_or_default();
            format!("record {table}/{}", u64::from_be_bytes(number))
        }
        _ if key.len() == 16 => format!("record {table}/{}", identifier(key)),
        _ => format!("record {table}/{}", hex::encode(key)),
    }
}

fn identifier(bytes: &[u8]) -> String {
    crate::base::ArticleId::from_bytes(bytes)
        .map_or_else(|| hex::encode(bytes), |id| id.to_string())
}

/// Makes the error of a record that cannot be read.
pub fn damaged(record: &[u8], why: &str) -> StoreError {
    StoreError::damaged(name(record), why)
}
