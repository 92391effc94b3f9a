//! Modules by title.

use lectern_base::ModuleId;
use lectern_store::{Batch, Key, Range, Store, StoreError, Table};

use super::{Module, Visibility};

/// The open modules by title. Those that are not open are found by the roles of their members.
const OPEN: Table<TitleKey, ()> = Table::new("modules_open_by_title");

/// Modules sort by their titles in lower case, and namesakes by age.
pub(super) type TitleKey = (String, ModuleId);

/// Returns what a module sorts by.
pub(super) fn key(module: &Module) -> TitleKey {
    (module.title.to_lowercase(), module.id)
}

/// Lists a module if it is open, in the batch that writes it.
pub(super) fn put(batch: &mut Batch, module: &Module) {
    if module.visibility == Visibility::Open {
        OPEN.put(batch, &key(module), &());
    }
}

/// Takes a module from the list, in the batch that changes or removes it.
pub(super) fn delete(batch: &mut Batch, module: &Module) {
    OPEN.delete(batch, &key(module));
}

/// Returns up to `limit` open modules after a key.
pub(super) async fn open_after(
    store: &Store,
    after: Option<&TitleKey>,
    limit: usize,
) -> Result<Vec<TitleKey>, StoreError> {
    let range = match after {
        Some(key) => Range::all().after(&key.encode()),
        None => Range::all(),
    };
    let found = OPEN.scan(store, range.limit(limit)).await?;
    Ok(found.into_iter().map(|(key, ())| key).collect())
}
