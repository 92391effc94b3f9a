//! Guards the promise of cost: live editing with fsync and attribution costs the server little more
//! than a bare relay that stores nothing.
//!
//! Server and load have one core each. Many connections have one article open and some of them
//! type; the same updates go through a bare axum relay and through Lectern, one after the other.
//! `cargo bench --bench relay` prints CPU time of the server for each delivery and the time from
//! sending to receipt. `cargo test` runs it with a few connections, so that it cannot rot.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use yrs::{Text, Transact};

/// How much is done.
#[derive(Clone, Copy)]
struct Load {
    connections: usize,
    typing: usize,
    per_second: u32,
    keystrokes: u32,
}

/// How long a quiet connection is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const MEASURED: Load = Load {
    connections: 200,
    typing: 20,
    per_second: 10,
    keystrokes: 100,
};
const SMOKE: Load = Load {
    connections: 6,
    typing: 2,
    per_second: 50,
    keystrokes: 5,
};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if arguments.iter().any(|argument| argument == "--relay") {
        return runtime.block_on(relay());
    }
    let measured = arguments.iter().any(|argument| argument == "--bench");
    let load = if measured { MEASURED } else { SMOKE };
    if measured {
        pin(std::process::id());
    }
    runtime.block_on(async {
        let relay = Server::relay();
        let bare = run(&relay, load).await;
        drop(relay);
        let folder = tempfile::tempdir().unwrap();
        let lectern = Server::lectern(folder.path()).await;
        let ours = run(&lectern, load).await;
        println!(
            "1 article, {} connections, {} typing {} times a second",
            load.connections, load.typing, load.per_second
        );
        bare.print("bare relay", &bare);
        ours.print("Lectern", &bare);
    });
}

/// Keeps the load on the second core.
fn pin(process: u32) {
    let pinned = Command::new("taskset")
        .args(["-p", "-c", "1", &process.to_string()])
        .stdout(Stdio::null())
        .status();
    assert!(pinned.is_ok_and(|status| status.success()), "taskset");
}

// ---------------------------------------------------------------- the servers

/// A server in a process of its own, on the first core.
struct Server {
    process: Child,
    address: String,
    path: String,
    token: String,
}

