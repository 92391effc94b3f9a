//! HTML for readers never contains anything that runs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use lectern_document::{self as document, WikiTarget};

const TAGS: [&str; 26] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h3",
    "h4",
    "h5",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
const ATTRIBUTES: [&str; 13] = [
    "href", "src", "alt", "title", "class", "id", "rel", "start", "scope", "type", "checked",
    "disabled", "loading",
];

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec![
            "<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
            "<a href=\"javascript:alert(1)\">", "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))", "[x](java\u{1}script:x)", "[x](&#106;avascript:x)",
            "![x](javascript:x)", "![x\" onerror=\"y](/z)", "[x](/y \"z\\\" onclick=\\\"w\")",
            "<javascript:alert(1)>", "[x](data:text/html;base64,PHN2Zz4=)", "[x](vbscript:x)",
            "[[\" onmouseover=\"x]]", "[[<script>|</a><script>]]", "<iframe src=//x>", "<style>",
            "<!--", "-->", "```\" onclick=\"x", "[^\" onclick=\"x]", "[^a]", "\n\n[^a]: b\n",
            "[x]: javascript:y\n", "[x][]", "<x:y onclick=z>", "&lt;script&gt;", "\u{0}", "<br>",
        ]).prop_map(String::from),
        2 => "[a-z \"'<>=/()\\[\\]!|#*_`~\\n-]{0,8}",
        1 => Just("\n".to_owned()),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Parses the tags of our own, well-formed output.
fn check(html: &str) -> Result<(), String> {
    for part in html.split('<').skip(1) {
        let (tag, _) = part.split_once('>').ok_or("a tag does not end")?;
        let tag = tag.trim_start_matches('/').trim_end_matches('/').trim();
        let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        if !TAGS.contains(&name) {
            return Err(format!("<{name}> is not allowed"));
        }
        let mut rest = rest.trim();
        while !rest.is_empty() {
            let (key, after) = rest.split_once("=\"").ok_or("an attribute has no value")?;
            let (value, after) = after.split_once('"').ok_or("a value does not end")?;
            if !ATTRIBUTES.contains(&key) {
                return Err(format!("{key} is not allowed in <{tag}>"));
            }
            let scheme = value.split(['/', '?', '#']).next().unwrap_or_default();
            let known = ["http:", "https:", "mailto:", "tel:"];
            let lower = scheme.to_ascii_lowercase();
            if matches!(key, "href" | "src")
                && scheme.contains(':')
                && !known.contains(&lower.as_str())
                && !known.iter().any(|known| lower.starts_with(known))
            {
                return Err(format!("{key}={value} is not allowed"));
            }
            rest = after.trim();
        }
    }
    Ok(())
}

#[test]
fn no_input_produces_html_that_runs() {
    let config = Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&nasty(), |markdown| {
        let html = document::render(&markdown, "key", &|title| match title.len() % 2 {
            0 => WikiTarget::Missing,
            _ => WikiTarget::Found {
                href: format!("/a/{title}"),
            },
        });
        check(&html).map_err(|why| TestCaseError::fail(format!("{why}\n{html}")))
    });
    result.expect("no output is unsafe");
}

#[test]
fn the_check_detects_html_that_runs() {
    for bad in [
        "<script>x</script>",
        "<p onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<img src=\"data:x\">",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
    assert_eq!(check("<p class=\"a\">b</p><hr>"), Ok(()));
}
