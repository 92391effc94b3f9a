//! Replacing a section is a live edit that barely disturbs people typing next to it.

use yrs::types::text::YChange;
use yrs::updates::decoder::Decode;
use yrs::{
    Assoc, Doc, IndexedSequence, ReadTxn, Text, Transact, Update, Xml, XmlElementRef, XmlFragment,
    XmlOut, XmlTextPrelim, XmlTextRef,
};

use lectern_document as document;

use crate::{markdown_of, saying};

fn fragment(doc: &Doc) -> yrs::XmlFragmentRef {
    doc.get_or_insert_xml_fragment("section:text")
}

fn block(doc: &Doc, index: u32) -> XmlElementRef {
    let fragment = fragment(doc);
    match fragment.get(&doc.transact(), index) {
        Some(XmlOut::Element(element)) => element,
        other => panic!("block {index} is {other:?}"),
    }
}

fn text(doc: &Doc, index: u32) -> XmlTextRef {
    let block = block(doc, index);
    match block.get(&doc.transact(), 0) {
        Some(XmlOut::Text(text)) => text,
        other => panic!("block {index} holds {other:?}"),
    }
}

/// Returns a second person's document, in sync with the first.
fn peer_of(doc: &Doc, client: u64) -> Doc {
    let peer = document::new_doc(Some(client));
    send(doc, &peer);
    peer
}

fn send(from: &Doc, to: &Doc) {
    let state = to.transact().state_vector();
    let update = from.transact().encode_diff_v1(&state);
    let update = Update::decode_v1(&update).expect("an update decodes");
    to.transact_mut().apply_update(update).expect("it applies");
}

fn replace(doc: &Doc, markdown: &str) {
    document::replace_section(doc, "text", markdown).expect("the section is there");
}

#[test]
fn a_caret_stays_beside_its_word() {
    let doc = saying("first\n\nthe quick *brown* fox 🦊 jumps\n\nlast");
    let caret = text(&doc, 1);
    let at = caret
        .sticky_index(&doc.transact(), 22, Assoc::After)
        .expect("the place is in the text");
    let before = block(&doc, 1);
    replace(
        &doc,
        "new\n\nfirst\n\nthe very quick *red* fox 🦊 jumps far\n\nlast",
    );
    let txn = doc.transact();
    let now = at.get_offset(&txn).expect("the place is still there");
    let parts = caret.diff(&txn, YChange::identity);
    let all: String = parts
        .iter()
        .map(|part| part.insert.clone().to_string(&txn))
        .collect();
    let units: Vec<u16> = all.encode_utf16().collect();
    let rest = String::from_utf16(&units[now.index as usize..]).expect("no half characters");
    assert_eq!(rest, " jumps far");
    drop(txn);
    assert_eq!(block(&doc, 2), before);
}

#[test]
fn two_people_and_the_server_edit_at_once() {
    let doc = saying("one\n\ntwo\n\n- a\n- b");
    let ada = peer_of(&doc, 2);
    let bob = peer_of(&doc, 3);
    text(&ada, 0).insert(&mut ada.transact_mut(), 3, " and more");
    let words = text(&bob, 1);
    words.insert(&mut bob.transact_mut(), 0, "number ");
    replace(&doc, "one\n\ntwo of them\n\n- a\n- new\n- b");
    for peer in [&ada, &bob] {
        send(peer, &doc);
    }
    let expected = "one and more\n\nnumber two of them\n\n- a\n- new\n- b";
    assert_eq!(markdown_of(&doc), expected);
    send(&doc, &ada);
    assert_eq!(markdown_of(&ada), expected);
}

#[test]
fn replacing_with_the_same_text_changes_nothing() {
    let markdown = "a **b** [c](/d)\n\n1. e\n\n   f\n\n| g |\n|---|\n| h |\n\n```rust\ni\n```";
    let doc = saying(markdown);
    let before = doc.transact().state_vector();
    replace(&doc, &markdown_of(&doc));
    assert_eq!(doc.transact().state_vector(), before);
}

#[test]
fn a_changed_word_is_a_small_update() {
    let long = "word ".repeat(2_000);
    let doc = saying(&format!("{long}\n\nthe end"));
    let before = doc.transact().state_vector();
    replace(
        &doc,
        &format!("{}\n\nthe end", long.replacen("word", "work", 1)),
    );
    let update = doc.transact().encode_diff_v1(&before);
    assert!(update.len() < 60, "{} bytes", update.len());
}

