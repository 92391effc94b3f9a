//! Which blocks a document contains, and how deeply each is nested.
//!
//! The index checks an update before the document sees it, at a cost that depends only on the
//! update: what is new, whether it builds on something that has not arrived, and whether it nests
//! elements so deeply that reading or deleting them would overflow the stack.

use std::collections::HashMap;

use super::lib0::Malformed;
use super::update_scan::{Block, BlockContent, Id, IdRange, Parent, UpdateScan};

/// The deepest nesting of elements. Sixty nested lists take 120; no page shows them legibly.
pub const DEPTH_LIMIT: u16 = 160;

/// The blocks of a document, client by client.
#[derive(Debug, Default)]
pub struct BlockIndex {
    clients: HashMap<u64, ClientBlocks>,
}

/// The blocks of one client: the next free clock, and runs of equal depth.
#[derive(Debug, Default)]
struct ClientBlocks {
    end: u32,
    runs: Vec<(u32, u16)>,
}

/// What an update would add to a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// The ids that the document does not contain yet.
    pub fresh: Vec<IdRange>,
    depths: Vec<u16>,
}

/// Why an update cannot be applied.
#[derive(Debug, PartialEq, Eq)]
pub enum UpdateError {
    /// It builds on something that has not arrived.
    Missing,
    /// No client that follows the protocol sends this.
    Malformed(Malformed),
}

impl BlockIndex {
    /// Builds the index of a document from its full state.
    pub fn from_state(state: &[u8]) -> Result<Self, Malformed> {
        let mut index = Self::default();
        let scan = UpdateScan::parse(state)?;
        match index.check(&scan) {
            Ok(additions) => index.extend(&additions),
            Err(UpdateError::Missing) => return Err(Malformed("the state has holes")),
            Err(UpdateError::Malformed(why)) => return Err(why),
        }
        Ok(index)
    }

    /// Returns the next free clock of a client.
    pub fn end(&self, client: u64) -> u32 {
        self.clients.get(&client).map_or(0, |own| own.end)
    }

    /// Returns every client with its next free clock: the state vector.
    pub fn clocks(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.clients.iter().map(|(client, own)| (*client, own.end))
    }

    /// Returns what an update would add.
    pub fn check(&self, scan: &UpdateScan) -> Result<Additions, UpdateError> {
        let new = NewBlocks::collect(self, scan)?;
        new.check_references()?;
        if scan
            .deletions
            .iter()
            .any(|deleted| deleted.end > new.end(deleted.client))
        {
            return Err(UpdateError::Missing);
        }
        new.into_additions()
    }

    /// Records that a checked update has been applied.
    pub fn extend(&mut self, additions: &Additions) {
        for (range, depth) in additions.fresh.iter().zip(&additions.depths) {
            let own = self.clients.entry(range.client).or_default();
            if own.runs.last().is_none_or(|(_, last)| last != depth) {
                own.runs.push((range.start, *depth));
            }
            own.end = range.end;
        }
    }

    fn depth(&self, id: Id) -> Option<u16> {
        let own = self.clients.get(&id.client)?;
        if id.clock >= own.end {
            return None;
        }
        let run = own.runs.partition_point(|(start, _)| *start <= id.clock);
        own.runs.get(run.checked_sub(1)?).map(|(_, depth)| *depth)
    }
}

/// The new blocks of one update, on top of the index that they would extend.
struct NewBlocks<'a> {
    index: &'a BlockIndex,
    blocks: Vec<(IdRange, &'a BlockContent)>,
    /// The indices in `blocks` of each client's blocks.
    positions: HashMap<u64, std::ops::Range<usize>>,
}

impl<'a> NewBlocks<'a> {
    fn collect(index: &'a BlockIndex, scan: &'a UpdateScan) -> Result<Self, UpdateError> {
        let mut new = Self {
            index,
            blocks: Vec::new(),
            positions: HashMap::new(),
        };
        for Block { range, content } in &scan.blocks {
            let end = new.end(range.client);
            if range.end <= end || *content == BlockContent::Skip {
                continue;
            }
            if range.start > end {
                return Err(UpdateError::Missing);
            }
            let position = new.blocks.len();
            new.blocks.push((
                IdRange {
                    start: end,
                    ..*range
                },
                content,
            ));
            new.positions
                .entry(range.client)
                .or_insert(position..position)
                .end = position + 1;
        }
        Ok(new)
    }

