//! Reads raw HTML as tokens, with the tokenizer of the HTML standard.
//!
//! The standard's tree builder is not used: it repeats formatting elements in every block, which
//! lets 30 kB of tags become millions of nodes. Tokens cost what they are long.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// A tag, or the text between tags.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum HtmlToken {
    Start(HtmlTag),
    End(String),
    Text(String),
}

/// A start tag; names are in lower case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HtmlTag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    self_closing: bool,
}

impl HtmlTag {
    /// Returns the value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim())
    }

    /// Tells whether it has no content: only foreign elements may end with their start tag.
    pub(super) fn is_empty(&self) -> bool {
        self.self_closing && matches!(self.name.as_str(), "svg" | "math")
    }

    /// Returns a number of cells, at least 1.
    pub(super) fn span(&self, name: &str) -> usize {
        let number = self.get(name).and_then(|value| value.parse().ok());
        number.unwrap_or(1).max(1)
    }
}

/// Splits raw HTML into tokens; comments are left out.
pub(super) fn tokens(html: &str) -> Vec<HtmlToken> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
    // Nothing here stops the tokenizer before the end of its input.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.found.into_inner()
}

#[derive(Default)]
struct Collector {
    found: RefCell<Vec<HtmlToken>>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut found = self.found.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let raw = raw_text(&tag);
                found.push(tag_token(tag));
                return raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
            }
            Token::CharacterTokens(text) => match found.last_mut() {
                Some(HtmlToken::Text(last)) => last.push_str(&text),
                _ => found.push(HtmlToken::Text(text.to_string())),
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Returns how the text of an element is read in which tags are no tags.
fn raw_text(tag: &Tag) -> Option<RawKind> {
    if tag.kind == TagKind::EndTag {
        return None;
    }
    match &*tag.name {
        "script" => Some(ScriptData),
        "style" | "iframe" | "noembed" | "noframes" | "xmp" => Some(Rawtext),
        "textarea" | "title" => Some(Rcdata),
        _ => None,
    }
}

fn tag_token(tag: Tag) -> HtmlToken {
    let name = tag.name.to_string();
    if tag.kind == TagKind::EndTag {
        return HtmlToken::End(name);
    }
    let attribute = |attribute: html5ever::Attribute| {
        let key = attribute.name.local.to_string();
        (key, attribute.value.to_string())
    };
    let attributes = tag.attrs.into_iter().map(attribute).collect();
    HtmlToken::Start(HtmlTag {
        name,
        attributes,
        self_closing: tag.self_closing,
    })
}

/// What an element means to a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its content is part of the line.
    Inline,
    /// Its content has lines of its own.
    Block,
    /// A cell: beside others on one line.
    Cell,
    /// Never shown.
    Hidden,
    /// Shown by a browser, but not expressible.
    Embedded,
}

/// Returns what an element means.
pub(super) fn role(name: &str) -> Role {
    match name {
        "td" | "th" => Role::Cell,
        "script" | "style" | "template" | "title" | "head" | "noframes" => Role::Hidden,
        "iframe" | "object" | "svg" | "math" | "video" | "audio" | "canvas" | "select" => {
            Role::Embedded
        }
        "address" | "article" | "aside" | "blockquote" | "caption" | "center" | "dd"
        | "details" | "dialog" | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption"
        | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header"
        | "hr" | "legend" | "li" | "main" | "menu" | "nav" | "ol" | "option" | "p" | "pre"
        | "section" | "summary" | "table" | "tbody" | "tfoot" | "thead" | "tr" | "ul" => {
            Role::Block
        }
        _ => Role::Inline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_attributes_and_entities_are_read() {
        let found = tokens("<TD ColSpan='2'>5 &micro;g<!-- x --></td>");
        let [
            HtmlToken::Start(cell),
            HtmlToken::Text(text),
            HtmlToken::End(end),
        ] = &found[..]
        else {
            panic!("{found:?}")
        };
        assert_eq!((cell.name.as_str(), cell.span("colspan")), ("td", 2));
        assert_eq!((text.as_str(), end.as_str()), ("5 µg", "td"));
    }

    #[test]
    fn tags_cost_what_they_are_long() {
        let html = "<b x=1><p>".repeat(3_000);
        assert_eq!(tokens(&html).len(), 6_000);
    }
}
