//! Rewrites the links of a rendered text to paths within the pack, and removes other internal
//! links.

use lectern_base::Hash;

/// The targets of internal links, as relative paths from a page of the pack. `None` if the target
/// is not in the pack.
pub(crate) trait LinkTargets {
    /// Returns the path of an attachment.
    fn file(&self, hash: Hash) -> Option<String>;
    /// Returns the path of the article at `/a/{slug}`.
    fn article(&self, slug: &str) -> Option<String>;
}

/// Rewrites `href` and `src` in safe HTML from [`lectern_document::render`].
pub(crate) fn relink(html: &str, targets: &impl LinkTargets) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let end = end_of_tag(from);
        out.push_str(&tag(&from[..end], targets));
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

/// Returns the length of the tag at the beginning, including its `>`.
fn end_of_tag(html: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in html.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    html.len()
}

fn tag(tag: &str, targets: &impl LinkTargets) -> String {
    for name in [" href=\"/", " src=\"/"] {
        let Some(at) = tag.find(name) else {
            continue;
        };
        let begins = at + name.len() - 1;
        let Some(length) = tag[begins..].find('"') else {
            continue;
        };
        let (address, after) = tag[begins..].split_at(length);
        let attribute = match target(address, targets) {
            Some(path) => format!("{}{path}\"", &name[..name.len() - 1]),
            None => String::new(),
        };
        return format!("{}{attribute}{}", &tag[..at], &after[1..]);
    }
    tag.to_owned()
}

fn target(address: &str, targets: &impl LinkTargets) -> Option<String> {
    if let Some(file) = address.strip_prefix("/files/") {
        return targets.file(file.get(..64)?.parse().ok()?);
    }
    let article = address.strip_prefix("/a/")?;
    let end = article.find(['/', '?', '#']).unwrap_or(article.len());
    targets.article(&article[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct ArticleLinks(Hash);

    impl LinkTargets for ArticleLinks {
        fn file(&self, hash: Hash) -> Option<String> {
            (hash == self.0).then(|| "../files/x.png".to_owned())
        }

        fn article(&self, slug: &str) -> Option<String> {
            (slug == "known").then(|| "../known.html".to_owned())
        }
    }

    #[test]
    fn internal_links_lead_into_the_pack_or_are_removed() {
        let hash = Hash::of(b"x");
        let other = Hash::of(b"y");
        let links = |html: &str| relink(html, &ArticleLinks(hash));
        assert_eq!(
            links(&format!(
                "<img src=\"/files/{hash}/a.png?1x2\" alt=\"a > b\" loading=\"lazy\">"
            )),
            "<img src=\"../files/x.png\" alt=\"a > b\" loading=\"lazy\">"
        );
        assert_eq!(
            links(&format!("<img src=\"/files/{other}/a.png\">")),
            "<img>"
        );
        assert_eq!(
            links("<a class=\"wiki\" href=\"/a/known#b\">K</a> <a href=\"/search?q=x\">y</a>"),
            "<a class=\"wiki\" href=\"../known.html\">K</a> <a>y</a>"
        );
        for same in [
            "<a href=\"https://example.org/a/known\">x</a>",
            "<a href=\"#note\">x</a>",
            "<p>Write href=\"/a/known\" so.</p>",
            "a < b",
        ] {
            assert_eq!(links(same), same);
        }
    }
}
