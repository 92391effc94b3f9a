//! Replays the inputs that the fuzzer found interesting: see `fuzz/`.

use std::path::Path;

use lectern_test_support::{FrameReplay, seed_inputs};

#[tokio::test]
async fn no_input_of_the_fuzz_corpus_does_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/frames");
    let mut files: Vec<_> = std::fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 50, "the corpus is there");
    let replay = FrameReplay::below(&std::env::temp_dir());
    for bytes in seed_inputs() {
        replay.play(&bytes).await;
    }
    for file in files {
        println!("{}", file.display());
        replay.play(&std::fs::read(file).unwrap()).await;
    }
}
