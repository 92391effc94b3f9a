//! The server as a whole: its start, its memory, and the verification of its data.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::base::Base;
use super::binary::lectern;
use super::server::{Process, Server};
use super::table::Table;

/// Starts a server that was stopped in order.
pub fn start(base: &Base, table: &mut Table) -> Server {
    let begun = Instant::now();
    let server = Server::start(base.data());
    let took = begun.elapsed().as_millis();
    let cpu = server.cpu().as_millis();
    table.add("start, ms (CPU ms)", format!("{took} ({cpu})"));
    server
}

/// Notes the memory of a server that has answered all requests.
pub fn memory(server: &Server, table: &mut Table) {
    let [now, most] = server.memory().map(|bytes| bytes >> 20);
    table.add("memory, MiB (at most)", format!("{now} ({most})"));
}

/// Verifies the data of the stopped server.
pub fn verify(base: &Base, table: &mut Table) {
    let mut command = Command::new(lectern());
    command.arg("verify").arg("--data").arg(base.data());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = Process(command.spawn().unwrap());
    let (mut cpu, mut most) = (Duration::ZERO, 0);
    let status = loop {
        cpu = process.cpu().unwrap_or(cpu).max(cpu);
        most = process.memory().map_or(most, |[_, most]| most);
        if let Some(status) = process.0.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "verify");
    let (seconds, most) = (cpu.as_secs_f64(), most >> 20);
    table.add(
        "verify, CPU s (memory at most, MiB)",
        format!("{seconds:.1} ({most})"),
    );
}
