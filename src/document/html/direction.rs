//! The direction of blocks in texts that hold Arabic, Hebrew or another script from right to left.
//!
//! The style sheet gives each line the direction of its own first letter. What it cannot do is move
//! the numbers of a list, the bar of a quotation and the columns of a table to the other side: only
//! `dir` does.

/// Blocks that have a side, and the titles that must not decide for their block.
const SIDED: [&str; 5] = [
    "<ul",
    "<ol",
    "<blockquote",
    "<table",
    "<p class=\"alert-title\"",
];

/// Adds `dir="auto"` to the blocks of sanitised HTML that have a side. HTML whose letters all run
/// from left to right stays as it is.
pub(super) fn with_direction(html: String) -> String {
    if !html.chars().any(is_right_to_left) {
        return html;
    }
    let mut out = String::with_capacity(html.len() + 1_000);
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let is_whole = |start: &&str| tag[start.len()..].starts_with([' ', '>']);
        let sided = SIDED
            .iter()
            .find(|start| tag.starts_with(**start) && is_whole(start));
        let start = sided.map_or("<", |start| *start);
        out.push_str(start);
        if sided.is_some() {
            out.push_str(" dir=\"auto\"");
        }
        rest = &tag[start.len()..];
    }
    out.push_str(rest);
    out
}

/// Tells whether a letter is of a script that runs from right to left: the blocks that Unicode
/// reserves for them (Unicode Standard Annex 9, default `Bidi_Class` values R and AL).
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{fb1d}'..='\u{fdcf}'
            | '\u{fdf0}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_left_to_right_stays_as_it_is() {
        for html in ["<ul>\n<li>größe</li>\n</ul>", "<p>手順 <b>🧤</b></p>", ""] {
            assert_eq!(with_direction(html.to_owned()), html);
        }
    }

    #[test]
    fn blocks_with_a_side_get_the_direction_of_their_text() {
        let html = "<ol start=\"2\">\n<li>اغسل اليدين</li>\n</ol><ul><li>a</li></ul>\
            <blockquote class=\"markdown-alert-note\"><p class=\"alert-title\">Note</p>\
            <p>א &lt;ul&gt;</p></blockquote><table><tr><td>b</td></tr></table><u>c</u>";
        let with = "<ol dir=\"auto\" start=\"2\">\n<li>اغسل اليدين</li>\n</ol><ul dir=\"auto\"><li>a</li></ul>\
            <blockquote dir=\"auto\" class=\"markdown-alert-note\"><p class=\"alert-title\" dir=\"auto\">Note</p>\
            <p>א &lt;ul&gt;</p></blockquote><table dir=\"auto\"><tr><td>b</td></tr></table><u>c</u>";
        assert_eq!(with_direction(html.to_owned()), with);
    }
}
