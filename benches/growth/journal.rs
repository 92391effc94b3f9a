//! Entries of the journal, and finding some of them.

use std::sync::Arc;

use serde_json::json;

use lectern_base::{FixedClock, Subject};
use lectern_journal::{AuditEvent, Journal};
use lectern_store::{Batch, Store};

use super::base::{Base, id, shuffled};
use super::server::Server;
use super::table::Table;

/// Number of entries recorded at a time.
const CHUNK: u64 = 1_000;
/// One entry in so many is of the rare event.
const RARE: u64 = 5_000;

/// Records the entries: most are about sessions, a third about articles, few are rare.
pub async fn fill(base: &Base, store: &Store) {
    let clock = Arc::new(FixedClock::at(base.time(0)));
    let journal = Journal::open(store.clone(), clock.clone()).await.unwrap();
    for first in (0..base.entries).step_by(CHUNK as usize) {
        clock.advance(base.time(first).since(lectern_base::Clock::now(&*clock)));
        let numbers = first..base.entries.min(first + CHUNK);
        let events = numbers.map(|number| event(base, number)).collect();
        journal.record(Batch::new(), events).await.unwrap();
    }
}

fn event(base: &Base, number: u64) -> AuditEvent {
    let random = shuffled(number);
    let article = base.article(random >> 8);
    let (deed, subject, new) = match random % 3 {
        _ if number.is_multiple_of(RARE) => (
            "growth.rare",
            Subject::article(article),
            json!({"n": number}),
        ),
        0 => {
            let new = json!({
                "article": article,
                "title": format!("Storage of sample number {number} at two to eight degrees"),
                "contributors": [base.person(random >> 3), base.person(random >> 5)],
                "hash": format!("{random:064x}"),
            });
            (
                "growth.written",
                Subject::new("revision", id(4, number)),
                new,
            )
        }
        1 => (
            "growth.arrived",
            Subject::new("session", id(5, number)),
            json!({"method": "password"}),
        ),
        _ => (
            "growth.left",
            Subject::new("session", id(5, number)),
            json!({"method": "password"}),
        ),
    };
    let about_article = subject.kind != "session";
    AuditEvent {
        actor: base.person(random >> 16).into(),
        deed: deed.to_owned(),
        subject,
        module: about_article.then(|| base.module(random >> 8)),
        old: None,
        new: Some(new),
        reason: None,
    }
}

/// Measures filters of the audit trail, and all of it as a table.
pub async fn measure(base: &Base, server: &Server, table: &mut Table) {
    let some = |number: u32| shuffled(u64::from(number) << 20);
    let day = |number: u32| {
        let first = some(number) % base.entries;
        let (from, before) = (base.time(first), base.time(first + 1_440));
        format!("from={from}&before={before}")
    };
    let rows: [(&'static str, &dyn Fn(u32) -> String); 8] = [
        ("newest entries, CPU ms", &|_| String::new()),
        ("of an article", &|n| {
            format!("article={}", base.article(some(n)))
        }),
        ("of a person", &|n| {
            format!("person={}", base.person(some(n)))
        }),
        ("of a module", &|n| {
            format!("module={}", base.module(some(n)))
        }),
        ("of a rare deed", &|_| "deed=growth.rare".to_owned()),
        ("of a rare deed in a module", &|n| {
            format!("deed=growth.rare&module={}", base.module(some(n)))
        }),
        ("of a frequent deed and a person", &|n| {
            format!("deed=growth.written&person={}", base.person(some(n)))
        }),
        ("of a day", &day),
    ];
    for (name, query) in rows {
        let requests = (0..base.rounds)
            .map(|round| server.get(base, &format!("/api/v1/journal?{}", query(round))));
        let cost = server.cost(requests).await;
        table.add(name, format!("{cost:.1}"));
    }
    let pages = (0..base.rounds).map(|round| {
        let article = base.article(some(round));
        server.get(base, &format!("/admin/journal?article={article}"))
    });
    let cost = server.cost(pages).await;
    table.add("of an article, as a page", format!("{cost:.1}"));

    let [before, _] = server.memory();
    let export = server.get(base, "/api/v1/journal?format=csv");
    let (cpu, mut reply) = (server.cpu(), export.send().await.unwrap());
    let (mut bytes, mut most) = (0, before);
    while let Some(chunk) = reply.chunk().await.unwrap() {
        bytes += chunk.len();
        most = most.max(server.memory()[0]);
    }
    let cost = (server.cpu() - cpu).as_secs_f64() * 1e6 / base.entries as f64;
    let megabytes = bytes / 1_000_000;
    table.add(
        "all as CSV, CPU µs an entry",
        format!("{cost:.1} ({megabytes} MB)"),
    );
    let more = (most - before) >> 20;
    table.add("the same, more memory meanwhile", format!("{more} MiB"));
}
