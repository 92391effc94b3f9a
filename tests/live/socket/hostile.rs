//! Hostile or broken clients: each is closed with a reason and counted, and people next to them
//! notice nothing.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use lectern_test_support::{Peer, Socket, framed};

use super::server::{METRICS_TOKEN, Person, ServerProcess};

/// Writers in the attacked article and in another.
struct HonestWriters(Vec<Peer<Socket>>);

impl HonestWriters {
    async fn write(&mut self) {
        for peer in &mut self.0 {
            peer.type_title(0, "x").await;
            peer.barrier().await;
        }
    }
}

async fn served() -> (ServerProcess, Person, String, HonestWriters) {
    served_by(ServerProcess::prepare()).await
}

async fn served_by(mut server: ServerProcess) -> (ServerProcess, Person, String, HonestWriters) {
    let ada = server.add_person("ada", "trainer");
    let mallory = server.add_person("mallory", "trainer");
    server.start().await;
    let attacked = server.make_article(&ada).await;
    let other = server.make_article(&ada).await;
    let mut honest = HonestWriters(Vec::new());
    for article in [&attacked, &other] {
        honest
            .0
            .push(server.peer(&ada, article).await.synced().await);
    }
    honest.write().await;
    (server, mallory, attacked, honest)
}

/// Returns the value of a metric; 0 if it does not exist yet.
async fn metric(server: &ServerProcess, name: &str) -> f64 {
    let monitor = reqwest::Client::new().get(server.address("metrics"));
    let reply = monitor.bearer_auth(METRICS_TOKEN).send().await.unwrap();
    let text = reply.text().await.unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.map_or(0.0, |value| value.trim().parse().unwrap())
}

