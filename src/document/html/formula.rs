//! Renders LaTeX formulas as MathML, which browsers display without scripts.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

use crate::escape::escape_html;

/// Maximum length in bytes; longer formulas are shown as source.
const LONGEST: usize = 4_000;
/// Maximum nesting of groups; deeper formulas are shown as source.
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

/// Renders a formula, or shows its source if it is not valid LaTeX.
pub fn render(latex: &str, display: bool) -> String {
    mathml(latex, display).unwrap_or_else(|_| {
        format!(
            "<code class=\"formula-as-written\">{}</code>",
            escape_html(latex)
        )
    })
}

/// Renders a formula, or returns why it cannot be rendered.
pub fn mathml(latex: &str, display: bool) -> Result<String, String> {
    if latex.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    if depth(latex) > DEEPEST {
        return Err(format!("more than {DEEPEST} groups stand in each other"));
    }
    // A panic in the library must not affect the rest of the page.
    let rendered = catch_unwind(AssertUnwindSafe(|| to_mathml(latex, display)));
    rendered.unwrap_or_else(|_| Err("it cannot be understood".to_owned()))
}

fn to_mathml(latex: &str, display: bool) -> Result<String, String> {
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

/// Returns how deeply groups nest, however they are opened.
fn depth(latex: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    let mut rest = latex;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let opens = match c {
            '\\' => {
                let letters = rest.find(|c: char| !c.is_ascii_alphabetic());
                let (name, behind) = rest.split_at(letters.unwrap_or(rest.len()));
                // An escaped bracket does not open or close a group.
                let escaped = behind.chars().next().filter(|_| name.is_empty());
                rest = &behind[escaped.map_or(0, char::len_utf8)..];
                match name {
                    "left" | "begin" => Some(true),
                    "right" | "end" => Some(false),
                    _ => None,
                }
            }
            '{' | '[' | '(' => Some(true),
            '}' | ']' | ')' => Some(false),
            _ => None,
        };
        match opens {
            Some(true) => now += 1,
            Some(false) => now = now.saturating_sub(1),
            None => {}
        }
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_rendered_inline_or_as_a_block() {
        let inline = render("a^2", false);
        assert!(inline.starts_with("<math"), "{inline}");
        assert!(inline.contains("<msup>"), "{inline}");
        assert!(render("x", true).contains("display=\"block\""));
    }

    #[test]
    fn invalid_latex_is_shown_as_source() {
        assert_eq!(
            render("\\frac{<b>", false),
            "<code class=\"formula-as-written\">\\frac{&lt;b&gt;</code>"
        );
        assert!(mathml("\\nosuchcommand", false).is_err());
    }

    #[test]
    fn formulas_cannot_inject_markup_or_styles() {
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
    fn deep_nesting_is_cheap() {
        for (open, close) in [
            ("{", "}"),
            ("\\sqrt{", "}"),
            ("\\left(", "\\right)"),
            ("\\begin{matrix}", "\\end{matrix}"),
            ("x^{", "}"),
            ("\\frac{x}{", "}"),
            ("\\sqrt", ""),
            ("^", ""),
            ("{", ""),
        ] {
            let times = LONGEST / (open.len() + close.len()) - 1;
            let deep = format!("{}x{}", open.repeat(times), close.repeat(times));
            assert!(!render(&deep, true).is_empty());
        }
    }

    #[test]
    fn arrows_are_not_groups() {
        assert_eq!(depth("\\leftarrow \\rightarrow \\{ \\left( x \\right)"), 2);
        assert!(mathml(&"\\leftarrow ".repeat(100), false).is_ok());
        let hidden = format!("{}x{}", "{\\rightarrow".repeat(100), "}".repeat(100));
        assert!(mathml(&hidden, false).is_err());
    }
}
