//! Reads an update as far as it must be known before the document library may decode it.
//!
//! The scanner lists what an update inserts and deletes, and refuses what a well-behaved client
//! never sends but what would abort or stall the process further on: values nested without end,
//! announced lengths without content, clocks that overflow, documents within documents.
//! Source: `yjs/src/utils/encoding.js` (`writeStructs`) and `structs/*.js`, update format 1.

use super::wire::{Malformed, Reader};

/// Values in attributes are flat, or a list of column widths; this leaves room for much more.
const VALUE_DEPTH: usize = 16;
/// Clocks count characters; no document comes near this many.
const CLOCK_LIMIT: u64 = i32::MAX as u64;

const HAS_LEFT: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const HAS_KEY: u8 = 0x20;

/// Names one character or element: who inserted it, and as their how-manieth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id {
    /// Which client inserted it.
    pub client: u64,
    /// Its place in the order of that client's insertions.
    pub clock: u32,
}

/// A run of one client's insertions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Which client inserted it.
    pub client: u64,
    /// The first clock of the run.
    pub start: u32,
    /// The first clock after the run.
    pub end: u32,
}

/// Where a piece hangs in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// Directly in a named root.
    Root,
    /// In the element with this name.
    Element(Id),
    /// In the same element as its neighbours.
    AsNeighbour,
}

/// What an update says about one run of insertions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing: a hole in what the sender knows.
    Hole,
    /// It was there and has been cleared away.
    Gone,
    /// Text, values or an element.
    Item {
        /// The left neighbour at the time of insertion.
        left: Option<Id>,
        /// The right neighbour at the time of insertion.
        right: Option<Id>,
        /// Where it hangs.
        parent: Parent,
        /// Whether it can hold further pieces.
        holds: bool,
    },
}

/// One run of insertions with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which insertions.
    pub span: Span,
    /// What they are.
    pub content: Content,
}

/// Everything an update inserts and deletes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Insertions; those of one client stand together and in order.
    pub pieces: Vec<Piece>,
    /// Deletions.
    pub deletions: Vec<Span>,
}

impl Scan {
    /// Scans an update of format 1.
    pub fn of(update: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(update);
        let mut scan = Self::default();
        let mut clients = std::collections::HashSet::new();
        for _ in 0..reader.count()? {
            let pieces = reader.count()?;
            let client = reader.integer()?;
            if !clients.insert(client) {
                return Err(Malformed("a client is listed twice"));
            }
            scan.read_client(&mut reader, client, pieces)?;
        }
        scan.read_deletions(&mut reader)?;
        reader.finish()?;
        Ok(scan)
    }

    fn read_client(
        &mut self,
        reader: &mut Reader<'_>,
        client: u64,
        pieces: usize,
    ) -> Result<(), Malformed> {
        let mut start = clock(reader)?;
        for _ in 0..pieces {
            let (length, content) = read_piece(reader)?;
            let span = span(client, start, length)?;
            start = span.end;
            // Old clients could write pieces without length; they have no effect.
            if length > 0 {
                self.pieces.push(Piece { span, content });
            }
        }
        Ok(())
    }

    fn read_deletions(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        for _ in 0..reader.count()? {
            let client = reader.integer()?;
            for _ in 0..reader.count()? {
                let start = clock(reader)?;
                let length = reader.integer()?;
                self.deletions.push(span(client, start, length)?);
            }
        }
        Ok(())
    }
}

fn clock(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    match reader.integer()? {
        clock if clock <= CLOCK_LIMIT => Ok(clock as u32),
        _ => Err(Malformed("a clock is too large")),
    }
}

fn span(client: u64, start: u32, length: u64) -> Result<Span, Malformed> {
    match u64::from(start).checked_add(length) {
        Some(end) if end <= CLOCK_LIMIT => Ok(Span {
            client,
            start,
            end: end as u32,
        }),
        _ => Err(Malformed("a clock is too large")),
    }
}

fn id(reader: &mut Reader<'_>) -> Result<Id, Malformed> {
    Ok(Id {
        client: reader.integer()?,
        clock: clock(reader)?,
    })
}

fn read_piece(reader: &mut Reader<'_>) -> Result<(u64, Content), Malformed> {
    match reader.byte()? {
        0 => Ok((length(reader)?, Content::Gone)),
        10 => Ok((length(reader)?, Content::Hole)),
        info => read_item(reader, info),
    }
}

fn length(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    match reader.integer()? {
        0 => Err(Malformed("a run has no length")),
        length => Ok(length),
    }
}

