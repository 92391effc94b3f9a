//! The journal entries about reading.

use lectern_article::Article;
use lectern_base::{PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};

use super::event::{AwaitedReaders, NewAssignments, ReadingEvent, ReleasedReaders};
use super::plan::AssignmentTerms;
use super::readable::ReadableArticle;

/// Maximum number of people in one entry.
const MOST_IN_ENTRY: usize = 500;

/// Returns an event about the reading of an article, to be recorded.
pub(super) fn reading_event(
    actor: impl Into<Actor>,
    what: ReadingEvent,
    article: &Article,
) -> AuditEvent {
    AuditEvent::new(actor, what, Subject::article(article.id)).in_module(article.module)
}

/// Returns the events about people who are asked or reminded to read the effective version;
/// several for a crowd.
pub(super) fn naming(
    actor: impl Into<Actor>,
    what: impl Fn(AwaitedReaders) -> ReadingEvent,
    readable: &ReadableArticle,
    due: Timestamp,
    people: &[PersonId],
) -> Vec<AuditEvent> {
    let (actor, effective) = (actor.into(), &readable.effective);
    let event = |people: &[PersonId]| {
        let readers = AwaitedReaders {
            version: effective.version,
            hash: effective.hash,
            title: effective.title.clone(),
            due,
            people: people.to_vec(),
        };
        reading_event(actor, what(readers), &readable.article.value)
    };
    people.chunks(MOST_IN_ENTRY).map(event).collect()
}

/// Returns the events of new assignments.
pub(super) fn assigned(
    actor: impl Into<Actor>,
    readable: &ReadableArticle,
    terms: AssignmentTerms,
    people: &[PersonId],
) -> Vec<AuditEvent> {
    let assigned = |readers| ReadingEvent::Assigned {
        new: NewAssignments {
            readers,
            reason: terms.reason,
            assigner: terms.assigner,
        },
    };
    naming(actor, assigned, readable, terms.due, people)
}

/// Returns the events of assignments that no longer apply.
pub(super) fn released(readable: &ReadableArticle, people: &[PersonId]) -> Vec<AuditEvent> {
    let event = |people: &[PersonId]| {
        let released = ReadingEvent::Released {
            new: ReleasedReaders {
                version: readable.effective.version,
                people: people.to_vec(),
            },
        };
        reading_event(Actor::System, released, &readable.article.value)
    };
    people.chunks(MOST_IN_ENTRY).map(event).collect()
}
