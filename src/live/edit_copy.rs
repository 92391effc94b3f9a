//! Edits that the server makes on behalf of a person.

use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, Transact, Update};

use lectern_document::new_doc;

use super::error::LiveError;

/// Makes a document from its state, an update of format 1.
pub fn copy_of(state: &[u8]) -> Result<Doc, LiveError> {
    let copy = new_doc(None);
    let loaded = Update::decode_v1(state).map_err(|_| LiveError::Unavailable)?;
    copy.transact_mut()
        .apply_update(loaded)
        .map_err(|_| LiveError::Unavailable)?;
    Ok(copy)
}

/// Edits a copy of a document. Returns the update, or `None` if nothing changed.
pub fn edit_copy<T, E: From<LiveError>>(
    state: &[u8],
    edit: impl FnOnce(&Doc) -> Result<T, E>,
) -> Result<(T, Option<Vec<u8>>), E> {
    let copy = copy_of(state)?;
    let before = copy.transact().snapshot();
    let value = edit(&copy)?;
    let after = copy.transact();
    let changed = after.snapshot() != before;
    Ok((
        value,
        changed.then(|| after.encode_diff_v1(&before.state_map)),
    ))
}