fn read_item(reader: &mut Reader<'_>, info: u8) -> Result<(u64, Content), Malformed> {
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
        Parent::AsNeighbour
    } else {
        let named = reader.integer()? == 1;
        let parent = if named {
            reader.text()?;
            Parent::Root
        } else {
            Parent::Element(id(reader)?)
        };
        if info & HAS_KEY != 0 {
            reader.text()?;
        }
        parent
    };
    let kind = info & 0x1f;
    let length = read_content(reader, kind)?;
    Ok((
        length,
        Content::Item {
            left,
            right,
            parent,
            holds: kind == 7,
        },
    ))
}

/// Passes over the content of an item and tells how many clocks it takes.
fn read_content(reader: &mut Reader<'_>, kind: u8) -> Result<u64, Malformed> {
    match kind {
        1 => reader.integer(),
        3 => reader.buffer().map(|_| 1),
        4 => reader.text().map(utf16_length),
        5 => reader.text().map(|_| 1),
        6 => reader.text().and_then(|_| reader.text()).map(|_| 1),
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

/// Array, map, text, element, fragment or text of an element.
fn read_shared_type(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    match reader.byte()? {
        0..=2 | 4 | 6 => Ok(()),
        3 => reader.text().map(|_| ()),
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
        119 => reader.text().map(|_| ()),
        118 => (0..reader.count()?).try_for_each(|_| {
            reader.text()?;
            read_value(reader, depth - 1)
        }),
        117 => (0..reader.count()?).try_for_each(|_| read_value(reader, depth - 1)),
        116 => reader.buffer().map(|_| ()),
        _ => Err(Malformed("a value is of no known type")),
    }
}

/// A signed integer has the shape of an unsigned one, of at most nine bytes.
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

    use super::super::wire::{put_buffer, put_integer};
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

    /// A document that uses every kind of content that the schema can hold.
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
    fn an_update_is_listed_to_its_last_clock() {
        let doc = rich();
        let scan = Scan::of(&state(&doc)).unwrap();
        let end = scan.pieces.iter().map(|piece| piece.span.end).max();
        assert_eq!(
            end,
            Some(doc.transact().state_vector().get(&yrs::ClientID::new(7)))
        );
        assert!(scan.pieces.iter().all(|piece| piece.span.client == 7));
        assert_eq!(
            scan.deletions
                .iter()
                .map(|gone| gone.end - gone.start)
                .sum::<u32>(),
            3
        );
    }

    #[test]
    fn whatever_passes_the_scanner_decodes_or_errors_but_never_panics() {
        let good = state(&rich());
        for place in 0..good.len() {
            for flip in [0x01u8, 0x40, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[place] ^= flip;
                if Scan::of(&bad).is_ok()
                    && let Ok(update) = Update::decode_v1(&bad)
                {
                    let _ = doc(9).transact_mut().apply_update(update);
                }
            }
        }
    }

    #[test]
    fn every_truncation_is_noticed() {
        let good = state(&rich());
        for end in 0..good.len() {
            assert!(
                Scan::of(&good[..end]).is_err(),
                "{end} of {} bytes",
                good.len()
            );
        }
    }

    /// An array within an array within an array; 16 KB of it would end the process in the decoder.
    fn nested_array(depth: usize) -> Vec<u8> {
        let mut update = vec![1, 1, 7, 0, 8, 1];
        put_buffer(&mut update, b"order");
        put_integer(&mut update, 1);
        for _ in 0..depth {
            update.extend([117, 1]);
        }
        update.extend([126, 0]);
        update
    }

    #[test]
    fn nested_values_are_refused_before_they_are_decoded() {
        assert!(Scan::of(&nested_array(3)).is_ok());
        let refused = Scan::of(&nested_array(100_000)).unwrap_err();
        assert!(refused.to_string().contains("nested"), "{refused}");
    }

    #[test]
    fn impossible_numbers_are_refused() {
        let mut huge_client = vec![1, 1];
        put_integer(&mut huge_client, 1 << 53);
        huge_client.extend([0, 4, 1, 1, b't', 1, b'x', 0]);
        assert!(Scan::of(&huge_client).is_err());
        let mut late = vec![1, 1, 7];
        put_integer(&mut late, i32::MAX as u64);
        late.extend([4, 1, 1, b't', 1, b'x', 0]);
        assert!(Scan::of(&late).is_err());
        assert!(Scan::of(&[0xff, 0xff, 0xff, 0x7f, 0]).is_err());
    }
}
