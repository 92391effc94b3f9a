//! Who wrote which words: the client id under which each run of text was inserted.
//!
//! The document itself remembers it, so an answer needs no history and stays right after
//! compaction, an offline return or an undo.

use yrs::branch::{Branch, BranchID};
use yrs::types::text::YChange;
use yrs::{Any, Out, ReadTxn, Snapshot, Text, Transact, TransactionMut, Xml};
use yrs::{XmlElementRef, XmlFragment, XmlOut, XmlTextRef};

use super::suggestion::INSERTED;
use super::{new_doc, order, root};
use crate::schema::Schema;

/// A run of text that one client inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The Yjs client id.
    pub client: u64,
    /// What it wrote.
    pub text: String,
}

/// The lines of one section: one for each paragraph, heading, cell or code block with text in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSection {
    /// The section's key.
    pub key: String,
    /// Its lines, each as the runs it is made of.
    pub lines: Vec<Vec<Written>>,
}

/// Tells who wrote each section of a document, given as one update of format 1.
///
/// The work is done on a copy, as yrs wants to write where it only looks.
pub fn written_by(state: &[u8]) -> Option<Vec<WrittenSection>> {
    use yrs::updates::decoder::Decode;
    let doc = new_doc(None);
    let update = yrs::Update::decode_v1(state).ok()?;
    doc.transact_mut().apply_update(update).ok()?;
    let fragment = |key: String| (doc.get_or_insert_xml_fragment(root(&key)), key);
    let fragments: Vec<_> = order(&doc).into_iter().map(fragment).collect();
    let mut txn = doc.transact_mut();
    let now = txn.snapshot();
    let levels = Schema::current().max_depth() + 1;
    let mut sections = Vec::new();
    for (fragment, key) in fragments {
        let mut lines = Vec::new();
        below(&fragment, &mut txn, &now, levels, &mut lines);
        sections.push(WrittenSection { key, lines });
    }
    Some(sections)
}

