//! Numbers that are kept for each document beside its words.

use tantivy::SegmentReader;
use tantivy::columnar::Column;

/// The numbers of the documents of a segment.
#[derive(Clone)]
pub(super) struct Columns {
    pub version: Column<u64>,
    pub key: Column<u64>,
    pub length: Column<u64>,
    pub title_length: Column<u64>,
    pub changed: Column<u64>,
}

impl Columns {
    /// Opens the columns of a segment, which takes longer than to look up a word.
    pub fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            version: fast.u64("version")?,
            key: fast.u64("key")?,
            length: fast.u64("length")?,
            title_length: fast.u64("title_length")?,
            changed: fast.u64("changed")?,
        })
    }
}
