//! Brings what is asked of people in step with who should be asked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use lectern_article::{Article, Effective};
use lectern_base::{ArticleId, PersonId, Subject, Timestamp};
use lectern_identity::{Person, Place};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::{Batch, Versioned};

use super::line::{end_of_day_in, line_of};
use super::plan::{Asking, Cause, Plan, Scene, plan};
use super::record::{ASSIGNMENTS, Assignment, GIVEN, OF_PERSON};
use super::timers;
use crate::error::ReviewError;
use crate::reviews::{Reviews, TRIES};

/// People whom one entry of the journal names.
const MOST_IN_ENTRY: usize = 500;

/// What of an article is asked: the version that readers get, and its line.
pub(super) struct Subjected {
    pub article: Versioned<Article>,
    pub place: Place,
    pub now: Effective,
    pub line: u32,
}

impl Reviews {
    /// Asks whoever should be asked to read an article and is not, and releases whoever should
    /// not be; of these people alone. Tells whether that changed anything.
    pub(super) async fn settle(
        &self,
        article: ArticleId,
        cause: Cause,
        people: &[Person],
    ) -> Result<bool, ReviewError> {
        let _alone = self.asking.lock().await;
        for _ in 0..TRIES {
            match self.try_settle(article, cause, people).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_settle(
        &self,
        id: ArticleId,
        cause: Cause,
        people: &[Person],
    ) -> Result<bool, ReviewError> {
        let Some(subjected) = self.subjected(id).await? else {
            return Ok(false);
        };
        let place = &subjected.place;
        let audience = self.audience_of(&subjected.article.value).await?;
        let readers = people.iter().filter(|p| p.active && place.is_open_to(p));
        let readers: Vec<_> = readers.collect();
        let wanted = readers
            .iter()
            .filter(|p| audience.includes(p, place.module));
        let of: BTreeSet<_> = people.iter().map(|person| person.id).collect();
        let mut asked = self.asked_of(id).await?;
        asked.retain(|person, _| of.contains(person));
        let now = self.clock.now();
        let plan = plan(&Scene {
            cause,
            line: subjected.line,
            due: end_of_day_in(now, audience.days),
            readers: &readers.iter().map(|person| person.id).collect(),
            audience: &wanted.map(|person| person.id).collect(),
            given: &self.lines_given(id).await?,
            asked: &asked,
        });
        if plan.is_empty() {
            return Ok(false);
        }
        self.carry_plan_out(&subjected, plan, now).await?;
        Ok(true)
    }

    /// What of an article readers get now; none when they get nothing.
    pub(super) async fn subjected(&self, id: ArticleId) -> Result<Option<Subjected>, ReviewError> {
        let Some(article) = self.articles.get_versioned(id).await? else {
            return Ok(None);
        };
        let Some(now) = article.value.readable().cloned() else {
            return Ok(None);
        };
        // The sample module may be removed, and its articles with it.
        let Some(module) = self.modules.get(article.value.module).await? else {
            return Ok(None);
        };
        let line = line_of(&self.versions(id).await?, now.version);
        Ok(Some(Subjected {
            article,
            place: module.place(),
            now,
            line,
        }))
    }

    pub(super) async fn asked_of(
        &self,
        article: ArticleId,
    ) -> Result<BTreeMap<PersonId, Assignment>, ReviewError> {
        let found = ASSIGNMENTS.scan_under(&self.store, &article).await?;
        Ok(found
            .into_iter()
            .map(|((_, person), asked)| (person, asked))
            .collect())
    }

    /// Who acknowledged a version of which line.
    pub(super) async fn lines_given(
        &self,
        article: ArticleId,
    ) -> Result<BTreeSet<(PersonId, u32)>, ReviewError> {
        let found = GIVEN.scan_under(&self.store, &article).await?;
        let lines = found
            .into_iter()
            .map(|(_, given)| (given.person, given.line));
        Ok(lines.collect())
    }

    async fn carry_plan_out(
        &self,
        subjected: &Subjected,
        plan: Plan,
        now: Timestamp,
    ) -> Result<(), ReviewError> {
        let mut batch = Batch::new();
        self.articles.expect(&mut batch, &subjected.article);
        let mut deeds = Vec::new();
        for (asking, people) in &plan.ask {
            self.ask(&mut batch, subjected, *asking, people, now)
                .await?;
            deeds.extend(assigned(Actor::System, subjected, *asking, people));
        }
        let article = subjected.article.value.id;
        for person in &plan.release {
            let found = ASSIGNMENTS
                .get_versioned(&self.store, &(article, *person))
                .await?;
            if let Some(found) = found {
                ASSIGNMENTS.delete_expecting(&mut batch, &(article, *person), &found);
                OF_PERSON.delete(&mut batch, &(*person, article));
            }
        }
        for people in plan.release.chunks(MOST_IN_ENTRY) {
            let told = json!({"version": subjected.now.version, "people": people});
            deeds.push(deed(Actor::System, "reading.released", &subjected.article.value).to(told));
        }
        self.journal.record(batch, deeds).await?;
        Ok(())
    }

    /// Writes down that people are asked, and when they are reminded.
    pub(super) async fn ask(
        &self,
        batch: &mut Batch,
        subjected: &Subjected,
        asking: Asking,
        people: &[PersonId],
        now: Timestamp,
    ) -> Result<(), ReviewError> {
        let article = subjected.article.value.id;
        for person in people {
            let key = (article, *person);
            let assignment = Assignment {
                article,
                person: *person,
                version: subjected.now.version,
                line: subjected.line,
                reason: asking.reason,
                assigner: asking.assigner,
                assigned_at: now,
                due: asking.due,
            };
            match ASSIGNMENTS.get_versioned(&self.store, &key).await? {
                Some(found) => ASSIGNMENTS.put_expecting(batch, &key, &assignment, &found),
                None => ASSIGNMENTS.insert(batch, &key, &assignment),
            }
            OF_PERSON.put(batch, &(*person, article), &());
        }
        timers::set(batch, article, asking.due, now);
        Ok(())
    }
}

/// Begins a deed about the reading of an article.
pub(super) fn deed(actor: impl Into<Actor>, what: &str, article: &Article) -> AuditEvent {
    AuditEvent::new(actor, what, Subject::article(article.id)).in_module(article.module)
}

/// That people are asked.
pub(super) fn assigned(
    actor: impl Into<Actor>,
    subjected: &Subjected,
    asking: Asking,
    people: &[PersonId],
) -> Vec<AuditEvent> {
    let mut deeds = told(actor, "reading.assigned", subjected, asking.due, people);
    for new in deeds.iter_mut().filter_map(|deed| deed.new.as_mut()) {
        new["reason"] = json!(asking.reason);
        if let Some(assigner) = asking.assigner {
            new["assigner"] = json!(assigner);
        }
    }
    deeds
}

/// What followers learn of people who are asked to read a text: a deed, or several for a crowd.
pub(super) fn told(
    actor: impl Into<Actor>,
    what: &str,
    subjected: &Subjected,
    due: Timestamp,
    people: &[PersonId],
) -> Vec<AuditEvent> {
    let (actor, now) = (actor.into(), &subjected.now);
    let one = |people: &[PersonId]| {
        deed(actor, what, &subjected.article.value).to(json!({
            "version": now.version,
            "hash": now.hash,
            "title": now.title,
            "due": due,
            "people": people,
        }))
    };
    people.chunks(MOST_IN_ENTRY).map(one).collect()
}
