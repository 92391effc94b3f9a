//! Packs that were damaged or made to do harm: each is refused, naming the file, and leaves nothing.

use std::fs;
use std::io::{Cursor, Write as _};

use serde_json::json;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use lectern_base::Hash;

use super::house::{House, Pack, lectern, path, zipped};

/// Tries to take a pack in; it is refused for `why`, and the directory stays empty.
#[track_caller]
fn refused(bytes: &[u8], why: &str) {
    let folder = TempDir::new().unwrap();
    let (file, data) = (folder.path().join("pack.zip"), folder.path().join("data"));
    fs::write(&file, bytes).unwrap();
    fs::create_dir(&data).unwrap();
    lectern(&["import", "--data", path(&data), path(&file)]).refused(why);
    let left = fs::read_dir(&data).unwrap().count();
    assert_eq!(left, 0, "{why}: something was left behind");
}

/// The pack with other bytes for a file, and a manifest that agrees.
fn forged(pack: &Pack, name: &str, bytes: &[u8]) -> Vec<u8> {
    let old = Hash::of(&fs::read(pack.path(name)).unwrap()).to_string();
    let new = Hash::of(bytes).to_string();
    let sums = pack.text("SHA256SUMS");
    let sums = sums.replace(&format!("{old}  {name}\n"), &format!("{new}  {name}\n"));
    let mut files = pack.files();
    for (other, content) in &mut files {
        if other == name {
            *content = bytes.to_vec();
        } else if other == "SHA256SUMS" {
            *content = sums.clone().into_bytes();
        }
    }
    zipped(&files)
}

#[tokio::test]
async fn a_damaged_pack_is_refused_and_the_file_is_named() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let content = "articles/vaccines/versions/1.0/content.json";
    let mut bytes = fs::read(pack.path(content)).unwrap();
    bytes[9] ^= 1;
    refused(
        &pack.with(content, Some(&bytes)),
        &format!("{content} is not what SHA256SUMS says"),
    );
    refused(
        &pack.with(content, None),
        &format!("{content} stands in SHA256SUMS and not in the pack"),
    );
    refused(
        &pack.with("extra.txt", Some(b"x")),
        "extra.txt is in the pack but not in SHA256SUMS",
    );
    refused(&pack.with("SHA256SUMS", Some(b"nonsense\n")), "SHA256SUMS");
    refused(&pack.with("pack.json", None), "pack.json is missing");
    refused(&pack.with("SHA256SUMS", None), "SHA256SUMS is missing");
    refused(b"not a zip", "cannot be read");
    refused(&pack.bytes[..pack.bytes.len() / 2], "cannot be read");
    refused(
        &zipped(&[("a.txt".to_owned(), b"x".to_vec())]),
        "no pack of Lectern",
    );
}

#[tokio::test]
async fn a_pack_whose_files_contradict_each_other_is_refused() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let change = |name: &str, change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = pack.json(name);
        change(&mut json);
        forged(&pack, name, json.to_string().as_bytes())
    };
    let newer = change("pack.json", &|json| json["lectern_pack"] = json!(2));
    refused(&newer, "is of version 2");
    let folder = "articles/vaccines/versions/1.0";
    let content = format!("{folder}/content.json");
    let other = change(&content, &|json| json["title"] = json!("Something else"));
    refused(&other, &content);
    let version = format!("{folder}/version.json");
    let other = change(&version, &|json| json["hash"] = json!("0".repeat(64)));
    refused(&other, &version);
    let signed = format!("{folder}/signatures.json");
    let renamed = change(&signed, &|json| {
        json[0]["printed_name"] = json!("Somebody Else")
    });
    refused(&renamed, "it is not as the journal has it");
    let approved = change(&version, &|json| json["approved_by"] = json!([]));
    refused(&approved, "names other approvers");
    let twins = change("people.json", &|json| json[1]["login"] = json!("ada"));
    refused(&twins, "people.json");
    let template = "templates/topic-article@1.json";
    let broken = change(template, &|json| json["id"] = json!("../../evil"));
    refused(&broken, template);
    let journal = "articles/vaccines/journal.jsonl";
    let text = pack
        .text(journal)
        .replacen("\"Vaccines\"", "\"Vaccinex\"", 1);
    refused(&forged(&pack, journal, text.as_bytes()), journal);
}

#[tokio::test]
async fn names_that_lead_out_and_files_that_unfold_are_refused() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    for name in [
        "../evil.txt",
        "/etc/evil",
        "a/../../evil",
        "a\\..\\evil",
        "C:/evil",
    ] {
        refused(&pack.with(name, Some(b"x")), "no name of a file inside it");
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in pack.files() {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let linked = zip.finish().unwrap().into_inner();
    refused(&linked, "no name of a file inside it");

    let zeros = vec![0; 40 << 20];
    let bomb = vec![("a".to_owned(), zeros.clone()), ("b".to_owned(), zeros)];
    refused(&zipped(&bomb), "too large");
}
