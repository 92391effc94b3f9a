//! Start and stop.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use lectern_article::{Articles, AttachmentStore};
use lectern_base::{Clock, SystemClock};
use lectern_config::{Config, IdentityConfig, LiveConfig};
use lectern_identity::{Identity, IdentitySettings};
use lectern_journal::{Follower, Journal};
use lectern_live::{LiveSettings, Rooms};
use lectern_module::Modules;
use lectern_reading::{ReadingFollower, Readings};
use lectern_review::{Reviews, Timers};
use lectern_revision::Revisions;
use lectern_search::{Search, SearchError};
use lectern_social::{Inbox, Threads};
use lectern_store::{self as store, Faults};
use lectern_telemetry as telemetry;
use lectern_template::Templates;

use super::files::keep_clear;
use super::sessions::{hear_changes, hear_rooms};
use super::telling::Teller;
use super::timers::keep_time;
use super::{App, AppError};

/// How often what was measured is folded into sums.
const UPKEEP: Duration = Duration::from_secs(5);
/// The folder of the data directory that holds the search index; it may be deleted.
pub(super) const SEARCH: &str = "search";
/// The folder of the data directory that adds templates or stands in for standard ones.
pub(super) const TEMPLATES: &str = "templates";
/// Former passwords that are kept at most; each is tried when a new one is chosen.
const LONGEST_HISTORY: usize = 24;

impl App {
    /// Opens the data directory, builds every service and brings the views up to date.
    ///
    /// # Errors
    /// A damaged or occupied data directory, or a template that does not fit its schema; nothing
    /// is overwritten.
    pub async fn start(config: Config) -> Result<Arc<Self>, AppError> {
        Self::start_with(config, Arc::new(SystemClock), Faults::default()).await
    }

    /// Starts with another clock, and on a disk that may fail.
    pub async fn start_with(
        config: Config,
        clock: Arc<dyn Clock>,
        faults: Faults,
    ) -> Result<Arc<Self>, AppError> {
        telemetry::metrics::start();
        let app = Arc::new(Self::build(config, clock, faults).await?);
        let saved = app.recover().await?;
        if saved > 0 {
            tracing::info!(
                saved,
                "Editing sessions that were cut off are revisions now"
            );
        }
        app.run();
        Ok(app)
    }

    pub(super) async fn build(
        config: Config,
        clock: Arc<dyn Clock>,
        faults: Faults,
    ) -> Result<Self, AppError> {
        let templates = Arc::new(Templates::load(Some(&config.data.join(TEMPLATES)))?);
        let store = store::open_with(&config.data, faults)?;
        let journal = Arc::new(Journal::open(store.clone(), clock.clone()).await?);
        let settings = identity_settings(&config.identity);
        let identity = Arc::new(Identity::new(
            store.clone(),
            journal.clone(),
            clock.clone(),
            settings,
        ));
        let modules = Arc::new(Modules::new(
            store.clone(),
            journal.clone(),
            identity.clone(),
            clock.clone(),
        ));
        let articles = Arc::new(Articles::new(
            store.clone(),
            journal.clone(),
            modules.clone(),
            clock.clone(),
        ));
        let rooms = Rooms::new(store.clone(), clock.clone(), live_settings(&config.live));
        let shelf = Arc::new(AttachmentStore::new(
            store.clone(),
            journal.clone(),
            clock.clone(),
        ));
        let revisions = Arc::new(Revisions::new(
            store.clone(),
            journal.clone(),
            articles.clone(),
            templates.clone(),
            rooms.clone(),
            shelf.clone(),
            clock.clone(),
        ));
        let reviews = Arc::new(Reviews::new(
            store.clone(),
            journal.clone(),
            identity.clone(),
            modules.clone(),
            articles.clone(),
            revisions.clone(),
            clock.clone(),
        ));
        let readings = Arc::new(Readings::new(
            store.clone(),
            journal.clone(),
            identity.clone(),
            modules.clone(),
            articles.clone(),
            reviews.clone(),
            clock.clone(),
        ));
        let timers = Timers::new(
            store.clone(),
            journal.clone(),
            clock.clone(),
            vec![reviews.clone(), readings.clone()],
        );
        let threads = Arc::new(Threads::new(
            store.clone(),
            journal.clone(),
            rooms.clone(),
            clock.clone(),
        ));
        let inbox = Inbox::new(store.clone());
        let folder = config.data.join(SEARCH);
        let search = open_search(&folder, &journal, &articles, &revisions)?;
        Ok(Self {
            config,
            clock,
            store,
            journal,
            identity,
            modules,
            templates,
            articles,
            rooms,
            shelf,
            revisions,
            reviews,
            readings,
            timers,
            threads,
            inbox,
            search: Arc::new(search),
            stopping: watch::Sender::new(false),
            tasks: Mutex::default(),
        })
    }

