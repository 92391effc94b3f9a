use proptest::prelude::*;

use super::change::Change;
use super::merge;
use super::*;
use crate::markdown::write;
use crate::render;
use crate::tree::{normalise, random};

fn links(_: &str) -> WikiTarget {
    WikiTarget::Missing
}

fn html(older: &str, newer: &str) -> String {
    let parts = compare(older, newer, "steps", &links);
    parts.into_iter().map(|part| part.html).collect()
}

#[test]
fn changed_words_are_marked_in_the_rendered_text() {
    assert_eq!(
        html(
            "Keep it at **5 °C**, always.",
            "Keep it at **8 °C**, _always_."
        ),
        "<p>Keep it at <del><strong>5</strong></del><ins><strong>8</strong></ins>\
         <strong> °C</strong>, <del>always</del><ins><em>always</em></ins>.</p>\n"
    );
}

#[test]
fn a_raised_digit_is_compared_as_one() {
    assert_eq!(
        html("Limit 10<sup>6</sup> CFU", "Limit 10<sup>7</sup> CFU"),
        "<p>Limit 10<del><sup>6</sup></del><ins><sup>7</sup></ins> CFU</p>\n"
    );
    assert_eq!(
        html("Limit 10<sup>6</sup> CFU", "Limit 106 CFU"),
        "<p>Limit <del>10<sup>6</sup></del><ins>106</ins> CFU</p>\n"
    );
}

#[test]
fn neighbouring_words_change_together() {
    assert_eq!(
        html(
            "Call the shift lead at once.",
            "Call your line manager at once."
        ),
        "<p>Call <del>the shift lead</del><ins>your line manager</ins> at once.</p>\n"
    );
    assert_eq!(
        html("温度管理を行う", "温度記録を行う"),
        "<p>温度<del>管理</del><ins>記録</ins>を行う</p>\n"
    );
}

#[test]
fn blocks_are_added_and_removed_whole() {
    assert_eq!(
        html("One.\n\nTwo.", "One.\n\n- a\n- b"),
        "<p>One.</p>\n<del class=\"block\">\n<p>Two.</p>\n</del><ins class=\"block\">\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</ins>"
    );
    assert_eq!(
        html("### Ranges and tips\n\nx", "### Ranges\n\nx"),
        "<h3 id=\"steps-ranges-and-tips\">Ranges<del> and tips</del></h3>\n<p>x</p>\n"
    );
}

#[test]
fn items_are_matched_with_items() {
    let (older, newer) = (
        "1. Stop the line.\n2. Empty the feeder.",
        "1. Stop the line.\n2. Lock the main switch.\n3. Empty the feeder twice.",
    );
    assert_eq!(
        html(older, newer),
        "<ol>\n<li>Stop the line.</li>\n<li><ins class=\"block\">Lock the main switch.</ins></li>\n\
         <li>Empty the feeder<ins> twice</ins>.</li>\n</ol>\n"
    );
    let ticked = html("- [ ] Read it", "- [x] Read it");
    assert_eq!(ticked.matches("<input").count(), 2, "{ticked}");
    assert!(
        ticked.contains("<del") && ticked.contains("<ins"),
        "{ticked}"
    );
}

#[test]
fn tables_are_compared_cell_by_cell() {
    let older = "| Pipette | Tip |\n|---|---|\n| P20 | yellow |\n| P200 | yellow |";
    let newer = "| Pipette | Range | Tip |\n|---|--:|---|\n| P20 | 2–20 | yellow |\n| P1000 | 100–1000 | blue |";
    assert_eq!(
        html(older, newer),
        "<table><thead><tr><th scope=\"col\">Pipette</th><th class=\"align-right\" scope=\"col\"><ins>Range</ins></th>\
         <th scope=\"col\">Tip</th></tr></thead><tbody>\
         <tr><td>P20</td><td class=\"align-right\"><ins>2–20</ins></td><td>yellow</td></tr>\
         <tr><td><del>P200</del></td><td class=\"align-right\"></td><td><del>yellow</del></td></tr>\
         <tr><td><ins>P1000</ins></td><td class=\"align-right\"><ins>100–1000</ins></td><td><ins>blue</ins></td></tr>\
         </tbody></table>\n"
    );
}

#[test]
fn code_images_formulas_and_alerts_are_compared_too() {
    assert_eq!(
        html("```rust\nlet a = 1;\n```", "```rust\nlet b = 1;\n```"),
        "<pre><code>let <del>a</del><ins>b</ins> = 1;\n</code></pre>\n"
    );
    let picture = html("A tip. ![old](/a.png)", "A tip. ![new](/b.png)");
    assert!(picture.contains("<del><img src=\"/a.png\""), "{picture}");
    assert!(picture.contains("<ins><img src=\"/b.png\""), "{picture}");
    let formula = html("So it is $a$ here.", "So it is $b$ here.");
    assert!(formula.contains("<del><math"), "{formula}");
    let alert = html("> [!TIP]\n> Look twice.", "> [!TIP]\n> Look thrice.");
    assert!(
        alert.contains("<p>Look <del>twice</del><ins>thrice</ins>.</p>"),
        "{alert}"
    );
    assert!(!alert.starts_with("<del"), "{alert}");
}

#[test]
fn strikethrough_differs_from_removed_text() {
    assert_eq!(
        html("~~a~~ b c d", "~~a~~ b c e"),
        "<p><s>a</s> b c <del>d</del><ins>e</ins></p>\n"
    );
}