/// Reads the lines below a node, no deeper than the schema allows.
fn below(
    parent: &impl XmlFragment,
    txn: &mut TransactionMut<'_>,
    now: &Snapshot,
    levels: usize,
    lines: &mut Vec<Vec<Written>>,
) {
    let Some(levels) = levels.checked_sub(1) else {
        return;
    };
    // What is suggested is nobody's words in the text yet.
    let stands = |child: &XmlOut| match child {
        XmlOut::Element(element) => element.get_attribute(txn, INSERTED).is_none(),
        _ => true,
    };
    let children: Vec<_> = parent.children(txn).filter(stands).collect();
    if children.iter().any(is_inline) {
        let mut line = Vec::new();
        for child in &children {
            match child {
                XmlOut::Text(text) => text_runs(text, txn, now, &mut line),
                XmlOut::Element(element) => line.extend(inline(element, txn)),
                XmlOut::Fragment(_) => {}
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        return;
    }
    for child in &children {
        if let XmlOut::Element(element) = child {
            below(element, txn, now, levels, lines);
        }
    }
}

/// Tells what stands in a line: text, and what the schema lets stand beside text.
fn is_inline(child: &XmlOut) -> bool {
    match child {
        XmlOut::Text(_) => true,
        XmlOut::Element(element) => element
            .try_tag()
            .is_some_and(|tag| Schema::current().is_inline(tag)),
        XmlOut::Fragment(_) => false,
    }
}

/// Adds the runs of a text; runs of one client that touch are one.
fn text_runs(
    text: &XmlTextRef,
    txn: &mut TransactionMut<'_>,
    now: &Snapshot,
    line: &mut Vec<Written>,
) {
    // Compared with nothing at all, every piece is new and says under which id it came.
    let nothing = Snapshot::default();
    for piece in text.diff_range(txn, Some(now), Some(&nothing), YChange::identity) {
        let (Out::Any(Any::String(words)), Some(change)) = (piece.insert, piece.ychange) else {
            continue;
        };
        let marks = piece.attributes.as_deref();
        if marks.is_some_and(|marks| marks.contains_key(INSERTED)) {
            continue;
        }
        let client = change.id.client.get();
        match line.last_mut().filter(|last| last.client == client) {
            Some(last) => last.text.push_str(&words),
            None => line.push(Written {
                client,
                text: words.to_string(),
            }),
        }
    }
}

/// What stands in a line without being text: a wiki link shows its title, a mention the name.
fn inline(element: &XmlElementRef, txn: &impl ReadTxn) -> Option<Written> {
    let shown = ["label", "title", "alt", "name", "latex"]
        .iter()
        .find_map(|name| match element.get_attribute(txn, name)? {
            Out::Any(Any::String(text)) if !text.is_empty() => Some(text.to_string()),
            _ => None,
        });
    let branch: &Branch = element.as_ref();
    match branch.id() {
        BranchID::Nested(id) => Some(Written {
            client: id.client.get(),
            text: shown?,
        }),
        BranchID::Root(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use yrs::updates::decoder::Decode;
    use yrs::{Doc, StateVector, Update, XmlElementPrelim, XmlTextPrelim};

    use super::*;
    use crate::seed;

    fn sync(from: &Doc, to: &Doc) {
        let state = from
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        let update = Update::decode_v1(&state).unwrap();
        to.transact_mut().apply_update(update).unwrap();
    }

    #[test]
    fn each_word_is_credited_to_whoever_typed_it() {
        let (ada, bo) = (new_doc(Some(7)), new_doc(Some(8)));
        seed(&ada, "Pipettes", &["lead".to_owned(), "steps".to_owned()]);
        let lead = ada.get_or_insert_xml_fragment(root("lead"));
        let typed = XmlElementPrelim::new("paragraph", [XmlTextPrelim::new("Ada. ").into()]);
        lead.push_back(&mut ada.transact_mut(), typed);
        sync(&ada, &bo);

        let lead = bo.get_or_insert_xml_fragment(root("lead"));
        let mut txn = bo.transact_mut();
        let Some(XmlOut::Element(paragraph)) = lead.get(&txn, 0) else {
            panic!("a paragraph")
        };
        let Some(XmlOut::Text(text)) = paragraph.get(&txn, 0) else {
            panic!("its text")
        };
        text.insert(&mut txn, 5, "Bo.");
        text.insert(&mut txn, 3, " and Bo");
        drop(txn);

        let state = bo
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        let found = written_by(&state).unwrap();
        let run = |client, text: &str| Written {
            client,
            text: text.to_owned(),
        };
        let line = vec![
            run(7, "Ada"),
            run(8, " and Bo"),
            run(7, ". "),
            run(8, "Bo."),
        ];
        assert_eq!(found[0].lines, [line]);
        assert_eq!((found[1].key.as_str(), found[1].lines.len()), ("steps", 0));
    }

    #[test]
    fn a_line_that_is_one_link_belongs_to_whoever_set_it() {
        let doc = new_doc(Some(7));
        seed(&doc, "Pipettes", &["see_also".to_owned()]);
        let fragment = doc.get_or_insert_xml_fragment(root("see_also"));
        let mut txn = doc.transact_mut();
        let paragraph = XmlElementPrelim::empty("paragraph");
        let paragraph = fragment.push_back(&mut txn, paragraph);
        let link = paragraph.push_back(&mut txn, XmlElementPrelim::empty("wikiLink"));
        link.insert_attribute(&mut txn, "title", "Balances");
        drop(txn);
        let state = doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        let found = written_by(&state).unwrap();
        let link = Written {
            client: 7,
            text: "Balances".to_owned(),
        };
        assert_eq!(found[0].lines, [[link]]);
    }

    #[test]
    fn what_is_no_document_has_no_authors() {
        assert_eq!(written_by(&[1, 2, 3]), None);
    }
}
