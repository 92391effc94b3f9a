//! The real binary in a process of its own.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use lectern_test_support::{Peer, Socket};

const BINARY: &str = env!("CARGO_BIN_EXE_lectern");
const PATIENCE: Duration = Duration::from_secs(30);
pub const PASSWORD: &str = "correct horse battery";
/// Opens `/metrics`.
pub const METRICS_TOKEN: &str = "figures";

/// A server that can be killed and restarted over the same data.
pub struct ServerProcess {
    folder: PathBuf,
    _data: TempDir,
    port: u16,
    process: Option<Child>,
    settings: Vec<(&'static str, &'static str)>,
}

/// A person with an account and a token.
pub struct Person {
    pub login: String,
    pub token: String,
}

impl ServerProcess {
    /// Creates a data directory.
    pub fn prepare() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let data = TempDir::new().unwrap();
        Self {
            folder: data.path().to_owned(),
            _data: data,
            port,
            process: None,
            settings: vec![("LECTERN_HTTP_METRICS_TOKEN", METRICS_TOKEN)],
        }
    }

    /// Creates an account and a token. No server may hold the directory.
    pub fn add_person(&self, login: &str, roles: &str) -> Person {
        let options = [
            "--login",
            login,
            "--name",
            login,
            "--roles",
            roles,
            "--password-stdin",
        ];
        self.run(&["person", "add"], &options, &format!("{PASSWORD}\n"));
        let printed = self.run(&["token", "create"], &["--login", login], "");
        let token = printed.lines().last().expect("the token").to_owned();
        Person {
            login: login.to_owned(),
            token,
        }
    }

    fn run(&self, command: &[&str], options: &[&str], input: &str) -> String {
        let mut child = Command::new(BINARY)
            .args(command)
            .arg("--data")
            .arg(&self.folder)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{command:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Serves a folder inside a temporary directory.
    pub fn over(data: TempDir, name: &str) -> Self {
        let mut server = Self::prepare();
        server.folder = data.path().join(name);
        server._data = data;
        server
    }

    /// Runs another command on the data that is served.
    pub async fn lectern(&self, command: &[&str]) -> Output {
        Self::run_on(&self.folder, command).await
    }

    /// Runs a command on a data directory.
    pub async fn run_on(data: &Path, command: &[&str]) -> Output {
        let mut lectern = Command::new(BINARY);
        lectern.args(command).arg("--data").arg(data);
        let run = tokio::task::spawn_blocking(move || lectern.output());
        run.await.unwrap().unwrap()
    }

    /// Sets an environment variable for the next start.
    pub fn set(&mut self, name: &'static str, value: &'static str) {
        self.settings.push((name, value));
    }

    /// Starts the server and waits until it responds.
    pub async fn start(&mut self) {
        self.start_as(Command::new(BINARY)).await;
    }

    /// Starts the server under strace, which records every call that writes, syncs or sends.
    pub async fn start_traced(&mut self, trace: &Path) {
        let mut strace = Command::new("strace");
        strace
            .args(["-D", "-f", "-s", "65536", "-o"])
            .arg(trace)
            .args([
                "-e",
                "trace=pwrite64,fdatasync,fsync,sendto,sendmsg,write,writev",
            ])
            .arg(BINARY);
        self.start_as(strace).await;
    }

    async fn start_as(&mut self, mut lectern: Command) {
        let child = lectern
            .arg("serve")
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--data")
            .arg(&self.folder)
            .envs(self.settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.process = Some(child);
        let health = self.address("healthz");
        let answers = async {
            while !reqwest::get(&health)
                .await
                .is_ok_and(|reply| reply.status().is_success())
            {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, answers).await.expect("the server starts");
    }

    /// Kills the process as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Returns the resident memory in bytes (proc(5): `VmRSS` of `status`, in kibibytes).
    pub fn memory(&self) -> u64 {
        let id = self.process.as_ref().expect("a running server").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let figure = line.and_then(|line| line.split_whitespace().nth(1));
        figure.unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Returns the URL of a path.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Returns the URL of the live drafts.
    pub fn collab(&self) -> String {
        format!("ws://127.0.0.1:{}/collab", self.port)
    }

    /// Creates an open module with one article and returns the article's id.
    pub async fn make_article(&self, by: &Person) -> String {
        self.make_article_in(by, "open").await
    }

    /// Creates a module with one article and returns the article's id.
    pub async fn make_article_in(&self, by: &Person, visibility: &str) -> String {
        let module = json!({
            "title": format!("Bench work, {visibility}"), "purpose": "To pipette",
            "visibility": visibility, "control": "informal"
        });
        let module = self.post(by, "modules", &module).await;
        let article =
            json!({ "module": module["id"], "template": "topic-article", "title": "Pipettes" });
        let article = self.post(by, "articles", &article).await;
        article["id"].as_str().expect("an id").to_owned()
    }

    /// Returns the data directory.
    pub fn data(&self) -> &Path {
        &self.folder
    }

    /// Sends a POST request and returns the reply.
    pub async fn post(&self, by: &Person, path: &str, body: &Value) -> Value {
        let request = reqwest::Client::new().post(self.address(&format!("api/v1/{path}")));
        let reply = expect_success(request.bearer_auth(&by.token).json(body)).await;
        reply.json().await.unwrap()
    }

    /// Sends a GET request and returns the reply.
    pub async fn get(&self, by: &Person, path: &str) -> Value {
        let request = reqwest::Client::new().get(self.address(&format!("api/v1/{path}")));
        let reply = expect_success(request.bearer_auth(&by.token)).await;
        reply.json().await.unwrap()
    }

    /// Signs in and returns the cookie.
    pub async fn sign_in(&self, who: &Person) -> String {
        let body = json!({ "login": who.login, "password": PASSWORD });
        let request = reqwest::Client::new().post(self.address("api/v1/session"));
        let reply = expect_success(request.json(&body)).await;
        let cookie = reply.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Returns the title of a draft.
    pub async fn draft_title(&self, by: &Person, article: &str) -> String {
        let draft = self
            .get(by, &format!("articles/{article}/draft?format=json"))
            .await;
        draft["title"].as_str().expect("a title").to_owned()
    }

    /// Connects a new peer to an article by token.
    pub async fn peer(&self, who: &Person, article: &str) -> Peer<Socket> {
        let bearer = [("authorization", format!("Bearer {}", who.token))];
        self.connect_with(article, &bearer).await
    }

    /// Connects a new peer to a path below `/collab/` with the given headers.
    pub async fn connect_with(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
    ) -> Peer<Socket> {
        let address = format!("{}/{path}", self.collab());
        Peer::connect(Socket::connect(&address, headers).await.unwrap()).await
    }
}

async fn expect_success(request: RequestBuilder) -> Response {
    let reply = request.send().await.unwrap();
    let (status, address) = (reply.status(), reply.url().clone());
    if status.is_success() {
        return reply;
    }
    panic!("{address}: {status}: {}", reply.text().await.unwrap());
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
