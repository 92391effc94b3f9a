//! The servers under test, each a process of its own on the first core.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::lib0::put_var_uint;
use super::measure::{PATIENCE, measured};

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKind {
    Relay,
    Lectern,
    YSweet,
    Hocuspocus,
    YWebsocketServer,
}

impl ServerKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Relay => "bare relay",
            Self::Lectern => "Lectern",
            Self::YSweet => "y-sweet",
            Self::Hocuspocus => "Hocuspocus",
            Self::YWebsocketServer => "y-websocket-server",
        }
    }

    /// Returns the other servers that are installed (`make bench` installs them).
    pub fn peers() -> Vec<Self> {
        let mut found = Vec::new();
        if y_sweet().is_file() {
            found.push(Self::YSweet);
        }
        if peers().join("node_modules").is_dir() {
            found.extend([Self::Hocuspocus, Self::YWebsocketServer]);
        }
        found
    }
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

fn y_sweet() -> PathBuf {
    peers().join("y-sweet/bin/y-sweet")
}

/// A document that everyone can open.
#[derive(Debug, Clone)]
pub struct Room {
    /// The path of its WebSocket.
    pub path: String,
    /// The bytes before each message.
    pub prefix: Vec<u8>,
    /// The first message to send.
    pub greeting: Option<Vec<u8>>,
}

/// A running server with its data.
pub struct Server {
    pub kind: ServerKind,
    pub address: String,
    pub token: String,
    process: Child,
    data: TempDir,
    made: usize,
}

impl Server {
    /// Starts a server on an empty directory.
    pub async fn start(kind: ServerKind) -> Self {
        let data = tempfile::tempdir().unwrap();
        let token = match kind {
            ServerKind::Lectern => account(data.path()),
            _ => "none".to_owned(),
        };
        let (process, address) = spawn(kind, data.path()).await;
        Self {
            kind,
            address,
            token,
            process,
            data,
            made: 0,
        }
    }

    /// Returns its data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn is_relay(&self) -> bool {
        self.kind == ServerKind::Relay
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again. Returns once the process runs, not once it responds.
    pub async fn start_again(&mut self) {
        (self.process, self.address) = spawn(self.kind, self.data.path()).await;
    }

    /// Stops it cleanly and starts it again.
    pub async fn restart(&mut self) {
        // `kill` is built into the shell; small systems have no other.
        let command = format!("kill -TERM {}", self.process.id());
        let stopped = Command::new("sh").args(["-c", &command]).status();
        assert!(stopped.is_ok_and(|status| status.success()));
        let _ = self.process.wait();
        (self.process, self.address) = spawn(self.kind, self.data.path()).await;
    }

    /// Creates documents.
    pub async fn rooms(&mut self, count: usize) -> Vec<Room> {
        let mut rooms = Vec::new();
        let module = match self.kind {
            ServerKind::Lectern => {
                let body = json!({
                    "title": "Bench", "purpose": "", "visibility": "open", "control": "informal",
                });
                Some(self.create("/api/v1/modules", body).await)
            }
            _ => None,
        };
        for _ in 0..count {
            self.made += 1;
            let name = format!("bench{}", self.made);
            rooms.push(self.room(&name, module.as_deref()).await);
        }
        rooms
    }

    async fn room(&self, name: &str, module: Option<&str>) -> Room {
        let bare = |path: String| Room {
            path,
            prefix: Vec::new(),
            greeting: None,
        };
        match self.kind {
            ServerKind::Relay | ServerKind::YWebsocketServer => bare(format!("/{name}")),
            ServerKind::Lectern => {
                let body = json!({ "module": module, "template": "topic-article", "title": "B" });
                let article = self.create("/api/v1/articles", body).await;
                bare(format!("/collab/{article}"))
            }
            ServerKind::YSweet => {
                let made = self.send("/doc/new", json!({ "docId": name })).await;
                let id = made["docId"].as_str().unwrap();
                bare(format!("/d/{id}/ws/{id}"))
            }
            ServerKind::Hocuspocus => {
                let mut prefix = Vec::new();
                put_var_uint(&mut prefix, name.len() as u64);
                prefix.extend(name.as_bytes());
                Room {
                    path: "/".to_owned(),
                    prefix,
                    // Authentication: kind, "here is a token", the token, the client's version.
                    greeting: Some(b"\x02\x00\x04none\x054.7.0".to_vec()),
                }
            }
        }
    }

