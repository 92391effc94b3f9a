//! The rules of a draft, update by update.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use yrs::{GetString, Text, Xml, XmlElementPrelim, XmlFragment, XmlTextPrelim};

use lectern_document::new_doc;

use super::*;

const LIMIT: usize = 10_000;

fn empty() -> Draft {
    Draft::open(new_doc(None), Authors::default(), LIMIT)
        .unwrap()
        .0
}

fn writer() -> Writer {
    Writer {
        author: Some(PersonId::new()),
        rights: Rights::Write,
    }
}

fn incoming(update: Vec<u8>) -> ScannedUpdate {
    ScannedUpdate {
        scan: UpdateScan::parse(&update).unwrap(),
        update: update.into(),
    }
}

/// Types into the title and returns the update.
fn typed(doc: &Doc, at: u32, text: &str) -> ScannedUpdate {
    let title = doc.get_or_insert_text("title");
    let mut txn = doc.transact_mut();
    title.insert(&mut txn, at, text);
    incoming(txn.encode_update_v1())
}

fn title(draft: &Draft) -> String {
    let title = draft.doc().get_or_insert_text("title");
    title.get_string(&draft.doc().transact())
}

fn rejection(outcome: (Option<Change>, Option<(usize, Rejection)>)) -> Option<Rejection> {
    outcome.1.map(|(_, rejection)| rejection)
}

#[test]
fn updates_of_one_turn_become_one_change() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(Some(7)));
    let updates = [typed(&doc, 0, "Grüße"), typed(&doc, 5, " 👩‍🔬")];
    let (change, rejection) = draft.apply(ada, &updates);
    let change = change.unwrap();
    assert_eq!((rejection, change.bound), (None, vec![7]));
    assert_eq!(title(&draft), "Grüße 👩‍🔬");

    let other = new_doc(None);
    let update = Update::decode_v1(&change.update).unwrap();
    other.transact_mut().apply_update(update).unwrap();
    let text = other.get_or_insert_text("title");
    assert_eq!(text.get_string(&other.transact()), "Grüße 👩‍🔬");
}

#[test]
fn a_known_update_changes_nothing() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
    let update = typed(&doc, 0, "a");
    assert!(draft.apply(ada, std::slice::from_ref(&update)).0.is_some());
    assert_eq!(draft.apply(ada, &[update]), (None, None));
}

#[test]
fn an_update_under_a_foreign_client_id_is_rejected() {
    let (mut draft, ada, bo, doc) = (empty(), writer(), writer(), new_doc(Some(7)));
    draft.apply(ada, &[typed(&doc, 0, "Ada")]);
    assert_eq!(
        rejection(draft.apply(bo, &[typed(&doc, 0, "Bo was here")])),
        Some(Rejection::ForeignClient(7))
    );
    assert_eq!(title(&draft), "Ada");
    assert_eq!(draft.authors().owner(7), ada.author);
}

#[test]
fn writers_can_delete_what_others_wrote() {
    let (mut draft, ada, bo, doc) = (empty(), writer(), writer(), new_doc(Some(7)));
    draft.apply(ada, &[typed(&doc, 0, "Ada")]);
    let text = doc.get_or_insert_text("title");
    let mut txn = doc.transact_mut();
    text.remove_range(&mut txn, 0, 2);
    let (change, rejection) = draft.apply(bo, &[incoming(txn.encode_update_v1())]);
    assert_eq!((change.unwrap().author, rejection), (bo.author, None));
    assert_eq!(title(&draft), "a");
}

#[test]
fn a_reader_can_only_repeat_known_content() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
    draft.apply(ada, &[typed(&doc, 0, "abc")]);
    let reader = Writer {
        rights: Rights::Read,
        ..writer()
    };
    let text = doc.get_or_insert_text("title");
    text.remove_range(&mut doc.transact_mut(), 0, 1);
    let all = || {
        incoming(
            doc.transact()
                .encode_state_as_update_v1(&StateVector::default()),
        )
    };
    assert_eq!(
        rejection(draft.apply(reader, &[all()])),
        Some(Rejection::ReadOnly),
        "a deletion"
    );
    assert_eq!(title(&draft), "abc");
    draft.apply(ada, &[all()]);
    assert_eq!(
        draft.apply(reader, &[all()]),
        (None, None),
        "the same deletion, now known"
    );
    assert_eq!(
        rejection(draft.apply(reader, &[typed(&doc, 0, "x")])),
        Some(Rejection::ReadOnly)
    );
}

