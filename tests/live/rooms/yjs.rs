//! Stock Yjs and yrs agree on every document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Any, Doc, GetString, ReadTxn, StateVector, Text, Transact, Update, XmlElementPrelim,
    XmlFragment, XmlOut, XmlTextPrelim, XmlTextRef,
};

use lectern_document::new_doc;
use lectern_test_support::Node;

const ROUNDS: usize = 12;
const WORDS: [&str; 6] = ["a", "Grüße", "👩‍🔬", "実験", "e\u{301}", "two words "];

/// The peers that run on Yjs.
const STOCK: [&str; 2] = ["ada", "bo"];

#[tokio::test]
async fn random_edits_of_yrs_and_yjs_converge() {
    let mut written = 0;
    for seed in [1, 2, 3, 5, 8, 13] {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut node = Node::start();
        for peer in STOCK {
            node.run(
                peer,
                "open",
                json!({ "client": 100 + rng.random_range(0..1_000_000u32) }),
            )
            .await;
        }
        let ours = [new_doc(Some(1)), new_doc(Some(1 << 40))];
        for _ in 0..ROUNDS {
            edit_somewhere(&mut node, &ours, &mut rng).await;
            if rng.random_bool(0.3) {
                exchange(&mut node, &ours, &mut rng).await;
            }
        }
        exchange_all(&mut node, &ours).await;
        let expected = content_of(&ours[0]);
        written += plain(&expected["body"]).trim().len();
        assert_eq!(content_of(&ours[1]), expected, "seed {seed}");
        for peer in STOCK {
            let read = node.run(peer, "read", json!({})).await;
            assert_eq!(read["title"], expected["title"], "seed {seed}, {peer}");
            assert_eq!(
                plain(&read["body"]),
                plain(&expected["body"]),
                "seed {seed}, {peer}"
            );
        }
    }
    assert!(written > 0, "some paragraphs have text");
}

async fn edit_somewhere(node: &mut Node, ours: &[Doc], rng: &mut StdRng) {
    let (at, length) = (rng.random_range(0..50u32), rng.random_range(0..4u32));
    let text = WORDS[rng.random_range(0..WORDS.len())];
    let kinds = [
        "title",
        "untitle",
        "paragraph",
        "type",
        "type",
        "erase",
        "bold",
        "remove",
    ];
    let kind = kinds[rng.random_range(0..kinds.len())];
    match rng.random_range(0..4usize) {
        stock @ 0..2 => {
            let edit = json!({ "kind": kind, "at": at, "length": length, "text": text });
            node.run(STOCK[stock], "edit", json!({ "edits": [edit] }))
                .await;
        }
        own => edit_ours(&ours[own - 2], kind, at, length, text),
    }
}

fn edit_ours(doc: &Doc, kind: &str, at: u32, length: u32, text: &str) {
    let title = doc.get_or_insert_text("title");
    let body = doc.get_or_insert_xml_fragment("section:body");
    let mut txn = doc.transact_mut();
    let within = |length: u32| if length == 0 { 0 } else { at % (length + 1) };
    match kind {
        "title" => {
            let at = char_boundary(&title.get_string(&txn), within(title.len(&txn)));
            title.insert(&mut txn, at, text);
        }
        "untitle" => {
            let start = within(title.len(&txn));
            let length = length.min(title.len(&txn) - start);
            title.remove_range(&mut txn, start, length);
        }
        "paragraph" => {
            let at = within(body.len(&txn));
            let paragraph = body.insert(&mut txn, at, XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(&mut txn, XmlTextPrelim::new(text));
        }
        "remove" if body.len(&txn) > 0 => {
            let at = at % body.len(&txn);
            body.remove_range(&mut txn, at, 1);
        }
        _ => {
            let Some(target) = text_of(&body, &txn, at) else {
                return;
            };
            edit_text(&target, &mut txn, kind, (at, length), text);
        }
    }
}

fn edit_text(
    target: &XmlTextRef,
    txn: &mut yrs::TransactionMut<'_>,
    kind: &str,
    (at, length): (u32, u32),
    text: &str,
) {
    let end = target.len(txn);
    let start = if end == 0 { 0 } else { at % (end + 1) };
    let length = length.min(end - start);
    match kind {
        "type" => target.insert(txn, start, text),
        "erase" => target.remove_range(txn, start, length),
        "bold" => {
            let bold = [("bold".into(), Any::Map(Default::default()))];
            target.format(txn, start, length, bold.into_iter().collect());
        }
        _ => {}
    }
}

/// Returns the text of a paragraph that has one.
fn text_of(body: &yrs::XmlFragmentRef, txn: &impl ReadTxn, at: u32) -> Option<XmlTextRef> {
    let paragraphs = body.len(txn);
    let paragraph = body
        .get(txn, at.checked_rem(paragraphs)?)?
        .into_xml_element()?;
    match paragraph.get(txn, 0)? {
        XmlOut::Text(text) => Some(text),
        _ => None,
    }
}

/// Moves a position off the middle of a surrogate pair.
fn char_boundary(text: &str, at: u32) -> u32 {
    let mut passed = 0;
    for letter in text.chars() {
        if passed >= at {
            break;
        }
        passed += letter.len_utf16() as u32;
    }
    passed
}

/// Synchronises one random pair of peers.
async fn exchange(node: &mut Node, ours: &[Doc], rng: &mut StdRng) {
    let (stock, own) = (STOCK[rng.random_range(0..2)], &ours[rng.random_range(0..2)]);
    let vector = STANDARD.encode(own.transact().state_vector().encode_v1());
    let news = node.run(stock, "update", json!({ "vector": vector })).await;
    let theirs = node.run(stock, "vector", json!({})).await;
    let vector = StateVector::decode_v1(&bytes(&theirs["vector"])).unwrap();
    let lacking = own.transact().encode_diff_v1(&vector);
    own.transact_mut()
        .apply_update(Update::decode_v1(&bytes(&news["update"])).unwrap())
        .unwrap();
    node.run(
        stock,
        "apply",
        json!({ "update": STANDARD.encode(lacking) }),
    )
    .await;
}

/// Synchronises all peers.
async fn exchange_all(node: &mut Node, ours: &[Doc]) {
    for _ in 0..3 {
        let mut updates = Vec::new();
        for peer in STOCK {
            updates.push(bytes(&node.run(peer, "update", json!({})).await["update"]));
        }
        for doc in ours {
            updates.push(
                doc.transact()
                    .encode_state_as_update_v1(&StateVector::default()),
            );
        }
        for update in updates {
            for peer in STOCK {
                node.run(peer, "apply", json!({ "update": STANDARD.encode(&update) }))
                    .await;
            }
            for doc in ours {
                doc.transact_mut()
                    .apply_update(Update::decode_v1(&update).unwrap())
                    .unwrap();
            }
        }
    }
}

fn content_of(doc: &Doc) -> Value {
    let title = doc.get_or_insert_text("title");
    let body = doc.get_or_insert_xml_fragment("section:body");
    let txn = doc.transact();
    json!({ "title": title.get_string(&txn), "body": body.get_string(&txn) })
}

/// Returns the text of a body without marks, which the two libraries print differently.
fn plain(body: &Value) -> String {
    let body = body
        .as_str()
        .unwrap()
        .replace("<bold>", "")
        .replace("</bold>", "");
    body.replace("</paragraph>", "\n")
        .replace("<paragraph>", "")
}

fn bytes(encoded: &Value) -> Vec<u8> {
    STANDARD.decode(encoded.as_str().unwrap()).unwrap()
}
