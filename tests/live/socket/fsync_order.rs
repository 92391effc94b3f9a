//! Checks the promise from outside the process: the operating system has forced a change to disk
//! before a byte of it is written to another client's socket.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::server::ServerProcess;

/// The last line of a trace.
const END: &str = "+++ killed by SIGKILL +++";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_fsynced_before_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    server.start_traced(&trace).await;
    let article = server.make_article(&ada).await;
    let mut writer = server.peer(&ada, &article).await.synced().await;
    let mut reader = server.peer(&ada, &article).await.synced().await;
    let words: Vec<String> = (0..20).map(word).collect();
    for word in &words {
        writer.type_title(0, word).await;
        writer.barrier().await;
        reader
            .until(|reader| reader.title().starts_with(word))
            .await;
    }
    server.kill();
    let trace = Trace::read(&read_complete(&trace).await);
    for word in &words {
        assert_eq!(trace.order_of(word), Order::DiskFirst, "{word}");
    }
}

#[test]
fn a_reversed_order_is_detected() {
    let written = r#"7 pwrite64(13, "\0\1zzaz\2", 9, 0) = 9"#;
    let synced = "7 fdatasync(14)                     = 0";
    let begun = "7 fdatasync(14 <unfinished ...>";
    let done = "7 <... fdatasync resumed>)          = 0";
    let sent = r#"9 sendto(21, "\202\5zzaz", 6, MSG_NOSIGNAL, NULL, 0) = 6"#;
    let failed = "7 fdatasync(14) = -1 ENOSPC (No space left on device)";
    for (lines, order) in [
        (vec![written, synced, sent], Order::DiskFirst),
        (vec![written, begun, done, sent], Order::DiskFirst),
        (vec![written, sent, synced], Order::SentFirst),
        (vec![sent, written, synced], Order::SentFirst),
        (vec![synced, written, sent], Order::SentFirst),
        (vec![written, begun, sent, done], Order::SentFirst),
        (vec![begun, written, done, sent], Order::SentFirst),
        (vec![written, failed, sent], Order::SentFirst),
        (vec![written, synced], Order::NotSeen),
    ] {
        let trace = Trace::read(&lines.join("\n"));
        assert_eq!(trace.order_of("zzaz"), order, "{lines:?}");
    }
}

/// Letters only, as strace prints them unchanged.
fn word(number: u8) -> String {
    let (high, low) = ((b'a' + number / 10).into(), (b'a' + number % 10).into());
    ['z', 'z', high, low, 'z', 'z'].into_iter().collect()
}

/// Reads a trace once it is complete.
async fn read_complete(trace: &Path) -> String {
    let ended = async {
        loop {
            let text = std::fs::read_to_string(trace).unwrap();
            if text.contains(END) {
                return text;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), ended)
        .await
        .expect("the end of the trace")
}

#[derive(Debug, PartialEq, Eq)]
enum Order {
    DiskFirst,
    SentFirst,
    NotSeen,
}

/// A system call: its name, and the lines of the trace on which it began and returned.
struct Call {
    name: String,
    said: String,
    began: usize,
    returned: usize,
    succeeded: bool,
}

struct Trace(Vec<Call>);

impl Trace {
    /// Reads lines such as `7 fdatasync(14) = 0`. A call interrupted by another thread takes two:
    /// `7 fdatasync(14 <unfinished ...>` and `7 <... fdatasync resumed>) = 0`.
    fn read(text: &str) -> Self {
        let mut calls: Vec<Call> = Vec::new();
        let mut open: HashMap<&str, usize> = HashMap::new();
        for (place, line) in text.lines().enumerate() {
            let Some((thread, said)) = line.split_once(' ') else {
                continue;
            };
            let said = said.trim_start();
            let succeeded = said
                .rsplit_once(" = ")
                .is_some_and(|(_, end)| !end.starts_with('-'));
            if said.starts_with("<... ") {
                if let Some(call) = open.remove(thread) {
                    calls[call].returned = place;
                    calls[call].succeeded = succeeded;
                }
                continue;
            }
            let Some((name, _)) = said.split_once('(') else {
                continue;
            };
            let unfinished = said.ends_with("<unfinished ...>");
            if unfinished {
                open.insert(thread, calls.len());
            }
            calls.push(Call {
                name: name.to_owned(),
                said: said.to_owned(),
                began: place,
                returned: if unfinished { usize::MAX } else { place },
                succeeded: succeeded && !unfinished,
            });
        }
        Self(calls)
    }

    /// Returns whether a change was written and forced to disk before it was first sent.
    fn order_of(&self, word: &str) -> Order {
        let of = |names: &'static [&str]| {
            self.0
                .iter()
                .filter(move |call| names.contains(&call.name.as_str()))
        };
        let about = |call: &&Call| call.said.contains(word);
        let sent = of(&["sendto", "sendmsg", "write", "writev"]).find(about);
        let Some(sent) = sent else {
            return Order::NotSeen;
        };
        let written = of(&["pwrite64"]).find(about);
        let forced = written.is_some_and(|written| {
            of(&["fdatasync", "fsync"]).any(|sync| {
                sync.began > written.returned && sync.succeeded && sync.returned < sent.began
            })
        });
        match forced {
            true => Order::DiskFirst,
            false => Order::SentFirst,
        }
    }
}
