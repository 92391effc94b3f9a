//! Reminders: a week before the due date, when it has passed, and every week after that.
//!
//! One timer serves everybody who is to read an article by the same date; whom to remind is looked
//! up when it fires.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use lectern_base::{ArticleId, Timestamp, Zone};
use lectern_journal::{Actor, AuditEvent};
use lectern_review::{Timed, TimerError, TimerHandler, set_timer};
use lectern_store::Batch;

use super::entries::naming;
use super::error::ReadingError;
use super::event::{AwaitedReaders, ReadingEvent};
use super::line::{end_of_day_before, next_overdue};
use super::readings::Readings;

/// Days before the due date at which people are reminded.
const AHEAD: u32 = 7;
/// Kinds of these timers; `review` has those below.
const SOON: u8 = 5;
const OVERDUE: u8 = 6;

/// A reminder of those who are to read an article by a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
enum ReadingTimer {
    /// The due date is near.
    #[serde(rename = "read_soon")]
    Soon { due: Timestamp },
    /// The due date has passed, just now or whole weeks ago.
    #[serde(rename = "read_overdue")]
    Overdue { due: Timestamp },
}

impl Timed for ReadingTimer {
    fn kind(&self) -> u8 {
        match self {
            Self::Soon { .. } => SOON,
            Self::Overdue { .. } => OVERDUE,
        }
    }
}

/// Sets the reminders of an assignment that was made now and is due at `due`.
pub(super) fn set_reminders(
    batch: &mut Batch,
    zone: &Zone,
    article: ArticleId,
    due: Timestamp,
    now: Timestamp,
) {
    let ahead = end_of_day_before(zone, due, AHEAD);
    if ahead > now {
        set_timer(batch, article, ahead, &ReadingTimer::Soon { due });
    }
    set_timer(batch, article, passed(due), &ReadingTimer::Overdue { due });
}

/// Returns the first moment after a due date, which is the last millisecond of a day.
fn passed(due: Timestamp) -> Timestamp {
    Timestamp::from_millis(due.millis() + 1)
}

#[async_trait]
impl TimerHandler for Readings {
    fn handles(&self, kind: u8) -> bool {
        matches!(kind, SOON | OVERDUE)
    }

    async fn fire(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        what: Value,
    ) -> Result<Vec<AuditEvent>, TimerError> {
        let timer = serde_json::from_value(what).map_err(TimerError::handler)?;
        let fired = match timer {
            ReadingTimer::Soon { due } => self.remind_of_due_date(article, due).await,
            ReadingTimer::Overdue { due } => self.remind_of_overdue(batch, article, due).await,
        };
        fired.map_err(TimerError::handler)
    }
}

impl Readings {
    /// Says nothing when the server was down until after the due date: the overdue reminder
    /// follows at once.
    async fn remind_of_due_date(
        &self,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReadingError> {
        match self.clock.now() > due {
            true => Ok(Vec::new()),
            false => {
                self.reminder(|new| ReadingEvent::Reminded { new }, article, due)
                    .await
            }
        }
    }

    /// Sets the next reminder a week on while anybody is missing.
    async fn remind_of_overdue(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReadingError> {
        let deeds = self
            .reminder(|new| ReadingEvent::Overdue { new }, article, due)
            .await?;
        if !deeds.is_empty() {
            let next = next_overdue(&self.zone, due, self.clock.now());
            set_timer(batch, article, next, &ReadingTimer::Overdue { due });
        }
        Ok(deeds)
    }

    /// Names those who are to read an article by `due` and have not.
    async fn reminder(
        &self,
        what: fn(AwaitedReaders) -> ReadingEvent,
        article: ArticleId,
        due: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReadingError> {
        let Some(readable) = self.readable(article).await? else {
            return Ok(Vec::new());
        };
        let missing = self.missing(article, readable.line).await?;
        let people = missing.into_iter().filter(|(_, day)| *day == due);
        let people: Vec<_> = people.map(|(person, _)| person).collect();
        Ok(naming(Actor::System, what, &readable, due, &people))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_timers_keep_their_form() {
        let due = Timestamp::from_millis(0);
        for (timer, kind, stored) in [
            (ReadingTimer::Soon { due }, 5, "read_soon"),
            (ReadingTimer::Overdue { due }, 6, "read_overdue"),
        ] {
            let expected = format!(r#"{{"what":"{stored}","due":"1970-01-01T00:00:00.000Z"}}"#);
            assert_eq!(serde_json::to_string(&timer).unwrap(), expected);
            assert_eq!(timer.kind(), kind);
        }
    }
}
