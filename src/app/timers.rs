//! Lets happen what waits for its time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::App;

/// How long something that is due waits at most.
const TICK: Duration = Duration::from_secs(15);

/// Fires the timers of reviews, versions and readings whose time has come, until the house stops.
/// What came due while the server was down fires at once.
pub(super) async fn keep_time(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    loop {
        match app.timers.fire_due().await {
            Ok(0) => {}
            Ok(fired) => tracing::info!(fired, "What had come due has happened"),
            Err(error) => {
                tracing::error!(%error, "What is due could not happen; it is tried again")
            }
        }
        let stopped = timeout(TICK, stopping.wait_for(|stop| *stop)).await;
        if stopped.is_ok() {
            return;
        }
    }
}
