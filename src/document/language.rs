//! The language that an article is written in, as its field says it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The key of the field that says it.
pub const LANGUAGE_FIELD: &str = "language";

/// Names of languages by tag; the editor reads the same file.
static NAMES: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/languages.json"))
        .expect("schemas/languages.json holds names by tag")
});

/// The tag (BCP 47) for the name of a language, or for a tag; nothing for anything else.
pub fn language_tag(value: &str) -> Option<String> {
    let value = value.trim();
    let wanted = value.to_lowercase();
    let named = NAMES
        .iter()
        .find(|(_, names)| names.iter().any(|name| name.to_lowercase() == wanted));
    if let Some((tag, _)) = named {
        return Some((*tag).to_owned());
    }
    let mut parts = value.split('-');
    let letters = |part: &str| part.chars().all(|letter| letter.is_ascii_alphanumeric());
    let first = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.chars().all(|letter| letter.is_ascii_alphabetic())
    });
    let rest = parts.all(|part| (2..=8).contains(&part.len()) && letters(part));
    (first && rest).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_are_known() {
        let known = ["German", "deutsch ", "de-CH", "english", "zh-Hant-TW"].map(language_tag);
        let tags = ["de", "de", "de-CH", "en", "zh-Hant-TW"].map(|tag| Some(tag.to_owned()));
        assert_eq!(known, tags);
    }

    #[test]
    fn anything_else_is_none() {
        for value in [
            "",
            "English, German",
            "all of them",
            "de_CH",
            "d",
            "\"><script>",
        ] {
            assert_eq!(language_tag(value), None, "{value}");
        }
    }
}
