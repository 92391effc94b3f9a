//! Checks every entry of the tree while the store is in use.
//!
//! It compares a snapshot of the tree with its checksum. If they disagree, or a page cannot be read,
//! the store accepts no more writes: nothing that may still help is overwritten.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pin::Pin;
use super::pin_purpose::PinPurpose;
use super::records;
use super::shared_db::SharedDb;
use super::store_checksum::{self, StoreChecksum};
use crate::{Progress, StoreError};

/// Number of tree entries read at a time: few enough to delay writes by less than a millisecond.
const STRETCH: usize = 128;
/// Pause between two chunks, in which others proceed.
const BREATH: Duration = Duration::from_millis(1);
/// Time between two lines of the log.
const REPORT: Duration = Duration::from_secs(30);

/// Starts the check in a thread of its own, which ends with the store.
pub fn start(shared: Arc<SharedDb>) -> Result<(), StoreError> {
    let pin = Pin::of(&shared, PinPurpose::Check)?;
    let thread = std::thread::Builder::new().name("store-check".to_owned());
    let started = thread.spawn(move || {
        let begun = Instant::now();
        match check(&pin) {
            Ok(entries) => {
                let seconds = begun.elapsed().as_secs();
                tracing::info!(entries, seconds, "Every record of the store was checked");
            }
            // The store was closed.
            Err(StoreError::Unavailable { .. }) if shared.read().db.is_none() => {}
            Err(error @ StoreError::Unavailable { .. }) => {
                tracing::error!(%error, "The store could not be checked to its end; the next start checks it again");
            }
            Err(damage) => {
                let named = records::check(&shared, &Progress::default()).err();
                shared.declare_damaged(&named.unwrap_or(damage));
            }
        }
    });
    started.map(|_| ()).map_err(StoreError::unavailable)
}

/// Checks a snapshot of the tree; returns the number of entries.
fn check(pin: &Pin) -> Result<u64, StoreError> {
    let (mut found, mut expected) = (StoreChecksum::default(), StoreChecksum::default());
    let (mut from, mut entries) = (Vec::new(), 0);
    let mut reported = Instant::now();
    loop {
        let stretch = pin.stretch(&from, STRETCH)?;
        let Some((last, _)) = stretch.last() else {
            break;
        };
        from = [last, &[0][..]].concat();
        entries += stretch.len() as u64;
        for (key, value) in &stretch {
            match *key == store_checksum::key() {
                true => expected = StoreChecksum::decode(value)?,
                false => found.add(key, value),
            }
        }
        if reported.elapsed() > REPORT {
            reported = Instant::now();
            tracing::info!(
                entries,
                of = expected.entries(),
                "The store is being checked"
            );
        }
        std::thread::sleep(BREATH);
    }
    found.compare(&expected)?;
    Ok(entries)
}
