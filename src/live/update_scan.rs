//! Scans an update before yrs decodes it.
//!
//! The scan lists what an update inserts and deletes, and rejects what a well-behaved client never
//! sends but what would crash or stall the process later: unbounded nesting of values, announced
//! lengths without content, clocks that overflow, documents within documents. Source:
//! `yjs/src/utils/encoding.js` (`writeStructs`) and `structs/*.js`, update format 1.

use super::lib0::{Malformed, Reader};

/// Attribute values are flat, or a list of column widths. This leaves ample room.
const VALUE_DEPTH: usize = 16;
/// Clocks count characters. No document comes near this many.
const CLOCK_LIMIT: u64 = i32::MAX as u64;

const HAS_LEFT: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const HAS_KEY: u8 = 0x20;

/// Identifies one character or element: the client that inserted it, and its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id {
    /// Which client inserted it.
    pub client: u64,
    /// Its position among that client's insertions.
    pub clock: u32,
}

/// Consecutive ids of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// Which client inserted it.
    pub client: u64,
    /// The first clock.
    pub start: u32,
    /// The clock after the last.
    pub end: u32,
}

/// Where a block is attached to the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// In a named root.
    Root,
    /// In the element with this id.
    Element(Id),
    /// In the same element as its neighbours.
    Inherited,
}

/// The content of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockContent {
    /// Nothing: a gap in what the sender knows.
    Skip,
    /// Deleted and garbage-collected.
    Gc,
    /// Text, values or an element.
    Item {
        /// The left neighbour at insertion.
        left: Option<Id>,
        /// The right neighbour at insertion.
        right: Option<Id>,
        /// Where it is attached.
        parent: Parent,
        /// Whether it can contain further blocks.
        is_container: bool,
    },
}

/// A run of insertions and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The ids.
    pub range: IdRange,
    /// The content.
    pub content: BlockContent,
}

/// Everything that an update inserts and deletes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateScan {
    /// The insertions, grouped by client and in order.
    pub blocks: Vec<Block>,
    /// Deletions.
    pub deletions: Vec<IdRange>,
}

impl UpdateScan {
    /// Scans an update of format 1.
    pub fn parse(update: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(update);
        let mut scan = Self::default();
        let mut clients = std::collections::HashSet::new();
        for _ in 0..reader.count()? {
            let blocks = reader.count()?;
            let client = reader.var_uint()?;
            if !clients.insert(client) {
                return Err(Malformed("a client is listed twice"));
            }
            scan.read_client(&mut reader, client, blocks)?;
        }
        scan.read_deletions(&mut reader)?;
        reader.finish()?;
        Ok(scan)
    }

    fn read_client(
        &mut self,
        reader: &mut Reader<'_>,
        client: u64,
        blocks: usize,
    ) -> Result<(), Malformed> {
        let mut start = clock(reader)?;
        for _ in 0..blocks {
            let (length, content) = read_block(reader)?;
            let range = id_range(client, start, length)?;
            start = range.end;
            // Old clients could write blocks of length zero, which have no effect.
            if length > 0 {
                self.blocks.push(Block { range, content });
            }
        }
        Ok(())
    }

    fn read_deletions(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        for _ in 0..reader.count()? {
            let client = reader.var_uint()?;
            for _ in 0..reader.count()? {
                let start = clock(reader)?;
                let length = reader.var_uint()?;
                self.deletions.push(id_range(client, start, length)?);
            }
        }
        Ok(())
    }
}

fn clock(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    match reader.var_uint()? {
        clock if clock <= CLOCK_LIMIT => Ok(clock as u32),
        _ => Err(Malformed("a clock is too large")),
    }
}

fn id_range(client: u64, start: u32, length: u64) -> Result<IdRange, Malformed> {
    match u64::from(start).checked_add(length) {
        Some(end) if end <= CLOCK_LIMIT => Ok(IdRange {
            client,
            start,
            end: end as u32,
        }),
        _ => Err(Malformed("a clock is too large")),
    }
}

fn id(reader: &mut Reader<'_>) -> Result<Id, Malformed> {
    Ok(Id {
        client: reader.var_uint()?,
        clock: clock(reader)?,
    })
}