    fn end(&self, client: u64) -> u32 {
        match self.positions.get(&client) {
            Some(range) => self.blocks[range.end - 1].0.end,
            None => self.index.end(client),
        }
    }

    fn check_references(&self) -> Result<(), UpdateError> {
        for (_, content) in &self.blocks {
            let BlockContent::Item {
                left,
                right,
                parent,
                ..
            } = content
            else {
                continue;
            };
            let above = match parent {
                Parent::Element(id) => Some(*id),
                Parent::Root | Parent::Inherited => None,
            };
            let mut needed = [*left, *right, above].into_iter().flatten();
            if needed.any(|id| id.clock >= self.end(id.client)) {
                return Err(UpdateError::Missing);
            }
        }
        Ok(())
    }

    fn into_additions(self) -> Result<Additions, UpdateError> {
        let mut depths = vec![None; self.blocks.len()];
        for position in 0..self.blocks.len() {
            self.resolve_depth(position, &mut depths)?;
        }
        Ok(Additions {
            fresh: self.blocks.iter().map(|(range, _)| *range).collect(),
            depths: depths.into_iter().flatten().collect(),
        })
    }

    /// Finds the depth of a block, and of the blocks it depends on, without recursion.
    fn resolve_depth(
        &self,
        position: usize,
        depths: &mut [Option<u16>],
    ) -> Result<(), UpdateError> {
        let mut waiting = vec![position];
        while let Some(&top) = waiting.last() {
            if depths[top].is_none() {
                match self.depth(top, depths) {
                    Ok(depth) => depths[top] = Some(self.within_limit(top, depth)?),
                    Err(first) if waiting.len() <= self.blocks.len() => {
                        waiting.push(first);
                        continue;
                    }
                    Err(_) => {
                        return Err(UpdateError::Malformed(Malformed(
                            "pieces hang on each other",
                        )));
                    }
                }
            }
            waiting.pop();
        }
        Ok(())
    }

    fn within_limit(&self, position: usize, depth: u16) -> Result<u16, UpdateError> {
        let is_container = matches!(
            self.blocks[position].1,
            BlockContent::Item {
                is_container: true,
                ..
            }
        );
        if is_container && depth > DEPTH_LIMIT {
            return Err(UpdateError::Malformed(Malformed(
                "elements are nested too deeply",
            )));
        }
        Ok(depth)
    }

    /// Returns the depth of a block, or the block whose depth must be known first.
    fn depth(&self, position: usize, depths: &[Option<u16>]) -> Result<u16, usize> {
        let BlockContent::Item {
            left,
            right,
            parent,
            ..
        } = self.blocks[position].1
        else {
            return Ok(0);
        };
        match (parent, left.or(*right)) {
            (Parent::Element(id), _) => self
                .depth_of(*id, depths)
                .map(|depth| depth.saturating_add(1)),
            (Parent::Inherited, Some(id)) => self.depth_of(id, depths),
            _ => Ok(1),
        }
    }

    fn depth_of(&self, id: Id, depths: &[Option<u16>]) -> Result<u16, usize> {
        if let Some(depth) = self.index.depth(id) {
            return Ok(depth);
        }
        let Some(range) = self.positions.get(&id.client) else {
            return Ok(0);
        };
        let within = &self.blocks[range.clone()];
        let position = range.start + within.partition_point(|(range, _)| range.end <= id.clock);
        depths[position].ok_or(position)
    }
}

#[cfg(test)]
mod tests {
    use yrs::{
        Doc, GetString, ReadTxn, StateVector, Text, Transact, XmlElementPrelim, XmlFragment,
        XmlTextPrelim,
    };

    use super::*;

    fn diff(doc: &Doc, since: &StateVector) -> UpdateScan {
        UpdateScan::parse(&doc.transact().encode_diff_v1(since)).unwrap()
    }

