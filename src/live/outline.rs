//! Knows which insertions a document holds and how deep each one hangs.
//!
//! The outline judges an update before the document sees it, at a cost that depends on the update
//! alone: what is new in it, whether it builds on something that has not arrived, and whether it
//! nests elements so deeply that reading or deleting them would exhaust the stack.

use std::collections::HashMap;

use super::scan::{Content, Id, Parent, Piece, Scan, Span};
use super::wire::Malformed;

/// Elements within elements. Sixty nested lists come to 120; no page shows them legibly.
pub const DEPTH_LIMIT: u16 = 160;

/// What a document holds, client by client.
#[derive(Debug, Default)]
pub struct Outline {
    clients: HashMap<u64, Trunk>,
}

/// All insertions of one client: the next free clock and runs of equal depth.
#[derive(Debug, Default)]
struct Trunk {
    end: u32,
    runs: Vec<(u32, u16)>,
}

/// What an update would add to a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// The insertions that the document does not hold yet.
    pub fresh: Vec<Span>,
    depths: Vec<u16>,
}

/// Why an update cannot be taken as it stands.
#[derive(Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It builds on something that has not arrived here.
    Missing,
    /// No client that keeps to the protocol sends this.
    Hostile(Malformed),
}

impl Outline {
    /// Draws the outline of a whole document from its complete state.
    pub fn of(state: &[u8]) -> Result<Self, Malformed> {
        let mut outline = Self::default();
        let scan = Scan::of(state)?;
        match outline.judge(&scan) {
            Ok(growth) => outline.grow(&growth),
            Err(Obstacle::Missing) => return Err(Malformed("the state has holes")),
            Err(Obstacle::Hostile(why)) => return Err(why),
        }
        Ok(outline)
    }

    /// The next free clock of a client.
    pub fn end(&self, client: u64) -> u32 {
        self.clients.get(&client).map_or(0, |trunk| trunk.end)
    }

    /// Every client with its next free clock: the state vector.
    pub fn clocks(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.clients
            .iter()
            .map(|(client, trunk)| (*client, trunk.end))
    }

    /// Says what an update would add.
    pub fn judge(&self, scan: &Scan) -> Result<Growth, Obstacle> {
        let arrivals = Arrivals::collect(self, scan)?;
        arrivals.check_neighbours()?;
        if scan
            .deletions
            .iter()
            .any(|gone| gone.end > arrivals.end(gone.client))
        {
            return Err(Obstacle::Missing);
        }
        arrivals.into_growth()
    }

    /// Notes that what was judged has been applied.
    pub fn grow(&mut self, growth: &Growth) {
        for (span, depth) in growth.fresh.iter().zip(&growth.depths) {
            let trunk = self.clients.entry(span.client).or_default();
            if trunk.runs.last().is_none_or(|(_, last)| last != depth) {
                trunk.runs.push((span.start, *depth));
            }
            trunk.end = span.end;
        }
    }

    fn depth(&self, id: Id) -> Option<u16> {
        let trunk = self.clients.get(&id.client)?;
        if id.clock >= trunk.end {
            return None;
        }
        let run = trunk.runs.partition_point(|(start, _)| *start <= id.clock);
        trunk.runs.get(run.checked_sub(1)?).map(|(_, depth)| *depth)
    }
}

/// The new pieces of one update, over the outline that they would extend.
struct Arrivals<'a> {
    outline: &'a Outline,
    pieces: Vec<(Span, &'a Content)>,
    /// Where each client's pieces stand in `pieces`.
    places: HashMap<u64, std::ops::Range<usize>>,
}

impl<'a> Arrivals<'a> {
    fn collect(outline: &'a Outline, scan: &'a Scan) -> Result<Self, Obstacle> {
        let mut arrivals = Self {
            outline,
            pieces: Vec::new(),
            places: HashMap::new(),
        };
        for Piece { span, content } in &scan.pieces {
            let end = arrivals.end(span.client);
            if span.end <= end || *content == Content::Hole {
                continue;
            }
            if span.start > end {
                return Err(Obstacle::Missing);
            }
            let place = arrivals.pieces.len();
            arrivals.pieces.push((
                Span {
                    start: end,
                    ..*span
                },
                content,
            ));
            arrivals
                .places
                .entry(span.client)
                .or_insert(place..place)
                .end = place + 1;
        }
        Ok(arrivals)
    }

    fn end(&self, client: u64) -> u32 {
        match self.places.get(&client) {
            Some(range) => self.pieces[range.end - 1].0.end,
            None => self.outline.end(client),
        }
    }

    fn check_neighbours(&self) -> Result<(), Obstacle> {
        for (_, content) in &self.pieces {
            let Content::Item {
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
                Parent::Root | Parent::AsNeighbour => None,
            };
            let mut needed = [*left, *right, above].into_iter().flatten();
            if needed.any(|id| id.clock >= self.end(id.client)) {
                return Err(Obstacle::Missing);
            }
        }
        Ok(())
    }

    fn into_growth(self) -> Result<Growth, Obstacle> {
        let mut depths = vec![None; self.pieces.len()];
        for place in 0..self.pieces.len() {
            self.settle(place, &mut depths)?;
        }
        Ok(Growth {
            fresh: self.pieces.iter().map(|(span, _)| *span).collect(),
            depths: depths.into_iter().flatten().collect(),
        })
    }

