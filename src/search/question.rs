//! The language of what is typed: `"a phrase"`, `-word` and a few filters. All else is words, and
//! no sign is an error.

use time::{Date, Month, OffsetDateTime};

use lectern_base::PersonId;

use super::language::Language;
use super::tokenizer::{Piece, split};

/// Characters of a query that are read; the rest is named in the reply.
const MOST_CHARACTERS: usize = 4_000;
/// Words, phrases and filters that are read.
const MOST_ITEMS: usize = 200;

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Words and phrases that rank, in their order.
    pub(super) items: Vec<Item>,
    /// Words and phrases that must not stand in the article.
    pub(super) without: Vec<String>,
    /// What must be true of the article.
    pub(super) filters: Vec<Filter>,
    /// Whether the last word may go on.
    pub(super) unfinished: bool,
    /// The tag of the language that it is in, if its small words tell.
    pub(super) language: Option<&'static str>,
    /// The part of the query that was too much, if any.
    pub(super) left_out: Option<String>,
}

/// Part of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// Words of which any may match.
    Words(String),
    /// Words that must stand side by side.
    Phrase(String),
}

/// What must be true of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// It has a hashtag.
    Tag(String),
    /// It belongs to a module of this name.
    Module(String),
    /// It was written with a template of this name.
    Template(String),
    /// One of these people wrote part of it; the name as typed.
    By(String, Vec<PersonId>),
    /// Its approved version (true) or its draft matches.
    Approved(bool),
    /// It has a `table`, a `picture` or a `file`.
    Has(&'static str),
    /// It was approved, or its draft saved, before this second.
    Before(u64),
    /// It was approved, or its draft saved, at this second or later.
    After(u64),
}

impl Question {
    /// Reads what was typed.
    pub fn read(typed: &str) -> Self {
        let end = typed.char_indices().nth(MOST_CHARACTERS);
        let end = end.map_or(typed.len(), |(end, _)| {
            typed[..end].rfind(' ').unwrap_or(end)
        });
        let mut question = Self {
            language: Language::told_by(&typed[..end]).map(|language| language.tag),
            unfinished: typed.ends_with(|c: char| c.is_alphanumeric()),
            ..Self::default()
        };
        let quotes = |c: char| {
            if matches!(c, '“' | '”' | '„' | '‟' | '«' | '»') {
                '"'
            } else {
                c
            }
        };
        let plain: String = typed[..end].chars().map(quotes).collect();
        let mut rest = plain.trim_start();
        let mut items = 0;
        while !rest.is_empty() && items < MOST_ITEMS {
            rest = question.item(rest).trim_start();
            items += 1;
        }
        let left_out = format!("{rest} {}", &typed[end..]);
        question.left_out = Some(left_out.trim().to_owned()).filter(|text| !text.is_empty());
        // Nothing but exclusions would be the whole base.
        if question.items.is_empty() && question.filters.is_empty() {
            for word in std::mem::take(&mut question.without) {
                question.words(&word);
            }
        }
        question
    }

    /// Reads the first item and returns what follows it.
    fn item<'a>(&mut self, rest: &'a str) -> &'a str {
        if let Some((filter, rest)) = filter(rest) {
            self.filters.push(filter);
            return rest;
        }
        let begins = |rest: &&str| rest.starts_with(|c: char| c.is_alphabetic() || c == '"');
        let excluded = rest.strip_prefix('-').filter(begins);
        if let Some(after) = excluded {
            let (word, rest) = value(after);
            if !word.is_empty() {
                self.without.push(word.to_owned());
                return rest;
            }
        }
        if rest.starts_with('"') && rest[1..].contains('"') {
            let (phrase, after) = value(rest);
            if split(phrase).is_empty() {
                return after;
            }
            self.items.push(Item::Phrase(phrase.to_owned()));
            return after;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.words(&rest[..end]);
        &rest[end..]
    }

    fn words(&mut self, word: &str) {
        match self.items.last_mut() {
            Some(Item::Words(words)) => {
                words.push(' ');
                words.push_str(word);
            }
            _ => self.items.push(Item::Words(word.to_owned())),
        }
    }

    /// Returns the filters, to be resolved by those who know modules and people.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Says which people the names of `by:` filters mean, in the order of the filters.
    pub fn set_people(&mut self, found: Vec<Vec<PersonId>>) {
        let names = self.filters.iter_mut().filter_map(|filter| match filter {
            Filter::By(_, people) => Some(people),
            _ => None,
        });
        for (people, found) in names.zip(found) {
            *people = found;
        }
    }

    /// Tells whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        let words = self.items.iter().all(|item| match item {
            Item::Words(text) | Item::Phrase(text) => split(text).is_empty(),
        });
        words && self.filters.is_empty()
    }
}

