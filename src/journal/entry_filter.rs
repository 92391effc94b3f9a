//! Filtering entries by person, article, event, module and time.

use lectern_base::{ArticleId, ModuleId, PersonId, Timestamp};

use super::{Actor, Entry};

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
                .is_none_or(|article| is_named(entry, "article", &article.to_string()))
    }
}

fn in_module(entry: &Entry, module: ModuleId) -> bool {
    entry.module == Some(module) || is_named(entry, "module", &module.to_string())
}

/// Returns whether the entry records this event or one of this group.
fn is_event(entry: &Entry, name: &str) -> bool {
    let rest = entry.deed.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn concerns(entry: &Entry, person: PersonId) -> bool {
    entry.actor == Actor::Person(person) || is_named(entry, "person", &person.to_string())
}

/// Returns whether the subject or one of the states refers to this thing.
fn is_named(entry: &Entry, kind: &str, id: &str) -> bool {
    entry.mentions(kind).any(|named| named == id)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
