//! Round trips: every tree survives Markdown.

use std::cell::Cell;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::write::loosened;
use super::{parse, write};
use crate::schema::Schema;
use crate::tree::{from_nodes, normalise, plain_text, random, to_nodes};

/// Runs the same cases every time; `LECTERN_CASES` sets how many.
fn runner() -> TestRunner {
    let wanted = std::env::var("LECTERN_CASES").ok();
    let cases = wanted.and_then(|n| n.parse().ok()).unwrap_or(400);
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn same<T: PartialEq + std::fmt::Debug>(
    found: T,
    wanted: T,
    why: &str,
) -> Result<(), TestCaseError> {
    if found == wanted {
        return Ok(());
    }
    Err(TestCaseError::fail(format!(
        "{why}\n found {found:?}\nwanted {wanted:?}"
    )))
}

#[test]
fn a_tree_survives_markdown() {
    let (total, exact) = (Cell::new(0), Cell::new(0));
    let result = runner().run(&random::sections(), |blocks| {
        let tree = normalise(blocks);
        same(
            normalise(tree.clone()),
            tree.clone(),
            "normalising is done once",
        )?;
        let markdown = write(&tree);
        let read = parse(&markdown);
        total.set(total.get() + 1);
        exact.set(exact.get() + usize::from(read == tree));
        same(loosened(&read), loosened(&tree), &markdown)?;
        same(
            parse(&write(&read)),
            read,
            "the second trip changes nothing",
        )
    });
    result.unwrap();
    // No Markdown is known that keeps the outer list tight when an empty item ends a nested one.
    let (total, exact) = (total.get(), exact.get());
    assert!(
        exact * 500 >= total * 499,
        "{exact} of {total} trees came back exactly"
    );
}

#[test]
fn a_tree_survives_the_shared_document_and_fits_the_schema() {
    let result = runner().run(&random::sections(), |blocks| {
        let tree = normalise(blocks);
        let nodes = to_nodes(&tree);
        let checked = Schema::current().check(&nodes);
        checked.map_err(|error| TestCaseError::fail(error.to_string()))?;
        same(
            normalise(from_nodes(&nodes)),
            tree,
            "the nodes say the same",
        )
    });
    result.unwrap();
}

#[test]
fn any_text_is_a_section_and_keeps_its_words() {
    let result = runner().run(
        &proptest::collection::vec(random::texts(), 0..12),
        |lines| {
            let tree = parse(&lines.join("\n"));
            let again = parse(&write(&tree));
            same(plain_text(&again), plain_text(&tree), "no word is lost")?;
            same(again, tree, "Markdown is stable")
        },
    );
    result.unwrap();
}