#[test]
fn marks_change_without_rewriting_the_text() {
    let doc = saying("plain **bold** and *both*");
    let same = text(&doc, 0);
    replace(&doc, "plain bold **and** [*both*](/x \"y\")");
    assert_eq!(markdown_of(&doc), "plain bold **and** [*both*](/x \"y\")");
    assert_eq!(text(&doc, 0), same);
}

#[test]
fn an_empty_paragraph_with_a_caret_is_left_alone() {
    let doc = saying("a\n\nb");
    let here = fragment(&doc).insert(
        &mut doc.transact_mut(),
        1,
        yrs::XmlElementPrelim::empty("paragraph"),
    );
    replace(&doc, "a\n\nc\n\nb");
    here.push_back(&mut doc.transact_mut(), XmlTextPrelim::new("typed"));
    assert!(markdown_of(&doc).contains("typed"));
}

#[test]
fn attributes_keep_their_types() {
    let doc = saying("4. a\n\n#### b\n\n- [x] c");
    let json = document::section_json(&doc, "text").expect("the section is there");
    let content = &json["content"];
    assert_eq!(
        content[0]["attrs"],
        serde_json::json!({"start": 4, "tight": true})
    );
    assert_eq!(content[1]["attrs"]["level"], 4);
    assert_eq!(content[2]["content"][0]["attrs"]["checked"], true);
    let heading = block(&doc, 1);
    let level = heading.get_attribute(&doc.transact(), "level");
    assert_eq!(level, Some(yrs::Out::Any(yrs::Any::from(4))));
}

#[test]
fn every_edit_between_two_texts_arrives() {
    let texts = [
        "",
        "a",
        "- a\n- b\n\n  c",
        "> - a\n>\n> b",
        "| a | b |\n|---|:-:|\n| c | d |",
        "a  \nb ![c](/d) [[e|f]] g[^1]\n\n[^1]: h",
        "### a\n\n***\n\n```x\ny\n```\n\n> [!TIP]\n> z",
        "- [ ] a\n- [x] b",
        "| a |\n|---|\n| 🧪 **x** |\n| d |",
    ];
    for from in texts {
        for to in texts {
            let doc = saying(from);
            replace(&doc, to);
            assert_eq!(
                markdown_of(&doc),
                markdown_of(&saying(to)),
                "{from:?} to {to:?}"
            );
            assert_eq!(
                document::check_section(&doc, "text"),
                Ok(()),
                "{from:?} to {to:?}"
            );
        }
    }
}

#[test]
fn titles_and_fields_round_trip() {
    let doc = document::new_doc(None);
    document::seed(&doc, "Asepsis", &["purpose".into(), "steps".into()]);
    document::seed(&doc, "Again", &["other".into()]);
    document::set_title(&doc, "Aseptic technique 🧤");
    document::set_title(&doc, "The aseptic technique 🧤");
    document::set_field(&doc, "not_applicable:steps", Some("nothing to do"));
    document::set_field(&doc, "audience", Some("x"));
    document::set_field(&doc, "audience", None);
    let draft = document::read(&doc);
    assert_eq!(draft.title, "The aseptic technique 🧤");
    assert_eq!(draft.fields.len(), 1);
    assert_eq!(draft.fields["not_applicable:steps"], "nothing to do");
    let keys: Vec<_> = draft.sections.iter().map(|s| s.key.as_str()).collect();
    assert_eq!(keys, ["purpose", "steps"]);
}

#[test]
fn an_unknown_section_is_named() {
    let doc = saying("a");
    let error = document::replace_section(&doc, "nowhere", "b").expect_err("there is none");
    assert_eq!(error.to_string(), "this article has no section “nowhere”");
    assert_eq!(document::section_markdown(&doc, "nowhere"), None);
}

#[test]
fn a_caret_stays_in_a_paragraph_that_grows_at_both_ends() {
    let doc = saying("Choose it. Hold it.");
    let caret = text(&doc, 0);
    let at = caret
        .sticky_index(&doc.transact(), 10, Assoc::After)
        .expect("the place is in the text");
    replace(
        &doc,
        "Wash your hands. Choose it. Hold it upright.\n\nEmpty it.",
    );
    let place = at.get_offset(&doc.transact()).expect("it is still there");
    assert_eq!(place.index, 27);
    assert_eq!(
        markdown_of(&doc),
        "Wash your hands. Choose it. Hold it upright.\n\nEmpty it."
    );
}
