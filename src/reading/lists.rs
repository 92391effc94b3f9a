//! The lists and counters of open assignments and of acknowledgements, kept in the batches that
//! change these.

use lectern_base::{ArticleId, PersonId, Timestamp};
use lectern_store::{Batch, Counter, Key, Range, Store, StoreError, Table};

use super::record::{Acknowledgement, Assignment};

/// The articles with an open assignment of each person: what is here is in the lists below.
const OF_PERSON: Table<(PersonId, ArticleId), ()> = Table::new("reading_of_person");
/// The open assignments of each person, soonest due first.
const TASKS: Table<Task, ()> = Table::new("reading_tasks");
/// The open assignments of each line of versions, soonest due first.
const OPEN: Table<(ArticleId, u32, Timestamp, PersonId), ()> = Table::new("reading_open");
/// Their number by due date.
const OPEN_COUNTS: Counter<(ArticleId, u32, Timestamp)> = Counter::new("reading_open_counts");
/// The newest version of each line that each person acknowledged.
const DONE: Table<(ArticleId, u32, PersonId), u32> = Table::new("reading_done");
/// The number of these people.
const DONE_COUNTS: Counter<(ArticleId, u32)> = Counter::new("reading_done_counts");

/// An open assignment of a person, with its due date.
pub(super) type Task = (PersonId, Timestamp, ArticleId);

fn list(batch: &mut Batch, one: &Assignment) {
    TASKS.put(batch, &(one.person, one.due, one.article), &());
    OPEN.put(batch, &(one.article, one.line, one.due, one.person), &());
    OPEN_COUNTS.add(batch, &(one.article, one.line, one.due), 1);
}

fn unlist(batch: &mut Batch, one: &Assignment) {
    TASKS.delete(batch, &(one.person, one.due, one.article));
    OPEN.delete(batch, &(one.article, one.line, one.due, one.person));
    OPEN_COUNTS.add(batch, &(one.article, one.line, one.due), -1);
}

/// Lists a new assignment in the place of the one before.
pub(super) async fn open(
    store: &Store,
    batch: &mut Batch,
    before: Option<&Assignment>,
    new: &Assignment,
) -> Result<(), StoreError> {
    let key = (new.person, new.article);
    match OF_PERSON.get_versioned(store, &key).await? {
        Some(found) => {
            OF_PERSON.expect(batch, &key, &found);
            if let Some(before) = before {
                unlist(batch, before);
            }
        }
        None => OF_PERSON.insert(batch, &key, &()),
    }
    list(batch, new);
    Ok(())
}

/// Takes an assignment from the lists if it is open.
pub(super) async fn close(
    store: &Store,
    batch: &mut Batch,
    one: &Assignment,
) -> Result<(), StoreError> {
    let key = (one.person, one.article);
    if let Some(found) = OF_PERSON.get_versioned(store, &key).await? {
        OF_PERSON.delete_expecting(batch, &key, &found);
        unlist(batch, one);
    }
    Ok(())
}

/// Lists an acknowledgement; `is_first` tells whether it is the person's first in its line.
pub(super) fn put_done(batch: &mut Batch, given: &Acknowledgement, is_first: bool) {
    let key = (given.article, given.line, given.person);
    DONE.put(batch, &key, &given.version);
    if is_first {
        DONE_COUNTS.add(batch, &(given.article, given.line), 1);
    }
}

/// Tells whether a person has acknowledged a version of a line.
pub(super) async fn is_done(
    store: &Store,
    article: ArticleId,
    line: u32,
    person: PersonId,
) -> Result<bool, StoreError> {
    DONE.contains(store, &(article, line, person)).await
}

/// Returns up to `limit` open assignments of a person after one of them, soonest due first.
pub(super) async fn tasks(
    store: &Store,
    person: PersonId,
    after: Option<(Timestamp, ArticleId)>,
    limit: usize,
) -> Result<Vec<Task>, StoreError> {
    let range = Range::prefix(&person.encode());
    let range = match after {
        Some((due, article)) => range.after(&(person, due, article).encode()),
        None => range,
    };
    let found = TASKS.scan(store, range.limit(limit)).await?;
    Ok(found.into_iter().map(|(task, ())| task).collect())
}

/// Returns the articles with an open assignment of a person.
pub(super) async fn articles(
    store: &Store,
    person: PersonId,
) -> Result<Vec<ArticleId>, StoreError> {
    let found = OF_PERSON.scan_under(store, &person).await?;
    Ok(found
        .into_iter()
        .map(|((_, article), ())| article)
        .collect())
}

/// Returns up to `limit` people with an open assignment of a line, soonest due first.
pub(super) async fn open_people(
    store: &Store,
    article: ArticleId,
    line: u32,
    after: Option<(Timestamp, PersonId)>,
    limit: usize,
) -> Result<Vec<(Timestamp, PersonId)>, StoreError> {
    let range = Range::prefix(&(article, line).encode());
    let range = match after {
        Some((due, person)) => range.after(&(article, line, due, person).encode()),
        None => range,
    };
    let found = OPEN.scan(store, range.limit(limit)).await?;
    let people = found.into_iter();
    Ok(people
        .map(|((_, _, due, person), ())| (due, person))
        .collect())
}

/// Returns up to `limit` people who acknowledged a version of a line, with that version.
pub(super) async fn done_people(
    store: &Store,
    article: ArticleId,
    line: u32,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<(PersonId, u32)>, StoreError> {
    let range = Range::prefix(&(article, line).encode());
    let range = match after {
        Some(person) => range.after(&(article, line, person).encode()),
        None => range,
    };
    let found = DONE.scan(store, range.limit(limit)).await?;
    let people = found.into_iter();
    Ok(people
        .map(|((.., person), version)| (person, version))
        .collect())
}

/// Returns the number of open assignments of a line by due date.
pub(super) async fn open_counts(
    store: &Store,
    article: ArticleId,
    line: u32,
) -> Result<Vec<(Timestamp, u64)>, StoreError> {
    let found = OPEN_COUNTS.scan_under(store, &(article, line)).await?;
    Ok(found
        .into_iter()
        .map(|((.., due), count)| (due, count))
        .collect())
}

/// Returns the number of people who acknowledged a version of a line.
pub(super) async fn done_count(
    store: &Store,
    article: ArticleId,
    line: u32,
) -> Result<u64, StoreError> {
    DONE_COUNTS.get(store, &(article, line)).await
}

/// Lists an assignment of an earlier release if it is open, which it is not once `is_done`.
pub(super) async fn list_earlier(
    store: &Store,
    batch: &mut Batch,
    one: &Assignment,
    is_done: bool,
) -> Result<(), StoreError> {
    let key = (one.person, one.article);
    match OF_PERSON.contains(store, &key).await? {
        true if is_done => OF_PERSON.delete(batch, &key),
        true => list(batch, one),
        false => {}
    }
    Ok(())
}
