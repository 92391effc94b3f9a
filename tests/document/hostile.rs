//! Any content a client writes into a section can be read, and its words are kept.

use std::sync::Arc;

use yrs::{
    Any, Array, Doc, Map, Text, Transact, Xml, XmlElementPrelim, XmlFragment, XmlTextPrelim,
};

use lectern_document as document;

use crate::{markdown_of, saying};

fn with(write: impl FnOnce(&Doc, &yrs::XmlFragmentRef, &mut yrs::TransactionMut<'_>)) -> Doc {
    let doc = saying("");
    let fragment = doc.get_or_insert_xml_fragment("section:text");
    let mut txn = doc.transact_mut();
    write(&doc, &fragment, &mut txn);
    drop(txn);
    doc
}

fn element(name: &str) -> XmlElementPrelim {
    XmlElementPrelim::empty(name)
}

#[test]
fn text_below_the_section_is_a_paragraph() {
    let doc = with(|_, section, txn| {
        section.push_back(txn, XmlTextPrelim::new("loose"));
        let paragraph = section.push_back(txn, element("paragraph"));
        paragraph.push_back(txn, XmlTextPrelim::new("set"));
    });
    assert_eq!(markdown_of(&doc), "loose\n\nset");
}

#[test]
fn unknown_nodes_and_marks_keep_their_words() {
    let doc = with(|_, section, txn| {
        let video = section.push_back(txn, element("video"));
        video.insert_attribute(txn, "src", "javascript:x");
        let inner = video.push_back(txn, element("paragraph"));
        let text = inner.push_back(txn, XmlTextPrelim::new("words"));
        let mark = Any::Map(Arc::new([("x".into(), Any::from(1))].into()));
        text.format(txn, 0, 5, [("glow".into(), mark)].into());
        let script = section.push_back(txn, element("script"));
        script.push_back(txn, XmlTextPrelim::new("<script>alert(1)</script>"));
    });
    let expected = "words\n\n\\<script>alert(1)\\</script>";
    assert_eq!(markdown_of(&doc), expected);
}

#[test]
fn attributes_of_the_wrong_type_are_ignored() {
    let doc = with(|_, section, txn| {
        let heading = section.push_back(txn, element("heading"));
        heading.insert_attribute(txn, "level", "a");
        heading.push_back(txn, XmlTextPrelim::new("h"));
        let list = section.push_back(txn, element("orderedList"));
        list.insert_attribute(txn, "start", Any::from(1e300));
        list.insert_attribute(txn, "tight", Any::Array(Arc::new([])));
        list.push_back(txn, element("listItem"));
        let image = list.push_back(txn, element("image"));
        image.insert_attribute(txn, "src", Any::Null);
        let table = section.push_back(txn, element("table"));
        let row = table.push_back(txn, element("tableRow"));
        row.push_back(txn, XmlTextPrelim::new("bare"));
    });
    let markdown = markdown_of(&doc);
    assert!(markdown.starts_with("### h\n\n1."), "{markdown}");
    assert!(markdown.contains("bare"), "{markdown}");
    assert_eq!(document::canonical(&markdown), markdown);
}

#[test]
fn embedded_objects_do_not_hide_what_follows() {
    let doc = with(|_, section, txn| {
        let paragraph = section.push_back(txn, element("paragraph"));
        let text = paragraph.push_back(txn, XmlTextPrelim::new("ab"));
        text.insert_embed(txn, 1, Any::from(7));
    });
    assert_eq!(markdown_of(&doc), "ab");
    document::replace_section(&doc, "text", "a better b").expect("the section is there");
    assert_eq!(markdown_of(&doc), "a better b");
}

#[test]
fn deep_nesting_is_flattened_and_keeps_its_words() {
    let doc = with(|_, section, txn| {
        let mut inner = section.push_back(txn, element("blockquote"));
        for _ in 0..300 {
            inner = inner.push_back(txn, element("blockquote"));
        }
        let paragraph = inner.push_back(txn, element("paragraph"));
        paragraph.push_back(txn, XmlTextPrelim::new("deep"));
    });
    let markdown = markdown_of(&doc);
    assert!(markdown.contains("deep"), "{markdown}");
    assert_eq!(document::canonical(&markdown), markdown);
}

#[test]
fn deeply_nested_markdown_is_flattened() {
    for opening in ["> ", "- ", "1. ", "> - "] {
        let markdown = format!("{}words", opening.repeat(3_000));
        let doc = saying(&markdown);
        assert_eq!(document::check_section(&doc, "text"), Ok(()), "{opening}");
        assert!(markdown_of(&doc).contains("words"), "{opening}");
    }
}

#[test]
fn root_types_of_the_wrong_kind_are_ignored() {
    let doc = document::new_doc(Some(1));
    let order = doc.get_or_insert_array("order");
    let fields = doc.get_or_insert_map("fields");
    {
        let mut txn = doc.transact_mut();
        order.push_back(&mut txn, 7);
        order.push_back(&mut txn, "a");
        order.push_back(&mut txn, "a");
        fields.insert(&mut txn, "number", 7);
    }
    let draft = document::read(&doc);
    assert_eq!(draft.sections.len(), 1);
    assert_eq!(draft.fields.len(), 0);
    assert_eq!(draft.title, "");
}
