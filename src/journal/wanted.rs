//! Choosing entries: by person, article, kind of deed, module and time.

use serde_json::Value;

use lectern_base::{ArticleId, ModuleId, Page, PersonId, Seek, Timestamp};
use lectern_store::Range;

use super::record::ENTRIES;
use super::{Actor, Entry, Journal, JournalError};

/// Entries looked at before others may go on.
const STRIDE: usize = 500;

/// Which entries are wanted; what is left out narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Who did it, or whom it was about.
    pub person: Option<PersonId>,
    /// The article it was about.
    pub article: Option<ArticleId>,
    /// What was done, such as `review.approved`, or all of a kind, such as `review`.
    pub deed: Option<String>,
    /// In which module.
    pub module: Option<ModuleId>,
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The first moment that is too late.
    pub before: Option<Timestamp>,
}

impl Wanted {
    /// Tells whether every entry is wanted.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Tells whether `entry` is wanted.
    pub fn fits(&self, entry: &Entry) -> bool {
        self.from.is_none_or(|from| entry.at >= from)
            && self.before.is_none_or(|before| entry.at < before)
            && self.module.is_none_or(|module| in_module(entry, module))
            && self.deed.as_deref().is_none_or(|deed| is_deed(entry, deed))
            && self.person.is_none_or(|person| concerns(entry, person))
            && self
                .article
                .is_none_or(|article| mentions(entry, "article", &article.to_string()))
    }
}

/// What an entry must hold as it stands in the store to be worth reading: most need not be read,
/// which makes looking through a long journal several times quicker.
struct Signs {
    words: Vec<String>,
    from: Option<String>,
    before: Option<String>,
}

impl Signs {
    fn of(wanted: &Wanted) -> Self {
        let ids = [
            wanted.person.map(|id| id.to_string()),
            wanted.article.map(|id| id.to_string()),
            wanted.module.map(|id| id.to_string()),
            wanted.deed.clone(),
        ];
        Self {
            words: ids.into_iter().flatten().collect(),
            from: wanted.from.map(|moment| moment.to_string()),
            before: wanted.before.map(|moment| moment.to_string()),
        }
    }

    /// Tells whether an entry may be wanted; moments are written so that they sort.
    fn shown_by(&self, raw: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(raw) else {
            return true;
        };
        let at = text
            .split_once(r#""at":""#)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(at, _)| at);
        let in_time = at.is_none_or(|at| {
            self.from.as_deref().is_none_or(|from| at >= from)
                && self.before.as_deref().is_none_or(|before| at < before)
        });
        in_time && self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

fn in_module(entry: &Entry, module: ModuleId) -> bool {
    entry.module == Some(module) || mentions(entry, "module", &module.to_string())
}

/// `review` means every deed of that kind.
fn is_deed(entry: &Entry, deed: &str) -> bool {
    let rest = entry.deed.strip_prefix(deed);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn concerns(entry: &Entry, person: PersonId) -> bool {
    entry.actor == Actor::Person(person) || mentions(entry, "person", &person.to_string())
}

/// Tells whether the subject, or what the entry tells, is this thing.
fn mentions(entry: &Entry, kind: &str, id: &str) -> bool {
    let names = |told: &Option<Value>| {
        let named = told.as_ref().and_then(|told| told.get(kind)?.as_str());
        named == Some(id)
    };
    (entry.subject.kind == kind && entry.subject.id == id) || names(&entry.new) || names(&entry.old)
}

impl Journal {
    /// Returns a page of the entries that are wanted, newest first; a cursor is the number of the
    /// last entry shown.
    ///
    /// Every entry is looked at, since a clock that was set back leaves later times before
    /// earlier ones.
    pub async fn find(&self, wanted: &Wanted, seek: &Seek) -> Result<Page<Entry>, JournalError> {
        let before = seek.after.as_deref().and_then(|text| text.parse().ok());
        let limit = seek.limit();
        let found = self.find_before(wanted, before, limit + 1).await?;
        Ok(Page::of(found, limit, |entry| entry.seq.to_string()))
    }

    /// Returns up to `limit` wanted entries before number `before`, newest first; `None` begins at
    /// the newest.
    pub async fn find_before(
        &self,
        wanted: &Wanted,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        let signs = Signs::of(wanted);
        let mut found = Vec::new();
        let mut range = Range::all().reverse();
        if let Some(before) = before {
            range = range.after(&before.to_be_bytes());
        }
        loop {
            let stretch = range.clone().limit(STRIDE);
            let entries = self.store().scan(ENTRIES.name(), stretch).await?;
            let Some((last, _)) = entries.last() else {
                return Ok(found);
            };
            range = range.after(last);
            for (key, raw) in entries.iter().filter(|(_, raw)| signs.shown_by(raw)) {
                let entry = ENTRIES.open(key, raw)?;
                if wanted.fits(&entry) {
                    found.push(entry);
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Deed;
    use lectern_base::{Hash, Subject};

    fn entry(deed: Deed) -> Entry {
        Entry::link(deed, 7, Hash::ZERO, Timestamp::from_millis(1_000))
    }

    #[test]
    fn what_is_left_out_narrows_nothing_and_everything_given_must_fit() {
        let (ada, ben) = (PersonId::new(), PersonId::new());
        let (article, module) = (ArticleId::new(), ModuleId::new());
        let entry = entry(
            Deed::new(ada, "review.requested", Subject::new("review", "r"))
                .in_module(module)
                .to(json!({"article": article, "person": ben})),
        );
        let at = Timestamp::from_millis;
        let all = Wanted::default();
        let table = [
            (all.clone(), true),
            (
                Wanted {
                    person: Some(ada),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    person: Some(ben),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    person: Some(PersonId::new()),
                    ..all.clone()
                },
                false,
            ),
            (
                Wanted {
                    article: Some(article),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    article: Some(ArticleId::new()),
                    ..all.clone()
                },
                false,
            ),
            (
                Wanted {
                    module: Some(module),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    module: Some(ModuleId::new()),
                    ..all.clone()
                },
                false,
            ),
            (
                Wanted {
                    deed: Some("review".into()),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    deed: Some("review.requested".into()),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    deed: Some("review.req".into()),
                    ..all.clone()
                },
                false,
            ),
            (
                Wanted {
                    from: Some(at(1_000)),
                    before: Some(at(1_001)),
                    ..all.clone()
                },
                true,
            ),
            (
                Wanted {
                    from: Some(at(1_001)),
                    ..all.clone()
                },
                false,
            ),
            (
                Wanted {
                    before: Some(at(1_000)),
                    ..all.clone()
                },
                false,
            ),
            (
                Wanted {
                    person: Some(ada),
                    deed: Some("session".into()),
                    ..all
                },
                false,
            ),
        ];
        for (wanted, fits) in table {
            assert_eq!(wanted.fits(&entry), fits, "{wanted:?}");
        }
    }

    #[test]
    fn a_thing_is_found_by_what_was_done_to_it() {
        let article = ArticleId::new();
        let wanted = Wanted {
            article: Some(article),
            ..Wanted::default()
        };
        let deed = Deed::new(Actor::System, "version.expired", Subject::article(article));
        assert!(wanted.fits(&entry(deed)));
        let removed = Deed::new(
            Actor::System,
            "attachment.removed",
            Subject::new("attachment", 1),
        );
        assert!(wanted.fits(&entry(removed.from(json!({"article": article})))));
    }
}
