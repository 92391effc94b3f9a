//! Somebody with a hand on the disk changes what was written. `lectern verify` says so and names the
//! first record that is not as it was (21 CFR 11.10(a) and (e)).

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;

use lectern_base::{Hash, Timestamp};
use lectern_journal::{Entry, SignedCheckpoint};
use lectern_store::{self as store, Batch, Range, Store};

use crate::support::{PASSWORD, TestServer};

/// A stopped server's data, with an approved article that shows a picture, and the checkpoint that
/// was made at the end.
struct House {
    data: TempDir,
    kept: PathBuf,
    public_key: String,
    article: String,
    text: Hash,
    picture: Hash,
}

impl House {
    async fn stopped() -> Self {
        let server = TestServer::start().await;
        let ada = server.person("ada", &["trainer"]).await;
        let rob = server.person("rob", &["reviewer"]).await;
        let module = ada.creates_module("Cold chain").await;
        let article = ada.starts(&module, "Vaccines").await;
        let csv = ada.brings(&article, "doses.csv", b"a,b\n1,2\n".to_vec());
        let file = csv.await.expect(201).json();
        let address = file["address"].as_str().unwrap();
        let text = format!("See [the doses]({address}).");
        ada.writes(&article, "lead", &text).await.expect(200);
        let review = ada.publishes(&article, &[&rob]).await;
        let read = json!({
            "version": 1,
            "revision_hash": review["revision_hash"],
            "signature": {"password": PASSWORD},
        });
        let given = format!("/api/v1/articles/{article}/acknowledgements");
        rob.post(&given, read).await.expect(201);
        let text = review["revision_hash"].as_str().unwrap().parse().unwrap();
        let picture = file["hash"].as_str().unwrap().parse().unwrap();
        let data = server.stop().await;
        let kept = data.path().join("kept.json");
        let made = lectern(data.path(), &["checkpoint", "--out", path(&kept)]);
        assert!(made.status.success(), "{made:?}");
        let made: SignedCheckpoint =
            serde_json::from_slice(&std::fs::read(&kept).unwrap()).unwrap();
        Self {
            data,
            kept,
            public_key: made.public_key,
            article,
            text,
            picture,
        }
    }

    fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Takes the first record of a table away.
    async fn loses(&self, table: &'static str) {
        self.tamper(async |store| {
            let (key, _) = store.scan(table, Range::all()).await.unwrap().remove(0);
            let mut batch = Batch::new();
            batch.delete(table, &key);
            store.commit(batch).await.unwrap();
        })
        .await;
    }

    /// Changes the store as somebody who knows the house would.
    async fn tamper<T>(&self, change: impl AsyncFnOnce(&Store) -> T) -> T {
        let store = store::open(self.folder()).unwrap();
        change(&store).await
    }

    fn verify(&self) -> Said {
        Said::of(lectern(self.folder(), &["verify"]))
    }

    fn verify_against_what_was_kept(&self) -> Said {
        let options = ["verify", "--checkpoint", path(&self.kept), "--public-key"];
        let options = [&options[..], &[self.public_key.as_str()]].concat();
        Said::of(lectern(self.folder(), &options))
    }

    /// Flips one bit of a file under `blobs`.
    fn flip(&self, hash: Hash) {
        let digits = hash.to_string();
        let file = self
            .folder()
            .join("blobs")
            .join(&digits[..2])
            .join(&digits[2..]);
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file, bytes).unwrap();
    }
}

struct Said {
    sound: bool,
    text: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self {
            sound: output.status.success(),
            text: String::from_utf8(text).unwrap(),
        }
    }

    #[track_caller]
    fn sound(self) {
        assert!(self.sound, "{}", self.text);
    }

    #[track_caller]
    fn names(self, what: &str) {
        assert!(
            !self.sound && self.text.contains(what),
            "{what}: {}",
            self.text
        );
    }
}

