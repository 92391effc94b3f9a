//! The service.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Mutex;

use lectern_article::{Article, Articles};
use lectern_base::{ArticleId, Clock, Zone};
use lectern_identity::Identity;
use lectern_journal::Journal;
use lectern_module::{Module, Modules};
use lectern_review::Reviews;
use lectern_store::{Batch, Store, Versioned};

use super::error::ReadingError;
use super::lists;
use super::record::{Acknowledgement, put_acknowledgement};

/// What people are asked to read, and what they have acknowledged.
pub struct Readings {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// The zone in which days begin and end.
    pub(super) zone: Zone,
    pub(super) identity: Arc<Identity>,
    pub(super) modules: Arc<Modules>,
    pub(super) articles: Arc<Articles>,
    pub(super) reviews: Arc<Reviews>,
    /// Held while assignments are written, so that the follower cannot undo what a person assigns
    /// at the same moment.
    pub(super) assigning: Mutex<()>,
}

impl Readings {
    /// Creates the service on `store`; what is due ends with a day in `zone`.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each service that it uses"
    )]
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        identity: Arc<Identity>,
        modules: Arc<Modules>,
        articles: Arc<Articles>,
        reviews: Arc<Reviews>,
        clock: Arc<dyn Clock>,
        zone: Zone,
    ) -> Self {
        Self {
            store,
            journal,
            clock,
            zone,
            identity,
            modules,
            articles,
            reviews,
            assigning: Mutex::new(()),
        }
    }

    /// Puts acknowledgements that were given on another server into `batch`, unchanged.
    pub fn adopt(&self, batch: &mut Batch, acknowledgements: &[Acknowledgement]) {
        let mut seen = BTreeSet::new();
        for given in acknowledgements {
            put_acknowledgement(batch, given);
            let is_first = seen.insert((given.article, given.line, given.person));
            lists::put_done(batch, given, is_first);
        }
    }

    pub(super) async fn article(&self, id: ArticleId) -> Result<Versioned<Article>, ReadingError> {
        let found = self.articles.get_versioned(id).await?;
        found.ok_or(ReadingError::NoArticle)
    }

    pub(super) async fn module_of(&self, article: &Article) -> Result<Module, ReadingError> {
        let module = self.modules.get(article.module).await?;
        module.ok_or(ReadingError::NoArticle)
    }
}