#[test]
fn an_update_that_builds_on_something_unknown_leaves_no_trace() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
    let (first, second) = (typed(&doc, 0, "a"), typed(&doc, 1, "b"));
    assert_eq!(
        rejection(draft.apply(ada, std::slice::from_ref(&second))),
        Some(Rejection::Missing)
    );
    assert_eq!(title(&draft), "");
    draft.apply(ada, &[first, second]);
    assert_eq!(title(&draft), "ab");
}

#[test]
fn a_full_draft_accepts_only_deletions() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
    draft.apply(ada, &[typed(&doc, 0, &"x".repeat(LIMIT - 500))]);
    assert_eq!(
        rejection(draft.apply(ada, &[typed(&doc, 0, &"y".repeat(600))])),
        Some(Rejection::TooLarge)
    );
    let text = doc.get_or_insert_text("title");
    text.remove_range(&mut doc.transact_mut(), 0, 600);
    let mut txn = doc.transact_mut();
    text.remove_range(&mut txn, 0, 10);
    let update = txn.encode_update_v1();
    assert_eq!(draft.apply(ada, &[incoming(update)]).1, None);
    assert_eq!(title(&draft).len(), LIMIT - 510);
}

/// A letter whose parent is a letter.
#[test]
fn an_update_that_fails_half_way_yields_no_change() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(Some(7)));
    draft.apply(ada, &[typed(&doc, 0, "a")]);
    let odd = vec![1, 1, 8, 0, 4, 0, 7, 0, 1, b'x', 0];
    let (change, rejection) = draft.apply(ada, &[incoming(odd)]);
    assert!(
        matches!(rejection, Some((0, Rejection::Broken(_)))),
        "{rejection:?}"
    );
    assert_eq!(change, None);
}

#[test]
fn a_state_vector_requests_exactly_what_is_missing() {
    let (mut draft, ada, doc) = (empty(), writer(), new_doc(Some(7)));
    draft.apply(ada, &[typed(&doc, 0, "a")]);
    let known = super::super::protocol::read_state_vector(&draft.state_vector()).unwrap();
    assert_eq!(known, [(7, 1)]);
    draft.apply(ada, &[typed(&doc, 1, "b")]);
    let lacking = UpdateScan::parse(&draft.encode_since(&known)).unwrap();
    assert_eq!(lacking.blocks[0].range.start, 1);
}

/// Updates of a busy document, one per keystroke.
fn keystrokes() -> Vec<Vec<u8>> {
    let doc = new_doc(Some(7));
    let title = doc.get_or_insert_text("title");
    let body = doc.get_or_insert_xml_fragment("section:body");
    let mut updates = Vec::new();
    for round in 0..20u32 {
        let mut txn = doc.transact_mut();
        title.insert(&mut txn, round / 2, "ü👩‍🔬x");
        let paragraph = body.insert(&mut txn, round / 3, XmlElementPrelim::empty("paragraph"));
        paragraph.insert_attribute(&mut txn, "level", 2);
        paragraph.push_back(&mut txn, XmlTextPrelim::new("some text"));
        if round % 3 == 2 {
            title.remove_range(&mut txn, 0, 1);
            body.remove_range(&mut txn, 0, 1);
        }
        updates.push(txn.encode_update_v1());
    }
    updates
}

#[test]
fn index_and_document_agree_on_random_updates() {
    let mut chance = StdRng::seed_from_u64(4711);
    let updates = keystrokes();
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..300 {
        let (mut draft, ada) = (empty(), writer());
        for update in &updates {
            let mut update = update.clone();
            if chance.random_bool(0.05) {
                let place = chance.random_range(0..update.len());
                update[place] = chance.random();
            }
            let Ok(scan) = UpdateScan::parse(&update) else {
                continue;
            };
            let incoming = ScannedUpdate {
                scan,
                update: update.into(),
            };
            match draft.apply(ada, &[incoming]).1 {
                None => accepted += 1,
                Some((_, Rejection::Broken(_))) => break,
                Some(_) => refused += 1,
            }
            let mut drawn: Vec<_> = draft.index.clocks().collect();
            let vector = draft.doc.transact().state_vector();
            let mut held: Vec<_> = vector
                .iter()
                .map(|(client, clock)| (client.get(), *clock))
                .collect();
            drawn.sort();
            held.sort();
            assert_eq!(drawn, held);
            assert!(!draft.doc.transact().has_missing_updates());
        }
    }
    assert!(
        accepted > 1000 && refused > 100,
        "{accepted} accepted, {refused} refused"
    );
}

