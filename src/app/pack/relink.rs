//! Links of a rendered text, made to lead within the pack: what is not in it leads nowhere.

use lectern_base::Hash;

/// Where a link within the house leads from a page of the pack; `None` when it is not in it.
pub(super) trait Places {
    /// The way to a file of an article.
    fn file(&self, hash: Hash) -> Option<String>;
    /// The way to the article at `/a/{slug}`.
    fn article(&self, slug: &str) -> Option<String>;
}

/// Rewrites `href` and `src` in safe HTML as [`lectern_document::render`] makes it.
pub(super) fn relink(html: &str, places: &impl Places) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let end = end_of_tag(from);
        out.push_str(&tag(&from[..end], places));
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

/// Where the tag at the beginning ends, its `>` included.
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

fn tag(tag: &str, places: &impl Places) -> String {
    for name in [" href=\"/", " src=\"/"] {
        let Some(at) = tag.find(name) else {
            continue;
        };
        let begins = at + name.len() - 1;
        let Some(length) = tag[begins..].find('"') else {
            continue;
        };
        let (address, after) = tag[begins..].split_at(length);
        let attribute = match way(address, places) {
            Some(way) => format!("{}{way}\"", &name[..name.len() - 1]),
            None => String::new(),
        };
        return format!("{}{attribute}{}", &tag[..at], &after[1..]);
    }
    tag.to_owned()
}

fn way(address: &str, places: &impl Places) -> Option<String> {
    if let Some(file) = address.strip_prefix("/files/") {
        return places.file(file.get(..64)?.parse().ok()?);
    }
    let article = address.strip_prefix("/a/")?;
    let end = article.find(['/', '?', '#']).unwrap_or(article.len());
    places.article(&article[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Here(Hash);

    impl Places for Here {
        fn file(&self, hash: Hash) -> Option<String> {
            (hash == self.0).then(|| "../files/x.png".to_owned())
        }

        fn article(&self, slug: &str) -> Option<String> {
            (slug == "known").then(|| "../known.html".to_owned())
        }
    }

    #[test]
    fn links_lead_within_the_pack_or_nowhere() {
        let hash = Hash::of(b"x");
        let other = Hash::of(b"y");
        let links = |html: &str| relink(html, &Here(hash));
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
