//! Waits for a condition instead of sleeping.

use std::future::Future;
use std::time::Duration;

use tokio::time::{sleep, timeout};

/// How long a condition may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer. Fails with `what` if there is none in time.
pub async fn until<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    let answer = timeout(PATIENCE, asking).await;
    answer.unwrap_or_else(|_| panic!("timed out: {what}"))
}