    async fn create(&self, path: &str, body: Value) -> String {
        let made = self.send(path, body).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn send(&self, path: &str, body: Value) -> Value {
        let begun = Instant::now();
        loop {
            let reply = reqwest::Client::new()
                .post(format!("http://{}{path}", self.address))
                .bearer_auth(&self.token)
                .json(&body)
                .send()
                .await;
            match reply {
                Ok(reply) => return reply.error_for_status().unwrap().json().await.unwrap(),
                // Some servers listen a moment before they respond.
                Err(_) if begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(why) => panic!("{}: {why}", self.kind.name()),
            }
        }
    }

    /// Returns the CPU time used so far (proc(5): fields 14 and 15 of `stat`, in ticks of 10 ms).
    pub fn cpu(&self) -> Duration {
        let stat = format!("/proc/{}/stat", self.process.id());
        let stat = std::fs::read_to_string(stat).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<&str> = fields.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// Returns the resident memory in bytes (proc(5): `VmRSS` of `status`, in kibibytes).
    pub fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS"))
            .unwrap();
        let figure = line.split_whitespace().nth(1).unwrap();
        figure.parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns the path of Lectern's binary. `SERVER_BINARY` names another to compare with.
pub fn lectern() -> String {
    std::env::var("SERVER_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_lectern").to_owned())
}

/// Creates an account and a token for it.
fn account(data: &Path) -> String {
    let program = &lectern();
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
    printed.lines().last().unwrap().to_owned()
}

async fn spawn(kind: ServerKind, data: &Path) -> (Child, String) {
    let port = free_port();
    let mut command = match kind {
        ServerKind::Relay => {
            let program = std::env::current_exe().unwrap();
            let mut command = pinned(&program.display().to_string());
            command.arg("--relay");
            command
        }
        ServerKind::Lectern => {
            let mut command = pinned(&lectern());
            command
                .args(["serve", "--listen", "127.0.0.1:0", "--data"])
                .arg(data);
            command.env("LECTERN_LOG_LEVEL", "warn");
            // All connections are of one person.
            command.env("LECTERN_LIVE_ARRIVALS", "1000000");
            command
        }
        ServerKind::YSweet => {
            let mut command = pinned(&y_sweet().display().to_string());
            command
                .args(["serve", "--host", "127.0.0.1", "--port", &port])
                .arg(data);
            command.env("RUST_LOG", "warn");
            command
        }
        ServerKind::Hocuspocus => {
            let mut command = pinned("node");
            command
                .arg(peers().join("hocuspocus.mjs"))
                .arg(&port)
                .arg(data.join("db"));
            command
        }
        ServerKind::YWebsocketServer => {
            let mut command = pinned("node");
            let at = peers().join("node_modules/@y/websocket-server/src/server.js");
            command.arg(at).env("HOST", "127.0.0.1").env("PORT", &port);
            command.env("YPERSISTENCE", data.join("db"));
            command
        }
    };
    if matches!(kind, ServerKind::Relay | ServerKind::Lectern) {
        // Both print their address.
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("at http://")?.1.to_owned()))
            .expect("an address");
        return (process, address);
    }
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let process = quiet.spawn().unwrap();
    let address = format!("127.0.0.1:{port}");
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(&address).await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "{} starts", kind.name());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (process, address)
}

/// Returns a free port that the system does not hand out by itself: a client that retries such a
/// port before the server listens can end up connected to itself.
fn free_port() -> String {
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let first = 20_000 + (std::process::id() % 5_000) as u16;
    let port = (first..32_000).find(free).expect("a free port");
    port.to_string()
}

/// Returns a command pinned to the first core; unpinned if nothing is measured.
fn pinned(program: &str) -> Command {
    if !measured() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0", program]);
    command
}

/// Pins the load to the second core.
pub fn pin_load() {
    let pinned = Command::new("taskset")
        .args(["-p", "-c", "1", &std::process::id().to_string()])
        .stdout(Stdio::null())
        .status();
    assert!(pinned.is_ok_and(|status| status.success()), "taskset");
}
