//! A process that is killed while it writes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{NOTES, put};
use crate::embedded::open;
use crate::{LogId, Range};

/// Where the writing process keeps its data; set only for that process.
const DIR: &str = "LECTERN_TEST_KILLED_WRITER";

/// Not a story of its own: the process that is killed. It says which number was acknowledged.
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

/// The name under which the test binary knows [`the_writer`]: its path without the crate.
fn writer_test() -> String {
    let (_, module) = module_path!().split_once("::").unwrap();
    format!("{module}::the_writer")
}

/// Lets a process write and kills it after `count` acknowledgements; returns what was told.
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
            // On Unix this is SIGKILL; what was told until the pipe ends counts as well.
            writer.kill().unwrap();
        }
    }
    writer.wait().unwrap();
    told
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
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
