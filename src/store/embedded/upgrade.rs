//! The format of the data directory: numbered steps lead from an older release's to this one's.

use sled::Tree;

use super::super::StoreError;
use super::{layout, overlay};

/// The format that this release writes.
pub const FORMAT: u32 = 1;

/// A step from one format to the next; it may run again after a crash.
type Step = fn(&Tree) -> Result<(), StoreError>;

/// `STEPS[n]` leads from format n + 1 to n + 2. The first release has none.
const STEPS: &[Step] = &[];

/// Brings the store to [`FORMAT`], or says why that cannot be.
pub fn run(tree: &Tree, fresh: bool) -> Result<(), StoreError> {
    through(tree, fresh, STEPS)
}

fn through(tree: &Tree, fresh: bool, steps: &[Step]) -> Result<(), StoreError> {
    let key = layout::record_key(layout::META, b"format");
    let known = u32::try_from(steps.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let found = match overlay::read(tree, &key)? {
        Some(bytes) => std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| layout::damaged(&key, "it is no number"))?,
        None if fresh || tree.is_empty() => known,
        None => {
            return Err(layout::damaged(
                &key,
                "it is missing, although there are others",
            ));
        }
    };
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, step) in (1..).zip(steps).skip(found.saturating_sub(1) as usize) {
        step(tree)?;
        write(tree, &key, number + 1)?;
    }
    write(tree, &key, known)
}

fn write(tree: &Tree, key: &[u8], format: u32) -> Result<(), StoreError> {
    let (head, _) = layout::encode(key, format.to_string().as_bytes());
    if tree.get(key).map_err(StoreError::unavailable)?.as_deref() != Some(&head[..]) {
        tree.insert(key, head).map_err(StoreError::unavailable)?;
        tree.flush().map_err(StoreError::unavailable)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(dir: &std::path::Path) -> Tree {
        sled::open(dir).unwrap().open_tree("t").unwrap()
    }

    fn rename(tree: &Tree) -> Result<(), StoreError> {
        tree.insert(layout::record_key("new", b"k"), vec![0, b'v'])
            .unwrap();
        tree.remove(layout::record_key("old", b"k")).unwrap();
        Ok(())
    }

    #[test]
    fn a_store_of_an_older_release_is_brought_up_to_date() {
        let dir = tempfile::tempdir().unwrap();
        let tree = tree(dir.path());
        through(&tree, true, &[]).unwrap();
        tree.insert(layout::record_key("old", b"k"), vec![0, b'v'])
            .unwrap();
        through(&tree, false, &[rename]).unwrap();
        assert!(tree.get(layout::record_key("new", b"k")).unwrap().is_some());
        let format = overlay::read(&tree, &layout::record_key(layout::META, b"format")).unwrap();
        assert_eq!(format.as_deref(), Some(&b"2"[..]));
    }

    #[test]
    fn a_store_of_a_newer_release_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let tree = tree(dir.path());
        through(&tree, true, &[rename]).unwrap();
        let refused = through(&tree, false, &[]).unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 2, known: 1 }));
    }

    #[test]
    fn records_without_a_format_are_damage_and_not_a_fresh_store() {
        let dir = tempfile::tempdir().unwrap();
        let tree = tree(dir.path());
        tree.insert(layout::record_key("old", b"k"), vec![0, b'v'])
            .unwrap();
        let refused = through(&tree, false, &[]).unwrap_err();
        assert!(
            refused.to_string().contains("record meta/format"),
            "{refused}"
        );
    }
}
