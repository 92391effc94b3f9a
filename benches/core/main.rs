//! Guards the promises of the live core: what it costs beside a bare relay and beside other
//! servers, and what is left after it is killed.
//!
//! Server and load have one core each. `make bench` prints all tables, with the peers;
//! `cargo bench --bench core -- storm kill` prints some. `cargo test` runs every work on the relay
//! and Lectern with a few people, so that none can rot; no time is asserted anywhere.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod backup;
mod crowd;
mod relay;
mod server;
mod trace;
mod wire;
mod works;

use server::Make;

/// Whether this is a measurement; if not, a few people are enough.
fn measured() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if arguments.iter().any(|argument| argument == "--relay") {
        return runtime.block_on(relay::serve());
    }
    let mut makes = vec![Make::Relay, Make::Lectern];
    if measured() {
        server::pin_load();
        makes.extend(Make::peers());
    }
    if arguments.iter().any(|argument| argument == "--alone") {
        makes.truncate(2);
    }
    let asked = |name: &&str| arguments.iter().any(|argument| argument == name);
    let mut works: Vec<&str> = works::NAMES.into_iter().filter(asked).collect();
    if works.is_empty() {
        works = works::NAMES.to_vec();
    }
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        for work in works {
            works::run(work, &makes).await;
        }
    });
}
