//! Pictures that do not come from this server.

use super::markdown::parse;
use super::tree::{Block, Inline};

/// The path prefix of files that belong to articles.
const FILES: &str = "/files/";

/// Returns the addresses of pictures that are not files of an article, in order.
///
/// What stands at such an address can change after the approval, and its server learns who reads.
pub fn external_pictures(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    if markdown.contains("![") {
        in_blocks(&parse(markdown), &mut found);
    }
    found
}

fn in_blocks(blocks: &[Block], found: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph(line) | Block::Heading { content: line, .. } => in_line(line, found),
            Block::List { items, .. } => {
                items
                    .iter()
                    .for_each(|item| in_blocks(&item.content, found));
            }
            Block::Table { rows, .. } => {
                rows.iter().flatten().for_each(|cell| in_line(cell, found));
            }
            Block::Quote(content)
            | Block::Alert { content, .. }
            | Block::Footnote { content, .. } => in_blocks(content, found),
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn in_line(line: &[Inline], found: &mut Vec<String>) {
    let addresses = line.iter().filter_map(|inline| match inline {
        Inline::Image(image) if !image.src.starts_with(FILES) => Some(image.src.clone()),
        _ => None,
    });
    found.extend(addresses);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_articles_are_in_house() {
        let text = "![a](/files/0f/a.png?3x4) ![](https://a.example/b.png)\n\n> - ![](//c/d)\n\n\
                    | ![](/blobs/e) |\n|--|\n\n`![](f)`";
        let found = external_pictures(text);
        assert_eq!(found, ["https://a.example/b.png", "//c/d", "/blobs/e"]);
        assert!(external_pictures("no picture").is_empty());
    }
}