    fn run(self: &Arc<Self>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = self.stopping.subscribe();
        if let Some(events) = self.rooms.events() {
            tasks.push(tokio::spawn(hear_rooms(self.clone(), events, stop.clone())));
        }
        let followers: [Arc<dyn Follower>; 3] = [
            self.search.clone(),
            Arc::new(Teller(self.clone())),
            Arc::new(ReadingFollower::new(self.readings.clone())),
        ];
        for follower in followers {
            let (journal, stopping) = (self.journal.clone(), stop.clone());
            tasks.push(tokio::spawn(async move {
                journal.follow(follower, stopping).await;
            }));
        }
        let changes = self.identity.changes();
        tasks.push(tokio::spawn(hear_changes(
            self.clone(),
            changes,
            stop.clone(),
        )));
        tasks.push(tokio::spawn(keep_clear(self.clone(), stop.clone())));
        tasks.push(tokio::spawn(keep_time(self.clone(), stop.clone())));
        tasks.push(tokio::spawn(keep_metrics(stop)));
    }

    /// Ends all editing sessions, saves what they left, and waits until everything is written.
    ///
    /// Afterwards nothing more is done; calling it again changes nothing.
    pub async fn shutdown(&self) {
        self.rooms.shutdown().await;
        self.stopping.send_replace(true);
        let tasks: Vec<_> = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.drain(..).collect()
        };
        for task in tasks {
            if let Err(cause) = task.await {
                tracing::error!(%cause, "A background task ended badly");
            }
        }
    }

    /// Whether the server is about to stop, so that it wants no new work.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// Keeps what is measured from piling up while nobody asks for it.
async fn keep_metrics(mut stopping: watch::Receiver<bool>) {
    while timeout(UPKEEP, stopping.wait_for(|stop| *stop))
        .await
        .is_err()
    {
        telemetry::metrics::keep_up();
    }
}

/// Opens the index; one that knows more than the journal belongs to other data and is made anew.
fn open_search(
    folder: &Path,
    journal: &Journal,
    articles: &Arc<Articles>,
    revisions: &Arc<Revisions>,
) -> Result<Search, AppError> {
    let open = || Search::open(folder, articles.clone(), revisions.clone());
    let search = open()?;
    if search.position()? <= journal.head() {
        return Ok(search);
    }
    drop(search);
    tracing::warn!("The search index does not belong to this journal and is made anew");
    std::fs::remove_dir_all(folder).map_err(SearchError::Folder)?;
    Ok(open()?)
}

fn identity_settings(config: &IdentityConfig) -> IdentitySettings {
    IdentitySettings {
        session_idle: Duration::from_secs(config.session_idle_h * 3_600),
        session_longest: Duration::from_secs(config.session_longest_d * 86_400),
        password_length: config.password_length,
        argon2_memory_kib: config.argon2_memory_kib,
        free_attempts: config.free_attempts,
        lock_after: config.lock_after,
        lock_lasts: unless_zero(config.lock_min).map(|m| Duration::from_secs(m * 60)),
        password_lasts: unless_zero(config.password_age_d).map(|d| Duration::from_secs(d * 86_400)),
        password_history: config.password_history.min(LONGEST_HISTORY),
        change_first_password: config.change_first_password,
    }
}

fn unless_zero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn live_settings(config: &LiveConfig) -> LiveSettings {
    let usual = LiveSettings::default();
    LiveSettings {
        frame_limit: config.frame_limit.unwrap_or(usual.frame_limit),
        draft_limit: config.draft_limit.unwrap_or(usual.draft_limit),
        session_grace_ms: config.session_grace_ms.unwrap_or(usual.session_grace_ms),
        idle_grace_ms: config.idle_grace_ms.unwrap_or(usual.idle_grace_ms),
        compact_after: config.compact_after.unwrap_or(usual.compact_after),
        arrivals: config.arrivals.unwrap_or(usual.arrivals),
        heartbeat_ms: config.heartbeat_ms.unwrap_or(usual.heartbeat_ms),
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_left_out_are_those_of_the_room() {
        assert_eq!(
            live_settings(&LiveConfig::default()),
            LiveSettings::default()
        );
        let given = LiveConfig {
            frame_limit: Some(7),
            ..LiveConfig::default()
        };
        assert_eq!(live_settings(&given).frame_limit, 7);
        let identity = identity_settings(&IdentityConfig::default());
        assert_eq!(
            identity.session_idle,
            IdentitySettings::default().session_idle
        );
        assert_eq!(
            identity.session_longest,
            IdentitySettings::default().session_longest
        );
    }
}
