//! Optimistic concurrency: a command that meets another change starts over.

use super::StoreError;

/// How often an attempt is made before its caller is told to come back later.
const TRIES: usize = 8;

/// An error that can say that a command met another change.
pub trait Contended {
    /// Tells whether the records were not as the command had read them. Nothing was written, and
    /// another attempt may succeed.
    fn is_conflict(&self) -> bool;
}

impl Contended for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}

/// Runs a command until it meets no other change. Each attempt reads the records anew.
///
/// # Errors
/// That of the attempt; `busy` when every attempt met another change.
pub async fn retrying<T, E, F>(busy: E, mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: Contended,
    F: Future<Output = Result<T, E>>,
{
    for _ in 0..TRIES {
        match attempt().await {
            Err(error) if error.is_conflict() => {}
            done => return done,
        }
    }
    Err(busy)
}

/// Repeats an attempt while it returns `None`, as one does that sees something change while it
/// reads; returns `None` when no attempt succeeded.
///
/// # Errors
/// That of the attempt.
pub async fn until_some<T, E, F>(mut attempt: impl FnMut() -> F) -> Result<Option<T>, E>
where
    F: Future<Output = Result<Option<T>, E>>,
{
    for _ in 0..TRIES {
        if let Some(value) = attempt().await? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict() -> StoreError {
        StoreError::Conflict {
            table: "rows",
            key: Vec::new(),
        }
    }

    fn failure() -> StoreError {
        StoreError::Unavailable {
            reason: "the disk is full".into(),
        }
    }

    #[tokio::test]
    async fn a_conflict_is_retried_and_any_other_error_is_not() {
        let mut outcomes = vec![Ok(7), Err(conflict()), Err(conflict())];
        let done = retrying(failure(), || {
            let outcome = outcomes.pop().unwrap();
            async { outcome }
        });
        assert_eq!(done.await.unwrap(), 7);

        let mut calls = 0;
        let failed = retrying::<(), _, _>(conflict(), || {
            calls += 1;
            async { Err(failure()) }
        });
        let failed = failed.await.unwrap_err();
        assert!(matches!(failed, StoreError::Unavailable { .. }));
        assert_eq!(calls, 1);
    }

    #[tokio::test]
    async fn a_command_that_always_conflicts_is_busy() {
        let busy = retrying::<(), _, _>(failure(), || async { Err(conflict()) });
        let busy = busy.await.unwrap_err();
        assert!(matches!(busy, StoreError::Unavailable { .. }));
    }

    #[tokio::test]
    async fn an_attempt_without_a_result_is_repeated() {
        let mut left = 3;
        let done: Result<_, ()> = until_some(|| {
            left -= 1;
            let result = (left == 0).then_some("done");
            async move { Ok(result) }
        })
        .await;
        assert_eq!(done, Ok(Some("done")));
        let none: Result<Option<()>, ()> = until_some(|| async { Ok(None) }).await;
        assert_eq!(none, Ok(None));
    }
}
