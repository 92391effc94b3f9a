//! Any bytes as frames of several people: from the frame to the room, the store and back.
//!
//! ```sh
//! cargo +nightly fuzz run -s none frames -- -max_total_time=600
//! cargo +nightly fuzz cmin -s none frames   # before the corpus is committed
//! ```

#![no_main]

#[path = "../../tests/live/drive.rs"]
#[allow(dead_code)]
mod drive;
#[path = "../../tests/integration/support/peer.rs"]
#[allow(dead_code)]
mod peer;
#[path = "../../tests/integration/support/rooms.rs"]
#[allow(dead_code)]
mod support;

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
});
/// In memory where there is such a folder: the disk is not what is looked at.
static STAGE: LazyLock<drive::Stage> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    drive::Stage::below(&folder)
});

fuzz_target!(|bytes: &[u8]| RUNTIME.block_on(STAGE.play(bytes)));
