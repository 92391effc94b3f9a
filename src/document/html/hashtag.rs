//! Hashtags: `#word` links to a search for it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pulldown_cmark::Event;

use crate::escape::escape_html;

/// Writes text with its hashtags linked to the search.
pub(super) fn link_hashtags(text: &str, out: &mut Vec<Event<'static>>) {
    let mut written = 0;
    let plain = |part: &str, out: &mut Vec<_>| {
        if !part.is_empty() {
            out.push(Event::Text(part.to_owned().into()));
        }
    };
    for (at, _) in text.match_indices('#') {
        let Some(end) = end_of_tag(text, at).filter(|_| at >= written) else {
            continue;
        };
        plain(&text[written..at], out);
        let tag = &text[at..end];
        let address = utf8_percent_encode(tag, NON_ALPHANUMERIC);
        let shown = escape_html(tag);
        let link = format!("<a class=\"hashtag\" href=\"/search?q={address}\">{shown}</a>");
        out.push(Event::InlineHtml(link.into()));
        written = end;
    }
    plain(&text[written..], out);
}

/// Returns the end of the hashtag at a `#`. A hashtag follows white space or a bracket, begins with
/// a letter and continues with letters, digits, hyphens and underscores.
fn end_of_tag(text: &str, at: usize) -> Option<usize> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | '[' | '{' | '/')) {
        return None;
    }
    let word = &text[at + 1..];
    if !word.starts_with(char::is_alphabetic) {
        return None;
    }
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let length = word.find(|c| !goes_on(c)).unwrap_or(word.len());
    let tag = word[..length].trim_end_matches(['-', '_']);
    Some(at + 1 + tag.len())
}