fn read_block(reader: &mut Reader<'_>) -> Result<(u64, BlockContent), Malformed> {
    match reader.byte()? {
        0 => Ok((length(reader)?, BlockContent::Gc)),
        10 => Ok((length(reader)?, BlockContent::Skip)),
        info => read_item(reader, info),
    }
}

fn length(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    match reader.var_uint()? {
        0 => Err(Malformed("a run has no length")),
        length => Ok(length),
    }
}

fn read_item(reader: &mut Reader<'_>, info: u8) -> Result<(u64, BlockContent), Malformed> {
    let left = if info & HAS_LEFT != 0 {
        Some(id(reader)?)
    } else {
        None
    };
    let right = if info & HAS_RIGHT != 0 {
        Some(id(reader)?)
    } else {
        None
    };
    let parent = if left.is_some() || right.is_some() {
        Parent::Inherited
    } else {
        let named = reader.var_uint()? == 1;
        let parent = if named {
            reader.var_string()?;
            Parent::Root
        } else {
            Parent::Element(id(reader)?)
        };
        if info & HAS_KEY != 0 {
            reader.var_string()?;
        }
        parent
    };
    let kind = info & 0x1f;
    let length = read_content(reader, kind)?;
    Ok((
        length,
        BlockContent::Item {
            left,
            right,
            parent,
            is_container: kind == 7,
        },
    ))
}

/// Skips the content of an item and returns how many clocks it takes.
fn read_content(reader: &mut Reader<'_>, kind: u8) -> Result<u64, Malformed> {
    match kind {
        1 => reader.var_uint(),
        3 => reader.var_buffer().map(|_| 1),
        4 => reader.var_string().map(utf16_length),
        5 => reader.var_string().map(|_| 1),
        6 => reader
            .var_string()
            .and_then(|_| reader.var_string())
            .map(|_| 1),
        7 => read_shared_type(reader).map(|()| 1),
        8 => {
            let count = reader.count()?;
            for _ in 0..count {
                read_value(reader, VALUE_DEPTH)?;
            }
            Ok(count as u64)
        }
        2 | 9 => Err(Malformed("this kind of content has no place in an article")),
        _ => Err(Malformed("a kind of content is unknown")),
    }
}

fn utf16_length(text: &str) -> u64 {
    if text.is_ascii() {
        text.len() as u64
    } else {
        text.encode_utf16().count() as u64
    }
}

/// Array, map, text, element, fragment or the text of an element.
fn read_shared_type(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    match reader.byte()? {
        0..=2 | 4 | 6 => Ok(()),
        3 => reader.var_string().map(|_| ()),
        _ => Err(Malformed("this kind of element has no place in an article")),
    }
}

fn read_value(reader: &mut Reader<'_>, depth: usize) -> Result<(), Malformed> {
    if depth == 0 {
        return Err(Malformed("values are nested too deeply"));
    }
    match reader.byte()? {
        126 | 127 | 120 | 121 => Ok(()),
        125 => read_signed(reader),
        124 => reader.take(4).map(|_| ()),
        122 | 123 => reader.take(8).map(|_| ()),
        119 => reader.var_string().map(|_| ()),
        118 => (0..reader.count()?).try_for_each(|_| {
            reader.var_string()?;
            read_value(reader, depth - 1)
        }),
        117 => (0..reader.count()?).try_for_each(|_| read_value(reader, depth - 1)),
        116 => reader.var_buffer().map(|_| ()),
        _ => Err(Malformed("a value is of no known type")),
    }
}

/// A signed integer looks like an unsigned one of at most nine bytes.
fn read_signed(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    for _ in 0..9 {
        if reader.byte()? < 0x80 {
            return Ok(());
        }
    }
    Err(Malformed("an integer does not end"))
}

#[cfg(test)]
mod tests {
    use yrs::updates::decoder::Decode;
    use yrs::{
        Any, Array, Doc, Map, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, Update,
        Xml, XmlElementPrelim, XmlFragment, XmlTextPrelim,
    };

    use super::super::lib0::{put_var_buffer, put_var_uint};
    use super::*;

    fn doc(client: u64) -> Doc {
        Doc::with_options(Options {
            client_id: yrs::ClientID::new(client),
            offset_kind: OffsetKind::Utf16,
            ..Options::default()
        })
    }

