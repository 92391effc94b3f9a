//! Making a pack.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use lectern_article::Article;
use lectern_base::{Hash, SystemClock};
use lectern_config::Config;
use lectern_identity::Archivist;
use lectern_module::Module;
use lectern_store::Faults;

use super::PackError;
use super::packing::{Packing, aside};
use super::plan::{Asked, Plan};
use crate::{App, AppError};

/// Letters of a reason.
const LONGEST_REASON: usize = 4_000;

/// A pack, to be read once.
#[derive(Debug)]
pub struct PackFile {
    /// The ZIP, at its beginning; it has no name any more and is gone when this is dropped.
    pub file: File,
    /// Its size.
    pub bytes: u64,
    /// What to call it.
    pub name: String,
    /// The SHA-256 of its manifest, which names that of every file.
    pub manifest: Hash,
}

impl App {
    /// Makes a pack of an article for somebody.
    pub async fn export_article(
        &self,
        by: &Archivist,
        article: &Article,
        reason: Option<String>,
    ) -> Result<PackFile, AppError> {
        let plan = self.plan(Asked::Article(article.id), Some(by)).await?;
        self.make_pack(plan, reason).await
    }

    /// Makes a pack of a module for somebody.
    pub async fn export_module(
        &self,
        by: &Archivist,
        module: &Module,
        reason: Option<String>,
    ) -> Result<PackFile, AppError> {
        let plan = self.plan(Asked::Module(module.id), Some(by)).await?;
        self.make_pack(plan, reason).await
    }

    /// Makes a pack in a new file for whoever runs the machine, who sees everything; returns the hash
    /// of its manifest.
    pub async fn export_to(
        &self,
        asked: Asked,
        reason: Option<String>,
        to: &Path,
    ) -> Result<Hash, AppError> {
        // What cannot be written must not stand in the journal as handed out.
        let cannot = |cause| AppError::io(to, cause);
        let mut out = File::create_new(to).map_err(cannot)?;
        let made = match self.plan(asked, None).await {
            Ok(plan) => self.make_pack(plan, reason).await,
            Err(error) => Err(error),
        };
        let PackFile {
            mut file, manifest, ..
        } = made.inspect_err(|_| drop(fs::remove_file(to)))?;
        let path = to.to_owned();
        aside(move || {
            let copied = io::copy(&mut file, &mut out).and_then(|_| out.sync_all());
            copied.map_err(|cause| AppError::io(&path, cause))
        })
        .await?;
        Ok(manifest)
    }

    async fn make_pack(&self, plan: Plan, reason: Option<String>) -> Result<PackFile, AppError> {
        let reason = reason.map(|reason| reason.trim().to_owned());
        let reason = reason.filter(|reason| !reason.is_empty());
        let long = |reason: &String| reason.chars().count() > LONGEST_REASON;
        if reason.as_ref().is_some_and(long) {
            return Err(PackError::LongReason(LONGEST_REASON).into());
        }
        let mut pack = Packing::begin(self, &plan).await?;
        let mut modules = Vec::new();
        for (module, articles) in &plan.modules {
            let mut parts = Vec::new();
            for article in articles {
                parts.push(pack.add_article(article.id).await?);
            }
            modules.push(pack.add_module(module, parts).await?);
        }
        pack.add_rest(modules).await?;
        pack.end(reason).await
    }
}

/// Makes a pack of a data directory that nobody serves, in a new file.
pub async fn export(
    config: Config,
    asked: Asked,
    reason: Option<String>,
    to: &Path,
) -> Result<Hash, AppError> {
    let app = App::build(config, Arc::new(SystemClock), Faults::default()).await?;
    app.export_to(asked, reason, to).await
}
