//! The works: each does the same to every server, one after the other, and prints a table.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};
use yrs::{Doc, ReadTxn, StateVector, Transact, XmlElementPrelim, XmlFragment, XmlTextPrelim};

use super::backup;
use super::crowd::{Crowd, Figures, Pace};
use super::measured;
use super::server::{Make, Room, Server};
use super::trace;
use super::wire::{self, Ear, Mouth, Typist, mark, marks};

/// Everything that can be measured, by name.
pub const NAMES: [&str; 9] = [
    "fan-out",
    "pairs",
    "trace",
    "idle",
    "storm",
    "growth",
    "saturation",
    "kill",
    "backup",
];

/// Does one of the works to all servers.
pub async fn run(name: &str, makes: &[Make]) {
    match name {
        "fan-out" => {
            crowds(
                "1 article, 200 people, 20 typing 10 times a second",
                fan_out(),
                makes,
            )
            .await
        }
        "pairs" => {
            crowds(
                "300 articles, 2 people each, 1 typing 10 times a second",
                pairs(),
                makes,
            )
            .await
        }
        "saturation" => {
            for window in [16, 64] {
                let title = format!("saturation: 20 people typing, window {window}");
                crowds(&title, saturation(window), makes).await;
            }
        }
        "trace" => {
            println!("\n## a history of 259,778 edits");
            for make in stateful(makes) {
                attempt(make, keep_trace(make)).await;
            }
        }
        "idle" => {
            println!("\n## 2,000 idle connections on 1,000 articles");
            for make in makes {
                attempt(*make, idle(*make)).await;
            }
        }
        "storm" => {
            println!("\n## connect storm: 500 people open an article of 100 KB, 50 at a time");
            for make in stateful(makes) {
                attempt(make, storm(make)).await;
            }
        }
        "growth" => {
            println!("\n## growth: one types, one reads, in an article of 1 KB and of 4 MB");
            for make in makes {
                attempt(*make, growth(*make)).await;
            }
        }
        "kill" => {
            println!("\n## killed with 20 people typing");
            for make in stateful(makes) {
                attempt(make, kill(make)).await;
            }
        }
        "backup" => {
            println!("\n## backed up while 20 people type");
            backup::run().await;
        }
        other => panic!("there is no work called {other}: {NAMES:?}"),
    }
}

/// Does a work with one server. The relay and Lectern have to get through; another that does not
/// is left behind.
async fn attempt<T: 'static>(make: Make, work: impl Future<Output = T> + 'static) -> Option<T> {
    let ended = tokio::task::spawn_local(work).await;
    if matches!(make, Make::Relay | Make::Lectern) || ended.is_ok() {
        return Some(ended.unwrap());
    }
    println!("{:<18} did not get through", make.name());
    None
}

/// Those that keep a document.
fn stateful(makes: &[Make]) -> impl Iterator<Item = Make> + '_ {
    makes.iter().copied().filter(|make| *make != Make::Relay)
}