impl Server {
    fn relay() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = pinned(&program.display().to_string());
        command.arg("--relay");
        Self::start(command, "/")
    }

    /// Starts Lectern with one person and one article.
    async fn lectern(data: &std::path::Path) -> Self {
        let program = env!("CARGO_BIN_EXE_lectern");
        let at = ["--data".as_ref(), data.as_os_str()];
        let mut added = Command::new(program)
            .args(["person", "add", "--login", "ada", "--name", "Ada"])
            .args(["--roles", "trainer", "--password-stdin"])
            .args(at)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = added.stdin.take().unwrap();
        input.write_all(b"correct horse battery staple").unwrap();
        drop(input);
        assert!(added.wait().unwrap().success());
        let made = Command::new(program)
            .args(["token", "create", "--login", "ada"])
            .args(at)
            .output()
            .unwrap();
        let printed = String::from_utf8(made.stdout).unwrap();
        let token = printed.lines().last().unwrap().to_owned();

        let mut command = pinned(program);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(at);
        command.env("LECTERN_LOG_LEVEL", "warn");
        let mut server = Self::start(command, "/");
        server.token = token;
        let module = server
            .create(
                "modules",
                serde_json::json!({
                    "title": "Bench", "purpose": "", "visibility": "open", "control": "informal",
                }),
            )
            .await;
        let article = server
            .create(
                "articles",
                serde_json::json!({
                    "module": module, "template": "topic-article", "title": "Bench",
                }),
            )
            .await;
        server.path = format!("/collab/{article}");
        server
    }

    /// Waits for the line that names the address.
    fn start(mut command: Command, path: &str) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("at http://")?.1.to_owned()))
            .expect("an address");
        Self {
            process,
            address,
            path: path.to_owned(),
            token: String::new(),
        }
    }

    async fn create(&self, what: &str, body: serde_json::Value) -> String {
        let reply = reqwest::Client::new()
            .post(format!("http://{}/api/v1/{what}", self.address))
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await
            .unwrap();
        let made: serde_json::Value = reply.error_for_status().unwrap().json().await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    /// CPU time used so far (proc(5): fields 14 and 15 of `stat`, in ticks of 10 ms).
    fn cpu(&self) -> Duration {
        let stat = format!("/proc/{}/stat", self.process.id());
        let stat = std::fs::read_to_string(stat).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<&str> = fields.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A command on the first core; without a measurement anywhere.
fn pinned(program: &str) -> Command {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0", program]);
    command
}

type Others = Arc<Mutex<Vec<UnboundedSender<Bytes>>>>;

/// Passes every message on to all others; stores nothing, knows nothing.
async fn relay() {
    let others = Others::default();
    let router = axum::Router::new().route("/", any(join)).with_state(others);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("Relay at http://{}", listener.local_addr().unwrap());
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await.unwrap();
}

async fn join(upgrade: WebSocketUpgrade, State(others): State<Others>) -> Response {
    upgrade
        .read_buffer_size(4096)
        .on_upgrade(async move |socket| {
            let (me, mut inbox) = unbounded_channel::<Bytes>();
            others.lock().unwrap().push(me.clone());
            // Says that nothing will be missed from here on, as Lectern's step 1 does.
            me.send(Bytes::from_static(&[1, 1, 0])).unwrap();
            let (mut sink, mut stream) = socket.split();
            tokio::spawn(async move {
                while let Some(mut next) = inbox.recv().await {
                    loop {
                        if sink.feed(Frame::Binary(next)).await.is_err() {
                            return;
                        }
                        let Ok(more) = inbox.try_recv() else { break };
                        next = more;
                    }
                    if sink.flush().await.is_err() {
                        return;
                    }
                }
            });
            while let Some(Ok(Frame::Binary(frame))) = stream.next().await {
                for other in others.lock().unwrap().iter() {
                    if !other.same_channel(&me) {
                        let _ = other.send(frame.clone());
                    }
                }
            }
        })
}

// ---------------------------------------------------------------- the load

struct Figures {
    per_delivery: Duration,
    median: Duration,
    slowest_percent: Duration,
}

impl Figures {
    fn print(&self, who: &str, bare: &Self) {
        let ratio = self.per_delivery.as_secs_f64() / bare.per_delivery.as_secs_f64();
        println!(
            "{who:<12} {:>7.2} µs CPU per delivery ({ratio:.2} ×)   p50 {:>6.2} ms   p99 {:>6.2} ms",
            self.per_delivery.as_secs_f64() * 1e6,
            self.median.as_secs_f64() * 1e3,
            self.slowest_percent.as_secs_f64() * 1e3,
        );
    }
}

/// When each keystroke left, by client id and clock.
type Sent = Arc<Mutex<HashMap<(u64, u32), Instant>>>;

/// Opens all connections, types, and waits until everybody has everything.
async fn run(server: &Server, load: Load) -> Figures {
    let sent = Sent::default();
    let expected = load.typing * load.keystrokes as usize;
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for number in 0..load.connections {
        let url = format!("ws://{}{}", server.address, server.path);
        let mut request = url.into_client_request().unwrap();
        let bearer = format!("Bearer {}", server.token).parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        let (socket, _) = connect_async(request).await.unwrap();
        let (sink, mut stream) = socket.split();
        stream.next().await.unwrap().unwrap();
        let types = number < load.typing;
        let missing = expected - if types { load.keystrokes as usize } else { 0 };
        readers.push(tokio::spawn(read(stream, missing, sent.clone())));
        writers.push((sink, types));
    }
    let before = server.cpu();
    let mut typing = Vec::new();
    let mut idle = Vec::new();
    for (sink, types) in writers {
        match types {
            true => typing.push(tokio::spawn(write(sink, load, sent.clone()))),
            false => idle.push(sink),
        }
    }
    for writer in typing {
        idle.push(writer.await.unwrap());
    }
    let mut delays = Vec::new();
    for reader in readers {
        delays.extend(reader.await.unwrap());
    }
    let used = server.cpu() - before;
    delays.sort_unstable();
    let deliveries = u32::try_from(delays.len()).unwrap();
    Figures {
        per_delivery: used / deliveries,
        median: delays[delays.len() / 2],
        slowest_percent: delays[delays.len() * 99 / 100],
    }
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;
type Sink = futures_util::stream::SplitSink<Socket, Message>;
type Stream = futures_util::stream::SplitStream<Socket>;

/// Types letter by letter, as a stock client would send it.
async fn write(mut sink: Sink, load: Load, sent: Sent) -> Sink {
    let doc = lectern::article::new_doc(None);
    let title = doc.get_or_insert_text("title");
    let mut pace = tokio::time::interval(Duration::from_secs(1) / load.per_second);
    for clock in 0..load.keystrokes {
        pace.tick().await;
        let mut txn = doc.transact_mut();
        title.insert(&mut txn, clock, "a");
        let update = txn.encode_update_v1();
        drop(txn);
        let mut frame = vec![0, 2];
        put_integer(&mut frame, update.len() as u64);
        frame.extend(update);
        let key = (doc.client_id().get(), clock);
        sent.lock().unwrap().insert(key, Instant::now());
        sink.send(Message::Binary(frame.into())).await.unwrap();
    }
    sink
}

/// Reads until nothing is missing; says how long each keystroke took.
async fn read(mut stream: Stream, missing: usize, sent: Sent) -> Vec<Duration> {
    let mut delays = Vec::with_capacity(missing);
    while delays.len() < missing {
        let next = tokio::time::timeout(PATIENCE, stream.next()).await;
        let Ok(Some(Ok(Message::Binary(frame)))) = next else {
            panic!("{} of {missing} keystrokes came", delays.len());
        };
        let now = Instant::now();
        let Some(mut rest) = frame.strip_prefix(&[0, 2]) else {
            continue;
        };
        integer(&mut rest);
        let sent = sent.lock().unwrap();
        for (client, first, letters) in inserted(rest) {
            let keys = (first..first + letters).map(|clock| (client, clock));
            delays.extend(keys.filter_map(|key| Some(now - *sent.get(&key)?)));
        }
    }
    delays
}

/// Client, first clock and length of what an update inserts; letters typed in a row are one piece.
fn inserted(update: &[u8]) -> Vec<(u64, u32, u32)> {
    use yrs::updates::decoder::Decode;
    let update = yrs::Update::decode_v1(update).unwrap();
    let mut spans = Vec::new();
    for (client, ranges) in update.insertions(true).iter() {
        for range in ranges.iter() {
            spans.push((client.get(), range.start, range.end - range.start));
        }
    }
    spans
}

fn put_integer(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn integer(rest: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    while let Some((byte, left)) = rest.split_first() {
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}