fn lectern(data: &Path, command: &[&str]) -> Output {
    let mut lectern = Command::new(env!("CARGO_BIN_EXE_lectern"));
    lectern
        .args(command)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every entry with its key.
async fn entries(store: &Store) -> Vec<(Bytes, Entry)> {
    let found = store.scan("journal", Range::all()).await.unwrap();
    let entry = |raw: &Bytes| {
        let record: Value = serde_json::from_slice(raw).unwrap();
        serde_json::from_value(record["r"].clone()).unwrap()
    };
    found
        .iter()
        .map(|(key, raw)| (key.clone(), entry(raw)))
        .collect()
}

fn put(batch: &mut Batch, table: &'static str, key: &[u8], record: impl serde::Serialize) {
    batch.put(table, key, json!({"v": 1, "r": record}).to_string());
}

/// Moves the end of the journal to `last`, so that nothing seems to be missing.
async fn end_at(store: &Store, batch: &mut Batch, last: &Entry) {
    let found = store.scan("journal_head", Range::all()).await.unwrap();
    let head = json!({"seq": last.seq, "hash": last.hash});
    put(batch, "journal_head", &found[0].0, head);
}

/// Changes a record of a table.
async fn change(store: &Store, table: &'static str, change: impl FnOnce(&mut Value)) {
    let (key, raw) = store.scan(table, Range::all()).await.unwrap().remove(0);
    let mut record: Value = serde_json::from_slice(&raw).unwrap();
    change(&mut record["r"]);
    let mut batch = Batch::new();
    put(&mut batch, table, &key, &record["r"]);
    store.commit(batch).await.unwrap();
}

#[tokio::test]
async fn untouched_data_is_sound_also_against_its_checkpoint() {
    let house = House::stopped().await;
    house.verify().sound();
    house.verify_against_what_was_kept().sound();
}

#[tokio::test]
async fn a_byte_of_an_approved_version_or_of_its_attachment_is_named() {
    let house = House::stopped().await;
    let version = format!("version 1.0 of article “Vaccines” ({})", house.article);
    house.flip(house.picture);
    house.verify().names(&version);
    house.verify().names(&format!(
        "its attachment was changed (file {})",
        house.picture
    ));
    house.flip(house.picture);
    house.verify().sound();
    house.flip(house.text);
    house.verify().names(&version);
    house
        .verify()
        .names(&format!("its text was changed (file {})", house.text));
}

#[tokio::test]
async fn a_byte_of_an_attachment_of_a_draft_is_named() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let file = ada
        .brings(&article, "doses.csv", b"a,b\n1,2\n".to_vec())
        .await;
    let hash = file.expect(201).field("hash");
    let data = server.stop().await;
    let file = data.path().join("blobs").join(&hash[..2]).join(&hash[2..]);
    std::fs::write(file, b"a,b\n1,9\n").unwrap();
    let said = Said::of(lectern(data.path(), &["verify"]));
    said.names("attachment “doses.csv” of “Vaccines”");
}

#[tokio::test]
async fn an_entry_that_was_edited_or_deleted_or_moved_is_named() {
    let house = House::stopped().await;
    let entries = house.tamper(async |store| entries(store).await).await;
    let restore = async |store: &Store| {
        let mut batch = Batch::new();
        for (key, entry) in &entries {
            put(&mut batch, "journal", key, entry);
        }
        store.commit(batch).await.unwrap();
    };
    let named = |seq: u64| format!("journal entry {seq} is not what was written");

    let mut edited = entries[4].1.clone();
    edited.reason = Some("never said".to_owned());
    let replace = async |store: &Store, entry: &Entry| {
        let mut batch = Batch::new();
        put(&mut batch, "journal", &entries[4].0, entry);
        store.commit(batch).await.unwrap();
    };
    house
        .tamper(async |store| replace(store, &edited).await)
        .await;
    house.verify().names(&named(5));
    edited.hash = edited.compute();
    house
        .tamper(async |store| replace(store, &edited).await)
        .await;
    house.verify().names(&named(6));
    house.tamper(restore).await;

    house
        .tamper(async |store| {
            let mut batch = Batch::new();
            batch.delete("journal", &entries[2].0);
            store.commit(batch).await.unwrap();
        })
        .await;
    house.verify().names(&named(3));
    house.tamper(restore).await;

    house
        .tamper(async |store| {
            let mut batch = Batch::new();
            put(&mut batch, "journal", &entries[2].0, &entries[3].1);
            put(&mut batch, "journal", &entries[3].0, &entries[2].1);
            store.commit(batch).await.unwrap();
        })
        .await;
    house.verify().names(&named(3));
    house.tamper(restore).await;
    house.verify().sound();
}

#[tokio::test]
async fn a_byte_of_the_journal_on_the_disk_is_found() {
    let house = House::stopped().await;
    let file = house.folder().join("store/db");
    let mut bytes = std::fs::read(&file).unwrap();
    let needle = b"review.requested";
    let at = bytes
        .windows(needle.len())
        .rposition(|found| found == needle);
    bytes[at.unwrap()] ^= 1;
    std::fs::write(file, bytes).unwrap();
    house.verify().names("store/db is damaged");
}

#[tokio::test]
async fn a_cut_tail_is_found_against_a_checkpoint_and_only_there() {
    let house = House::stopped().await;
    house
        .tamper(async |store| {
            let entries = entries(store).await;
            let mut batch = Batch::new();
            // The key for checkpoints was made last: nothing else speaks of that entry.
            let (gone, left) = entries.split_last().unwrap();
            batch.delete("journal", &gone.0);
            end_at(store, &mut batch, &left.last().unwrap().1).await;
            store.commit(batch).await.unwrap();
        })
        .await;
    house.verify().sound();
    let said = house.verify_against_what_was_kept();
    said.names("it is missing, and so is everything after it: the checkpoint goes up to entry");
}

