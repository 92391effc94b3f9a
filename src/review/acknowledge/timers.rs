//! Reminders: a week before the day, when it has passed, and every week from then on.
//!
//! As the timers of reviews, each is a record under the moment of which it waits, written in the
//! commit that asks people and taken away in the one in which it fires. One stands for everybody
//! who is asked to read one article by one day; whom it is about is found when it fires.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::line::{days_before, next_week};
use super::settle::told;
use crate::base::{ArticleId, PersonId, Timestamp};
use crate::journal::{Actor, Deed, JournalError};
use crate::review::error::ReviewError;
use crate::review::reviews::Reviews;
use crate::store::{Batch, Key, Range, Table};

/// All reminders, by the moment of which they wait.
const TIMERS: Table<(Timestamp, ArticleId, u8), Due> = Table::new("reading_timers");
/// Timers read at a time.
const STRIDE: usize = 100;
/// Days before the day at which people are reminded.
const AHEAD: u32 = 7;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
enum Due {
    /// The day draws near.
    Remind {
        /// The day.
        due: Timestamp,
    },
    /// The day has passed.
    Overdue {
        /// The day.
        due: Timestamp,
    },
}

impl Due {
    fn kind(self) -> u8 {
        match self {
            Self::Remind { .. } => 0,
            Self::Overdue { .. } => 1,
        }
    }
}

/// Sets the reminders of those who are asked now to read an article by a day.
pub(super) fn set(batch: &mut Batch, article: ArticleId, due: Timestamp, now: Timestamp) {
    let ahead = days_before(due, AHEAD);
    if ahead > now {
        put(batch, article, ahead, Due::Remind { due });
    }
    // The day ends with its last millisecond; the one after it is late.
    put(batch, article, after(due), Due::Overdue { due });
}

fn put(batch: &mut Batch, article: ArticleId, at: Timestamp, due: Due) {
    TIMERS.put(batch, &(at, article, due.kind()), &due);
}

fn after(due: Timestamp) -> Timestamp {
    Timestamp::from_millis(due.millis() + 1)
}

type Found = ((Timestamp, ArticleId, u8), Due);

impl Reviews {
    /// Reminds everybody whose time has come by the clock; returns how many reminders that were.
    ///
    /// # Errors
    /// The first that failed; it and what follows it fire the next time.
    pub async fn remind_due(&self) -> Result<usize, ReviewError> {
        let mut fired = 0;
        loop {
            let until = Timestamp::from_millis(self.clock.now().millis() + 1).encode();
            let range = Range::between(&[], &until).limit(STRIDE);
            let found = TIMERS.scan(&self.store, range).await?;
            if found.is_empty() {
                return Ok(fired);
            }
            for timer in found {
                fired += usize::from(self.fire_reminder(timer).await?);
            }
        }
    }

    async fn fire_reminder(&self, timer: Found) -> Result<bool, ReviewError> {
        loop {
            match self.try_remind(timer).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
    }

    async fn try_remind(&self, (key, due): Found) -> Result<bool, ReviewError> {
        let Some(found) = TIMERS.get_versioned(&self.store, &key).await? else {
            return Ok(false);
        };
        let mut batch = Batch::new();
        TIMERS.delete_expecting(&mut batch, &key, &found);
        let now = self.clock.now();
        let told = match due {
            // After a long sleep that the day has passed says it all.
            Due::Remind { due } if now > due => Vec::new(),
            Due::Remind { due } => self.reminder("reading.reminded", key.1, due).await?,
            Due::Overdue { due } => {
                let told = self.reminder("reading.overdue", key.1, due).await?;
                if !told.is_empty() {
                    let next = next_week(after(due), now);
                    put(&mut batch, key.1, next, Due::Overdue { due });
                }
                told
            }
        };
        let happened = !told.is_empty();
        match happened {
            true => drop(self.journal.record(batch, told).await?),
            false => drop(self.store.commit(batch).await?),
        }
        Ok(happened)
    }

    /// Names those who are asked to read an article by a day and have not.
    async fn reminder(
        &self,
        what: &str,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<Deed>, ReviewError> {
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
