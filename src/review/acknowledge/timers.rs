//! Reminders: a week before the day, when it has passed, and every week from then on.
//!
//! They are timers as those of reviews. One stands for everybody who is asked to read one article by
//! one day; whom it is about is found when it fires.

use std::collections::BTreeSet;

use lectern_base::{ArticleId, PersonId, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::Batch;

use super::line::next_week;
use super::settle::told;
use crate::error::ReviewError;
use crate::reviews::Reviews;
use crate::timers::{self, Due, days_before};

/// Days before the day at which people are reminded.
const AHEAD: u32 = 7;

/// Sets the reminders of those who are asked now to read an article by a day.
pub(super) fn set(batch: &mut Batch, article: ArticleId, due: Timestamp, now: Timestamp) {
    let ahead = days_before(due, AHEAD);
    if ahead > now {
        timers::set(batch, article, ahead, Due::ReadSoon { due });
    }
    // The day ends with its last millisecond; the one after it is late.
    timers::set(batch, article, after(due), Due::ReadOverdue { due });
}

fn after(due: Timestamp) -> Timestamp {
    Timestamp::from_millis(due.millis() + 1)
}

impl Reviews {
    /// The day draws near; after a long sleep that it has passed says it all.
    pub(crate) async fn remind_readers(
        &self,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        match self.clock.now() > due {
            true => Ok(Vec::new()),
            false => self.reminder("reading.reminded", article, due).await,
        }
    }

    /// The day has passed; while anybody is missing it is said again every week.
    pub(crate) async fn readers_overdue(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let told = self.reminder("reading.overdue", article, due).await?;
        if !told.is_empty() {
            let next = next_week(after(due), self.clock.now());
            timers::set(batch, article, next, Due::ReadOverdue { due });
        }
        Ok(told)
    }

    /// Names those who are asked to read an article by a day and have not.
    async fn reminder(
        &self,
        what: &str,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let Some(subjected) = self.subjected(article).await? else {
            return Ok(Vec::new());
        };
        let missing = self.missing(article, subjected.line).await?;
        let people = missing.into_iter().filter(|(_, day)| *day == due);
        let people: Vec<_> = people.map(|(person, _)| person).collect();
        Ok(told(Actor::System, what, &subjected, due, &people))
    }

    /// Those who are asked for a line of an article and have not acknowledged it, with their days.
    pub(super) async fn missing(
        &self,
        article: ArticleId,
        line: u32,
    ) -> Result<BTreeSet<(PersonId, Timestamp)>, ReviewError> {
        let given = self.lines_given(article).await?;
        let asked = self.asked_of(article).await?.into_values();
        let missing = asked
            .filter(|asked| asked.line == line && !given.contains(&(asked.person, line)))
            .map(|asked| (asked.person, asked.due));
        Ok(missing.collect())
    }
}
