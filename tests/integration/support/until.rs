//! Waiting for what must come, not for time to pass.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a condition may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until there is an answer; fails with `what` when none comes.
pub async fn until<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain until {what}");
        sleep(Duration::from_millis(10)).await;
    }
}
