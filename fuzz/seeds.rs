//! Writes what the fuzzer begins with into its corpus.

#[path = "../tests/live/drive.rs"]
#[allow(dead_code)]
mod drive;
#[path = "../tests/integration/support/peer.rs"]
#[allow(dead_code)]
mod peer;
#[path = "../tests/integration/support/rooms.rs"]
#[allow(dead_code)]
mod support;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/frames");
    std::fs::create_dir_all(&corpus)?;
    for (number, bytes) in drive::seeds().into_iter().enumerate() {
        std::fs::write(corpus.join(format!("seed-{number:02}")), bytes)?;
    }
    Ok(())
}