    /// Finds the depth of one piece, and of the pieces that it hangs on, without recursion.
    fn settle(&self, place: usize, depths: &mut [Option<u16>]) -> Result<(), Obstacle> {
        let mut waiting = vec![place];
        while let Some(&top) = waiting.last() {
            if depths[top].is_none() {
                match self.depth(top, depths) {
                    Ok(depth) => depths[top] = Some(self.within_limit(top, depth)?),
                    Err(first) if waiting.len() <= self.pieces.len() => {
                        waiting.push(first);
                        continue;
                    }
                    Err(_) => {
                        return Err(Obstacle::Hostile(Malformed("pieces hang on each other")));
                    }
                }
            }
            waiting.pop();
        }
        Ok(())
    }

    fn within_limit(&self, place: usize, depth: u16) -> Result<u16, Obstacle> {
        let holds = matches!(self.pieces[place].1, Content::Item { holds: true, .. });
        if holds && depth > DEPTH_LIMIT {
            return Err(Obstacle::Hostile(Malformed(
                "elements are nested too deeply",
            )));
        }
        Ok(depth)
    }

    /// The depth of a piece, or the piece whose depth must be known first.
    fn depth(&self, place: usize, depths: &[Option<u16>]) -> Result<u16, usize> {
        let Content::Item {
            left,
            right,
            parent,
            ..
        } = self.pieces[place].1
        else {
            return Ok(0);
        };
        match (parent, left.or(*right)) {
            (Parent::Element(id), _) => self
                .depth_of(*id, depths)
                .map(|depth| depth.saturating_add(1)),
            (Parent::AsNeighbour, Some(id)) => self.depth_of(id, depths),
            _ => Ok(1),
        }
    }

    fn depth_of(&self, id: Id, depths: &[Option<u16>]) -> Result<u16, usize> {
        if let Some(depth) = self.outline.depth(id) {
            return Ok(depth);
        }
        let Some(range) = self.places.get(&id.client) else {
            return Ok(0);
        };
        let within = &self.pieces[range.clone()];
        let place = range.start + within.partition_point(|(span, _)| span.end <= id.clock);
        depths[place].ok_or(place)
    }
}

#[cfg(test)]
mod tests {
    use yrs::{
        Doc, GetString, ReadTxn, StateVector, Text, Transact, XmlElementPrelim, XmlFragment,
        XmlTextPrelim,
    };

    use super::*;

    fn diff(doc: &Doc, since: &StateVector) -> Scan {
        Scan::of(&doc.transact().encode_diff_v1(since)).unwrap()
    }

    #[test]
    fn an_outline_follows_a_document_keystroke_by_keystroke() {
        let doc = Doc::with_client_id(1);
        let text = doc.get_or_insert_text("title");
        let mut outline = Outline::default();
        for letter in ["a", "b", "c"] {
            let before = doc.transact().state_vector();
            text.push(&mut doc.transact_mut(), letter);
            let growth = outline.judge(&diff(&doc, &before)).unwrap();
            assert_eq!(
                growth.fresh,
                [Span {
                    client: 1,
                    start: before.get(&yrs::ClientID::new(1)),
                    end: before.get(&yrs::ClientID::new(1)) + 1
                }]
            );
            outline.grow(&growth);
        }
        assert_eq!(outline.end(1), 3);
        assert_eq!(text.get_string(&doc.transact()), "abc");
    }

    #[test]
    fn what_is_already_there_is_not_new() {
        let doc = Doc::with_client_id(1);
        doc.get_or_insert_text("title")
            .push(&mut doc.transact_mut(), "abc");
        let state = diff(&doc, &StateVector::default());
        let mut outline = Outline::default();
        outline.grow(&outline.judge(&state).unwrap());
        assert_eq!(outline.judge(&state), Ok(Growth::default()));
    }

    #[test]
    fn an_update_that_skips_ahead_is_missing_something() {
        let doc = Doc::with_client_id(1);
        let text = doc.get_or_insert_text("title");
        text.push(&mut doc.transact_mut(), "abc");
        let before = doc.transact().state_vector();
        text.push(&mut doc.transact_mut(), "def");
        let later = diff(&doc, &before);
        assert_eq!(Outline::default().judge(&later), Err(Obstacle::Missing));

        let deletion = Scan {
            deletions: vec![Span {
                client: 1,
                start: 0,
                end: 1,
            }],
            ..Scan::default()
        };
        assert_eq!(Outline::default().judge(&deletion), Err(Obstacle::Missing));
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
    fn elements_may_nest_but_not_without_end() {
        assert!(
            Outline::default()
                .judge(&diff(&chain(100), &StateVector::default()))
                .is_ok()
        );
        let refused = Outline::default().judge(&diff(&chain(400), &StateVector::default()));
        assert!(matches!(refused, Err(Obstacle::Hostile(_))), "{refused:?}");
    }

    #[test]
    fn nesting_is_counted_over_several_updates() {
        let doc = Doc::with_client_id(1);
        let root = doc.get_or_insert_xml_fragment("section:a");
        let mut outline = Outline::default();
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
            match outline.judge(&diff(&doc, &before)) {
                Ok(growth) => outline.grow(&growth),
                Err(obstacle) => {
                    assert!(matches!(obstacle, Obstacle::Hostile(_)));
                    assert_eq!(depth, usize::from(DEPTH_LIMIT) + 1);
                    return;
                }
            }
        }
        panic!("the nesting was never refused");
    }

    #[test]
    fn pieces_that_hang_on_each_other_are_refused() {
        let item = |client, other| Piece {
            span: Span {
                client,
                start: 0,
                end: 1,
            },
            content: Content::Item {
                left: None,
                right: None,
                parent: Parent::Element(Id {
                    client: other,
                    clock: 0,
                }),
                holds: true,
            },
        };
        let scan = Scan {
            pieces: vec![item(1, 2), item(2, 1)],
            ..Scan::default()
        };
        assert!(matches!(
            Outline::default().judge(&scan),
            Err(Obstacle::Hostile(_))
        ));
    }
}
