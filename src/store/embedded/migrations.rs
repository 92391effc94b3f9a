//! The format of the data directory, and the migrations from older formats.

use super::overlay::{LogNumbers, Overlay};
use super::sled_db::{SledDb, catch_panic};
use super::store_checksum::StoreChecksum;
use super::view::View;
use super::{Faults, apply, layout};
use crate::{Batch, StoreError};

/// Migrates to the next format: adds its changes to the batch that also stores the new number.
type Migration = fn(&SledDb, &mut Batch) -> Result<(), StoreError>;

/// `MIGRATIONS[n]` leads from format `n + 1` to `n + 2`.
const MIGRATIONS: &[Migration] = &[redo_log, indexes];

/// Format 2 added the redo log, and the head of an edit log is written when the log is trimmed
/// rather than with every entry. Existing data need not change. An older release, however, would
/// lose the redo log and assign entry numbers twice.
fn redo_log(_: &SledDb, _: &mut Batch) -> Result<(), StoreError> {
    Ok(())
}

/// Format 3 added indexes that are written with the records they are about. The crates above build
/// those of existing records. An older release, however, would write records that the indexes lack.
fn indexes(_: &SledDb, _: &mut Batch) -> Result<(), StoreError> {
    Ok(())
}

/// Migrates the store to the format of this release.
///
/// # Errors
/// [`StoreError::Newer`] if a later release wrote it.
pub fn run(db: &SledDb, fresh: bool) -> Result<(), StoreError> {
    through(db, fresh, MIGRATIONS)
}

fn through(db: &SledDb, fresh: bool, steps: &[Migration]) -> Result<(), StoreError> {
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX - 1) + 1;
    let Some(found) = format(db)? else {
        return begin(db, fresh, known);
    };
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, step) in (1..).zip(steps).skip(found.saturating_sub(1) as usize) {
        let mut batch = Batch::new();
        step(db, &mut batch)?;
        save(db, batch, number + 1)?;
    }
    Ok(())
}

/// Writes the format into an empty store; records without a format mean damage.
fn begin(db: &SledDb, fresh: bool, known: u32) -> Result<(), StoreError> {
    if !fresh && !db.tree.is_empty() {
        let reason = "it is missing, although there are others";
        return Err(layout::damaged(&key(), reason));
    }
    save(db, Batch::new(), known)
}

fn format(db: &SledDb) -> Result<Option<u32>, StoreError> {
    let Some(head) = catch_panic(|| db.tree.get(key()))? else {
        return Ok(None);
    };
    let value = layout::join(&key(), &head, |_| Ok(None))?;
    let number = serde_json::from_slice(&value);
    Ok(Some(
        number.map_err(|_| layout::damaged(&key(), "it is no number"))?,
    ))
}

fn save(db: &SledDb, mut batch: Batch, format: u32) -> Result<(), StoreError> {
    batch.put(layout::META, FORMAT, format.to_string());
    let numbers = LogNumbers::new();
    let mut overlay = Overlay::new(View::of(&db.tree), &numbers);
    overlay.take(&batch)??;
    let (changes, _, _) = overlay.finish(&mut StoreChecksum::stored(db)?)?;
    apply::all(db, &changes, &Faults::default())
}

const FORMAT: &[u8] = b"format";

fn key() -> Vec<u8> {
    layout::record_key(layout::META, FORMAT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename(_: &SledDb, batch: &mut Batch) -> Result<(), StoreError> {
        batch.delete("old", b"k").put("new", b"k", "1");
        Ok(())
    }

    fn holds(db: &SledDb, table: &str) -> bool {
        db.tree
            .contains_key(layout::record_key(table, b"k"))
            .unwrap()
    }

    #[test]
    fn a_store_of_an_older_release_is_migrated() {
        let dir = tempfile::tempdir().unwrap();
        let db = SledDb::open(dir.path(), 1 << 20).unwrap();
        through(&db, true, &[]).unwrap();
        let mut old = Batch::new();
        old.put("old", b"k", "1");
        save(&db, old, 1).unwrap();
        through(&db, false, &[rename]).unwrap();
        assert!(holds(&db, "new") && !holds(&db, "old"));
        assert_eq!(format(&db).unwrap(), Some(2));
    }

    #[test]
    fn a_store_of_a_later_release_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let db = SledDb::open(dir.path(), 1 << 20).unwrap();
        through(&db, true, &[rename]).unwrap();
        let refused = through(&db, false, &[]).unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 2, known: 1 }));
    }

    #[test]
    fn records_without_a_format_are_damage() {
        let dir = tempfile::tempdir().unwrap();
        let db = SledDb::open(dir.path(), 1 << 20).unwrap();
        db.tree
            .insert(layout::record_key("old", b"k"), b"\x001")
            .unwrap();
        let refused = through(&db, false, &[]).unwrap_err().to_string();
        assert!(refused.contains("record meta/format"), "{refused}");
    }
}
