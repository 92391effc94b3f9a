//! Stock Yjs clients in a Node process under `tests/peers`, driven by lines of JSON.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// A Node process that runs any number of peers.
pub struct Node {
    process: Child,
    input: ChildStdin,
    replies: UnboundedReceiver<Value>,
    commands: u64,
}

impl Node {
    /// Starts the process.
    pub fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers");
        assert!(
            folder.join("node_modules").exists(),
            "run `npm ci` in tests/peers first"
        );
        let mut process = Command::new("node")
            .arg("driver.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is installed");
        let input = process.stdin.take().expect("piped");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let (heard, replies) = unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let reply = serde_json::from_str(&line).expect("a line of JSON");
                if heard.send(reply).is_err() {
                    return;
                }
            }
        });
        Self {
            process,
            input,
            replies,
            commands: 0,
        }
    }

    /// Runs a command of a peer and returns its result.
    pub async fn run(&mut self, peer: &str, verb: &str, mut args: Value) -> Value {
        self.commands += 1;
        args["id"] = json!(self.commands);
        args["do"] = json!(verb);
        args["peer"] = json!(peer);
        writeln!(self.input, "{args}").expect("the process listens");
        let reply = timeout(PATIENCE, self.replies.recv()).await;
        let reply = reply.unwrap_or_else(|_| panic!("{peer} timed out waiting for {verb}"));
        let reply = reply.expect("the process lives");
        assert_eq!(reply["id"], args["id"]);
        assert_eq!(reply["error"], Value::Null, "{peer}: {verb}");
        reply["ok"].clone()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
