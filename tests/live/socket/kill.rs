//! The server is killed while people type. Nothing that another person saw, and nothing that was
//! acknowledged, may be missing afterwards.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::oneshot;

use lectern_test_support::{Peer, Socket};

use super::server::{Person, ServerProcess};

const ROUNDS: u32 = 20;
const TYPERS: u32 = 3;
/// How many words a typer writes in a round at most. All of them read the whole title again and
/// again, so it must not grow with the speed of the machine.
const MOST_WORDS: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_seen_or_saved_is_lost_after_kill_9() {
    let mut rng = StdRng::seed_from_u64(9);
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut total = 0;
    for round in 0..ROUNDS {
        let kept =
            write_until_killed(&mut server, &ada, &article, round, rng.random_range(3..80)).await;
        assert!(!kept.is_empty(), "round {round}: something was seen");
        server.start().await;
        let after = words(&server.peer(&ada, &article).await.synced().await.title());
        let missing: Vec<_> = kept.difference(&after).collect();
        assert!(
            missing.is_empty(),
            "round {round}: {missing:?} of {} words",
            kept.len()
        );
        total += kept.len();
    }
    println!("{ROUNDS} kills, {total} words seen or saved, none missing");
}

/// Lets people type until one has seen enough, kills the server, and returns every word that
/// another person saw or that was acknowledged.
async fn write_until_killed(
    server: &mut ServerProcess,
    ada: &Person,
    article: &str,
    round: u32,
    enough: usize,
) -> BTreeSet<String> {
    let mut watcher = server.peer(ada, article).await.synced().await;
    let before = words(&watcher.title());
    let mut typers = Vec::new();
    for typer in 0..TYPERS {
        let peer = server.peer(ada, article).await.synced().await;
        typers.push(tokio::spawn(type_until_killed(peer, round, typer)));
    }
    let (seen_enough, kill) = oneshot::channel();
    let watching = tokio::spawn(async move {
        let mut seen_enough = Some(seen_enough);
        while watcher.listen().await {
            if words(&watcher.title()).len() >= before.len() + enough
                && let Some(seen_enough) = seen_enough.take()
            {
                let _ = seen_enough.send(());
            }
        }
        words(&watcher.title())
    });
    kill.await.expect("the watcher sees enough");
    server.kill();
    let mut kept = watching.await.unwrap();
    for typer in typers {
        kept.extend(typer.await.unwrap());
    }
    kept
}

/// Types its own words. Returns those that were acknowledged, and all words of others.
async fn type_until_killed(mut peer: Peer<Socket>, round: u32, typer: u32) -> BTreeSet<String> {
    let own = format!("{round}.{typer}.");
    let mut saved = 0;
    for count in 0..MOST_WORDS {
        peer.type_title(0, &format!("{own}{count} ")).await;
        if count % 4 == 3 {
            if !peer.try_barrier().await {
                break;
            }
            saved = count + 1;
        }
    }
    while peer.listen().await {}
    let seen = words(&peer.title());
    let others = seen.into_iter().filter(|word| !word.starts_with(&own));
    others
        .chain((0..saved).map(|count| format!("{own}{count}")))
        .collect()
}

fn words(title: &str) -> BTreeSet<String> {
    title.split_whitespace().map(str::to_owned).collect()
}
