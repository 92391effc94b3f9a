//! Formulas: LaTeX to MathML, which browsers set without a script.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

use super::page::escaped;

/// Longer formulas are shown as they are written.
const LONGEST: usize = 4_000;
/// So are formulas with more braces in each other.
const DEEPEST: usize = 40;

/// MathML Core without actions, images and colours (<https://www.w3.org/TR/mathml-core/>).
const TAGS: [&str; 25] = [
    "math",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
];

const ATTRIBUTES: [&str; 19] = [
    "accent",
    "accentunder",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rspace",
    "scriptlevel",
    "stretchy",
    "width",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(["munderover"]).collect())
        .tag_attributes(HashMap::new())
        .generic_attributes(HashSet::from(ATTRIBUTES))
        .clean_content_tags(HashSet::from(["script", "style", "annotation"]));
    builder
});

/// Sets a formula; what is no LaTeX is shown as it is written.
pub fn render(latex: &str, display: bool) -> String {
    mathml(latex, display).unwrap_or_else(|_| {
        format!(
            "<code class=\"formula-as-written\">{}</code>",
            escaped(latex)
        )
    })
}

/// Sets a formula, or says what is wrong with it.
pub fn mathml(latex: &str, display: bool) -> Result<String, String> {
    if latex.len() > LONGEST {
        return Err(format!("A formula has at most {LONGEST} characters."));
    }
    if depth(latex) > DEEPEST {
        return Err(format!("At most {DEEPEST} braces stand in each other."));
    }
    // A fault of the library must cost no more than this formula.
    let set = catch_unwind(AssertUnwindSafe(|| set(latex, display)));
    set.unwrap_or_else(|_| Err("This formula cannot be set.".to_owned()))
}

fn set(latex: &str, display: bool) -> Result<String, String> {
    let storage = Storage::new();
    let events: Result<Vec<_>, _> = Parser::new(latex, &storage).collect();
    let events = events.map_err(|error| first_line(&error.to_string()))?;
    let config = RenderConfig {
        display_mode: match display {
            true => DisplayMode::Block,
            false => DisplayMode::Inline,
        },
        ..RenderConfig::default()
    };
    let mut out = String::new();
    let events = events.into_iter().map(Ok::<_, std::fmt::Error>);
    push_mathml(&mut out, events, config).map_err(|error| error.to_string())?;
    Ok(CLEANER.clean(&out).to_string())
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("parsing error:").trim().to_owned()
}

/// How deep groups nest, whichever way they are opened.
fn depth(latex: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for (at, c) in latex.char_indices() {
        match c {
            '{' | '[' | '(' => now += 1,
            '}' | ']' | ')' => now = now.saturating_sub(1),
            '\\' if latex[at..].starts_with("\\left") || latex[at..].starts_with("\\begin") => {
                now += 1
            }
            '\\' if latex[at..].starts_with("\\right") || latex[at..].starts_with("\\end") => {
                now = now.saturating_sub(1);
            }
            _ => {}
        }
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_set_in_a_line_or_on_their_own() {
        let inline = render("a^2", false);
        assert!(inline.starts_with("<math"), "{inline}");
        assert!(inline.contains("<msup>"), "{inline}");
        assert!(render("x", true).contains("display=\"block\""));
    }

    #[test]
    fn what_is_no_latex_is_shown_as_it_is_written() {
        assert_eq!(
            render("\\frac{<b>", false),
            "<code class=\"formula-as-written\">\\frac{&lt;b&gt;</code>"
        );
        assert!(mathml("\\nosuchcommand", false).is_err());
    }

    #[test]
    fn no_formula_brings_markup_or_style() {
        for hostile in [
            "\\text{<script>alert(1)</script>}",
            "\\color{red} x",
            "<img src=x onerror=alert(1)>",
            "\\href{javascript:alert(1)}{x}",
        ] {
            let html = render(hostile, false);
            for never in ["<script", "<img", " style=", "href="] {
                assert!(!html.contains(never), "{hostile}: {html}");
            }
        }
    }

    #[test]
    fn endless_nesting_costs_nothing() {
        for open in [
            "{",
            "\\sqrt",
            "\\left(",
            "^",
            "\\frac",
            "\\sqrt{",
            "\\text{",
            "\\begin{matrix}",
        ] {
            let deep = open.repeat(4_000 / open.len());
            assert!(!render(&deep, true).is_empty());
        }
    }
}