/// Reads a quoted or plain value and returns what follows it. A quotation mark without its other
/// half is a sign like any other.
fn value(text: &str) -> (&str, &str) {
    if let Some(inside) = text.strip_prefix('"') {
        return match inside.split_once('"') {
            Some((value, rest)) => (value, rest),
            None => {
                let end = inside.find(char::is_whitespace).unwrap_or(inside.len());
                inside.split_at(end)
            }
        };
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

fn filter(text: &str) -> Option<(Filter, &str)> {
    if let Some(tag) = text.strip_prefix('#') {
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let end = tag.find(|c| !goes_on(c)).unwrap_or(tag.len());
        let ends = tag[end..].chars().next().is_none_or(char::is_whitespace);
        let tagged = ends && tag.starts_with(char::is_alphabetic);
        return tagged.then(|| (Filter::Tag(normalised(&tag[..end])), &tag[end..]));
    }
    let (key, after) = text.split_once(':')?;
    if key.len() > 8
        || !key.bytes().all(|c| c.is_ascii_alphabetic())
        || after.starts_with(char::is_whitespace)
    {
        return None;
    }
    let (value, rest) = value(after);
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let filter = match key.to_ascii_lowercase().as_str() {
        "tag" => Filter::Tag(normalised(value.trim_start_matches('#'))),
        "module" => Filter::Module(value.to_owned()),
        "template" => Filter::Template(normalised(value)),
        "by" => Filter::By(value.to_owned(), Vec::new()),
        "state" => match value.to_lowercase().as_str() {
            "approved" | "effective" => Filter::Approved(true),
            "draft" => Filter::Approved(false),
            _ => return None,
        },
        "has" => match value.to_lowercase().trim_end_matches('s') {
            "table" => Filter::Has("table"),
            "picture" | "image" => Filter::Has("picture"),
            "file" | "attachment" => Filter::Has("file"),
            _ => return None,
        },
        "before" => Filter::Before(second(value)?),
        "after" => Filter::After(second(value)?),
        _ => return None,
    };
    Some((filter, rest))
}

/// Returns a name as filters compare it: its words without accents, joined by hyphens.
pub(super) fn normalised(name: &str) -> String {
    let mut words = Vec::new();
    for piece in split(name) {
        match piece {
            Piece::Chain { parts, .. } => words.extend(parts.into_iter().map(|part| part.text)),
            Piece::Power { whole, .. } => words.push(whole.text),
            Piece::Dense(units) => words.push(units.into_iter().map(|unit| unit.text).collect()),
            Piece::Sign(sign) => words.push(sign.text),
        }
    }
    words.join("-")
}

/// Returns the first second of a year, month or day in UTC.
fn second(date: &str) -> Option<u64> {
    let mut parts = date.split('-');
    let mut number = |length: usize| {
        let part = parts.next()?;
        let digits = part.len() == length && part.bytes().all(|c| c.is_ascii_digit());
        Some(if digits {
            part.parse::<u16>().ok()
        } else {
            None
        })
    };
    let year = number(4)??;
    let month = number(2).unwrap_or(Some(1))?;
    let day = number(2).unwrap_or(Some(1))?;
    if number(2).is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
    let start = OffsetDateTime::new_utc(date, time::Time::MIDNIGHT).unix_timestamp();
    Some(u64::try_from(start).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Item {
        Item::Words(text.into())
    }

    #[test]
    fn phrases_exclusions_and_filters_are_read() {
        let question = Question::read(
            "cold \"freeze dried\" -vial tag:#Cold-Chain has:tables -\"deep frozen\" chain",
        );
        assert_eq!(
            question.items,
            [
                words("cold"),
                Item::Phrase("freeze dried".into()),
                words("chain")
            ]
        );
        assert_eq!(question.without, ["vial", "deep frozen"]);
        assert_eq!(
            question.filters,
            [Filter::Tag("cold-chain".into()), Filter::Has("table")]
        );
        let question = Question::read("module:\"Cold chain\" by:ada after:2026-03 state:Draft");
        assert_eq!(
            question.filters,
            [
                Filter::Module("Cold chain".into()),
                Filter::By("ada".into(), vec![]),
                Filter::After(1_772_323_200),
                Filter::Approved(false)
            ]
        );
        assert!(question.items.is_empty() && !question.is_empty());
    }

    #[test]
    fn all_other_signs_are_words() {
        for typed in [
            "-80 °C",
            "time: *",
            "NOT FREEZE",
            "a or b",
            "C++",
            "%",
            "body:>a",
            "version:[0 TO 9]",
            "/fr.*/",
            "state:frozen",
            "before:soon",
            "after:2026-13",
            "https://example.org",
            "tag: x",
            "+a",
            "5' 6\\",
        ] {
            let question = Question::read(typed);
            assert_eq!(question.items, [words(typed)], "{typed}");
            assert!(
                question.filters.is_empty() && question.without.is_empty(),
                "{typed}"
            );
        }
        assert_eq!(Question::read("-zebra").items, [words("zebra")]);
        assert_eq!(Question::read("a \"b c").items, [words("a \"b c")]);
    }

    #[test]
    fn what_is_too_much_is_named_and_nothing_fails() {
        let long = "word ".repeat(2_000);
        let question = Question::read(&long);
        assert!(question.left_out.unwrap().starts_with("word word"));
        for typed in [
            "\"".repeat(10_000),
            "-".repeat(9_999),
            "\0\0 \u{fffd}".into(),
            ":".into(),
            "x".repeat(60_000),
        ] {
            Question::read(&typed);
        }
        assert!(Question::read(" \"\" ?! ").is_empty());
        assert!(Question::read("").left_out.is_none());
    }
}
