//! The scenarios. Each runs the same load on one server after the other and prints a table.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

use super::article::fill;
use super::backup;
use super::client::{self, FrameReader, FrameWriter, Typist, mark, marks};
use super::crowd::{Crowd, Figures, Pace};
use super::measure::{ms, sized, us};
use super::server::{Room, Server, ServerKind};
use super::trace;

/// All scenarios, by name.
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

/// Runs one scenario on all servers.
pub async fn run(name: &str, servers: &[ServerKind]) {
    match name {
        "fan-out" => {
            crowds(
                "1 article, 200 people, 20 typing 10 times a second",
                fan_out(),
                servers,
            )
            .await
        }
        "pairs" => {
            crowds(
                "300 articles, 2 people each, 1 typing 10 times a second",
                pairs(),
                servers,
            )
            .await
        }
        "saturation" => {
            for window in [16, 64] {
                let title = format!("saturation: 20 people typing, window {window}");
                crowds(&title, saturation(window), servers).await;
            }
        }
        "trace" => {
            println!("\n## a history of 259,778 edits");
            for kind in stateful(servers) {
                attempt(kind, keep_trace(kind)).await;
            }
        }
        "idle" => {
            println!("\n## 2,000 idle connections on 1,000 articles");
            for kind in servers {
                attempt(*kind, idle(*kind)).await;
            }
        }
        "storm" => {
            println!("\n## connect storm: 500 people open an article of 100 KB, 50 at a time");
            for kind in stateful(servers) {
                attempt(kind, storm(kind)).await;
            }
        }
        "growth" => {
            println!("\n## growth: one types, one reads, in an article of 1 KB and of 4 MB");
            for kind in servers {
                attempt(*kind, growth(*kind)).await;
            }
        }
        "kill" => {
            println!("\n## killed with 20 people typing");
            for kind in stateful(servers) {
                attempt(kind, kill(kind)).await;
            }
        }
        "backup" => {
            println!("\n## backed up while 20 people type");
            backup::run().await;
        }
        other => panic!("there is no scenario called {other}: {NAMES:?}"),
    }
}

/// Runs a scenario on one server. The relay and Lectern must finish; any other may fail.
async fn attempt<T: 'static>(
    kind: ServerKind,
    work: impl Future<Output = T> + 'static,
) -> Option<T> {
    let ended = tokio::task::spawn_local(work).await;
    if matches!(kind, ServerKind::Relay | ServerKind::Lectern) || ended.is_ok() {
        return Some(ended.unwrap());
    }
    println!("{:<18} did not get through", kind.name());
    None
}

/// The servers that keep a document.
fn stateful(servers: &[ServerKind]) -> impl Iterator<Item = ServerKind> + '_ {
    servers
        .iter()
        .copied()
        .filter(|kind| *kind != ServerKind::Relay)
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

async fn crowds(title: &str, crowd: Crowd, servers: &[ServerKind]) {
    println!("\n## {title}");
    let mut bare = None;
    for kind in servers {
        let kind = *kind;
        let work = async move { crowd.run(&mut Server::start(kind).await).await };
        let Some(figures) = attempt(kind, work).await else {
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
            kind.name(),
            us(per_delivery),
            per_delivery.as_secs_f64() / bare.as_secs_f64(),
            per_cpu_second,
            ms(median),
            ms(p99),
        );
    }
}

// ---------------------------------------------------------------- a long history

/// How long a server may take to accept the history.
const GIVE_UP: Duration = Duration::from_secs(120);

/// Uploads a long history keystroke by keystroke, then opens the article warm and cold.
async fn keep_trace(kind: ServerKind) {
    let (updates, _) = trace::updates(sized(usize::MAX, 2_000));
    let mut server = Server::start(kind).await;
    let room = server.rooms(1).await.remove(0);
    let (mut reader, mut writer, _) = client::open(&server, &room).await;
    let before = server.cpu();
    let uploaded = timeout(GIVE_UP, async {
        for update in &updates {
            writer.add_update(update);
            if writer.waiting() > 16 << 10 {
                writer.send().await;
            }
        }
        writer.send().await;
        reader.whole(&mut writer).await.len()
    });
    let Ok(size) = uploaded.await else {
        println!("{:<18} had not taken it in after {GIVE_UP:?}", kind.name());
        return;
    };
    let upload = server.cpu() - before;
    let warm = opening(&server, &room, sized(20, 2)).await;
    drop((reader, writer));
    let mut cold = Vec::new();
    for _ in 0..sized(5, 1) {
        server.restart().await;
        // The cost of the first request is not the article's.
        let other = server.rooms(1).await.remove(0);
        client::open(&server, &other).await;
        cold.push(opening(&server, &room, 1).await);
    }
    cold.sort_unstable();
    println!(
        "{:<18} upload {:.2} s CPU; open warm {:.1} ms, cold {:.1} ms ({} KB)",
        kind.name(),
        upload.as_secs_f64(),
        ms(warm),
        ms(cold[cold.len() / 2]),
        size / 1000,
    );
}

