//! Exports from, and imports into, a data directory that no server holds.

use std::path::Path;
use std::sync::Arc;

use lectern_base::{Clock, Hash, SystemClock};
use lectern_config::Config;
use lectern_exchange::{ExportScope, Import, ImportReport};
use lectern_store::OpenOptions;

use crate::start::TEMPLATES;
use crate::{App, AppError};

/// Exports a pack to a new file; returns the hash of its manifest.
pub async fn export(
    config: Config,
    scope: ExportScope,
    reason: Option<String>,
    to: &Path,
) -> Result<Hash, AppError> {
    let app = App::build(config, Arc::new(SystemClock), OpenOptions::default()).await?;
    Ok(app.exchange.export_to(scope, reason, to).await?)
}

/// Imports the pack in `file` into the empty data directory of `config`, and verifies the result.
///
/// # Errors
/// The first thing that is wrong with the pack or the directory; the directory stays empty.
pub async fn import(
    config: Config,
    file: &Path,
    clock: Arc<dyn Clock>,
) -> Result<ImportReport, AppError> {
    let mut import = Import::open(&config.data, file).await?;
    match write(&mut import, config, clock).await {
        Ok(()) => Ok(import.verify().await?),
        Err(error) => {
            import.undo();
            Err(error)
        }
    }
}

async fn write(import: &mut Import, config: Config, clock: Arc<dyn Clock>) -> Result<(), AppError> {
    import.write_templates(&config.data.join(TEMPLATES))?;
    let app = App::build(config, clock, OpenOptions::default()).await?;
    Ok(app.exchange.import(import).await?)
}