/// Adds a paragraph to the draft, written by `ada`.
fn with_a_paragraph(draft: &mut Draft, ada: Writer, doc: &Doc) -> yrs::XmlTextRef {
    let order = doc.get_or_insert_array("order");
    let body = doc.get_or_insert_xml_fragment("section:body");
    let mut txn = doc.transact_mut();
    yrs::Array::push_back(&order, &mut txn, "body");
    let paragraph = body.push_back(&mut txn, XmlElementPrelim::empty("paragraph"));
    let text = paragraph.push_back(&mut txn, XmlTextPrelim::new("Hold it upright."));
    let update = incoming(txn.encode_update_v1());
    drop(txn);
    assert_eq!(draft.apply(ada, &[update]).1, None);
    text
}

fn copy_of(doc: &Doc, client: u64) -> (Doc, yrs::XmlTextRef) {
    let copy = new_doc(Some(client));
    let state = doc
        .transact()
        .encode_state_as_update_v1(&StateVector::default());
    let update = Update::decode_v1(&state).unwrap();
    copy.transact_mut().apply_update(update).unwrap();
    let body = copy.get_or_insert_xml_fragment("section:body");
    let txn = copy.transact();
    let Some(yrs::XmlOut::Element(paragraph)) = body.get(&txn, 0) else {
        panic!("a paragraph")
    };
    let Some(yrs::XmlOut::Text(text)) = paragraph.get(&txn, 0) else {
        panic!("its text")
    };
    drop(txn);
    (copy, text)
}

#[test]
fn a_suggester_changes_nothing_but_suggestions() {
    let (mut draft, trainer, doc) = (empty(), writer(), new_doc(Some(7)));
    let own = with_a_paragraph(&mut draft, trainer, &doc);
    let (copy, text) = copy_of(&doc, 8);
    let learner = Writer {
        rights: Rights::Suggest,
        ..writer()
    };
    let mark = |person: PersonId| -> yrs::types::Attrs {
        let tag = format!("s1 {person}");
        let values = std::collections::HashMap::from([("tag".to_owned(), yrs::Any::from(tag))]);
        [("inserted".into(), yrs::Any::Map(values.into()))].into()
    };
    let said = |at, words: &str, marks| {
        let mut txn = copy.transact_mut();
        text.insert_with_attributes(&mut txn, at, words, marks);
        incoming(txn.encode_update_v1())
    };
    let (me, ada) = (learner.author.unwrap(), PersonId::new());
    let suggested = said(7, " always", mark(me));
    assert_eq!(draft.apply(learner, &[suggested]).1, None);
    // Others keep writing, and the copy follows.
    let mut txn = doc.transact_mut();
    own.insert(&mut txn, 0, "Please. ");
    let update = incoming(txn.encode_update_v1());
    drop(txn);
    assert_eq!(draft.apply(trainer, &[update]).1, None);
    let again = said(14, " and", mark(me));
    assert_eq!(draft.apply(learner, &[again]).1, None);
    let before = draft.encode_since(&[]);
    let forged = said(0, "Never. ", mark(ada));
    assert_eq!(
        rejection(draft.apply(learner, &[forged])),
        Some(Rejection::NotASuggestion)
    );
    assert_eq!(
        draft.encode_since(&[]),
        before,
        "nothing of it is in the draft"
    );
    let (copy, text) = copy_of(draft.doc(), 9);
    let mut txn = copy.transact_mut();
    text.remove_range(&mut txn, 0, 3);
    let cut = incoming(txn.encode_update_v1());
    assert_eq!(
        rejection(draft.apply(learner, &[cut])),
        Some(Rejection::NotASuggestion)
    );
    assert_eq!(draft.encode_since(&[]), before);
}
