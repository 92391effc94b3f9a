//! Guards the promises of the live core: what it costs next to a bare relay and other servers, and
//! what survives when it is killed.
//!
//! Server and load have one core each. `make bench` prints all tables, with the other servers;
//! `cargo bench --bench core -- storm kill` prints some. `cargo test` runs every scenario on the
//! relay and Lectern with a few people, so that all keep working. No time is asserted.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod article;
mod backup;
mod client;
mod crowd;
mod lib0;
mod measure;
mod relay;
mod scenarios;
mod server;
mod trace;

use measure::measured;
use server::ServerKind;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if arguments.iter().any(|argument| argument == "--relay") {
        return runtime.block_on(relay::serve());
    }
    let mut servers = vec![ServerKind::Relay, ServerKind::Lectern];
    if measured() {
        server::pin_load();
        servers.extend(ServerKind::peers());
    }
    if arguments.iter().any(|argument| argument == "--alone") {
        servers.truncate(2);
    }
    let asked = |name: &&str| arguments.iter().any(|argument| argument == name);
    let mut scenarios: Vec<&str> = scenarios::NAMES.into_iter().filter(asked).collect();
    if scenarios.is_empty() {
        scenarios = scenarios::NAMES.to_vec();
    }
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        for scenario in scenarios {
            scenarios::run(scenario, &servers).await;
        }
    });
}
