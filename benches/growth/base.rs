//! What the base consists of: the same in every run.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use lectern_base::{ArticleId, ModuleId, PersonId, Timestamp};

use super::binary::lectern;

/// A data directory that grows.
pub struct Base {
    data: TempDir,
    /// Number of journal entries.
    pub entries: u64,
    /// How often each request is made.
    pub rounds: u32,
    /// The token of an administrator.
    pub token: String,
}

impl Base {
    /// Makes a data directory with an administrator.
    pub fn new(entries: u64, rounds: u32) -> Self {
        let data = tempfile::tempdir().unwrap();
        let token = administrator(data.path());
        Self {
            data,
            entries,
            rounds,
            token,
        }
    }

    /// Returns the data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Returns an article; its number counts on.
    pub fn article(&self, number: u64) -> ArticleId {
        id(1, number % (self.entries / 9).max(3)).parse().unwrap()
    }

    /// Returns a module; its number counts on.
    pub fn module(&self, number: u64) -> ModuleId {
        id(2, number % 50).parse().unwrap()
    }

    /// Returns a person; their number counts on.
    pub fn person(&self, number: u64) -> PersonId {
        id(3, number % (self.entries / 200).max(3)).parse().unwrap()
    }

    /// Returns the time of an entry: one is recorded every minute.
    pub fn time(&self, number: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + number as i64 * 60_000)
    }
}

/// Returns the identifier of something by its kind and number.
pub fn id(kind: u8, number: u64) -> String {
    format!("018bcfe5-68{kind:02x}-7000-8000-{number:012x}")
}

/// Returns a number that looks random, and is the same in every run.
pub fn shuffled(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Adds an administrator and returns a token.
fn administrator(data: &Path) -> String {
    let at = ["--data".as_ref(), data.as_os_str()];
    let mut added = Command::new(lectern())
        .args(["person", "add", "--login", "ada", "--name", "Ada"])
        .args(["--roles", "admin", "--password-stdin"])
        .args(at)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = added.stdin.take().unwrap();
    input.write_all(b"correct horse battery staple").unwrap();
    drop(input);
    assert!(added.wait().unwrap().success());
    let made = Command::new(lectern())
        .args(["token", "create", "--login", "ada"])
        .args(at)
        .output()
        .unwrap();
    let printed = String::from_utf8(made.stdout).unwrap();
    printed.lines().last().unwrap().to_owned()
}
