//! Start and shutdown.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use lectern_access::{Access, Delegations};
use lectern_article::{Articles, AttachmentStore};
use lectern_audit::AuditTrail;
use lectern_authoring::{AttachmentCleaner, Drafts};
use lectern_base::{Clock, SystemClock};
use lectern_config::Config;
use lectern_exchange::Exchange;
use lectern_identity::Identity;
use lectern_journal::{Follower, Journal};
use lectern_live::Rooms;
use lectern_module::Modules;
use lectern_notify::{Inbox, NotificationFollower, Notifications};
use lectern_personal::{Favourites, Recent};
use lectern_pool::Pool;
use lectern_reading::{ReadingFollower, Readings};
use lectern_rendering::Renderer;
use lectern_review::{ReviewerFollower, Reviews, Timers};
use lectern_revision::Revisions;
use lectern_search::{Search, SearchError};
use lectern_social::Threads;
use lectern_store::{self as store, CheckTime, Faults, OpenOptions};
use lectern_telemetry as telemetry;
use lectern_template::Templates;

use crate::sessions::{follow_rights, follow_rooms};
use crate::settings::{identity_settings, live_settings, pool_settings};
use crate::timers::{clean_attachments, fire_timers, save_recent};
use crate::{App, AppError};

/// The interval at which recorded metrics are aggregated.
const METRICS_INTERVAL: Duration = Duration::from_secs(5);
/// The folder of the search index in the data directory. It may be deleted.
pub(crate) const SEARCH: &str = "search";
/// The folder of the data directory whose templates add to, or replace, the standard ones.
pub(crate) const TEMPLATES: &str = "templates";

impl App {
    /// Opens the data directory, builds every service, and starts the background tasks.
    ///
    /// # Errors
    /// Among others, a damaged data directory, one that another server holds, or an invalid
    /// template. Nothing is overwritten.
    pub async fn start(config: Config) -> Result<Arc<Self>, AppError> {
        Self::start_with(config, Arc::new(SystemClock), Faults::default()).await
    }

    /// Like [`App::start`], with another clock and injected disk faults, for tests.
    pub async fn start_with(
        config: Config,
        clock: Arc<dyn Clock>,
        faults: Faults,
    ) -> Result<Arc<Self>, AppError> {
        telemetry::metrics::start();
        let options = OpenOptions {
            check: CheckTime::Behind,
            ..faults.into()
        };
        let app = Arc::new(Self::build(config, clock, options).await?);
        let saved = app.recover_sessions().await?;
        if saved > 0 {
            tracing::info!(
                saved,
                "Interrupted editing sessions were saved as revisions"
            );
        }
        app.reviews.list_earlier_open().await?;
        app.readings.list_earlier().await?;
        let bound = app.reviews.bind_earlier_versions().await?;
        if bound > 0 {
            tracing::info!(
                versions = bound,
                "The links of versions from an earlier release were bound to articles"
            );
        }
        app.identity.index_by_person().await?;
        // A new index, such as the first of a release that splits words otherwise, is filled before
        // anybody searches.
        if app.search.position()? == 0 && app.journal.head() > 0 {
            tracing::info!("The search index is built from the journal");
            app.journal.catch_up(app.search.as_ref()).await?;
        }
        app.run();
        Ok(app)
    }

