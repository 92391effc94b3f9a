//! The server under test, a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;

use super::base::Base;
use super::binary::lectern;

/// Longest time in which the followers catch up.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// A running server.
pub struct Server {
    process: Process,
    address: String,
    client: reqwest::Client,
}

impl Server {
    /// Starts a server; returns once it listens.
    pub fn start(data: &Path) -> Self {
        let mut command = Command::new(lectern());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("LECTERN_LOG_LEVEL", "error")
            .env("LECTERN_HTTP_REQUEST_TIMEOUT_S", "600")
            .stdout(Stdio::piped());
        let mut process = Process(command.spawn().unwrap());
        let lines = BufReader::new(process.0.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines
            .find_map(|line| Some(line.split_once("at http://")?.1.to_owned()))
            .expect("an address");
        // What it says later is read as well: a server that cannot speak does not stop in order.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            address,
            client: reqwest::Client::new(),
        }
    }

    /// Waits until the server works on nothing.
    pub fn wait_until_idle(&self, measured: bool) {
        let (begun, tick) = (Instant::now(), Duration::from_millis(500));
        let mut idle = 0;
        while measured && idle < 4 {
            let before = self.cpu();
            std::thread::sleep(tick);
            let busy = self.cpu() - before;
            idle = if busy < tick / 20 { idle + 1 } else { 0 };
            assert!(begun.elapsed() < PATIENCE, "the server is never idle");
        }
    }

    /// Returns a request as an administrator.
    pub fn get(&self, base: &Base, path: &str) -> RequestBuilder {
        let address = format!("http://{}{path}", self.address);
        self.client.get(address).bearer_auth(&base.token)
    }

    /// Returns a request that ends the session of a cookie.
    pub fn sign_out(&self, secret: &str) -> RequestBuilder {
        let address = format!("http://{}/api/v1/session", self.address);
        let cookie = format!("lectern_session={secret}");
        self.client.delete(address).header("cookie", cookie)
    }

    /// Returns the CPU time of each of several requests, in milliseconds.
    pub async fn cost(&self, requests: impl IntoIterator<Item = RequestBuilder>) -> f64 {
        let before = self.cpu();
        let mut made = 0;
        for request in requests {
            let reply = request.send().await.unwrap().error_for_status().unwrap();
            reply.bytes().await.unwrap();
            made += 1;
        }
        (self.cpu() - before).as_secs_f64() * 1e3 / f64::from(made)
    }

    /// Returns the CPU time used so far.
    pub fn cpu(&self) -> Duration {
        self.process.cpu().unwrap()
    }

    /// Returns the resident memory, and the most there ever was, in bytes.
    pub fn memory(&self) -> [u64; 2] {
        self.process.memory().unwrap()
    }

    /// Stops it in order.
    pub fn stop(&mut self) {
        // `kill` is built into the shell; small systems have no other.
        let command = format!("kill -TERM {}", self.process.0.id());
        let stopped = Command::new("sh").args(["-c", &command]).status();
        assert!(stopped.is_ok_and(|status| status.success()));
        assert!(self.process.0.wait().unwrap().success());
    }
}

/// A process that ends with its handle.
pub struct Process(pub Child);

impl Process {
    /// Returns the CPU time used so far (proc(5): fields 14 and 15 of `stat`, in ticks of 10 ms);
    /// `None` once it has ended.
    pub fn cpu(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).ok()?;
        let (_, fields) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    }

    /// Returns the resident memory, and the most there ever was, in bytes (proc(5): `VmRSS` and
    /// `VmHWM` of `status`, in kibibytes); `None` once it has ended.
    pub fn memory(&self) -> Option<[u64; 2]> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let figure = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            let figure = line.split_whitespace().nth(1)?;
            Some(figure.parse::<u64>().ok()? * 1_024)
        };
        Some([figure("VmRSS:")?, figure("VmHWM:")?])
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
