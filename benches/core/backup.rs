//! People type while the server is backed up again and again.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::article::fill;
use super::crowd::{Crowd, Pace};
use super::measure::{ms, sized};
use super::server::{Server, ServerKind, lectern};

/// Prints how much a backup slows down those who type.
pub async fn run() {
    let mut server = Server::start(ServerKind::Lectern).await;
    let large = server.rooms(1).await.remove(0);
    fill(&server, &large, sized(8 << 20, 20 << 10)).await;
    let crowd = Crowd {
        rooms: sized(20, 2),
        people: 2,
        typing: 1,
        pace: Pace::PerSecond(sized(10, 50)),
        strokes: sized(200, 5),
    };
    let rooms = server.rooms(crowd.rooms).await;
    let quiet = crowd.run_in(&server, &rooms).await;
    let rooms = server.rooms(crowd.rooms).await;
    let (data, enough) = (server.data().to_owned(), Arc::new(AtomicBool::new(false)));
    let until = enough.clone();
    let copies = std::thread::spawn(move || back_up_until(&data, &until));
    let busy = crowd.run_in(&server, &rooms).await;
    enough.store(true, Ordering::Relaxed);
    let copies = copies.join().unwrap();
    println!(
        "{:<18} p50 {:.2} ms, p99 {:.2} ms; while it is backed up ({copies} times) p50 {:.2} ms, p99 {:.2} ms: {:.2} ×",
        ServerKind::Lectern.name(),
        ms(quiet.median),
        ms(quiet.p99),
        ms(busy.median),
        ms(busy.p99),
        busy.p99.as_secs_f64() / quiet.p99.as_secs_f64(),
    );
}

/// Makes one backup after another and returns how many there were.
fn back_up_until(data: &Path, enough: &AtomicBool) -> u32 {
    let mut copies = 0;
    while !enough.load(Ordering::Relaxed) {
        let copy = tempfile::tempdir().unwrap();
        let status = Command::new(lectern())
            .args(["backup".as_ref(), "--data".as_ref(), data.as_os_str()])
            .args(["--to".as_ref(), copy.path().join("copy").as_os_str()])
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "a backup");
        copies += 1;
    }
    copies
}
