//! Articles of a given size.

use yrs::{Doc, ReadTxn, StateVector, Transact, XmlElementPrelim, XmlFragment, XmlTextPrelim};

use super::client;
use super::server::{Room, Server};

/// Writes paragraphs until the article has this many bytes.
pub async fn fill(server: &Server, room: &Room, bytes: usize) {
    let (mut reader, mut writer, _) = client::open(server, room).await;
    for update in paragraphs(bytes) {
        writer.update(&update).await;
    }
    reader.whole(&mut writer).await;
}

/// Returns an article of about this many bytes, as updates of at most half a mebibyte.
fn paragraphs(bytes: usize) -> Vec<Vec<u8>> {
    let doc = Doc::with_client_id(5);
    let body = doc.get_or_insert_xml_fragment("section:summary");
    let (mut updates, mut known) = (Vec::new(), StateVector::default());
    let mut written = 0;
    while written < bytes {
        let mut txn = doc.transact_mut();
        let mut part = 0;
        while part < 400 << 10 && written < bytes {
            let paragraph = body.push_back(&mut txn, XmlElementPrelim::empty("paragraph"));
            let line = format!("{written:08} {}", "A line of training text. ".repeat(4));
            part += line.len() + 20;
            written += line.len() + 20;
            paragraph.push_back(&mut txn, XmlTextPrelim::new(line));
        }
        drop(txn);
        let txn = doc.transact();
        updates.push(txn.encode_diff_v1(&known));
        known = txn.state_vector();
    }
    updates
}
