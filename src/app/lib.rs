//! Builds every service once; runs followers, timers and the end of editing sessions.
//!
//! Here the rooms meet: from an id to the thing a caller may know of, from a draft to what is
//! still missing, from an ended editing session to a revision. It holds no rule of its own about
//! articles, reviews or people, and knows no HTTP.

mod access;
mod backup;
mod comparing;
mod deciding;
mod delegating;
mod drafting;
mod error;
mod evidence;
mod files;
mod inbox;
mod pack;
mod reading;
mod recovery;
mod sample;
mod sessions;
mod start;
mod telling;
mod timers;
mod trail;
mod verify;

use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use lectern_article::{Articles, AttachmentStore};
use lectern_base::Clock;
use lectern_config::Config;
use lectern_identity::Identity;
use lectern_journal::Journal;
use lectern_live::Rooms;
use lectern_module::Modules;
use lectern_reading::Readings;
use lectern_review::{Reviews, Timers};
use lectern_revision::Revisions;
use lectern_search::Search;
use lectern_social::{Inbox, Threads};
use lectern_store::Store;
use lectern_template::Templates;

pub use access::{Opened, OpenedModule};
pub use backup::copy_files;
pub use comparing::{ComparedSection, VersionChanges};
pub use deciding::DecidableReview;
pub use drafting::{Draft, whole_markdown};
pub use error::AppError;
pub use inbox::{Leads, Notices, Shown, Wanted as WantedNotices};
pub use pack::{Asked, Imported, PackError, PackFile, export, import};
pub use sessions::rights_in;
pub use telling::Teller;
pub use trail::{Named, Things, Whereabouts};
pub use verify::{Kept, checkpoint, reindex, verify};

/// Every service of a running Lectern.
pub struct App {
    /// Its settings.
    pub config: Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What everything is kept in.
    pub store: Store,
    /// What was decided and done.
    pub journal: Arc<Journal>,
    /// People and what they may do.
    pub identity: Arc<Identity>,
    /// Collections of articles.
    pub modules: Arc<Modules>,
    /// What articles are written against.
    pub templates: Arc<Templates>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Open drafts.
    pub rooms: Arc<Rooms>,
    /// Pictures and files of articles.
    pub shelf: Arc<AttachmentStore>,
    /// Snapshots of drafts.
    pub revisions: Arc<Revisions>,
    /// What can be found.
    pub search: Arc<Search>,
    /// Reviews, and what readers get.
    pub reviews: Arc<Reviews>,
    /// What people are asked to read, and what they acknowledged.
    pub readings: Arc<Readings>,
    /// What happens at a set time.
    pub timers: Timers,
    /// What people say about drafts.
    pub threads: Arc<Threads>,
    /// What people are told.
    pub inbox: Inbox,
    stopping: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}
