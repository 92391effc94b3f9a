//! Languages: the stems of a word, the words that say nothing by themselves, and which language a
//! text without a language field is in.

use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use tantivy::tokenizer::{
    Language as Listed, LowerCaser, SimpleTokenizer, StopWordFilter, TextAnalyzer,
};

/// A language that search knows the endings of.
#[derive(Debug)]
pub(super) struct Language {
    /// Its BCP 47 tag.
    pub tag: &'static str,
    algorithm: Algorithm,
    stop_words: Option<Listed>,
    script: Script,
    /// Whether it writes compounds as one word.
    pub compounds: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Tamil,
}

const fn language(
    tag: &'static str,
    algorithm: Algorithm,
    stop_words: Option<Listed>,
    script: Script,
    compounds: bool,
) -> Language {
    Language {
        tag,
        algorithm,
        stop_words,
        script,
        compounds,
    }
}

static LANGUAGES: [Language; 18] = [
    language("en", Algorithm::English, None, Script::Latin, false),
    language(
        "de",
        Algorithm::German,
        Some(Listed::German),
        Script::Latin,
        true,
    ),
    language(
        "fr",
        Algorithm::French,
        Some(Listed::French),
        Script::Latin,
        false,
    ),
    language(
        "es",
        Algorithm::Spanish,
        Some(Listed::Spanish),
        Script::Latin,
        false,
    ),
    language(
        "it",
        Algorithm::Italian,
        Some(Listed::Italian),
        Script::Latin,
        false,
    ),
    language(
        "pt",
        Algorithm::Portuguese,
        Some(Listed::Portuguese),
        Script::Latin,
        false,
    ),
    language(
        "nl",
        Algorithm::Dutch,
        Some(Listed::Dutch),
        Script::Latin,
        true,
    ),
    language(
        "sv",
        Algorithm::Swedish,
        Some(Listed::Swedish),
        Script::Latin,
        true,
    ),
    language(
        "da",
        Algorithm::Danish,
        Some(Listed::Danish),
        Script::Latin,
        true,
    ),
    language(
        "no",
        Algorithm::Norwegian,
        Some(Listed::Norwegian),
        Script::Latin,
        true,
    ),
    language(
        "fi",
        Algorithm::Finnish,
        Some(Listed::Finnish),
        Script::Latin,
        true,
    ),
    language(
        "hu",
        Algorithm::Hungarian,
        Some(Listed::Hungarian),
        Script::Latin,
        true,
    ),
    language("ro", Algorithm::Romanian, None, Script::Latin, false),
    language("tr", Algorithm::Turkish, None, Script::Latin, false),
    language(
        "ru",
        Algorithm::Russian,
        Some(Listed::Russian),
        Script::Cyrillic,
        false,
    ),
    language("el", Algorithm::Greek, None, Script::Greek, false),
    language("ar", Algorithm::Arabic, None, Script::Arabic, false),
    language("ta", Algorithm::Tamil, None, Script::Tamil, false),
];

/// The language of texts and queries that are in no other.
pub(super) static ENGLISH: &Language = &LANGUAGES[0];

/// English words that say nothing by themselves, those of questions included.
const ENGLISH_STOP_WORDS: &str = " a about all also am an and any are as at be because been before being between both \
but by can could did do does doing done during each either for from had has have having he her here hers him his how \
i if in into is it its itself just let may me might more most much must my no nor not now of off on once one only or other \
our out over own per please s same shall she should since so some such t than that the their them then there these they \
this those through thus to too under until up upon us very via was we were what when where whether which while who whom whose \
why will with within without would you your ";

/// Letters that are read to find out the language of a text.
const READ: usize = 3_000;
/// The least share of stop words among the words of a text in a language.
const LEAST_SHARE: f32 = 0.15;

static STOP_WORDS: LazyLock<Vec<Option<TextAnalyzer>>> = LazyLock::new(|| {
    let analyzer = |language: &Language| {
        let filter = language.stop_words.and_then(StopWordFilter::new)?;
        let words = TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser);
        Some(words.filter(filter).build())
    };
    LANGUAGES.iter().map(analyzer).collect()
});

