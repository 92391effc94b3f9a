//! A process that is killed during writes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{NOTES, put};
use crate::embedded::open;
use crate::{LogId, Range};

/// The data directory of the writer process; set only in that process.
const DIR: &str = "LECTERN_TEST_KILLED_WRITER";

/// Not a test of its own: the process to be killed. It prints what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn the_writer() {
    let Ok(dir) = std::env::var(DIR) else {
        return;
    };
    let store = open(Path::new(&dir)).unwrap();
    let log = LogId::new("article");
    let writers = (0..8).map(|writer| {
        let (store, log) = (store.clone(), log.clone());
        tokio::spawn(async move {
            for turn in 0u64.. {
                let mut batch = put(&format!("{writer}-{turn}"), &"x".repeat(4_000));
                batch.append(&log, "entry");
                let number = store.commit(batch).await.unwrap().appended[0];
                println!("\nacknowledged {number} {writer}-{turn}");
            }
        })
    });
    futures_util::future::join_all(writers).await;
}

/// Returns the name of [`the_writer`] in the test binary: its path without the crate.
fn writer_test() -> String {
    let (_, module) = module_path!().split_once("::").unwrap();
    format!("{module}::the_writer")
}

/// Starts a writer process, kills it after `count` acknowledgements, and returns what it printed.
fn killed_after(dir: &Path, count: usize) -> Vec<(u64, String)> {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &writer_test(), "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    for line in BufReader::new(writer.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(rest) = line.strip_prefix("acknowledged ") {
            let (number, key) = rest.split_once(' ').unwrap();
            told.push((number.parse().unwrap(), key.to_owned()));
        }
        if told.len() == count {
            // SIGKILL on Unix; lines still in the pipe count as well.
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    told
}

#[tokio::test]
async fn a_killed_process_loses_no_acknowledged_commit() {
    let dir = tempfile::tempdir().unwrap();
    let log = LogId::new("article");
    for round in 1..=4 {
        let told = killed_after(dir.path(), 150 * round);
        assert!(told.len() >= 150 * round);
        let store = open(dir.path()).unwrap();
        let last = store.last_of_log(&log).await.unwrap();
        assert!(told.iter().all(|(number, _)| *number <= last));
        let entries = store.read_log(&log, 0, usize::MAX).await.unwrap();
        assert_eq!(entries.len() as u64, last);
        for (_, key) in &told {
            assert!(
                store.get(NOTES, key.as_bytes()).await.unwrap().is_some(),
                "{key}"
            );
        }
        assert!(!store.scan(NOTES, Range::all()).await.unwrap().is_empty());
    }
}
