//! Property test: the store behaves like a map and lists, whatever is written in which groups.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::{NOTES, json};
use crate::embedded::overlay::{LogNumbers, Overlay};
use crate::embedded::redo_log::{self, RedoLog};
use crate::embedded::shared_db::SharedDb;
use crate::embedded::sled_db::SledDb;
use crate::embedded::store_checksum::StoreChecksum;
use crate::embedded::view::Entries;
use crate::embedded::{Faults, apply};
use crate::{Batch, LogId, Range};

#[derive(Debug, Clone)]
enum Act {
    Put(u8, usize),
    Insert(u8, usize),
    Delete(u8),
    Append(u8, usize),
    Trim(u8, u64),
}

/// Batches committed together, and what happens to them.
type Group = (Vec<Vec<Act>>, Fate);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// The write fails.
    Refused,
    /// They reach the redo log.
    Taken,
    /// They reach the redo log, then everything is applied to the tree.
    Moving,
    /// They reach the redo log, then the process is killed and restarted.
    Killed,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..6u8, 0..8_000usize).prop_map(|(key, size)| Act::Put(key, size)),
        (0..6u8, 0..8_000usize).prop_map(|(key, size)| Act::Insert(key, size)),
        (0..6u8).prop_map(Act::Delete),
        (0..2u8, 0..8_000usize).prop_map(|(log, size)| Act::Append(log, size)),
        (0..2u8, 0..12u64).prop_map(|(log, upto)| Act::Trim(log, upto)),
    ]
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let batch = prop::collection::vec(act(), 1..5);
    let fate = prop_oneof![
        Just(Fate::Refused),
        Just(Fate::Taken),
        Just(Fate::Moving),
        Just(Fate::Killed),
    ];
    let group = (prop::collection::vec(batch, 1..5), fate);
    prop::collection::vec(group, 1..8)
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    notes: BTreeMap<Vec<u8>, Bytes>,
    logs: [Vec<(u64, Bytes)>; 2],
    last: [u64; 2],
}

impl Model {
    /// Applies `acts` to the model; `None` if the batch must be rejected.
    fn after(&self, acts: &[Act]) -> Option<(Model, Vec<u64>)> {
        let (mut next, mut appended) = (self.clone(), Vec::new());
        for act in acts {
            match act {
                Act::Insert(key, _) if self.notes.contains_key(&vec![*key]) => return None,
                Act::Put(key, size) | Act::Insert(key, size) => {
                    next.notes.insert(vec![*key], value(*size));
                }
                Act::Delete(key) => {
                    next.notes.remove(&vec![*key]);
                }
                Act::Append(log, size) => {
                    let log = usize::from(*log);
                    next.last[log] += 1;
                    next.logs[log].push((next.last[log], value(*size)));
                    appended.push(next.last[log]);
                }
                Act::Trim(log, upto) => next.logs[usize::from(*log)].retain(|(n, _)| n > upto),
            }
        }
        Some((next, appended))
    }
}

fn value(size: usize) -> Bytes {
    json(&"x".repeat(size))
}

fn log(number: u8) -> LogId {
    LogId::new(number)
}

fn batch(acts: &[Act]) -> Batch {
    let mut batch = Batch::new();
    for act in acts {
        match act {
            Act::Put(key, size) => batch.put(NOTES, &[*key], value(*size)),
            Act::Insert(key, size) => {
                batch
                    .expect_absent(NOTES, &[*key])
                    .put(NOTES, &[*key], value(*size))
            }
            Act::Delete(key) => batch.delete(NOTES, &[*key]),
            Act::Append(number, size) => batch.append(&log(*number), value(*size)),
            Act::Trim(number, upto) => batch.trim_log(&log(*number), *upto),
        };
    }
    batch
}

fn seen(shared: &SharedDb) -> Model {
    let notes = shared.scan(NOTES, &Range::all()).unwrap();
    let mut back = shared.scan(NOTES, &Range::all().reverse()).unwrap();
    back.reverse();
    assert_eq!(back, notes);
    let logs = [0, 1].map(|number| shared.read_log(&log(number), 0, 1_000).unwrap());
    Model {
        notes: notes
            .into_iter()
            .map(|(key, value)| (key.to_vec(), value))
            .collect(),
        logs,
        last: [0; 2],
    }
}

/// Evaluates a group as the writer does; also returns the model after it.
fn take(
    shared: &SharedDb,
    batches: &[Vec<Act>],
    model: &Model,
    checksum: &mut StoreChecksum,
    numbers: &LogNumbers,
) -> (Entries, Entries, LogNumbers, Model) {
    let state = shared.read();
    let mut overlay = Overlay::new(state.view().unwrap(), numbers);
    let mut next = model.clone();
    for acts in batches {
        match (overlay.take(&batch(acts)).unwrap(), next.after(acts)) {
            (Ok(committed), Some((after, appended))) => {
                assert_eq!(committed.appended, appended);
                next = after;
            }
            (Err(_), None) => {}
            (took, _) => panic!("{took:?} for {acts:?} on {next:?}"),
        }
    }
    let (changes, before, numbers) = overlay.finish(checksum).unwrap();
    (changes, before, numbers, next)
}

/// Restarts after a kill: replays the redo log into the tree.
fn started(shared: SharedDb, dir: &Path, checksum: StoreChecksum) -> SharedDb {
    let db = shared.write().db.take().unwrap();
    drop(shared);
    let held = StoreChecksum::stored(&db).unwrap().commits;
    if let Some(run) = redo_log::find(&dir.join("redo"), held).unwrap().unwrap() {
        assert_eq!(run.last, checksum.commits);
        apply::all(&db, &run.entries, &Faults::default()).unwrap();
    }
    checksum.recount(&db).unwrap();
    SharedDb::new(dir.join("store"), 1 << 20, Arc::into_inner(db).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_store_behaves_like_a_map_and_lists(groups in groups()) {
        let dir = tempfile::tempdir().unwrap();
        let db = SledDb::open(&dir.path().join("store"), 1 << 20).unwrap();
        let mut shared = SharedDb::new(dir.path().join("store"), 1 << 20, db);
        let mut redo = RedoLog::begin(&dir.path().join("redo")).unwrap();
        let (mut model, mut checksum) = (Model::default(), StoreChecksum::default());
        let mut numbers = LogNumbers::new();
        let visible = |model: &Model| Model { last: [0; 2], ..model.clone() };
        let none = Faults::default();
        for (batches, fate) in groups {
            let mut counted = checksum;
            let (changes, before, given, next) =
                take(&shared, &batches, &model, &mut counted, &numbers);
            redo.write(counted.commits, &changes, &none).unwrap();
            if fate == Fate::Refused {
                redo.discard_unconfirmed().unwrap();
            } else {
                redo.confirm();
                shared.write().show(changes, &before);
                numbers.extend(given);
                (model, checksum) = (next, counted);
            }
            if fate == Fate::Moving {
                let mut state = shared.write();
                redo.switch_file();
                state.moving = Arc::new(std::mem::take(&mut state.recent));
                apply::in_steps(state.db.as_ref().unwrap(), &state.moving, &none).unwrap();
            }
            if fate == Fate::Killed {
                drop(redo);
                shared = started(shared, dir.path(), checksum);
                redo = RedoLog::begin(&dir.path().join("redo")).unwrap();
                numbers.clear();
            }
            prop_assert_eq!(seen(&shared), visible(&model));
        }
        let shared = started(shared, dir.path(), checksum);
        prop_assert_eq!(seen(&shared), visible(&model));
    }
}