    fn state(doc: &Doc) -> Vec<u8> {
        doc.transact()
            .encode_state_as_update_v1(&StateVector::default())
    }

    /// Returns a document that uses every kind of content the schema allows.
    fn rich() -> Doc {
        let doc = doc(7);
        let body = doc.get_or_insert_xml_fragment("section:a");
        let fields = doc.get_or_insert_map("fields");
        let order = doc.get_or_insert_array("order");
        let title = doc.get_or_insert_text("title");
        let mut txn = doc.transact_mut();
        let paragraph = body.push_back(&mut txn, XmlElementPrelim::empty("paragraph"));
        let text = paragraph.push_back(&mut txn, XmlTextPrelim::new("Grüße 👩‍🔬"));
        text.format(
            &mut txn,
            0,
            3,
            [("bold".into(), Any::Map(Default::default()))].into(),
        );
        paragraph.insert_attribute(&mut txn, "colwidth", Any::from(vec![Any::from(100)]));
        fields.insert(&mut txn, "done", true);
        fields.insert(&mut txn, "share", 0.25);
        order.push_back(&mut txn, "a");
        title.insert(&mut txn, 0, "Pipettes");
        title.remove_range(&mut txn, 2, 3);
        drop(txn);
        doc
    }

    #[test]
    fn a_scan_lists_an_update_to_its_last_clock() {
        let doc = rich();
        let scan = UpdateScan::parse(&state(&doc)).unwrap();
        let end = scan.blocks.iter().map(|block| block.range.end).max();
        assert_eq!(
            end,
            Some(doc.transact().state_vector().get(&yrs::ClientID::new(7)))
        );
        assert!(scan.blocks.iter().all(|block| block.range.client == 7));
        assert_eq!(
            scan.deletions
                .iter()
                .map(|gone| gone.end - gone.start)
                .sum::<u32>(),
            3
        );
    }

    #[test]
    fn no_update_that_passes_the_scan_makes_yrs_panic() {
        let good = state(&rich());
        let mut decoded = 0;
        for place in 0..good.len() {
            for flip in [0x01u8, 0x40, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[place] ^= flip;
                if UpdateScan::parse(&bad).is_ok()
                    && let Ok(update) = Update::decode_v1(&bad)
                {
                    decoded += 1;
                    let _ = doc(9).transact_mut().apply_update(update);
                }
            }
        }
        assert!(decoded > 100, "{decoded} updates reached the document");
    }

    #[test]
    fn every_truncated_update_is_rejected() {
        let good = state(&rich());
        for end in 0..good.len() {
            assert!(
                UpdateScan::parse(&good[..end]).is_err(),
                "{end} of {} bytes",
                good.len()
            );
        }
    }

    /// Returns an array nested this deep. 16 KB of it would crash the decoder.
    fn nested_array(depth: usize) -> Vec<u8> {
        let mut update = vec![1, 1, 7, 0, 8, 1];
        put_var_buffer(&mut update, b"order");
        put_var_uint(&mut update, 1);
        for _ in 0..depth {
            update.extend([117, 1]);
        }
        update.extend([126, 0]);
        update
    }

    #[test]
    fn deeply_nested_values_are_rejected() {
        assert!(UpdateScan::parse(&nested_array(3)).is_ok());
        let refused = UpdateScan::parse(&nested_array(100_000)).unwrap_err();
        assert!(refused.to_string().contains("nested"), "{refused}");
    }

    #[test]
    fn impossible_numbers_are_rejected() {
        let mut huge_client = vec![1, 1];
        put_var_uint(&mut huge_client, 1 << 53);
        huge_client.extend([0, 4, 1, 1, b't', 1, b'x', 0]);
        assert!(UpdateScan::parse(&huge_client).is_err());
        let mut late = vec![1, 1, 7];
        put_var_uint(&mut late, i32::MAX as u64);
        late.extend([4, 1, 1, b't', 1, b'x', 0]);
        assert!(UpdateScan::parse(&late).is_err());
        assert!(UpdateScan::parse(&[0xff, 0xff, 0xff, 0x7f, 0]).is_err());
    }
}
