//! Every service of a running server.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use lectern_access::{Access, Delegations};
use lectern_article::{Articles, AttachmentStore};
use lectern_audit::AuditTrail;
use lectern_authoring::{AttachmentCleaner, Drafts};
use lectern_base::{Clock, Zone};
use lectern_config::Config;
use lectern_exchange::Exchange;
use lectern_identity::Identity;
use lectern_journal::Journal;
use lectern_live::Rooms;
use lectern_module::Modules;
use lectern_notify::{Inbox, NotificationFollower, Notifications};
use lectern_personal::{Favourites, Recent};
use lectern_pool::Pool;
use lectern_reading::Readings;
use lectern_rendering::Renderer;
use lectern_review::{Reviews, Timers};
use lectern_revision::Revisions;
use lectern_search::Search;
use lectern_social::Threads;
use lectern_store::Store;
use lectern_template::Templates;

/// Every service of a running server.
pub struct App {
    /// The settings.
    pub config: Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Does heavy work, a few pieces at a time.
    pub pool: Arc<Pool>,
    /// The embedded store.
    pub store: Store,
    /// The audit trail and event feed.
    pub journal: Arc<Journal>,
    /// People and what they may do.
    pub identity: Arc<Identity>,
    /// Collections of articles.
    pub modules: Arc<Modules>,
    /// What articles are written against.
    pub templates: Arc<Templates>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// The live rooms of open drafts.
    pub rooms: Arc<Rooms>,
    /// Attachments of articles.
    pub shelf: Arc<AttachmentStore>,
    /// Snapshots of drafts.
    pub revisions: Arc<Revisions>,
    /// The full-text index.
    pub search: Arc<Search>,
    /// Reviews and versions.
    pub reviews: Arc<Reviews>,
    /// Audiences, assignments and acknowledgements.
    pub readings: Arc<Readings>,
    /// What falls due at a set time.
    pub timers: Timers,
    /// Comments on drafts.
    pub threads: Arc<Threads>,
    /// The favourites of each person.
    pub favourites: Favourites,
    /// What each person opened last.
    pub recent: Recent,
    /// Opens what a caller may know of.
    pub access: Arc<Access>,
    /// Delegations of reviewers.
    pub delegations: Delegations,
    /// Reads and edits drafts.
    pub drafts: Drafts,
    /// Removes unused attachments.
    pub attachment_cleaner: AttachmentCleaner,
    /// Renders texts for readers.
    pub renderer: Renderer,
    /// The inboxes as they are stored.
    pub inbox: Arc<Inbox>,
    /// The inboxes as their owners see them.
    pub notifications: Notifications,
    /// Fills the inboxes.
    pub notification_follower: Arc<NotificationFollower>,
    /// The audit trail as people read it.
    pub audit: AuditTrail,
    /// Exports and imports packs.
    pub exchange: Exchange,
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl App {
    /// Returns the organisation's time zone, in which days begin and end.
    pub fn zone(&self) -> &Zone {
        &self.config.organisation.time_zone
    }
}