/// Returns the median time from the first packet to the last letter.
async fn opening(server: &Server, room: &Room, times: usize) -> Duration {
    let mut took = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        client::open(server, room).await;
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

// ---------------------------------------------------------------- people who only watch

async fn idle(kind: ServerKind) {
    let rooms = sized(1_000, 5);
    let mut server = Server::start(kind).await;
    let rooms = server.rooms(rooms).await;
    if kind == ServerKind::Lectern {
        server.restart().await;
    }
    client::open(&server, &rooms[0]).await;
    let before = server.memory();
    let mut lines = Vec::new();
    for room in &rooms {
        for _ in 0..2 {
            let (reader, writer, _) = client::open(&server, room).await;
            lines.push(writer);
            spawn_local(hear_all(reader));
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
        kind.name(),
        memory as f64 / rooms.len() as f64 / 1000.0,
        busy * 100.0,
    );
}

async fn hear_all(mut reader: FrameReader) {
    while reader.hear(|_| {}).await {}
}

// ---------------------------------------------------------------- a connect storm

async fn storm(kind: ServerKind) {
    let (mut server, people, at_once) = (Server::start(kind).await, sized(500, 10), sized(50, 5));
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
                    let line = client::open(&server, &room).await;
                    (begun.elapsed(), line)
                })
            })
            .collect();
        for one in group {
            let (time, (reader, writer, _)) = one.await.unwrap();
            took.push(time);
            lines.push(writer);
            spawn_local(hear_all(reader));
        }
    }
    let used = (server.cpu() - before) / people as u32;
    took.sort_unstable();
    println!(
        "{:<18} {:.0} µs CPU per connect; p50 {:.1} ms, p99 {:.1} ms",
        kind.name(),
        us(used),
        ms(took[took.len() / 2]),
        ms(took[took.len() * 99 / 100]),
    );
}

// ---------------------------------------------------------------- large articles

async fn growth(kind: ServerKind) {
    let mut costs = Vec::new();
    for bytes in [1 << 10, sized(4 << 20, 20 << 10)] {
        let mut server = Server::start(kind).await;
        let rooms = server.rooms(1).await;
        if kind != ServerKind::Relay {
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
        kind.name(),
        us(costs[0]),
        us(costs[1]),
        costs[1].as_secs_f64() / costs[0].as_secs_f64(),
    );
}

// ---------------------------------------------------------------- kill -9

async fn kill(kind: ServerKind) {
    let rounds = sized(50, 2);
    let mut server = Server::start(kind).await;
    let room = server.rooms(1).await.remove(0);
    let (mut seen_in_all, mut lost, mut waited) = (0, 0, Vec::new());
    for round in 0..rounds {
        let seen = type_until_killed(&mut server, &room, round).await;
        let begun = Instant::now();
        server.start_again().await;
        let text = loop {
            if let Some((mut reader, mut writer)) = client::try_connect(&server, &room).await {
                break reader.whole(&mut writer).await;
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
        "{:<18} {rounds} rounds: {lost} of {seen_in_all} edits lost that another person had seen; \
         the text was there again after {:.0} ms (median), {:.0} ms (longest)",
        kind.name(),
        ms(waited[waited.len() / 2]),
        ms(waited[waited.len() - 1]),
    );
}

/// Lets everyone type for a while, kills the server, and returns what another person had seen.
async fn type_until_killed(
    server: &mut Server,
    room: &Room,
    round: usize,
) -> BTreeSet<(usize, u32)> {
    let people = sized(20, 3);
    let mut readers = Vec::new();
    let mut hands = Vec::new();
    for person in 0..people {
        let (reader, writer, _) = client::open(server, room).await;
        // Writers are numbered per round, so that earlier rounds are not counted again.
        let number = (round * people + person) % 1000;
        readers.push(spawn_local(hear_others(reader, number)));
        hands.push(spawn_local(type_on(writer, number)));
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
    for reader in readers {
        seen.extend(reader.await.unwrap());
    }
    let first = round * people;
    seen.retain(|(writer, _)| (first..first + people).any(|one| one % 1000 == *writer));
    seen
}

async fn hear_others(mut reader: FrameReader, own: usize) -> BTreeSet<(usize, u32)> {
    let mut seen = BTreeSet::new();
    while reader
        .hear(|frame| seen.extend(marks(frame).filter(|(writer, _)| *writer != own)))
        .await
    {}
    seen
}

async fn type_on(mut writer: FrameWriter, number: usize) {
    let mut typist = Typist::new(1 << 30 | number as u64);
    let mut pace = tokio::time::interval(Duration::from_millis(10));
    for stroke in 0..100_000 {
        pace.tick().await;
        if !writer.update(&typist.types(&mark(number, stroke))).await {
            return;
        }
    }
}
