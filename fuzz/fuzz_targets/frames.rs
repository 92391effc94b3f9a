//! Arbitrary bytes as the frames of several people, from the frame to the room, the store and back.
//!
//! ```sh
//! cargo +nightly fuzz run -s none frames -- -max_total_time=600
//! cargo +nightly fuzz cmin -s none frames   # before the corpus is committed
//! ```

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use lectern_test_support::FrameReplay;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
});
/// In memory where possible, as the disk is not under test.
static REPLAY: LazyLock<FrameReplay> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    FrameReplay::below(&folder)
});

fuzz_target!(|bytes: &[u8]| RUNTIME.block_on(REPLAY.play(bytes)));