#[tokio::test]
async fn a_journal_written_anew_is_found_against_a_checkpoint_and_only_there() {
    let house = House::stopped().await;
    house
        .tamper(async |store| {
            let mut batch = Batch::new();
            let mut prev = Hash::ZERO;
            let mut last = None;
            for (key, mut entry) in entries(store).await {
                if entry.seq == 1 {
                    entry.at = Timestamp::from_millis(0);
                }
                entry.prev = prev;
                entry.hash = entry.compute();
                prev = entry.hash;
                put(&mut batch, "journal", &key, &entry);
                last = Some(entry);
            }
            end_at(store, &mut batch, &last.unwrap()).await;
            store.commit(batch).await.unwrap();
        })
        .await;
    // The indexes still have the old times, until they are built anew too.
    house.verify().names("journal entry 1");
    let reindexed = lectern(house.folder(), &["reindex"]);
    assert!(reindexed.status.success(), "{reindexed:?}");
    house.verify().sound();
    house
        .verify_against_what_was_kept()
        .names("the journal was written anew");
}

#[tokio::test]
async fn a_checkpoint_that_was_changed_or_is_of_others_proves_nothing() {
    let house = House::stopped().await;
    let good = std::fs::read_to_string(&house.kept).unwrap();
    let mut forged: Value = serde_json::from_str(&good).unwrap();
    forged["seq"] = json!(1);
    std::fs::write(&house.kept, forged.to_string()).unwrap();
    house
        .verify_against_what_was_kept()
        .names("not what was signed");
    std::fs::write(&house.kept, "{}").unwrap();
    house
        .verify_against_what_was_kept()
        .names("is no checkpoint");

    let other = House::stopped().await;
    std::fs::copy(&other.kept, &house.kept).unwrap();
    house
        .verify_against_what_was_kept()
        .names("was signed with the key");
    let options = ["verify", "--checkpoint", path(&other.kept)];
    let said = Said::of(lectern(house.folder(), &options));
    said.names("it is of another Lectern, or this data directory was put in its place");
}

#[tokio::test]
async fn records_that_were_changed_beside_the_journal_are_named() {
    type Change = fn(&mut Value);
    let cases: [(&'static str, Change, &str); 7] = [
        (
            "versions",
            |version| version["hash"] = json!("00".repeat(32)),
            "version 1.0 of article “Vaccines”",
        ),
        (
            "versions",
            |version| version["approved_by"] = json!(["00000000-0000-7000-8000-000000000000"]),
            "names other approvers",
        ),
        (
            "reviews",
            |review| review["decisions"][0]["reason"] = json!("never said"),
            "says otherwise",
        ),
        (
            "reviews",
            |review| review["contributors"] = review["reviewers"].clone(),
            "does not approve it",
        ),
        (
            "articles",
            |article| article["effective"]["version"] = json!(2),
            "what readers get is not one of its versions",
        ),
        (
            "acknowledgements",
            |given| given["completed_at"] = json!("2020-01-01T00:00:00.000Z"),
            "acknowledgement of version 1.0 of article “Vaccines”",
        ),
        (
            "acknowledgements",
            |given| given["printed_name"] = json!("Somebody else"),
            "says otherwise",
        ),
    ];
    for (table, tamper, said) in cases {
        let house = House::stopped().await;
        house
            .tamper(async |store| change(store, table, tamper).await)
            .await;
        house.verify().names(said);
    }
}

#[tokio::test]
async fn an_acknowledgement_that_was_taken_away_is_named() {
    let house = House::stopped().await;
    house.loses("acknowledgements").await;
    let said = "acknowledgement of version 1.0 of article “Vaccines”";
    house.verify().names(said);
    house.verify().names("it is missing, and journal entry");
}

#[tokio::test]
async fn a_signature_that_was_taken_away_is_named() {
    let house = House::stopped().await;
    house.verify().sound();
    house.loses("signatures").await;
    house
        .verify()
        .names("its record is missing, and journal entry");
}

#[tokio::test]
async fn a_time_that_a_client_sends_is_ignored() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let admin = server.person("root", &["admin"]).await;
    let body = json!({
        "title": "Cold chain", "purpose": "p", "visibility": "open", "control": "informal",
    });
    let mut dated = body.clone();
    dated["created_at"] = json!("1999-12-31T00:00:00Z");
    let refused = ada.post("/api/v1/modules", dated).await.problem(422);
    assert_eq!(refused["field"], "created_at");

    let start = server.app.clock.now();
    let request = ada
        .request(reqwest::Method::POST, "/api/v1/modules")
        .json(&body);
    let request = request.header("date", "Fri, 31 Dec 1999 00:00:00 GMT");
    ada.send(request).await.expect(201);
    let path = "/api/v1/journal?deed=module.created";
    let found = admin.get(path).await.expect(200).json();
    let at: Timestamp = found["items"][0]["at"].as_str().unwrap().parse().unwrap();
    assert!(start <= at && at <= server.app.clock.now(), "{at}");
}

#[tokio::test]
async fn an_index_of_the_journal_that_lacks_an_entry_is_named_and_built_anew() {
    let house = House::stopped().await;
    house.loses("journal_by_article").await;
    house
        .verify()
        .names("it is not in the index journal_by_article");
    let reindexed = lectern(house.folder(), &["reindex"]);
    assert!(reindexed.status.success(), "{reindexed:?}");
    house.verify().sound();
    house.verify_against_what_was_kept().sound();
}
