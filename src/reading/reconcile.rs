//! Reconciles assignments with who should have one.

use std::collections::BTreeSet;

use lectern_base::{ArticleId, Timestamp};
use lectern_identity::Person;
use lectern_journal::Actor;
use lectern_store::{Batch, retrying};

use super::entries::{assigned, released};
use super::error::ReadingError;
use super::line::end_of_day_in;
use super::plan::{Plan, PlanInput, Trigger, plan};
use super::readable::ReadableArticle;
use super::readings::Readings;
use super::record::{ASSIGNMENTS, OF_PERSON};

impl Readings {
    /// Assigns an article to those of `people` who should read it, and releases those who need
    /// not; returns whether that changed anything.
    pub(super) async fn reconcile(
        &self,
        article: ArticleId,
        trigger: Trigger,
        people: &[Person],
    ) -> Result<bool, ReadingError> {
        let _guard = self.assigning.lock().await;
        retrying(ReadingError::Busy, || {
            self.try_reconcile(article, trigger, people)
        })
        .await
    }

    async fn try_reconcile(
        &self,
        id: ArticleId,
        trigger: Trigger,
        people: &[Person],
    ) -> Result<bool, ReadingError> {
        let Some(readable) = self.readable(id).await? else {
            return Ok(false);
        };
        let place = &readable.place;
        let audience = self.audience_of(&readable.article.value).await?;
        let readers = people.iter().filter(|p| p.active && place.is_open_to(p));
        let readers: Vec<_> = readers.collect();
        let wanted = readers
            .iter()
            .filter(|p| audience.includes(p, place.module));
        let considered: BTreeSet<_> = people.iter().map(|person| person.id).collect();
        let mut assignments = self.assignments(id).await?;
        assignments.retain(|person, _| considered.contains(person));
        let now = self.clock.now();
        let plan = plan(&PlanInput {
            trigger,
            line: readable.line,
            due: end_of_day_in(&self.zone, now, audience.days),
            readers: &readers.iter().map(|person| person.id).collect(),
            audience: &wanted.map(|person| person.id).collect(),
            acknowledged: &self.acknowledged_lines(id).await?,
            assignments: &assignments,
        });
        if plan.is_empty() {
            return Ok(false);
        }
        self.carry_out(&readable, plan, now).await?;
        Ok(true)
    }

    async fn carry_out(
        &self,
        readable: &ReadableArticle,
        plan: Plan,
        now: Timestamp,
    ) -> Result<(), ReadingError> {
        let mut batch = Batch::new();
        self.articles.expect(&mut batch, &readable.article);
        let mut deeds = Vec::new();
        for (terms, people) in &plan.assign {
            self.put_assignments(&mut batch, readable, *terms, people, now)
                .await?;
            deeds.extend(assigned(Actor::System, readable, *terms, people));
        }
        let article = readable.article.value.id;
        for person in &plan.release {
            let key = (article, *person);
            if let Some(found) = ASSIGNMENTS.get_versioned(&self.store, &key).await? {
                ASSIGNMENTS.delete_expecting(&mut batch, &key, &found);
                OF_PERSON.delete(&mut batch, &(*person, article));
            }
        }
        deeds.extend(released(readable, &plan.release));
        self.journal.record(batch, deeds).await?;
        Ok(())
    }
}
