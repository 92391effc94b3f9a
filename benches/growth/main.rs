//! Guards the promise that cost follows the answer, not the base: what a request, a start and a
//! verification cost when there are 10,000, 100,000 and 1,000,000 journal entries.
//!
//! `cargo bench --bench growth` prints a table; `cargo bench --bench growth -- 20000` measures
//! another size. `cargo test` fills a small base and makes every request once, so that all keep
//! working. No time is asserted.
//!
//! A part of the base is a file with a `fill` and a `measure`, and is named in [`main`].

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod base;
mod binary;
mod journal;
mod server;
mod sessions;
mod table;
mod whole;

use base::Base;
use server::Server;
use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let measured = arguments.iter().any(|argument| argument == "--bench");
    let mut sizes: Vec<u64> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = match measured {
            true => vec![10_000, 100_000, 1_000_000],
            false => vec![300],
        };
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut table = Table::new(&sizes);
    for size in sizes {
        runtime.block_on(measure(size, measured, &mut table));
    }
    table.print();
}

/// Fills a base and measures everything on it.
async fn measure(entries: u64, measured: bool, table: &mut Table) {
    let base = Base::new(entries, if measured { 100 } else { 1 });
    {
        let store = lectern_store::open(base.data()).unwrap();
        journal::fill(&base, &store).await;
        sessions::fill(&base, &store).await;
    }
    // The followers of the journal catch up before anything is measured.
    let mut server = Server::start(base.data());
    server.wait_until_idle(measured);
    server.stop();

    let mut server = whole::start(&base, table);
    server.wait_until_idle(measured);
    journal::measure(&base, &server, table).await;
    sessions::measure(&base, &server, table).await;
    whole::memory(&server, table);
    server.stop();
    whole::verify(&base, table);
}
