//! Whatever Markdown somebody writes, its cost grows in line with its length.
//!
//! Work is counted in checkpoints and in bytes of output, which are the same on every machine. What
//! the libraries do in between shows in `cargo bench --bench markdown`.

use lectern_document::{self as document, WikiTarget};
use lectern_pool::checkpoints_passed;

use crate::shapes::SHAPES;

const SMALL: usize = 6_000;

/// Returns the work of everything that the server does with a text.
fn work(text: &str) -> u64 {
    let before = checkpoints_passed();
    let links = |title: &str| match title.len() % 2 {
        0 => WikiTarget::Missing,
        _ => WikiTarget::Found {
            href: format!("/a/{title}"),
        },
    };
    let changed = format!("{text}\n\nand more");
    let mut bytes = document::render(text, "key", &links).len();
    bytes += document::canonical(text).len();
    bytes += document::section_plain_text(text).len();
    bytes += document::wiki_titles(text).len();
    let compared = document::compare(text, &changed, "key", &links);
    bytes += compared.iter().map(|part| part.html.len()).sum::<usize>();
    bytes as u64 + checkpoints_passed() - before
}

#[test]
fn twice_the_text_is_about_twice_the_work() {
    for shape in SHAPES {
        let (once, twice) = (shape.text(SMALL), shape.text(2 * SMALL));
        assert!(once.len() > SMALL / 3, "{}: {}", shape.name, once.len());
        assert!(twice.len() > once.len() * 3 / 2, "{}", shape.name);
        let (small, large) = (work(&once), work(&twice));
        assert!(
            large <= small * 5 / 2 + 1_000,
            "{}: {small} for {} bytes, {large} for {}",
            shape.name,
            once.len(),
            twice.len(),
        );
    }
}

#[test]
fn no_text_becomes_a_page_of_another_order_of_size() {
    for shape in SHAPES {
        let text = shape.text(SMALL);
        let html = document::render(&text, "key", &|_| WikiTarget::Missing).len();
        // Each cell of a table that has no text takes as much as this.
        assert!(html <= text.len() * 120 + 10_000, "{}: {html}", shape.name);
    }
}

#[test]
fn text_with_too_many_elements_is_refused_before_it_takes_memory() {
    let text = "a\n\n".repeat(350_000);
    let refused = document::markdown_to_json(&text).map(|read| read.blocks.len());
    assert!(refused.is_err_and(|error| error.to_string().contains("divide it")));
    assert!(document::losses(&text).is_err());
    let running = "Thaw the vaccine, *slowly*, and record the time. ".repeat(20_000);
    assert!(document::markdown_to_json(&running).is_ok());
}