impl Language {
    /// Returns the language of a BCP 47 tag.
    pub fn of_tag(tag: &str) -> Option<&'static Self> {
        let main = tag.split('-').next().unwrap_or_default().to_lowercase();
        let main = if matches!(main.as_str(), "nb" | "nn") {
            "no"
        } else {
            &main
        };
        LANGUAGES.iter().find(|language| language.tag == main)
    }

    /// Returns the language that a text seems to be in.
    pub fn of_text(text: &str) -> &'static Self {
        Self::told_by(text).unwrap_or(ENGLISH)
    }

    /// Returns the language that the small words of a text tell, if they do.
    pub fn told_by(text: &str) -> Option<&'static Self> {
        let text: String = text.chars().take(READ).collect();
        let words = text.split(|c: char| !c.is_alphanumeric());
        let all = words.filter(|word| !word.is_empty()).count();
        let mut best = (LEAST_SHARE, None);
        for language in &LANGUAGES {
            let share = language.stop_words_in(&text) as f32 / all.max(1) as f32;
            if share > best.0 {
                best = (share, Some(language));
            }
        }
        best.1
    }

    /// Tells whether a word says nothing by itself.
    pub fn is_stop_word(&self, word: &str) -> bool {
        self.stop_words_in(word) > 0
    }

    fn stop_words_in(&self, text: &str) -> usize {
        let words = || {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|w| !w.is_empty())
        };
        if self.tag == "en" {
            return words().filter(|word| is_english_stop_word(word)).count();
        }
        let at = LANGUAGES
            .iter()
            .position(|language| language.tag == self.tag);
        let Some(mut kept) = at.and_then(|at| STOP_WORDS[at].clone()) else {
            return 0;
        };
        let mut stream = kept.token_stream(text);
        let mut others = 0;
        while stream.advance() {
            others += 1;
        }
        words().count().saturating_sub(others)
    }
}

fn is_english_stop_word(word: &str) -> bool {
    let word = word.to_lowercase();
    word.len() <= 8 && ENGLISH_STOP_WORDS.contains(&format!(" {word} "))
}

/// Returns the stem of a folded word in a text of a language. Words of another script are stemmed as
/// that script's language does it.
pub(super) fn stem(word: &str, language: &Language) -> String {
    let Some(script) = script_of(word) else {
        return word.to_owned();
    };
    let language = match script {
        script if script == language.script => Some(language),
        Script::Latin => Some(ENGLISH),
        script => LANGUAGES.iter().find(|language| language.script == script),
    };
    language.map_or_else(
        || word.to_owned(),
        |language| Stemmer::new(language.algorithm).stem(word).into_owned(),
    )
}

/// Returns the script of a word without digits and signs.
fn script_of(word: &str) -> Option<Script> {
    let script = match word.chars().next()? {
        'a'..='z' | '\u{df}'..='\u{24f}' => Script::Latin,
        '\u{430}'..='\u{52f}' => Script::Cyrillic,
        '\u{3b1}'..='\u{3c9}' => Script::Greek,
        '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' => Script::Arabic,
        '\u{b80}'..='\u{bff}' => Script::Tamil,
        _ => return None,
    };
    let letters = word
        .chars()
        .all(|c| c.is_alphabetic() || script == Script::Tamil);
    letters.then_some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_stemmed_by_the_language_or_their_script() {
        let german = Language::of_tag("de-CH").unwrap();
        assert_eq!(stem("gloves", ENGLISH), "glove");
        assert_eq!(stem("handschuhen", german), stem("handschuhe", german));
        assert_eq!(stem("перчатками", ENGLISH), stem("перчатки", german));
        assert_eq!(stem("il6", ENGLISH), "il6");
    }

    #[test]
    fn a_language_is_known_by_its_small_words() {
        for (text, tag) in [
            ("Put the gloves on before you touch the vial.", "en"),
            ("Vor dem Abgleich ist die Größe der Probe zu prüfen.", "de"),
            (
                "Avant de toucher le flacon, il faut mettre les gants.",
                "fr",
            ),
            ("Antes de tocar el vial hay que ponerse los guantes.", "es"),
            ("Pipette", "en"),
            ("", "en"),
        ] {
            assert_eq!(Language::of_text(text).tag, tag, "{text}");
        }
        assert!(Language::of_tag("fr").unwrap().is_stop_word("les"));
        assert!(ENGLISH.is_stop_word("How") && !ENGLISH.is_stop_word("freezer"));
    }
}
