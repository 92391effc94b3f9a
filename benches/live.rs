//! Guards the promise of live editing: "Saved" means on disk, and costs little more than the disk
//! itself.
//!
//! `cargo bench` measures and prints a table. `cargo test` runs each measurement with a few rounds,
//! so that it keeps working. No time is asserted.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use lectern_base::PersonId;
use lectern_live::LiveSettings;
use lectern_test_support::{InProcessWire, Peer, TestRooms};

type Writer = Peer<InProcessWire>;

fn main() {
    let measured = std::env::args().any(|argument| argument == "--bench");
    let rounds = if measured { 500 } else { 3 };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        println!("median of {rounds} rounds; ratios are of this run");
        let fsync = bare_fsync(rounds);
        line("one fsync of 100 bytes, bare", fsync, fsync);
        let alone = one_types(rounds, "").await;
        line("one person: keystroke to Saved", alone, fsync);
        let large = one_types(rounds, &"x".repeat(1 << 20)).await;
        line("the same in an article of 1 MiB", large, alone);
        let together = many_type(rounds / 10 + 1, 20).await;
        line("20 people at once: keystroke to Saved", together, alone);
    });
}

fn line(what: &str, took: Duration, against: Duration) {
    let ratio = took.as_secs_f64() / against.as_secs_f64();
    println!(
        "{what:<40} {:>9.0} µs  {ratio:>6.2} ×",
        took.as_secs_f64() * 1e6
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn bare_fsync(rounds: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("log")).unwrap();
    let write = |_| {
        let begun = Instant::now();
        file.write_all(&[7; 100]).unwrap();
        file.sync_data().unwrap();
        begun.elapsed()
    };
    median((0..rounds).map(write).collect())
}

/// Promise: an update costs the same in a small and in a large article.
async fn one_types(rounds: usize, before: &str) -> Duration {
    let fixture = TestRooms::open(settings()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    ada.type_title(0, before).await;
    ada.barrier().await;
    let mut times = Vec::new();
    for _ in 0..rounds {
        times.push(keystroke(&mut ada).await);
    }
    fixture.rooms.shutdown().await;
    median(times)
}

/// Promise: people who type at the same time share a commit; they do not queue for the disk.
async fn many_type(rounds: usize, people: usize) -> Duration {
    let fixture = TestRooms::open(settings()).await;
    let mut writers = Vec::new();
    for _ in 0..people {
        writers.push(fixture.writer(PersonId::new()).await);
    }
    let mut times = Vec::new();
    for _ in 0..rounds {
        let typing = writers.iter_mut().map(keystroke);
        times.extend(futures_util::future::join_all(typing).await);
    }
    fixture.rooms.shutdown().await;
    median(times)
}

async fn keystroke(writer: &mut Writer) -> Duration {
    let begun = Instant::now();
    writer.type_title(0, "a").await;
    writer.barrier().await;
    begun.elapsed()
}

fn settings() -> LiveSettings {
    LiveSettings {
        frame_limit: 4 << 20,
        ..LiveSettings::default()
    }
}
