//! Random people write random things over lines that break, on disks that fill and servers that are
//! killed. Whatever happens: what was acknowledged or shown to somebody else is on disk; in the end
//! everybody, the server and a cold start agree; and every letter is credited to who typed it.
//!
//! `MODEL_SEEDS=5000 cargo test --test model` plays more; `MODEL_SEED=17` plays one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../integration/support/node.rs"]
mod node;
#[path = "../integration/support/peer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod peer;
#[path = "../socket/server.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod server;
#[path = "../integration/support/socket.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod socket;
#[path = "../integration/support/rooms.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod support;

mod client;
mod place;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use yrs::Transact;
use yrs::updates::decoder::Decode;

use client::{Client, Clocks, Text, everything};
use place::{Inside, Outside, Place};

/// Seeds that are played; one in twenty on the real server.
const SEEDS: u64 = 200;
const OUTSIDE: u64 = 20;
/// Seeds that are played at once: most of the time they wait for the disk.
const AT_ONCE: u64 = 8;
const STEPS: u32 = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_seen_or_acknowledged_is_ever_missing() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let seeds = match number("MODEL_SEED") {
        Some(one) => one..one + 1,
        None => 0..number("MODEL_SEEDS").unwrap_or(SEEDS),
    };
    let mut playing = JoinSet::new();
    let mut letters = 0;
    for seed in seeds {
        if playing.len() as u64 >= AT_ONCE {
            letters += playing.join_next().await.unwrap().unwrap();
        }
        playing.spawn(async move {
            println!("seed {seed}: MODEL_SEED={seed} plays it alone");
            play(seed).await
        });
    }
    while let Some(played) = playing.join_next().await {
        letters += played.unwrap();
    }
    assert!(letters > 0, "somebody is credited with something");
    println!("{letters} letters were credited to who typed them");
}

/// Plays one seed; returns how many letters stand in the articles in the end.
async fn play(seed: u64) -> usize {
    let mut chance = StdRng::seed_from_u64(seed);
    let (people, articles) = (chance.random_range(2..6), chance.random_range(1..4));
    let mut place = match seed % OUTSIDE {
        0 => Place::Outside(Outside::open(people, articles).await),
        _ => Place::Inside(Inside::open(people, articles).await),
    };
    // One in three has a disk that fills, one in two a server that ends.
    let (storms, ends) = (chance.random_bool(0.3), chance.random_bool(0.5));
    let mut ids = 100..;
    let mut new_client = |chance: &mut StdRng| {
        let (person, article) = (
            chance.random_range(0..people),
            chance.random_range(0..articles),
        );
        Client::new(person, article, ids.next().unwrap())
    };
    let mut clients: Vec<Client> = (0..people + 2).map(|_| new_client(&mut chance)).collect();
    let mut known = vec![Clocks::new(); articles];
    for _ in 0..STEPS {
        let one = chance.random_range(0..clients.len());
        let client = &mut clients[one];
        match chance.random_range(0..100) {
            0..35 => {
                client.edit(&mut chance);
                if chance.random_bool(0.5) {
                    client.ask();
                }
            }
            35..60 => client.push(chance.random_range(1..5)).await,
            // The first reads slowly.
            60..85 if one == 0 && chance.random_bool(0.8) => {}
            60..85 => client.pull(chance.random_range(1..8)).await,
            85..89 => client.cut(),
            89..96 if !client.is_connected() => client.connect(&place).await,
            96 if storms => place.weather(chance.random_bool(0.5)).await,
            97 if ends => {
                place.weather(false).await;
                for client in &mut clients {
                    client.note(&mut known[client.article]);
                    client.cut();
                }
                place = place.restart().await;
                expect_known(&place, &known, seed).await;
            }
            98 => {
                // Somebody closes the page for good; what only they knew of goes with them.
                client.note(&mut known[client.article]);
                *client = new_client(&mut chance);
            }
            99 => {
                let letters = "a".repeat(chance.random_range(1..6));
                place
                    .stock_writes(&letters, chance.random_range(0..9))
                    .await;
            }
            _ => {}
        }
    }
    finish(place, clients, known, seed).await
}

/// Lets everybody exchange everything, and looks at what is left.
async fn finish(
    mut place: Place,
    mut clients: Vec<Client>,
    mut known: Vec<Clocks>,
    seed: u64,
) -> usize {
    place.weather(false).await;
    // After the first round the server has everything, after the second everybody.
    for _ in 0..2 {
        place.stock_catches_up().await;
        for client in &mut clients {
            client.catch_up(&place).await;
        }
    }
    if let Some(stock) = place.stock_catches_up().await {
        let server = place.state(0).await;
        assert_eq!(
            reads(&stock),
            reads(&server),
            "seed {seed}: the stock client"
        );
    }
    for client in &mut clients {
        client.note(&mut known[client.article]);
    }
    let mut letters = 0;
    for restarted in [false, true] {
        expect_known(&place, &known, seed).await;
        for client in &clients {
            assert_eq!(
                everything(&client.doc),
                reads(&place.state(client.article).await),
                "seed {seed}: person {} and the server, restarted: {restarted}",
                client.person
            );
        }
        for article in 0..known.len() {
            letters += expect_credits(&place, article, seed).await;
        }
        if !restarted {
            clients.iter_mut().for_each(Client::cut);
            place = place.restart().await;
        }
    }
    letters
}

/// What a document says that is given as one update.
fn reads(state: &[u8]) -> Text {
    let doc = lectern_document::new_doc(None);
    let state = yrs::Update::decode_v1(state).unwrap();
    doc.transact_mut().apply_update(state).unwrap();
    everything(&doc)
}

/// Expects what was acknowledged or seen to be there.
async fn expect_known(place: &Place, known: &[Clocks], seed: u64) {
    for (article, known) in known.iter().enumerate() {
        let there = place.clocks(article).await;
        for (client, clock) in known {
            let kept = there.get(client).copied().unwrap_or(0);
            assert!(
                kept >= *clock,
                "seed {seed}: of client {client}, {clock} was known and {kept} is kept"
            );
        }
    }
}

/// Expects each person to be credited with their own letter and no other.
async fn expect_credits(place: &Place, article: usize, seed: u64) -> usize {
    let credits = place.credits(article).await;
    let mut letters = 0;
    for (person, text) in credits {
        let Some(person) = person else {
            assert_eq!(text, "", "seed {seed}: letters of nobody");
            continue;
        };
        let letter = char::from(b'a' + u8::try_from(person).unwrap());
        let theirs = text.chars().all(|found| found == letter);
        assert!(theirs, "seed {seed}: {text} is credited to {letter}");
        letters += text.len();
    }
    letters
}