#[test]
fn footnotes_keep_the_numbers_of_their_text() {
    let shown = html(
        "One.[^x]\n\n[^x]: Old.",
        "One.[^y] Two.[^x]\n\n[^x]: Old.\n\n[^y]: New.",
    );
    assert!(shown.contains("href=\"#steps-fn-y\">1</a>"), "{shown}");
    assert!(
        shown.contains("id=\"steps-fn-x\"><sup class=\"footnote-definition-label\">2</sup>"),
        "{shown}"
    );
}

#[test]
fn spacing_alone_is_not_a_change() {
    let parts = compare("- a\n- b", "- a\n\n- b", "steps", &links);
    assert!(parts.iter().all(|part| !part.changed));
    assert_eq!(diff_stats("- a\n- b", "- a\n\n- b"), DiffStats::default());
}

#[test]
fn neighbouring_changes_are_one_passage_and_words_are_counted() {
    let older = "One stays.\n\nTwo goes away.\n\nThree stays.\n\nFour was short.";
    let newer =
        "One stays.\n\nEntirely other matter.\n\nAnd more.\n\nThree stays.\n\nFour is short.";
    let measured = diff_stats(older, newer);
    assert_eq!(
        measured,
        DiffStats {
            passages: 2,
            added: 6,
            removed: 4
        }
    );
    let parts = compare(older, newer, "steps", &links);
    let changed: Vec<_> = parts.iter().map(|part| part.changed).collect();
    assert_eq!(changed, [false, true, false, true]);
    assert_eq!(parts[1].text, "Entirely other matter.\nAnd more.");
}

#[test]
fn hostile_text_stays_text() {
    let shown = html(
        "a `<script>` b",
        "a `<script>` c <ins> \\<del> &lt;img src=x onerror=y&gt; [x](javascript:y)",
    );
    assert!(
        !shown.contains("<script") && !shown.contains("<img"),
        "{shown}"
    );
    assert!(!shown.contains("javascript"), "{shown}");
    assert!(
        shown.contains("&lt;script&gt;") && shown.contains("&lt;img src=x"),
        "{shown}"
    );
}

#[test]
fn long_shuffled_texts_are_compared_in_order() {
    let words: Vec<String> = (0..9_000).map(|n| format!("w{n}")).collect();
    let mut mixed = words.clone();
    mixed.reverse();
    let same: Vec<String> = vec!["a".into(); 5_000];
    let (text, backwards) = (words.join(" "), mixed.join(" "));
    for (older, newer) in [(&text, &backwards), (&same.join(" "), &same.join(" b "))] {
        let shown = html(older, newer);
        assert_eq!(
            without(&shown, "ins"),
            words_of(&render(older, "steps", &links))
        );
    }
}

/// Returns the words of HTML outside `element`, without footnote numbers and check boxes.
fn without(html: &str, element: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(&format!("<{element}")) {
        kept.push_str(before);
        rest = after
            .split_once(&format!("</{element}>"))
            .map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    words_of(&kept)
}

fn words_of(html: &str) -> String {
    let mut out = String::new();
    for part in html.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        let space = [
            "p", "/p", "li", "/li", "td", "th", "h3", "h4", "h5", "div", "/div", "/pre", "ul", "ol",
        ];
        if space.iter().any(|name| tag.split(' ').next() == Some(name)) || tag.starts_with("br") {
            out.push(' ');
        }
        match tag.starts_with("sup ") || tag.starts_with("a href=\"#steps-fn") {
            true => out.push(' '),
            false => out.push_str(text),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn each_side_of_the_html_is_one_of_the_texts(
        older in random::sections(),
        newer in random::sections(),
        kept in prop::collection::vec(any::<bool>(), 6),
    ) {
        // Two texts that share some blocks, like two drafts of a section.
        let mut mixed = newer;
        for (at, block) in older.iter().enumerate() {
            if kept.get(at) == Some(&true) {
                mixed.insert(at.min(mixed.len()), block.clone());
            }
        }
        let (older, newer) = (write(&normalise(older)), write(&normalise(mixed)));
        let shown = html(&older, &newer);
        let rendered = |markdown: &str| squeezed(&words_of(&render(markdown, "steps", &links)));
        prop_assert_eq!(squeezed(&without(&shown, "ins")), rendered(&older), "{}", shown);
        prop_assert_eq!(squeezed(&without(&shown, "del")), rendered(&newer), "{}", shown);
    }

    #[test]
    fn each_side_of_the_merged_tree_is_one_of_the_trees(older in random::sections(), newer in random::sections()) {
        let (older, newer) = (normalise(older), normalise(newer));
        let merged = merge::blocks(&older, &newer);
        let words = |blocks: &[Block]| squeezed(&plain_text(blocks));
        prop_assert_eq!(words(&emit::side(&merged, Change::Added)), words(&older));
        prop_assert_eq!(words(&emit::side(&merged, Change::Removed)), words(&newer));
    }

    #[test]
    fn a_text_compared_with_itself_renders_as_usual(blocks in random::sections()) {
        let markdown = write(&normalise(blocks));
        let plain = render(&markdown, "steps", &links);
        let shown = html(&markdown, &markdown);
        prop_assert_eq!(words_of(&shown), words_of(&plain));
        prop_assert!(!shown.contains("<ins") && !shown.contains("<del"));
        prop_assert_eq!(diff_stats(&markdown, &markdown), DiffStats::default());
    }
}
