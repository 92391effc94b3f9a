//! Valid characters in text and URLs, and plain text without marks.

use super::{Block, Inline, MENTION_SCHEME, PlainLine, effective_marks};

/// Makes text valid for a line: no line breaks, control characters or noncharacters.
///
/// Markdown reads a line break as a space and NUL as U+FFFD; other control characters are treated
/// the same way. Noncharacters are used as placeholders, so they are replaced too.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' => ' ',
            '\t' => '\t',
            c if c.is_control() || is_noncharacter(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// Like [`clean`], but keeps line breaks (as `\n`) for code blocks.
pub(crate) fn clean_code(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// Joins lines with a space, for titles and alternative texts, where a blank line would end the
/// block.
pub(crate) fn fold_lines(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return clean(text);
    }
    let lines: Vec<_> = text.split(['\n', '\r']).map(str::trim).collect();
    clean(lines.join(" ").trim())
}

/// Tells whether a URL would run code or embed a document.
pub(crate) fn is_unsafe_address(address: &str) -> bool {
    let plain: String = address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(16)
        .flat_map(char::to_lowercase)
        .collect();
    // Mentions are not links.
    let schemes = [
        "javascript:",
        "vbscript:",
        "data:",
        "blob:",
        "file:",
        MENTION_SCHEME,
    ];
    schemes.iter().any(|scheme| plain.starts_with(scheme))
}

fn is_noncharacter(c: char) -> bool {
    let code = c as u32;
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Returns the text of blocks, one line per block.
pub(crate) fn plain_text(blocks: &[Block]) -> String {
    let mut lines = Vec::new();
    collect(blocks, &mut lines);
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

fn collect(blocks: &[Block], lines: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => lines.push(line(content)),
            Block::List { items, .. } => {
                items.iter().for_each(|item| collect(&item.content, lines));
            }
            Block::Table { rows, .. } => {
                for row in rows {
                    let cells: Vec<_> = row.iter().map(|cell| line(cell)).collect();
                    lines.push(cells.join(" "));
                }
            }
            Block::Code { text, .. } => lines.push(text.clone()),
            Block::Quote(content)
            | Block::Alert { content, .. }
            | Block::Footnote { content, .. } => collect(content, lines),
            Block::Rule => {}
        }
    }
}

fn line(content: &[Inline]) -> String {
    let mut out = PlainLine::default();
    for (inline, marks) in content.iter().zip(effective_marks(content)) {
        let mut push = |text: &str| out.push(marks.script, text);
        match inline {
            Inline::Text { text, .. } => push(text),
            Inline::Break => push(" "),
            Inline::Image(image) => push(&image.alt),
            Inline::FootnoteReference(_) => {}
            Inline::WikiLink { title, label } => push(label.as_deref().unwrap_or(title)),
            Inline::Mention { name, .. } => {
                push("@");
                push(name);
            }
            Inline::Math { latex, .. } => push(latex),
        }
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_run_code_are_unsafe() {
        for address in [
            "javascript:x",
            " JaVa\tScRiPt:x",
            "data:text/html,x",
            "vbscript:x",
        ] {
            assert!(is_unsafe_address(address), "{address}");
        }
        for address in [
            "https://a.example",
            "/a/b",
            "#part",
            "mailto:a@b.c",
            "datasheet:1",
        ] {
            assert!(!is_unsafe_address(address), "{address}");
        }
    }

    #[test]
    fn lines_are_folded_and_control_characters_replaced() {
        assert_eq!(fold_lines(" a \n\n b"), "a  b");
        assert_eq!(clean("a\u{0}b\nc\u{FDD0}"), "a\u{FFFD}b c\u{FFFD}");
    }
}
