//! The language of an article, from its language field.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The key of the language field.
pub const LANGUAGE_FIELD: &str = "language";

/// Language names by tag; the editor reads the same file.
static NAMES: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/languages.json"))
        .expect("schemas/languages.json holds names by tag")
});

/// Returns the BCP 47 tag for a language name or a tag; `None` for other text.
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
    fn other_text_is_not_a_language() {
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
