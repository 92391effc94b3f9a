//! Exports packs.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use lectern_article::Article;
use lectern_base::Hash;
use lectern_identity::Archivist;
use lectern_module::Module;

use crate::plan::ExportPlan;
use crate::writer::PackWriter;
use crate::{Exchange, ExchangeError, ExportScope, PackFile};

/// The maximum length of a reason in characters.
const MAX_REASON_LENGTH: usize = 4_000;

impl Exchange {
    /// Exports an article.
    pub async fn export_article(
        &self,
        by: &Archivist,
        article: &Article,
        reason: Option<String>,
    ) -> Result<PackFile, ExchangeError> {
        let plan = self
            .plan(ExportScope::Article(article.id), Some(by))
            .await?;
        self.make_pack(plan, reason).await
    }

    /// Exports a module.
    pub async fn export_module(
        &self,
        by: &Archivist,
        module: &Module,
        reason: Option<String>,
    ) -> Result<PackFile, ExchangeError> {
        let plan = self.plan(ExportScope::Module(module.id), Some(by)).await?;
        self.make_pack(plan, reason).await
    }

    /// Exports to a new file for the operator, who may see everything. Returns the hash of the
    /// manifest.
    ///
    /// # Errors
    /// Among others, when the file exists already.
    pub async fn export_to(
        &self,
        scope: ExportScope,
        reason: Option<String>,
        to: &Path,
    ) -> Result<Hash, ExchangeError> {
        // Create the file first: the journal must not record an export that cannot be written.
        let failed = |cause| ExchangeError::io(to, cause);
        let mut out = File::create_new(to).map_err(failed)?;
        let made = match self.plan(scope, None).await {
            Ok(plan) => self.make_pack(plan, reason).await,
            Err(error) => Err(error),
        };
        let PackFile {
            mut file, manifest, ..
        } = made.inspect_err(|_| drop(fs::remove_file(to)))?;
        let path = to.to_owned();
        self.run_blocking(move || {
            let copied = io::copy(&mut file, &mut out).and_then(|_| out.sync_all());
            copied.map_err(|cause| ExchangeError::io(&path, cause))
        })
        .await?;
        Ok(manifest)
    }

    async fn make_pack(
        &self,
        plan: ExportPlan,
        reason: Option<String>,
    ) -> Result<PackFile, ExchangeError> {
        let reason = reason.map(|reason| reason.trim().to_owned());
        let reason = reason.filter(|reason| !reason.is_empty());
        let long = |reason: &String| reason.chars().count() > MAX_REASON_LENGTH;
        if reason.as_ref().is_some_and(long) {
            return Err(ExchangeError::LongReason(MAX_REASON_LENGTH));
        }
        let _turn = self.pool.begin_job().await?;
        let mut pack = PackWriter::begin(self, &plan).await?;
        let mut modules = Vec::new();
        for (module, articles) in &plan.modules {
            let mut parts = Vec::new();
            for article in articles {
                parts.push(pack.add_article(article.id).await?);
            }
            modules.push(pack.add_module(module, parts).await?);
        }
        pack.add_shared_files(modules).await?;
        pack.finish(reason).await
    }
}