    /// Builds every service without starting any background task.
    pub(crate) async fn build(
        config: Config,
        clock: Arc<dyn Clock>,
        options: OpenOptions,
    ) -> Result<Self, AppError> {
        let templates = Arc::new(Templates::load(Some(&config.data.join(TEMPLATES)))?);
        let cache = config.store.cache;
        let store = store::open_with(&config.data, OpenOptions { cache, ..options })?;
        let journal = Arc::new(Journal::open(store.clone(), clock.clone()).await?);
        let settings = identity_settings(&config.identity);
        let identity = Arc::new(Identity::new(
            store.clone(),
            journal.clone(),
            clock.clone(),
            settings,
        ));
        let pool = Arc::new(Pool::new(pool_settings(&config.pool)));
        let zone = config.organisation.time_zone.clone();
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
        let listed = articles.list_earlier().await?;
        if listed > 0 {
            tracing::info!(
                articles = listed,
                "The articles of an earlier release are listed"
            );
        }
        let rooms = Rooms::new(
            store.clone(),
            clock.clone(),
            live_settings(&config.live),
            pool.clone(),
        );
        let shelf = Arc::new(AttachmentStore::new(
            store.clone(),
            journal.clone(),
            clock.clone(),
            pool.clone(),
        ));
        let revisions = Arc::new(Revisions::new(
            store.clone(),
            journal.clone(),
            articles.clone(),
            templates.clone(),
            rooms.clone(),
            shelf.clone(),
            clock.clone(),
            pool.clone(),
        ));
        let reviews = Arc::new(Reviews::new(
            store.clone(),
            journal.clone(),
            identity.clone(),
            modules.clone(),
            articles.clone(),
            revisions.clone(),
            clock.clone(),
            zone.clone(),
        ));
        let readings = Arc::new(Readings::new(
            store.clone(),
            journal.clone(),
            identity.clone(),
            modules.clone(),
            articles.clone(),
            reviews.clone(),
            clock.clone(),
            zone.clone(),
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
        let folder = config.data.join(SEARCH);
        let open = || Search::open(&folder, articles.clone(), revisions.clone(), pool.clone());
        let search = Arc::new(open_search(&folder, &journal, open)?);
        let inbox = Arc::new(Inbox::new(store.clone()));
        let access = Arc::new(Access {
            identity: identity.clone(),
            modules: modules.clone(),
            articles: articles.clone(),
            shelf: shelf.clone(),
            revisions: revisions.clone(),
            reviews: reviews.clone(),
            threads: threads.clone(),
            search: search.clone(),
        });
        Ok(Self {
            delegations: Delegations {
                identity: identity.clone(),
                modules: modules.clone(),
            },
            drafts: Drafts {
                templates: templates.clone(),
                rooms: rooms.clone(),
                identity: identity.clone(),
                journal: journal.clone(),
                revisions: revisions.clone(),
                reviews: reviews.clone(),
            },
            attachment_cleaner: AttachmentCleaner {
                articles: articles.clone(),
                shelf: shelf.clone(),
                rooms: rooms.clone(),
            },
            renderer: Renderer {
                pool: pool.clone(),
                access: access.clone(),
                templates: templates.clone(),
                articles: articles.clone(),
                reviews: reviews.clone(),
                readings: readings.clone(),
            },
            notifications: Notifications {
                inbox: inbox.clone(),
                journal: journal.clone(),
                identity: identity.clone(),
                modules: modules.clone(),
                articles: articles.clone(),
                reviews: reviews.clone(),
                threads: threads.clone(),
            },
            notification_follower: Arc::new(NotificationFollower {
                inbox: inbox.clone(),
                clock: clock.clone(),
                identity: identity.clone(),
                modules: modules.clone(),
                articles: articles.clone(),
                reviews: reviews.clone(),
                threads: threads.clone(),
            }),
            audit: AuditTrail {
                folder: config.data.clone(),
                journal: journal.clone(),
                identity: identity.clone(),
                modules: modules.clone(),
                articles: articles.clone(),
                revisions: revisions.clone(),
                reviews: reviews.clone(),
                threads: threads.clone(),
            },
            exchange: Exchange {
                pool: pool.clone(),
                folder: config.data.clone(),
                clock: clock.clone(),
                zone,
                store: store.clone(),
                journal: journal.clone(),
                identity: identity.clone(),
                modules: modules.clone(),
                templates: templates.clone(),
                articles: articles.clone(),
                shelf: shelf.clone(),
                revisions: revisions.clone(),
                reviews: reviews.clone(),
                readings: readings.clone(),
                threads: threads.clone(),
            },
            favourites: Favourites::new(store.clone(), clock.clone()),
            recent: Recent::new(store.clone()),
            access,
            config,
            clock,
            pool,
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
            search,
            stopping: watch::Sender::new(false),
            tasks: Mutex::default(),
        })
    }

    fn run(self: &Arc<Self>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = self.stopping.subscribe();
        if let Some(events) = self.rooms.events() {
            tasks.push(tokio::spawn(follow_rooms(
                self.clone(),
                events,
                stop.clone(),
            )));
        }
        let followers: [Arc<dyn Follower>; 4] = [
            self.search.clone(),
            self.notification_follower.clone(),
            Arc::new(ReadingFollower::new(self.readings.clone())),
            Arc::new(ReviewerFollower::new(self.reviews.clone())),
        ];
        for follower in followers {
            let (journal, stopping) = (self.journal.clone(), stop.clone());
            tasks.push(tokio::spawn(async move {
                journal.follow(follower, stopping).await;
            }));
        }
        tasks.push(tokio::spawn(build_journal_indexes(
            self.journal.clone(),
            stop.clone(),
        )));
        let changes = self.identity.changes();
        tasks.push(tokio::spawn(follow_rights(
            self.clone(),
            changes,
            stop.clone(),
        )));
        tasks.push(tokio::spawn(clean_attachments(self.clone(), stop.clone())));
        tasks.push(tokio::spawn(fire_timers(self.clone(), stop.clone())));
        tasks.push(tokio::spawn(save_recent(self.clone(), stop.clone())));
        tasks.push(tokio::spawn(aggregate_metrics(stop)));
    }

    /// Ends all editing sessions, saves their revisions, and waits until everything is written.
    ///
    /// A second call does nothing.
    pub async fn shutdown(&self) {
        self.rooms.shutdown().await;
        self.stopping.send_replace(true);
        let tasks: Vec<_> = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.drain(..).collect()
        };
        for task in tasks {
            if let Err(cause) = task.await {
                tracing::error!(%cause, "A background task panicked");
            }
        }
    }

    /// Returns whether the server is shutting down and accepts no new work.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// Indexes the journal entries of an earlier release.
async fn build_journal_indexes(journal: Arc<Journal>, mut stopping: watch::Receiver<bool>) {
    let built = tokio::select! {
        built = journal.build_indexes() => built,
        _ = stopping.wait_for(|stop| *stop) => return,
    };
    match built {
        Ok(0) => {}
        Ok(entries) => tracing::info!(entries, "The journal of an earlier release was indexed"),
        Err(error) => {
            tracing::error!(%error, "The journal could not be indexed; the next start goes on");
        }
    }
}

/// Aggregates metrics at intervals, so that they do not pile up between two scrapes.
async fn aggregate_metrics(mut stopping: watch::Receiver<bool>) {
    while timeout(METRICS_INTERVAL, stopping.wait_for(|stop| *stop))
        .await
        .is_err()
    {
        telemetry::metrics::keep_up();
    }
}

/// Opens the search index. An index that is ahead of the journal belongs to other data and is
/// rebuilt.
fn open_search(
    folder: &Path,
    journal: &Journal,
    open: impl Fn() -> Result<Search, SearchError>,
) -> Result<Search, AppError> {
    let search = open()?;
    if search.position()? <= journal.head() {
        return Ok(search);
    }
    drop(search);
    tracing::warn!("The search index does not belong to this journal and is rebuilt");
    std::fs::remove_dir_all(folder).map_err(SearchError::Folder)?;
    Ok(open()?)
}
