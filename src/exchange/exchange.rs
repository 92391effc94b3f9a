//! The services that an export reads and an import writes.

use std::path::PathBuf;
use std::sync::Arc;

use lectern_article::{Articles, AttachmentStore};
use lectern_base::{Clock, Zone};
use lectern_identity::Identity;
use lectern_journal::Journal;
use lectern_module::Modules;
use lectern_pool::Pool;
use lectern_reading::Readings;
use lectern_review::Reviews;
use lectern_revision::Revisions;
use lectern_social::Threads;
use lectern_store::Store;
use lectern_template::Templates;

/// Exports and imports packs.
pub struct Exchange {
    /// Does the heavy part.
    pub pool: Arc<Pool>,
    /// The data directory.
    pub folder: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The zone in which days begin and end.
    pub zone: Zone,
    /// The store, for files.
    pub store: Store,
    /// The journal.
    pub journal: Arc<Journal>,
    /// People.
    pub identity: Arc<Identity>,
    /// Modules.
    pub modules: Arc<Modules>,
    /// Templates.
    pub templates: Arc<Templates>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their attachments.
    pub shelf: Arc<AttachmentStore>,
    /// Their revisions.
    pub revisions: Arc<Revisions>,
    /// Their reviews.
    pub reviews: Arc<Reviews>,
    /// Audiences and acknowledgements.
    pub readings: Arc<Readings>,
    /// Comments on their drafts.
    pub threads: Arc<Threads>,
}
