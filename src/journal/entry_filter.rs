//! Filtering entries by person, article, event, module and time.

use serde_json::Value;

use lectern_base::{ArticleId, ModuleId, Page, PersonId, Seek, Timestamp};
use lectern_store::Range;

use super::record::ENTRIES;
use super::{Actor, Entry, Journal, JournalError};

/// Number of entries read at a time.
const CHUNK: usize = 500;

/// Criteria for entries; an entry must match all that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// The person who caused the event or was affected by it.
    pub person: Option<PersonId>,
    /// The affected article.
    pub article: Option<ArticleId>,
    /// An event, such as `review.approved`, or a group of events, such as `review`.
    pub deed: Option<String>,
    /// The module.
    pub module: Option<ModuleId>,
    /// The start time, inclusive.
    pub from: Option<Timestamp>,
    /// The end time, exclusive.
    pub before: Option<Timestamp>,
}

impl EntryFilter {
    /// Returns whether no criterion is set, so that every entry matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether `entry` matches.
    pub fn matches(&self, entry: &Entry) -> bool {
        self.from.is_none_or(|from| entry.at >= from)
            && self.before.is_none_or(|before| entry.at < before)
            && self.module.is_none_or(|module| in_module(entry, module))
            && self
                .deed
                .as_deref()
                .is_none_or(|name| is_event(entry, name))
            && self.person.is_none_or(|person| concerns(entry, person))
            && self
                .article
                .is_none_or(|article| mentions(entry, "article", &article.to_string()))
    }
}

/// A necessary condition on the stored bytes of an entry. Most entries need not be decoded, which
/// makes filtering a long journal several times faster.
struct RawFilter {
    words: Vec<String>,
    from: Option<String>,
    before: Option<String>,
}

impl RawFilter {
    fn of(filter: &EntryFilter) -> Self {
        let ids = [
            filter.person.map(|id| id.to_string()),
            filter.article.map(|id| id.to_string()),
            filter.module.map(|id| id.to_string()),
            filter.deed.clone(),
        ];
        Self {
            words: ids.into_iter().flatten().collect(),
            from: filter.from.map(|moment| moment.to_string()),
            before: filter.before.map(|moment| moment.to_string()),
        }
    }

    /// Returns whether an entry can match. Stored timestamps sort as text.
    fn may_match(&self, raw: &[u8]) -> bool {
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

/// Returns whether the entry records this event or one of this group.
fn is_event(entry: &Entry, name: &str) -> bool {
    let rest = entry.deed.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn concerns(entry: &Entry, person: PersonId) -> bool {
    entry.actor == Actor::Person(person) || mentions(entry, "person", &person.to_string())
}

/// Returns whether the subject or one of the states refers to this thing.
fn mentions(entry: &Entry, kind: &str, id: &str) -> bool {
    let names = |state: &Option<Value>| {
        let named = state.as_ref().and_then(|state| state.get(kind)?.as_str());
        named == Some(id)
    };
    (entry.subject.kind == kind && entry.subject.id == id) || names(&entry.new) || names(&entry.old)
}

impl Journal {
    /// Returns a page of the matching entries, newest first. The cursor is the number of the last
    /// entry on the page.
    ///
    /// Always scans the whole journal: times need not be in order, because the clock may have been
    /// set back.
    pub async fn find(
        &self,
        filter: &EntryFilter,
        seek: &Seek,
    ) -> Result<Page<Entry>, JournalError> {
        let before = seek.after.as_deref().and_then(|text| text.parse().ok());
        let limit = seek.limit();
        let found = self.find_before(filter, before, limit + 1).await?;
        Ok(Page::of(found, limit, |entry| entry.seq.to_string()))
    }

    /// Returns up to `limit` matching entries before number `before`, newest first; `None` starts
    /// with the newest.
    pub async fn find_before(
        &self,
        filter: &EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        let raw_filter = RawFilter::of(filter);
        let mut found = Vec::new();
        let mut range = Range::all().reverse();
        if let Some(before) = before {
            range = range.after(&before.to_be_bytes());
        }
        loop {
            let stretch = range.clone().limit(CHUNK);
            let entries = self.store().scan(ENTRIES.name(), stretch).await?;
            let Some((last, _)) = entries.last() else {
                return Ok(found);
            };
            range = range.after(last);
            for (key, raw) in entries.iter().filter(|(_, raw)| raw_filter.may_match(raw)) {
                let entry = ENTRIES.open(key, raw)?;
                if filter.matches(&entry) {
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
    use crate::AuditEvent;
    use lectern_base::{Hash, Subject};

    crate::events! {
        /// Events that other crates record.
        enum TestEvent named TestEventName {
            /// A review was requested.
            Requested = "review.requested" { new: Value },
            /// A version expired.
            Expired = "version.expired",
            /// An attachment was removed.
            Removed = "attachment.removed" { old: Value, },
        }
    }

    fn entry(event: AuditEvent) -> Entry {
        event.into_entry(7, Hash::ZERO, Timestamp::from_millis(1_000))
    }

    #[test]
    fn an_entry_must_match_every_criterion_that_is_set() {
        let (ada, ben) = (PersonId::new(), PersonId::new());
        let (article, module) = (ArticleId::new(), ModuleId::new());
        let entry = entry(
            AuditEvent::new(
                ada,
                TestEvent::Requested {
                    new: json!({"article": article, "person": ben}),
                },
                Subject::new("review", "r"),
            )
            .in_module(module),
        );
        let at = Timestamp::from_millis;
        let all = EntryFilter::default();
        let table = [
            (all.clone(), true),
            (
                EntryFilter {
                    person: Some(ada),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    person: Some(ben),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    person: Some(PersonId::new()),
                    ..all.clone()
                },
                false,
            ),
            (
                EntryFilter {
                    article: Some(article),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    article: Some(ArticleId::new()),
                    ..all.clone()
                },
                false,
            ),
            (
                EntryFilter {
                    module: Some(module),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    module: Some(ModuleId::new()),
                    ..all.clone()
                },
                false,
            ),
            (
                EntryFilter {
                    deed: Some("review".into()),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    deed: Some("review.requested".into()),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    deed: Some("review.req".into()),
                    ..all.clone()
                },
                false,
            ),
            (
                EntryFilter {
                    from: Some(at(1_000)),
                    before: Some(at(1_001)),
                    ..all.clone()
                },
                true,
            ),
            (
                EntryFilter {
                    from: Some(at(1_001)),
                    ..all.clone()
                },
                false,
            ),
            (
                EntryFilter {
                    before: Some(at(1_000)),
                    ..all.clone()
                },
                false,
            ),
            (
                EntryFilter {
                    person: Some(ada),
                    deed: Some("session".into()),
                    ..all
                },
                false,
            ),
        ];
        for (filter, fits) in table {
            assert_eq!(filter.matches(&entry), fits, "{filter:?}");
        }
    }

    #[test]
    fn entries_about_an_article_are_found_by_subject_and_state() {
        let article = ArticleId::new();
        let filter = EntryFilter {
            article: Some(article),
            ..EntryFilter::default()
        };
        let expired = TestEvent::Expired;
        let event = AuditEvent::new(Actor::System, expired, Subject::article(article));
        assert!(filter.matches(&entry(event)));
        let removed = AuditEvent::new(
            Actor::System,
            TestEvent::Removed {
                old: json!({"article": article}),
            },
            Subject::new("attachment", 1),
        );
        assert!(filter.matches(&entry(removed)));
    }
}
