//! The real binary in a process of its own.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::peer::Peer;
use crate::socket::Socket;

const BINARY: &str = env!("CARGO_BIN_EXE_lectern");
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that can be killed and started again over the same data.
pub struct Server {
    data: TempDir,
    port: u16,
    token: String,
    process: Option<Child>,
}

impl Server {
    /// Makes a data directory with a trainer and their token.
    pub fn prepare() -> Self {
        let data = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut server = Self {
            data,
            port,
            token: String::new(),
            process: None,
        };
        let person = [
            "--login",
            "ada",
            "--name",
            "Ada",
            "--roles",
            "trainer",
            "--password-stdin",
        ];
        server.run(&["person", "add"], &person, "correct horse battery\n");
        let printed = server.run(&["token", "create"], &["--login", "ada"], "");
        server.token = printed.lines().last().expect("the token").to_owned();
        server
    }

    fn run(&self, command: &[&str], options: &[&str], input: &str) -> String {
        let mut child = Command::new(BINARY)
            .args(command)
            .arg("--data")
            .arg(self.data.path())
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

    /// Starts the server and waits until it answers.
    pub async fn start(&mut self) {
        let child = Command::new(BINARY)
            .arg("serve")
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--data")
            .arg(self.data.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.process = Some(child);
        let health = format!("http://127.0.0.1:{}/healthz", self.port);
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

    /// Ends the process as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Makes a module with one article and returns the article's id.
    pub async fn make_article(&self) -> String {
        let module = json!({ "title": "Bench work", "visibility": "open", "control": "informal" });
        let module = self.post("modules", &module).await;
        let article =
            json!({ "module": module["id"], "template": "topic-article", "title": "Pipettes" });
        let article = self.post("articles", &article).await;
        article["id"].as_str().expect("an id").to_owned()
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let address = format!("http://127.0.0.1:{}/api/v1/{path}", self.port);
        let request = reqwest::Client::new()
            .post(address)
            .bearer_auth(&self.token)
            .json(body);
        let reply = request.send().await.unwrap();
        let status = reply.status();
        let body: Value = reply.json().await.unwrap();
        assert!(status.is_success(), "{path}: {body}");
        body
    }

    /// Connects a new peer to an article.
    pub async fn peer(&self, article: &str) -> Peer<Socket> {
        let address = format!("ws://127.0.0.1:{}/collab/{article}", self.port);
        let headers = [("authorization", format!("Bearer {}", self.token))];
        Peer::connect(Socket::connect(&address, &headers).await.unwrap()).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
