//! The journal entries about reading.

use serde_json::json;

use lectern_article::Article;
use lectern_base::{PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};

use super::plan::AssignmentTerms;
use super::readable::ReadableArticle;

/// People whom one journal entry names.
const MOST_IN_ENTRY: usize = 500;

/// Begins an entry about the reading of an article.
pub(super) fn deed(actor: impl Into<Actor>, what: &str, article: &Article) -> AuditEvent {
    AuditEvent::new(actor, what, Subject::article(article.id)).in_module(article.module)
}

/// Returns the entries that name people who are asked or reminded to read the effective version;
/// several for a crowd.
pub(super) fn naming(
    actor: impl Into<Actor>,
    what: &str,
    readable: &ReadableArticle,
    due: Timestamp,
    people: &[PersonId],
) -> Vec<AuditEvent> {
    let (actor, effective) = (actor.into(), &readable.effective);
    let entry = |people: &[PersonId]| {
        deed(actor, what, &readable.article.value).to(json!({
            "version": effective.version,
            "hash": effective.hash,
            "title": effective.title,
            "due": due,
            "people": people,
        }))
    };
    people.chunks(MOST_IN_ENTRY).map(entry).collect()
}

/// Returns the entries of new assignments.
pub(super) fn assigned(
    actor: impl Into<Actor>,
    readable: &ReadableArticle,
    terms: AssignmentTerms,
    people: &[PersonId],
) -> Vec<AuditEvent> {
    let mut deeds = naming(actor, "reading.assigned", readable, terms.due, people);
    for new in deeds.iter_mut().filter_map(|deed| deed.new.as_mut()) {
        new["reason"] = json!(terms.reason);
        if let Some(assigner) = terms.assigner {
            new["assigner"] = json!(assigner);
        }
    }
    deeds
}

/// Returns the entries of assignments that no longer apply.
pub(super) fn released(readable: &ReadableArticle, people: &[PersonId]) -> Vec<AuditEvent> {
    let entry = |people: &[PersonId]| {
        let new = json!({"version": readable.effective.version, "people": people});
        deed(Actor::System, "reading.released", &readable.article.value).to(new)
    };
    people.chunks(MOST_IN_ENTRY).map(entry).collect()
}
