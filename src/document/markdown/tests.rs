//! Raised and lowered text and raw HTML in Markdown.

use super::{canonical, parse_with_losses};
use crate::tree::plain_text;

fn plain(markdown: &str) -> String {
    plain_text(&parse_with_losses(markdown).0)
}

fn lost(markdown: &str) -> Vec<String> {
    parse_with_losses(markdown).1.sentences()
}

#[test]
fn raised_and_lowered_text_survives_exactly() {
    for markdown in [
        "Limit 10<sup>6</sup> CFU/ml; 10<sup>-3</sup> mol; H<sub>2</sub>O.",
        "x<sup>**2**</sup> and **a<sup>2</sup>**",
        "[5 m<sup>2</sup>](https://a.example) ~~m<sup>3</sup>~~",
        "### About m<sup>2</sup>",
        "- 10<sup>6</sup>\n- [x<sub>1</sub>](/a)",
        "|m<sup>2</sup>|x<sub>1</sub>|\n|--|--|\n|10<sup>6</sup>|1|",
        "a[^1]\n\n[^1]: 10<sup>6</sup>",
        "a \\<sup>b\\</sup>",
        "`<sup>`",
    ] {
        assert_eq!(canonical(markdown), markdown);
    }
}

#[test]
fn careless_tags_are_read_as_browsers_read_them() {
    for (markdown, expected) in [
        ("10<SUP class=\"x\">6</SUP> a", "10<sup>6</sup> a"),
        ("10<sup>6 a\n\nb", "10<sup>6 a</sup>\n\nb"),
        ("10</sup> a", "10 a"),
        ("<sup><sup>1</sup></sup>a", "<sup>1</sup>a"),
        ("2<sup>3<sup>2</sup></sup>", "2<sup>3^(2)</sup>"),
        ("a<sup>n<sub>1</sub></sup>", "a<sup>n\\_(1)</sup>"),
        ("a<sup>b<sub>c</sup>d</sub>", "a<sup>b\\_(c)</sup>d"),
        ("![10<sup>6</sup>](/a)", "![10^(6)](/a)"),
    ] {
        assert_eq!(canonical(markdown), expected, "{markdown}");
    }
}

#[test]
fn html_tables_lists_links_and_pictures_become_what_they_mean() {
    let markdown = "<table>\n<tr><th>Strength</th><th align=right>Tablets</th></tr>\n\
        <tr><td>5</td><td>10</td></tr>\n</table>\n\n\
        <ul><li>Gloves</li><li>Goggles</li></ul>\n\n\
        <p align=\"center\"><img src=\"/img/feeder.png\" alt=\"The feeder\"></p>\n\n\
        <a href=\"https://example.org/\">A link</a>";
    assert_eq!(
        canonical(markdown),
        "|Strength|Tablets|\n|--------|------:|\n|5|10|\n\n- Gloves\n- Goggles\n\n\
         ![The feeder](/img/feeder.png)\n\n[A link](https://example.org/)"
    );
    assert_eq!(lost(markdown), Vec::<String>::new());
}

#[test]
fn html_blocks_keep_their_structure() {
    for (markdown, expected) in [
        ("<h2>A</h2><p>b</p>c", "### A\n\nb\n\nc"),
        (
            "<ol start=3><li>a<ul><li>b</ul><li>c</ol>",
            "3. a\n   - b\n4. c",
        ),
        (
            "<ol><li>a</li><ul><li>b</li></ul><li>c</li></ol>",
            "1. a\n   - b\n2. c",
        ),
        (
            "<ul><li><input type=checkbox checked> a<li><input type=checkbox> b</ul>",
            "- [x] a\n- [ ] b",
        ),
        ("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b"),
        (
            "<pre><code class=\"language-ini\">a = 1\nb = &lt;2\n</code></pre>",
            "```ini\na = 1\nb = <2\n```",
        ),
        (
            "<p>a <b>b</b> <i>c</i> <code>d</code> m<sup>2</sup> &micro;g</p>",
            "a **b** *c* `d` m<sup>2</sup> µg",
        ),
        ("<div>a<hr>b</div>", "a\n\n---\n\nb"),
        ("<dl><dt>5</dt><dd>10</dd></dl>", "5\n\n10"),
        ("<script>1</script><style>2</style>", ""),
        ("<table></table>", ""),
    ] {
        assert_eq!(canonical(markdown), expected, "{markdown}");
    }
}

#[test]
fn cells_stay_under_their_headings_and_never_touch() {
    let merged = "<table><tr><th rowspan=2>a</th><th colspan=2>b</th></tr>\
        <tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td><td>5</td></tr></table>";
    assert_eq!(canonical(merged), "|a|b||\n|-|-|-|\n||1|2|\n|3|4|5|");
    assert_eq!(lost(merged), ["2 merged cells were split."]);
    let blocks = "<table><tr><td><p>5</p><p>10</p></td><td><ul><li>1<li>2</ul></td></tr></table>";
    assert_eq!(canonical(blocks), "|5<br>10|1<br>2|\n|---|--|");
    let inner = "<table><tr><td>1<table><tr><td>2</td><td>3</td></tr></table></td></tr></table>";
    assert_eq!(plain(inner), "1 2 3");
    assert_eq!(
        lost(inner),
        ["1 table within a line or a cell became text."]
    );
    assert_eq!(
        plain("a <td>5</td><td>10</td> <p>6</p><p>7</p>"),
        "a 5 10 6 7"
    );
    assert_eq!(plain("<tr><td>5</td><td>10</td></tr>"), "5\n10");
}

#[test]
fn what_is_lost_is_told() {
    assert_eq!(
        lost("- [x] a\n- b\n- [ ] c"),
        ["1 list of tasks and other items was split."]
    );
    assert_eq!(
        canonical("- [x] Done\n- Plain\n- [ ] Open"),
        "- [x] Done\n\n* Plain\n\n- [ ] Open"
    );
    assert_eq!(
        plain("- [x] Done\n- Plain\n- [ ] Open"),
        "Done\nPlain\nOpen"
    );
    assert_eq!(plain("a <svg/> b"), "a  b");
    assert_eq!(lost("<ol type=a><li>x</ol>").len(), 1);
    assert_eq!(
        lost("<iframe src=x></iframe>\n\na <u>b</u> <img alt=c>").len(),
        3
    );
    assert_eq!(
        lost("a<br>b <sup>c</sup>\n\n- a\n\n<!-- -->\n\n- b"),
        Vec::<String>::new()
    );
}

#[test]
fn hostile_tags_stay_linear() {
    for tag in [
        "<sup>",
        "</sup>",
        "<sup><sub>",
        "<sup>a",
        "<sup>a</sub>",
        "<b>",
        "<a href=x>",
        "<table>",
        "<table><tr><td>",
        "<ul>",
        "<ul><li>",
        "<ol><li>a",
        "<blockquote>a",
        "<td colspan=99>a",
        "<b x=1><p>",
        "<script>",
        "<img alt=a>",
        "<",
        "<svg>",
        "<sup> a </sup>",
        "<b> a </b>x",
        "<i><b> a </b></i> ",
    ] {
        for text in [
            tag.repeat(30_000 / tag.len()),
            format!("a {}", tag.repeat(30_000 / tag.len())),
        ] {
            let (blocks, _) = parse_with_losses(&text);
            let size = format!("{blocks:?}").len();
            assert!(size < 200 * text.len(), "{tag}: {size} characters");
        }
    }
}