/// Waits until a metric has an expected value.
async fn until_metric(server: &ServerProcess, name: &str, expected: impl Fn(f64) -> bool) {
    let waiting = async {
        while !expected(metric(server, name).await) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = timeout(Duration::from_secs(30), waiting).await;
    assert!(
        waited.is_ok(),
        "{name} stays {}",
        metric(server, name).await
    );
}

#[tokio::test]
async fn a_flood_is_closed_and_counted() {
    let (server, mallory, article, mut honest) = served().await;
    let caret = {
        let mut entries = vec![1, 9, 1];
        entries.extend(framed(&[], br#"{"caret":3}"#));
        framed(&[1], &entries)
    };
    let everything = framed(&[0, 0], &[0]);
    for (frame, refused) in [(caret, 1.0), (everything, 2.0), (vec![3], 3.0)] {
        let mut flood = server.peer(&mallory, &article).await.synced().await;
        for _ in 0..600 {
            flood.send_raw(frame.clone()).await;
        }
        let (code, reason) = flood.closed().await;
        assert_eq!(code, 1008, "{reason}");
        honest.write().await;
        let counted = metric(&server, "lectern_live_refused_total{reason=\"flood\"}").await;
        assert_eq!(counted, refused);
    }
}

#[tokio::test]
async fn orphan_updates_take_no_memory_and_store_nothing() {
    let (server, mallory, article, mut honest) = served().await;
    let before = server.memory();
    let mut orphan = server.peer(&mallory, &article).await.synced().await;
    // The 101st letter of a client whose first hundred are unknown.
    let update = [
        1, 1, 77, 100, 4, 1, 5, b't', b'i', b't', b'l', b'e', 1, b'x', 0,
    ];
    for round in 0..20_000u32 {
        orphan.send_raw(framed(&[0, 2], &update)).await;
        orphan.send_raw(framed(&[102], &round.to_be_bytes())).await;
        if round % 4_000 == 0 {
            honest.write().await;
        }
    }
    honest.write().await;
    until_metric(
        &server,
        "lectern_live_resyncs_total{cause=\"missing\"}",
        |counted| counted > 0.0,
    )
    .await;
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 48 << 20, "{grown} bytes");
    let title = server.draft_title(&mallory, &article).await;
    assert!(title.ends_with("xPipettes"), "{title}");
}

#[tokio::test]
async fn thousands_of_short_connections_leave_nothing_behind() {
    let (server, mallory, article, mut honest) = served().await;
    let come = async || {
        let arrive = (0..50).map(|_| server.peer(&mallory, &article));
        join_all(arrive).await
    };
    drop(come().await);
    let before = server.memory();
    let refused = "lectern_live_refused_total{reason=\"arrivals\"}";
    // Sooner or later, however slow the machine, the limit is reached.
    for round in 0..200 {
        let mut last = come().await;
        honest.write().await;
        if metric(&server, refused).await > 0.0 {
            let refusals = join_all(last.iter_mut().map(|peer| async {
                while peer.title().is_empty() && peer.listen().await {}
                peer.refusal()
            }));
            let codes: Vec<_> = refusals.await.into_iter().flatten().collect();
            assert!(codes.iter().all(|code| *code == 1013), "{codes:?}");
            // A refusal of the round before can be counted late.
            if !codes.is_empty() {
                break;
            }
        }
        assert!(round < 199, "no connection was refused");
    }
    until_metric(&server, "lectern_live_connections", |open| open == 2.0).await;
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 48 << 20, "{grown} bytes");
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_caught_up_without_using_memory() {
    let (server, mallory, article, mut honest) = served().await;
    let mut deaf = Vec::new();
    for _ in 0..5 {
        deaf.push(server.peer(&mallory, &article).await.synced().await);
    }
    // A new text of 200 kB each time: queueing all of them would take 12 MB.
    for round in 0..60 {
        let text = format!("{round:04}").repeat(50_000);
        honest.0[0]
            .edit(|txn| {
                use yrs::{Text, WriteTxn};
                let title = txn.get_or_insert_text("title");
                let length = yrs::GetString::get_string(&title, txn).len();
                title.remove_range(txn, 0, u32::try_from(length).unwrap());
                title.insert(txn, 0, &text);
            })
            .await;
        honest.0[0].barrier().await;
    }
    until_metric(
        &server,
        "lectern_live_resyncs_total{cause=\"slow\"}",
        |counted| counted >= 1.0,
    )
    .await;
    let wanted = honest.0[0].title();
    for reader in &mut deaf {
        reader.until(|reader| reader.title() == wanted).await;
    }
}

#[tokio::test]
async fn silent_tcp_connections_are_cut_off_and_block_no_one() {
    let mut server = ServerProcess::prepare();
    server.set("LECTERN_HTTP_HEAD_TIMEOUT_S", "1");
    let (server, mallory, article, mut honest) = served_by(server).await;
    let address = server.address("").replace("http://", "");
    let address = address.trim_end_matches('/');
    let mut silent = join_all((0..300).map(|_| TcpStream::connect(address))).await;
    for stream in silent.iter_mut().step_by(2) {
        let half = b"GET /collab/x HTTP/1.1\r\nHost: somewhere\r\nUpgrade: ";
        stream.as_mut().unwrap().write_all(half).await.unwrap();
    }
    honest.write().await;
    let mut late = server.peer(&mallory, &article).await.synced().await;
    late.type_title(0, "y").await;
    late.barrier().await;
    let ends = silent.into_iter().map(|stream| async {
        let mut received = Vec::new();
        // Cut off by an end of file or by a reset.
        let _ = stream.unwrap().read_to_end(&mut received).await;
    });
    let ended = timeout(Duration::from_secs(30), join_all(ends)).await;
    assert!(ended.is_ok(), "all are cut off");
    until_metric(&server, "lectern_http_cut_off_total", |cut| cut >= 300.0).await;
    // WebSockets are not affected, however quiet they are.
    honest.write().await;
    late.barrier().await;
}

#[tokio::test]
async fn a_half_open_connection_ends_and_one_that_answers_pings_stays() {
    let mut server = ServerProcess::prepare();
    server.set("LECTERN_LIVE_HEARTBEAT_MS", "100");
    let (server, mallory, article, mut honest) = served_by(server).await;
    // This client does not read, so nothing answers the pings.
    let mut half_open = server.peer(&mallory, &article).await.synced().await;
    let silent = "lectern_live_refused_total{reason=\"silent\"}";
    while metric(&server, silent).await < 1.0 {
        for peer in &mut honest.0 {
            assert!(peer.listen().await, "a client that answers pings stays");
        }
    }
    let (code, reason) = half_open.closed().await;
    assert_eq!(code, 4508, "{reason}");
    honest.write().await;
}