    #[test]
    fn the_index_follows_a_document_keystroke_by_keystroke() {
        let doc = Doc::with_client_id(1);
        let text = doc.get_or_insert_text("title");
        let mut index = BlockIndex::default();
        for letter in ["a", "b", "c"] {
            let before = doc.transact().state_vector();
            text.push(&mut doc.transact_mut(), letter);
            let additions = index.check(&diff(&doc, &before)).unwrap();
            assert_eq!(
                additions.fresh,
                [IdRange {
                    client: 1,
                    start: before.get(&yrs::ClientID::new(1)),
                    end: before.get(&yrs::ClientID::new(1)) + 1
                }]
            );
            index.extend(&additions);
        }
        assert_eq!(index.end(1), 3);
        assert_eq!(text.get_string(&doc.transact()), "abc");
    }

    #[test]
    fn known_blocks_are_not_new() {
        let doc = Doc::with_client_id(1);
        doc.get_or_insert_text("title")
            .push(&mut doc.transact_mut(), "abc");
        let state = diff(&doc, &StateVector::default());
        let mut index = BlockIndex::default();
        index.extend(&index.check(&state).unwrap());
        assert_eq!(index.check(&state), Ok(Additions::default()));
    }

    #[test]
    fn an_update_that_skips_ahead_is_missing_blocks() {
        let doc = Doc::with_client_id(1);
        let text = doc.get_or_insert_text("title");
        text.push(&mut doc.transact_mut(), "abc");
        let before = doc.transact().state_vector();
        text.push(&mut doc.transact_mut(), "def");
        let later = diff(&doc, &before);
        assert_eq!(
            BlockIndex::default().check(&later),
            Err(UpdateError::Missing)
        );

        let deletion = UpdateScan {
            deletions: vec![IdRange {
                client: 1,
                start: 0,
                end: 1,
            }],
            ..UpdateScan::default()
        };
        assert_eq!(
            BlockIndex::default().check(&deletion),
            Err(UpdateError::Missing)
        );
    }

    fn chain(depth: usize) -> Doc {
        let doc = Doc::with_client_id(1);
        let root = doc.get_or_insert_xml_fragment("section:a");
        let mut txn = doc.transact_mut();
        let mut element = root.push_back(&mut txn, XmlElementPrelim::empty("blockquote"));
        for _ in 1..depth {
            element = element.push_back(&mut txn, XmlElementPrelim::empty("blockquote"));
        }
        element.push_back(&mut txn, XmlTextPrelim::new("deep"));
        drop(txn);
        doc
    }

    #[test]
    fn deep_nesting_is_rejected() {
        assert!(
            BlockIndex::default()
                .check(&diff(&chain(100), &StateVector::default()))
                .is_ok()
        );
        let refused = BlockIndex::default().check(&diff(&chain(400), &StateVector::default()));
        assert!(
            matches!(refused, Err(UpdateError::Malformed(_))),
            "{refused:?}"
        );
    }

    #[test]
    fn nesting_is_counted_across_updates() {
        let doc = Doc::with_client_id(1);
        let root = doc.get_or_insert_xml_fragment("section:a");
        let mut index = BlockIndex::default();
        let mut inner = None;
        for depth in 1..400 {
            let before = doc.transact().state_vector();
            let mut txn = doc.transact_mut();
            let element = XmlElementPrelim::empty("blockquote");
            inner = Some(match inner {
                None => root.push_back(&mut txn, element),
                Some(outer) => yrs::XmlElementRef::push_back(&outer, &mut txn, element),
            });
            drop(txn);
            match index.check(&diff(&doc, &before)) {
                Ok(additions) => index.extend(&additions),
                Err(error) => {
                    assert!(matches!(error, UpdateError::Malformed(_)));
                    assert_eq!(depth, usize::from(DEPTH_LIMIT) + 1);
                    return;
                }
            }
        }
        panic!("the nesting was never refused");
    }

    #[test]
    fn blocks_that_depend_on_each_other_are_rejected() {
        let item = |client, other| Block {
            range: IdRange {
                client,
                start: 0,
                end: 1,
            },
            content: BlockContent::Item {
                left: None,
                right: None,
                parent: Parent::Element(Id {
                    client: other,
                    clock: 0,
                }),
                is_container: true,
            },
        };
        let scan = UpdateScan {
            blocks: vec![item(1, 2), item(2, 1)],
            ..UpdateScan::default()
        };
        assert!(matches!(
            BlockIndex::default().check(&scan),
            Err(UpdateError::Malformed(_))
        ));
    }
}