pub fn sized<T>(measured_size: T, smoke: T) -> T {
    if measured() { measured_size } else { smoke }
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

// ---------------------------------------------------------------- people typing

fn fan_out() -> Crowd {
    Crowd {
        rooms: 1,
        people: sized(200, 6),
        typing: sized(20, 2),
        pace: Pace::PerSecond(sized(10, 50)),
        strokes: sized(100, 5),
    }
}

fn pairs() -> Crowd {
    Crowd {
        rooms: sized(300, 3),
        people: 2,
        typing: 1,
        pace: Pace::PerSecond(sized(10, 50)),
        strokes: sized(100, 5),
    }
}

fn saturation(window: usize) -> Crowd {
    Crowd {
        rooms: 1,
        people: sized(20, 4),
        typing: sized(20, 4),
        pace: Pace::Window(window),
        strokes: sized(10_000, 50),
    }
}

async fn crowds(title: &str, crowd: Crowd, makes: &[Make]) {
    println!("\n## {title}");
    let mut bare = None;
    for make in makes {
        let make = *make;
        let work = async move { crowd.run(&mut Server::start(make).await).await };
        let Some(figures) = attempt(make, work).await else {
            continue;
        };
        let Figures {
            per_delivery,
            per_cpu_second,
            median,
            p99,
        } = figures;
        let bare = *bare.get_or_insert(per_delivery);
        println!(
            "{:<18} {:>8.2} µs CPU per delivery ({:.2} ×), {:>9.0} per CPU second; \
             p50 {:>6.2} ms, p99 {:>6.2} ms",
            make.name(),
            us(per_delivery),
            per_delivery.as_secs_f64() / bare.as_secs_f64(),
            per_cpu_second,
            ms(median),
            ms(p99),
        );
    }
}

// ---------------------------------------------------------------- a long history

/// A server that has not taken the history in by then is left alone.
const GIVE_UP: Duration = Duration::from_secs(120);

/// Uploads a long history keystroke by keystroke, then opens the article warm and cold.
async fn keep_trace(make: Make) {
    let (updates, _) = trace::updates(sized(usize::MAX, 2_000));
    let mut server = Server::start(make).await;
    let room = server.rooms(1).await.remove(0);
    let (mut ear, mut mouth, _) = wire::open(&server, &room).await;
    let before = server.cpu();
    let uploaded = timeout(GIVE_UP, async {
        for update in &updates {
            mouth.add_update(update);
            if mouth.waiting() > 16 << 10 {
                mouth.send().await;
            }
        }
        mouth.send().await;
        ear.whole(&mut mouth).await.len()
    });
    let Ok(size) = uploaded.await else {
        println!("{:<18} had not taken it in after {GIVE_UP:?}", make.name());
        return;
    };
    let upload = server.cpu() - before;
    let warm = opening(&server, &room, sized(20, 2)).await;
    drop((ear, mouth));
    let mut cold = Vec::new();
    for _ in 0..sized(5, 1) {
        server.restart().await;
        // Whatever a first request costs is not the article's.
        let other = server.rooms(1).await.remove(0);
        wire::open(&server, &other).await;
        cold.push(opening(&server, &room, 1).await);
    }
    cold.sort_unstable();
    println!(
        "{:<18} upload {:.2} s CPU; open warm {:.1} ms, cold {:.1} ms ({} KB)",
        make.name(),
        upload.as_secs_f64(),
        ms(warm),
        ms(cold[cold.len() / 2]),
        size / 1000,
    );
}

/// How long it takes from the first packet to the last letter; the median.
async fn opening(server: &Server, room: &Room, times: usize) -> Duration {
    let mut took = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        wire::open(server, room).await;
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

// ---------------------------------------------------------------- people who only watch

async fn idle(make: Make) {
    let rooms = sized(1_000, 5);
    let mut server = Server::start(make).await;
    let rooms = server.rooms(rooms).await;
    if make == Make::Lectern {
        server.restart().await;
    }
    wire::open(&server, &rooms[0]).await;
    let before = server.memory();
    let mut lines = Vec::new();
    for room in &rooms {
        for _ in 0..2 {
            let (ear, mouth, _) = wire::open(&server, room).await;
            lines.push(mouth);
            spawn_local(hear_all(ear));
        }
    }
    sleep(sized(Duration::from_secs(3), Duration::ZERO)).await;
    let memory = server.memory().saturating_sub(before);
    let busy = server.cpu();
    let watched = sized(Duration::from_secs(20), Duration::from_millis(1));
    sleep(watched).await;
    let busy = (server.cpu() - busy).as_secs_f64() / watched.as_secs_f64();
    println!(
        "{:<18} {:.1} KB per article with two connections; {:.2} % of a core",
        make.name(),
        memory as f64 / rooms.len() as f64 / 1000.0,
        busy * 100.0,
    );
}

async fn hear_all(mut ear: Ear) {
    while ear.hear(|_| {}).await {}
}

// ---------------------------------------------------------------- everybody comes at once

async fn storm(make: Make) {
    let (mut server, people, at_once) = (Server::start(make).await, sized(500, 10), sized(50, 5));
    let room = server.rooms(1).await.remove(0);
    fill(&server, &room, sized(100 << 10, 1 << 10)).await;
    let (before, mut took, mut lines) = (server.cpu(), Vec::new(), Vec::new());
    let server = std::rc::Rc::new(server);
    for _ in 0..people / at_once {
        let group: Vec<_> = (0..at_once)
            .map(|_| {
                let (server, room) = (server.clone(), room.clone());
                spawn_local(async move {
                    let begun = Instant::now();
                    let line = wire::open(&server, &room).await;
                    (begun.elapsed(), line)
                })
            })
            .collect();
        for one in group {
            let (time, (ear, mouth, _)) = one.await.unwrap();
            took.push(time);
            lines.push(mouth);
            spawn_local(hear_all(ear));
        }
    }
    let used = (server.cpu() - before) / people as u32;
    took.sort_unstable();
    println!(
        "{:<18} {:.0} µs CPU per connect; p50 {:.1} ms, p99 {:.1} ms",
        make.name(),
        us(used),
        ms(took[took.len() / 2]),
        ms(took[took.len() * 99 / 100]),
    );
}

/// Writes paragraphs until the article has this many bytes.
pub async fn fill(server: &Server, room: &Room, bytes: usize) {
    let (mut ear, mut mouth, _) = wire::open(server, room).await;
    for update in paragraphs(bytes) {
        mouth.update(&update).await;
    }
    ear.whole(&mut mouth).await;
}

/// An article of about this many bytes, as updates of at most half a mebibyte.
fn paragraphs(bytes: usize) -> Vec<Vec<u8>> {
    let doc = Doc::with_client_id(5);
    let body = doc.get_or_insert_xml_fragment("section:summary");
    let (mut updates, mut known) = (Vec::new(), StateVector::default());
    let mut written = 0;
    while written < bytes {
        let mut txn = doc.transact_mut();
        let mut part = 0;
        while part < 400 << 10 && written < bytes {
            let paragraph = body.push_back(&mut txn, XmlElementPrelim::empty("paragraph"));
            let line = format!("{written:08} {}", "A line of training text. ".repeat(4));
            part += line.len() + 20;
            written += line.len() + 20;
            paragraph.push_back(&mut txn, XmlTextPrelim::new(line));
        }
        drop(txn);
        let txn = doc.transact();
        updates.push(txn.encode_diff_v1(&known));
        known = txn.state_vector();
    }
    updates
}

// ---------------------------------------------------------------- large articles

async fn growth(make: Make) {
    let mut costs = Vec::new();
    for bytes in [1 << 10, sized(4 << 20, 20 << 10)] {
        let mut server = Server::start(make).await;
        let rooms = server.rooms(1).await;
        if make != Make::Relay {
            fill(&server, &rooms[0], bytes).await;
        }
        let crowd = Crowd {
            rooms: 1,
            people: 2,
            typing: 1,
            pace: Pace::Window(16),
            strokes: sized(20_000, 50),
        };
        costs.push(crowd.run_in(&server, &rooms).await.per_delivery);
    }
    println!(
        "{:<18} {:.1} µs CPU per update at 1 KB, {:.1} at 4 MB: {:.2} ×",
        make.name(),
        us(costs[0]),
        us(costs[1]),
        costs[1].as_secs_f64() / costs[0].as_secs_f64(),
    );
}

// ---------------------------------------------------------------- the plug is pulled

async fn kill(make: Make) {
    let rounds = sized(50, 2);
    let mut server = Server::start(make).await;
    let room = server.rooms(1).await.remove(0);
    let (mut seen_in_all, mut lost, mut waited) = (0, 0, Vec::new());
    for round in 0..rounds {
        let seen = type_until_killed(&mut server, &room, round).await;
        let begun = Instant::now();
        server.start_again().await;
        let text = loop {
            if let Some((mut ear, mut mouth)) = wire::try_connect(&server, &room).await {
                break ear.whole(&mut mouth).await;
            }
            sleep(Duration::from_millis(1)).await;
        };
        waited.push(begun.elapsed());
        let there: BTreeSet<_> = marks(&text).collect();
        seen_in_all += seen.len();
        lost += seen.difference(&there).count();
    }
    waited.sort_unstable();
    println!(
        "{:<18} {rounds} rounds: {lost} of {seen_in_all} edits lost that somebody else had seen; \
         the text was there again after {:.0} ms (median), {:.0} ms (longest)",
        make.name(),
        ms(waited[waited.len() / 2]),
        ms(waited[waited.len() - 1]),
    );
}

/// Lets everybody type for a while, kills the server, and returns what somebody else had seen.
async fn type_until_killed(
    server: &mut Server,
    room: &Room,
    round: usize,
) -> BTreeSet<(usize, u32)> {
    let people = sized(20, 3);
    let mut ears = Vec::new();
    let mut hands = Vec::new();
    for person in 0..people {
        let (ear, mouth, _) = wire::open(server, room).await;
        // Writers are told apart by round: what an earlier one wrote is not counted again.
        let writer = (round * people + person) % 1000;
        ears.push(spawn_local(hear_others(ear, writer)));
        hands.push(spawn_local(type_on(mouth, writer)));
    }
    sleep(Duration::from_millis(
        sized(400, 100) + (round as u64 * 37) % 200,
    ))
    .await;
    server.kill();
    for hand in hands {
        hand.await.unwrap();
    }
    let mut seen = BTreeSet::new();
    for ear in ears {
        seen.extend(ear.await.unwrap());
    }
    let first = round * people;
    seen.retain(|(writer, _)| (first..first + people).any(|one| one % 1000 == *writer));
    seen
}

async fn hear_others(mut ear: Ear, own: usize) -> BTreeSet<(usize, u32)> {
    let mut seen = BTreeSet::new();
    while ear
        .hear(|frame| seen.extend(marks(frame).filter(|(writer, _)| *writer != own)))
        .await
    {}
    seen
}

async fn type_on(mut mouth: Mouth, writer: usize) {
    let mut typist = Typist::new(1 << 30 | writer as u64);
    let mut pace = tokio::time::interval(Duration::from_millis(10));
    for stroke in 0..100_000 {
        pace.tick().await;
        if !mouth.update(&typist.types(&mark(writer, stroke))).await {
            return;
        }
    }
}
