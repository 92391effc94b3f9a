//! A controlled module with something of everything, and packs of it.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{Client, PASSWORD, Person, TestServer};

/// A word of a text that nobody approved.
pub const REJECTED: &str = "quicksilver";
/// A word of a comment.
pub const COMMENT: &str = "marmalade";

/// Ada writes, Rob signs: one version, a rejected attempt with a comment, another
/// version, which Len has read.
pub struct House {
    pub server: TestServer,
    pub ada: Person,
    pub rob: Person,
    pub module: String,
    pub article: String,
    pub hashes: [String; 2],
    pub file: String,
}

impl House {
    pub async fn build() -> Self {
        let server = TestServer::start().await;
        let ada = server.person("ada", &["trainer"]).await;
        let rob = server.person("rob", &["reviewer"]).await;
        let module = ada
            .post(
                "/api/v1/modules",
                json!({
                    "title": "Cold chain", "purpose": "Keep it cold.",
                    "visibility": "open", "control": "controlled",
                }),
            )
            .await
            .expect(201)
            .id();
        let article = ada.starts(&module, "Vaccines").await;
        let file = ada.brings(&article, "doses.csv", b"a,b\n1,2\n".to_vec());
        let file = file.await.expect(201).json();
        let linked = format!(
            "See [the doses]({}) and [[Vaccines]].",
            file["address"].as_str().unwrap()
        );
        ada.writes(&article, "lead", &linked).await.expect(200);
        ada.fills(&article).await;
        let first = signs(&ada, &rob, &article).await;
        let text = format!("{linked} {REJECTED}");
        ada.writes(&article, "lead", &text).await.expect(200);
        let thread = json!({
            "anchor": {"section": "lead", "start": "null", "end": "null", "quote": REJECTED},
            "remark": {"text": COMMENT},
        });
        let threads = format!("/api/v1/articles/{article}/threads");
        ada.post(&threads, thread).await.expect(201);
        let review = ada.requests_review(&article).await.expect(201).json();
        rob.rejects(&review, "Not so.").await.expect(201);
        let text = format!("{linked} Keep them at 5 °C.");
        ada.writes(&article, "lead", &text).await.expect(200);
        let second = signs(&ada, &rob, &article).await;
        let len = server.person("len", &["learner"]).await;
        let read = json!({
            "version": 2,
            "revision_hash": second,
            "signature": {"password": PASSWORD, "meaning": "read and understood"},
        });
        let at = format!("/api/v1/articles/{article}/acknowledgements");
        len.post(&at, read).await.expect(201);
        Self {
            file: file["hash"].as_str().unwrap().to_owned(),
            hashes: [first, second],
            server,
            ada,
            rob,
            module,
            article,
        }
    }

    /// The pack of the article, made by somebody.
    pub async fn pack_by(&self, who: &Client) -> Pack {
        Pack::made(who, &format!("/api/v1/articles/{}/pack", self.article)).await
    }
}

/// Has the draft approved with a signature; returns the hash of the version.
async fn signs(ada: &Person, rob: &Person, article: &str) -> String {
    let review = ada.requests_review(article).await.expect(201).json();
    let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
    let decision = json!({
        "verdict": "approve",
        "checklist": checklist,
        "signature": {"password": PASSWORD, "meaning": "approved"},
    });
    rob.decides(&review, decision).await.expect(201);
    review["revision_hash"].as_str().unwrap().to_owned()
}

/// A pack, as its bytes and unpacked.
pub struct Pack {
    pub bytes: Vec<u8>,
    pub folder: TempDir,
}

impl Pack {
    pub async fn made(who: &Client, path: &str) -> Self {
        let reply = who.request(Method::POST, path).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        assert_eq!(reply.headers()["content-type"], "application/zip");
        assert_eq!(reply.headers()["cache-control"], "no-store");
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
        assert!(!reply.headers().contains_key("content-encoding"));
        let way = reply.headers()["content-disposition"].to_str().unwrap();
        assert!(way.starts_with("attachment; filename*="), "{way}");
        Self::of(reply.bytes().await.unwrap().to_vec())
    }

    pub fn of(bytes: Vec<u8>) -> Self {
        let folder = TempDir::new().unwrap();
        let mut zip = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        zip.extract(folder.path()).unwrap();
        Self { bytes, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        let read = fs::read_to_string(self.path(name));
        read.unwrap_or_else(|cause| panic!("{name}: {cause}"))
    }

    #[track_caller]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// Every word of every file.
    pub fn says(&self, word: &str) -> bool {
        let mut zip = ZipArchive::new(Cursor::new(&self.bytes)).unwrap();
        (0..zip.len()).any(|number| {
            let mut bytes = Vec::new();
            let mut file = zip.by_index(number).unwrap();
            file.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).contains(word)
        })
    }

    /// What `sha256sum -c` says.
    pub fn sums(&self) -> Output {
        let mut sha256sum = Command::new("sha256sum");
        sha256sum.args(["--check", "--strict", "--quiet", "SHA256SUMS"]);
        sha256sum.current_dir(self.folder.path()).output().unwrap()
    }

    /// The pack in a file.
    pub fn file(&self) -> PathBuf {
        let path = self.folder.path().join("pack.zip");
        fs::write(&path, &self.bytes).unwrap();
        path
    }

    /// The same pack with another file in the place of one, or added, or none.
    pub fn with(&self, name: &str, bytes: Option<&[u8]>) -> Vec<u8> {
        let mut files = self.files();
        files.retain(|(other, _)| other != name);
        files.extend(bytes.map(|bytes| (name.to_owned(), bytes.to_vec())));
        zipped(&files)
    }

    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut zip = ZipArchive::new(Cursor::new(&self.bytes)).unwrap();
        let count = zip.len();
        let file = |number| {
            let mut file = zip.by_index(number).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        };
        (0..count).map(file).collect()
    }
}

pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What a command said.
pub struct Said {
    pub done: bool,
    pub text: String,
}

pub fn lectern(command: &[&str]) -> Said {
    let mut lectern = Command::new(env!("CARGO_BIN_EXE_lectern"));
    let output = lectern.args(command).output().unwrap();
    Said {
        done: output.status.success(),
        text: String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
    }
}

impl Said {
    #[track_caller]
    pub fn done(self) -> String {
        assert!(self.done, "{}", self.text);
        self.text
    }

    #[track_caller]
    pub fn refused(self, why: &str) {
        assert!(
            !self.done && self.text.contains(why),
            "{why}: {}",
            self.text
        );
    }
}

pub fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
