//! Random people make random edits over connections that break, on disks that fill up and servers
//! that are killed. Whatever happens, everything that was acknowledged or shown to another person
//! is on disk; in the end all clients, the server and a cold start agree; and every letter is
//! credited to the person who typed it.
//!
//! `MODEL_SEEDS=5000 cargo test --test live model` runs more seeds; `MODEL_SEED=17` runs one.

mod backend;
mod client;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use yrs::Transact;
use yrs::updates::decoder::Decode;

use backend::{Backend, RoomsBackend, ServerBackend};
use client::{Clocks, Content, SimulatedClient, content_of};

/// The number of seeds. One in twenty runs against the real server.
const SEEDS: u64 = 200;
const SEEDS_PER_SERVER_RUN: u64 = 20;
/// The number of seeds run at once. They mostly wait for the disk.
const CONCURRENT_SEEDS: u64 = 8;
const STEPS: u32 = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_seen_or_acknowledged_is_ever_lost() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let seeds = match number("MODEL_SEED") {
        Some(one) => one..one + 1,
        None => 0..number("MODEL_SEEDS").unwrap_or(SEEDS),
    };
    let mut playing = JoinSet::new();
    let mut letters = 0;
    for seed in seeds {
        if playing.len() as u64 >= CONCURRENT_SEEDS {
            letters += playing.join_next().await.unwrap().unwrap();
        }
        playing.spawn(async move {
            println!("seed {seed}: MODEL_SEED={seed} reproduces it");
            play(seed).await
        });
    }
    while let Some(played) = playing.join_next().await {
        letters += played.unwrap();
    }
    assert!(letters > 0, "some letters are credited");
    println!("{letters} letters were credited to who typed them");
}

/// Runs one seed and returns the number of letters in the articles at the end.
async fn play(seed: u64) -> usize {
    let mut rng = StdRng::seed_from_u64(seed);
    let (people, articles) = (rng.random_range(2..6), rng.random_range(1..4));
    let mut backend = match seed % SEEDS_PER_SERVER_RUN {
        0 => Backend::Server(ServerBackend::open(people, articles).await),
        _ => Backend::Rooms(RoomsBackend::open(people, articles).await),
    };
    // One run in three has a disk that fills up, one in two a server that restarts.
    let (disk_fails, restarts) = (rng.random_bool(0.3), rng.random_bool(0.5));
    let mut ids = 100..;
    let mut new_client = |rng: &mut StdRng| {
        let (person, article) = (rng.random_range(0..people), rng.random_range(0..articles));
        SimulatedClient::new(person, article, ids.next().unwrap())
    };
    let mut clients: Vec<SimulatedClient> = (0..people + 2).map(|_| new_client(&mut rng)).collect();
    let mut known = vec![Clocks::new(); articles];
    for _ in 0..STEPS {
        let one = rng.random_range(0..clients.len());
        let client = &mut clients[one];
        match rng.random_range(0..100) {
            0..35 => {
                client.edit(&mut rng);
                if rng.random_bool(0.5) {
                    client.send_barrier();
                }
            }
            35..60 => client.push(rng.random_range(1..5)).await,
            // The first client reads slowly.
            60..85 if one == 0 && rng.random_bool(0.8) => {}
            60..85 => client.pull(rng.random_range(1..8)).await,
            85..89 => client.disconnect(),
            89..96 if !client.is_connected() => client.connect(&backend).await,
            96 if disk_fails => backend.set_disk_failing(rng.random_bool(0.5)).await,
            97 if restarts => {
                backend.set_disk_failing(false).await;
                for client in &mut clients {
                    client.record_known(&mut known[client.article]);
                    client.disconnect();
                }
                backend = backend.restart().await;
                assert_known(&backend, &known, seed).await;
            }
            98 => {
                // The page is closed for good, with everything that only it knew.
                client.record_known(&mut known[client.article]);
                *client = new_client(&mut rng);
            }
            99 => {
                let letters = "a".repeat(rng.random_range(1..6));
                backend
                    .write_as_stock(&letters, rng.random_range(0..9))
                    .await;
            }
            _ => {}
        }
    }
    finish(backend, clients, known, seed).await
}

/// Synchronises everyone and checks the result.
async fn finish(
    mut backend: Backend,
    mut clients: Vec<SimulatedClient>,
    mut known: Vec<Clocks>,
    seed: u64,
) -> usize {
    backend.set_disk_failing(false).await;
    // After the first round the server has everything, after the second everyone has.
    for _ in 0..2 {
        backend.sync_stock().await;
        for client in &mut clients {
            client.sync(&backend).await;
        }
    }
    if let Some(stock) = backend.sync_stock().await {
        let server = backend.state(0).await;
        assert_eq!(
            reads(&stock),
            reads(&server),
            "seed {seed}: the stock client"
        );
    }
    for client in &mut clients {
        client.record_known(&mut known[client.article]);
    }
    let mut letters = 0;
    for restarted in [false, true] {
        assert_known(&backend, &known, seed).await;
        for client in &clients {
            assert_eq!(
                content_of(&client.doc),
                reads(&backend.state(client.article).await),
                "seed {seed}: person {} and the server, restarted: {restarted}",
                client.person
            );
        }
        for article in 0..known.len() {
            letters += assert_credits(&backend, article, seed).await;
        }
        if !restarted {
            clients.iter_mut().for_each(SimulatedClient::disconnect);
            backend = backend.restart().await;
        }
    }
    letters
}

/// Returns the content of a document that is given as one update.
fn reads(state: &[u8]) -> Content {
    let doc = lectern_document::new_doc(None);
    let state = yrs::Update::decode_v1(state).unwrap();
    doc.transact_mut().apply_update(state).unwrap();
    content_of(&doc)
}

/// Asserts that nothing acknowledged or seen is missing.
async fn assert_known(backend: &Backend, known: &[Clocks], seed: u64) {
    for (article, known) in known.iter().enumerate() {
        let there = backend.clocks(article).await;
        for (client, clock) in known {
            let kept = there.get(client).copied().unwrap_or(0);
            assert!(
                kept >= *clock,
                "seed {seed}: of client {client}, {clock} was known and {kept} is kept"
            );
        }
    }
}

/// Asserts that each person is credited with their own letter and no other. Returns the number of
/// letters.
async fn assert_credits(backend: &Backend, article: usize, seed: u64) -> usize {
    let credits = backend.credits(article).await;
    let mut letters = 0;
    for (person, text) in credits {
        let Some(person) = person else {
            assert_eq!(text, "", "seed {seed}: letters without an author");
            continue;
        };
        let letter = char::from(b'a' + u8::try_from(person).unwrap());
        let theirs = text.chars().all(|found| found == letter);
        assert!(theirs, "seed {seed}: {text} is credited to {letter}");
        letters += text.len();
    }
    letters
}
