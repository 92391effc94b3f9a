//! Attribution of text: the client id that inserted each run.
//!
//! The document stores it, so it needs no history and survives compaction, offline edits and undo.

use yrs::branch::{Branch, BranchID};
use yrs::types::text::YChange;
use yrs::{Any, Out, ReadTxn, Snapshot, Text, Transact, TransactionMut, Xml};
use yrs::{XmlElementRef, XmlFragment, XmlOut, XmlTextRef};

use super::suggestion::INSERTED;
use super::{new_doc, order, root};
use crate::schema::Schema;
use crate::tree::{Script, signs};

/// A run of text inserted by one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRun {
    /// The Yjs client id.
    pub client: u64,
    /// The text.
    pub text: String,
}

/// The lines of one section: one per paragraph, heading, cell or code block with text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSection {
    /// The section's key.
    pub key: String,
    /// Its lines as runs by client.
    pub lines: Vec<Vec<ClientRun>>,
}

/// Attributes the text of each section to clients; `state` is a Yjs update (v1 encoding).
///
/// Works on a copy, because yrs needs a write transaction for this.
pub fn text_by_client(state: &[u8]) -> Option<Vec<ClientSection>> {
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
        sections.push(ClientSection { key, lines });
    }
    Some(sections)
}

/// Collects the lines below a node, at most as deep as the schema allows.
fn below(
    parent: &impl XmlFragment,
    txn: &mut TransactionMut<'_>,
    now: &Snapshot,
    levels: usize,
    lines: &mut Vec<Vec<ClientRun>>,
) {
    let Some(levels) = levels.checked_sub(1) else {
        return;
    };
    // Suggested text is not yet part of the document.
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

/// Tells whether a child is text or another inline.
fn is_inline(child: &XmlOut) -> bool {
    match child {
        XmlOut::Text(_) => true,
        XmlOut::Element(element) => element
            .try_tag()
            .is_some_and(|tag| Schema::current().is_inline(tag)),
        XmlOut::Fragment(_) => false,
    }
}

/// Adds the runs of a text, merging adjacent runs of the same client.
fn text_runs(
    text: &XmlTextRef,
    txn: &mut TransactionMut<'_>,
    now: &Snapshot,
    line: &mut Vec<ClientRun>,
) {
    // Compared with an empty snapshot, every run is an insertion and carries its client id.
    let nothing = Snapshot::default();
    let mut found = Vec::new();
    for piece in text.diff_range(txn, Some(now), Some(&nothing), YChange::identity) {
        let (Out::Any(Any::String(words)), Some(change)) = (piece.insert, piece.ychange) else {
            continue;
        };
        let has = |name: &str| {
            let marks = piece.attributes.as_deref();
            let value = marks.and_then(|marks| marks.get(name));
            value.is_some_and(|value| *value != Any::Null)
        };
        if has(INSERTED) {
            continue;
        }
        let script = Script::ALL.into_iter().find(|script| has(script.name()));
        found.push((change.id.client.get(), script, words.to_string()));
    }
    let pieces: Vec<_> = found
        .iter()
        .map(|(_, script, words)| (*script, words.as_str()))
        .collect();
    for ((client, _, words), (before, behind)) in found.iter().zip(signs(&pieces)) {
        let text = [before, words, behind].concat();
        match line.last_mut().filter(|last| last.client == *client) {
            Some(last) => last.text.push_str(&text),
            None => line.push(ClientRun {
                client: *client,
                text,
            }),
        }
    }
}

/// Returns the text of an inline element: the title of a wiki link, the name of a mention.
fn inline(element: &XmlElementRef, txn: &impl ReadTxn) -> Option<ClientRun> {
    let shown = ["label", "title", "alt", "name", "latex"]
        .iter()
        .find_map(|name| match element.get_attribute(txn, name)? {
            Out::Any(Any::String(text)) if !text.is_empty() => Some(text.to_string()),
            _ => None,
        });
    let branch: &Branch = element.as_ref();
    match branch.id() {
        BranchID::Nested(id) => Some(ClientRun {
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
    fn each_word_is_attributed_to_its_author() {
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
        let found = text_by_client(&state).unwrap();
        let run = |client, text: &str| ClientRun {
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
    fn raised_digits_stay_apart() {
        let doc = new_doc(Some(7));
        seed(&doc, "Limits", &["lead".to_owned()]);
        crate::replace_section(&doc, "lead", "Limit 10<sup>6</sup> CFU").unwrap();
        let state = doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        let found = text_by_client(&state).unwrap();
        assert_eq!(found[0].lines[0][0].text, "Limit 10^6 CFU");
    }

    #[test]
    fn a_line_with_only_a_link_is_attributed_to_its_author() {
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
        let found = text_by_client(&state).unwrap();
        let link = ClientRun {
            client: 7,
            text: "Balances".to_owned(),
        };
        assert_eq!(found[0].lines, [[link]]);
    }

    #[test]
    fn an_invalid_update_has_no_authors() {
        assert_eq!(text_by_client(&[1, 2, 3]), None);
    }
}
