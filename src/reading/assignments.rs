//! Assignments of an article: reading and writing them.

use std::collections::{BTreeMap, BTreeSet};

use lectern_base::{ArticleId, PersonId, Timestamp};
use lectern_identity::Person;
use lectern_store::Batch;

use super::error::ReadingError;
use super::lists;
use super::plan::AssignmentTerms;
use super::readable::ReadableArticle;
use super::readings::Readings;
use super::record::{ACKNOWLEDGEMENTS, ASSIGNMENTS, Assignment};
use super::timers;

/// The number of people whose records are read one by one, and not with everybody's.
const FEW: usize = 20;

impl Readings {
    /// Returns the newest assignment of each person to an article, done or not.
    pub(super) async fn assignments(
        &self,
        article: ArticleId,
    ) -> Result<BTreeMap<PersonId, Assignment>, ReadingError> {
        let found = ASSIGNMENTS.scan_under(&self.store, &article).await?;
        Ok(found
            .into_iter()
            .map(|((_, person), assignment)| (person, assignment))
            .collect())
    }

    /// Returns who acknowledged a version of which line.
    pub(super) async fn acknowledged_lines(
        &self,
        article: ArticleId,
    ) -> Result<BTreeSet<(PersonId, u32)>, ReadingError> {
        let found = ACKNOWLEDGEMENTS.scan_under(&self.store, &article).await?;
        let lines = found
            .into_iter()
            .map(|(_, given)| (given.person, given.line));
        Ok(lines.collect())
    }

    /// Returns the newest assignments of these people to an article.
    pub(super) async fn assignments_of(
        &self,
        article: ArticleId,
        people: &[Person],
    ) -> Result<BTreeMap<PersonId, Assignment>, ReadingError> {
        if people.len() > FEW {
            let mut all = self.assignments(article).await?;
            let considered: BTreeSet<_> = people.iter().map(|person| person.id).collect();
            all.retain(|person, _| considered.contains(person));
            return Ok(all);
        }
        let mut found = BTreeMap::new();
        for person in people {
            let one = ASSIGNMENTS.get(&self.store, &(article, person.id)).await?;
            found.extend(one.map(|one| (person.id, one)));
        }
        Ok(found)
    }

    /// Returns which lines of an article these people acknowledged.
    pub(super) async fn acknowledged_lines_of(
        &self,
        article: ArticleId,
        people: &[Person],
    ) -> Result<BTreeSet<(PersonId, u32)>, ReadingError> {
        if people.len() > FEW {
            return self.acknowledged_lines(article).await;
        }
        let mut lines = BTreeSet::new();
        for person in people {
            let key = (article, person.id);
            let given = ACKNOWLEDGEMENTS.scan_under(&self.store, &key).await?;
            lines.extend(
                given
                    .into_iter()
                    .map(|(_, given)| (given.person, given.line)),
            );
        }
        Ok(lines)
    }

    /// Returns those who are assigned a line of an article and have not acknowledged it, with
    /// their due dates.
    pub(super) async fn missing(
        &self,
        article: ArticleId,
        line: u32,
    ) -> Result<BTreeSet<(PersonId, Timestamp)>, ReadingError> {
        let acknowledged = self.acknowledged_lines(article).await?;
        let assignments = self.assignments(article).await?.into_values();
        let missing = assignments
            .filter(|one| one.line == line && !acknowledged.contains(&(one.person, line)))
            .map(|one| (one.person, one.due));
        Ok(missing.collect())
    }

    /// Puts an assignment for each of `people` into `batch`, and the reminders.
    pub(super) async fn put_assignments(
        &self,
        batch: &mut Batch,
        readable: &ReadableArticle,
        terms: AssignmentTerms,
        people: &[PersonId],
        now: Timestamp,
    ) -> Result<(), ReadingError> {
        let article = readable.article.value.id;
        for person in people {
            let key = (article, *person);
            let assignment = Assignment {
                article,
                person: *person,
                version: readable.effective.version,
                line: readable.line,
                reason: terms.reason,
                assigner: terms.assigner,
                assigned_at: now,
                due: terms.due,
            };
            let found = ASSIGNMENTS.get_versioned(&self.store, &key).await?;
            match &found {
                Some(found) => ASSIGNMENTS.put_expecting(batch, &key, &assignment, found),
                None => ASSIGNMENTS.insert(batch, &key, &assignment),
            }
            let before = found.as_ref().map(|found| &found.value);
            lists::open(&self.store, batch, before, &assignment).await?;
        }
        timers::set_reminders(batch, &self.zone, article, terms.due, now);
        Ok(())
    }
}
