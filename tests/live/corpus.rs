//! What the fuzzer found interesting, played again: see `fuzz/`.

use std::path::Path;

use crate::drive::{Stage, seeds};

#[tokio::test]
async fn nothing_that_the_fuzzer_kept_does_any_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/frames");
    let mut files: Vec<_> = std::fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 50, "the corpus is there");
    let stage = Stage::below(&std::env::temp_dir());
    for bytes in seeds() {
        stage.play(&bytes).await;
    }
    for file in files {
        println!("{}", file.display());
        stage.play(&std::fs::read(file).unwrap()).await;
    }
}
