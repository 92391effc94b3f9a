//! Reconciles assignments with who should have one.

use std::collections::BTreeSet;

use lectern_base::{ArticleId, Timestamp};
use lectern_identity::Person;
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, retrying};

use super::entries::{assigned, released};
use super::error::ReadingError;
use super::line::end_of_day_in;
use super::lists;
use super::plan::{Plan, PlanInput, Trigger, plan};
use super::readable::ReadableArticle;
use super::readings::Readings;
use super::record::ASSIGNMENTS;

/// The number of articles in one commit.
const CHUNK: usize = 50;

impl Readings {
    /// Assigns articles to those of `people` who should read them, and releases those who need
    /// not; returns whether that changed anything.
    pub(super) async fn reconcile(
        &self,
        articles: &[ArticleId],
        trigger: Trigger,
        people: &[Person],
    ) -> Result<bool, ReadingError> {
        let mut changed = false;
        for chunk in articles.chunks(CHUNK) {
            let _guard = self.assigning.lock().await;
            changed |= retrying(ReadingError::Busy, || {
                self.try_reconcile(chunk, trigger, people)
            })
            .await?;
        }
        Ok(changed)
    }

    async fn try_reconcile(
        &self,
        articles: &[ArticleId],
        trigger: Trigger,
        people: &[Person],
    ) -> Result<bool, ReadingError> {
        let (mut batch, mut deeds) = (Batch::new(), Vec::new());
        for article in articles {
            deeds.extend(self.prepare(&mut batch, *article, trigger, people).await?);
        }
        if deeds.is_empty() {
            return Ok(false);
        }
        self.journal.record(batch, deeds).await?;
        Ok(true)
    }

    /// Puts what is to change about the assignments of an article into `batch`; returns the events.
    async fn prepare(
        &self,
        batch: &mut Batch,
        id: ArticleId,
        trigger: Trigger,
        people: &[Person],
    ) -> Result<Vec<AuditEvent>, ReadingError> {
        let Some(readable) = self.readable(id).await? else {
            return Ok(Vec::new());
        };
        let place = &readable.place;
        let audience = self.audience_of(&readable.article.value).await?;
        let readers = people.iter().filter(|p| p.active && place.is_open_to(p));
        let readers: Vec<_> = readers.collect();
        let wanted = readers
            .iter()
            .filter(|p| audience.includes(p, place.module));
        let now = self.clock.now();
        let plan = plan(&PlanInput {
            trigger,
            line: readable.line,
            due: end_of_day_in(&self.zone, now, audience.days),
            readers: &readers.iter().map(|person| person.id).collect(),
            audience: &wanted.map(|person| person.id).collect::<BTreeSet<_>>(),
            acknowledged: &self.acknowledged_lines_of(id, people).await?,
            assignments: &self.assignments_of(id, people).await?,
        });
        match plan.is_empty() {
            true => Ok(Vec::new()),
            false => self.carry_out(batch, &readable, plan, now).await,
        }
    }

    async fn carry_out(
        &self,
        batch: &mut Batch,
        readable: &ReadableArticle,
        plan: Plan,
        now: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReadingError> {
        self.articles.expect(batch, &readable.article);
        let mut deeds = Vec::new();
        for (terms, people) in &plan.assign {
            self.put_assignments(batch, readable, *terms, people, now)
                .await?;
            deeds.extend(assigned(Actor::System, readable, *terms, people));
        }
        let article = readable.article.value.id;
        for person in &plan.release {
            let key = (article, *person);
            if let Some(found) = ASSIGNMENTS.get_versioned(&self.store, &key).await? {
                ASSIGNMENTS.delete_expecting(batch, &key, &found);
                lists::close(&self.store, batch, &found.value).await?;
            }
        }
        deeds.extend(released(readable, &plan.release));
        Ok(deeds)
    }
}
