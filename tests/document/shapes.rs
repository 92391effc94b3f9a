//! Shapes of Markdown that have made parsers slow.

/// A text of a given shape.
pub struct Shape {
    pub name: &'static str,
    make: fn(usize) -> String,
}

impl Shape {
    /// Returns a text of this shape with about so many bytes.
    pub fn text(&self, bytes: usize) -> String {
        let mut text = (self.make)(bytes);
        text.truncate(text.floor_char_boundary(bytes));
        text
    }
}

/// Every shape.
pub const SHAPES: &[Shape] = &[
    repeated("equal headings", |n| "# a\n".repeat(n / 4)),
    repeated("headings that take each other's ids", |n| {
        format!("{}{}", numbered("# a ", n / 2), "# a\n".repeat(n / 8))
    }),
    repeated("nested emphasis", |n| {
        format!("{}a{}", "*a **a ".repeat(n / 14), "** a* ".repeat(n / 14))
    }),
    repeated("openers of emphasis", |n| "*a _a ".repeat(n / 6)),
    repeated("delimiters of many lengths", |n| {
        (0..n / 6)
            .map(|i| format!("a{} ", "*".repeat(1 + i % 7)))
            .collect()
    }),
    repeated("nested brackets", |n| {
        format!("{}a{}", "[".repeat(n / 2), "]".repeat(n / 2))
    }),
    repeated("open brackets", |n| "[a".repeat(n / 2)),
    repeated("closed brackets", |n| "a]".repeat(n / 2)),
    repeated("escaped brackets", |n| "\\[".repeat(n / 2)),
    repeated("open pictures", |n| "![".repeat(n / 2)),
    repeated("nested pictures", |n| {
        format!("{}{}", "![a".repeat(n / 8), "](/b)".repeat(n / 8))
    }),
    repeated("open links", |n| "[a](<b".repeat(n / 6)),
    repeated("links with open parentheses", |n| "[a](".repeat(n / 4)),
    repeated("pieces in a long link", |n| {
        format!("[{}](/{})", "a*b*".repeat(n / 8), "x".repeat(n / 2))
    }),
    repeated("runs of backticks", |n| {
        let mut text = String::new();
        for length in 1.. {
            text.push_str(&"`".repeat(length));
            text.push('a');
            if text.len() >= n {
                break;
            }
        }
        text
    }),
    repeated("open code", |n| "`a ``b ".repeat(n / 7)),
    repeated("less-than signs", |n| "<".repeat(n)),
    repeated("open tags", |n| "<a ".repeat(n / 3)),
    repeated("open comments", |n| "<!-- a ".repeat(n / 7)),
    repeated("open declarations", |n| "<!A <? <![CDATA[ ".repeat(n / 17)),
    repeated("autolinks", |n| "<a:b>".repeat(n / 5)),
    repeated("open autolinks", |n| "<a:b ".repeat(n / 5)),
    repeated("entities", |n| "&amp;&#1;&x".repeat(n / 11)),
    repeated("deep quotations", |n| format!("{}a", ">".repeat(n))),
    repeated("quotations that deepen", |n| {
        (0..isqrt(n))
            .map(|i| format!("{}a\n", ">".repeat(i)))
            .collect()
    }),
    repeated("deep lists on a line", |n| {
        format!("{}a", "- ".repeat(n / 2))
    }),
    repeated("lists that deepen", |n| {
        (0..isqrt(n))
            .map(|i| format!("{}- a\n", " ".repeat(i * 2)))
            .collect()
    }),
    repeated("numbered items", |n| "1. a\n".repeat(n / 5)),
    repeated("check boxes", |n| "- [x] a\n- b\n".repeat(n / 12)),
    repeated("a wide table", |n| {
        let columns = n / 8;
        format!(
            "{}\n{}\n{}",
            "|a".repeat(columns),
            "|-".repeat(columns),
            "|\n".repeat(n / 4)
        )
    }),
    repeated("a long table", |n| {
        format!("|a|b|\n|-|-|\n{}", "|c|d|\n".repeat(n / 6))
    }),
    repeated("heads of tables", |n| "a | b\n-|-\n".repeat(n / 10)),
    repeated("definitions", |n| numbered_pair("[a", "]: /b\n", n)),
    repeated("references to one definition", |n| {
        format!("[a]: /{}\n\n{}", "x".repeat(n / 2), "[a] ".repeat(n / 8))
    }),
    repeated("open definitions", |n| "[a]: <b\n".repeat(n / 8)),
    repeated("footnotes", |n| numbered_pair("[^a", "]: b\n\n", n)),
    repeated("references to footnotes", |n| {
        format!(
            "{}\n\n{}",
            "[^a] ".repeat(n / 10),
            numbered_pair("[^", "]: b\n\n", n / 2)
        )
    }),
    repeated("footnotes that use each other", |n| {
        (0..n / 24)
            .map(|i| format!("[^{i}]: [^{}]\n\n", i + 1))
            .collect()
    }),
    repeated("dollar signs", |n| "$".repeat(n)),
    repeated("formulas", |n| "$a$ ".repeat(n / 4)),
    repeated("open formulas", |n| "$a{ $$b ".repeat(n / 8)),
    repeated("a long word", |n| "a".repeat(n)),
    repeated("a long word with marks", |n| "a_".repeat(n / 2)),
    repeated("hashtags", |n| "#a ".repeat(n / 3)),
    repeated("hashes", |n| "#a".repeat(n / 2)),
    repeated("wiki links", |n| numbered_pair("[[a", "]] ", n)),
    repeated("open wiki links", |n| "[[a|".repeat(n / 4)),
    repeated("hard breaks", |n| "a\\\n".repeat(n / 3)),
    repeated("white space", |n| format!("a{}b", " ".repeat(n))),
    repeated("line feeds", |n| "a\n\n".repeat(n / 3)),
    repeated("marks beside white space", |n| "**a ** *b *".repeat(n / 11)),
    repeated("raised text", |n| "<sup>a<sub>b".repeat(n / 12)),
    repeated("names of placeholders", |n| numbered("lectern", n)),
    repeated("fences", |n| "```\na\n".repeat(n / 6)),
    repeated("underlines", |n| "a\n=\nb\n-\n".repeat(n / 8)),
    repeated("alerts", |n| "> [!NOTE]\n> a\n\n".repeat(n / 15)),
    repeated("HTML blocks", |n| "<p><b>a<ul><li>b".repeat(n / 16)),
    repeated("HTML tables", |n| {
        "<table><tr><td colspan=9>a".repeat(n / 26)
    }),
];

const fn repeated(name: &'static str, make: fn(usize) -> String) -> Shape {
    Shape { name, make }
}

fn numbered(word: &str, bytes: usize) -> String {
    numbered_pair(word, "\n", bytes)
}

/// Returns `bytes` of a word, a number and an ending, over and over.
fn numbered_pair(word: &str, ending: &str, bytes: usize) -> String {
    let mut text = String::new();
    for number in 0.. {
        text.push_str(&format!("{word}{number}{ending}"));
        if text.len() >= bytes {
            break;
        }
    }
    text
}

fn isqrt(number: usize) -> usize {
    number.isqrt()
}
