//! Permissions as the live rooms know them.

use lectern_identity::{Caller, Place};
use lectern_live::Rights;

/// Returns what a caller may do with the drafts of a place.
pub fn live_rights(caller: &Caller, place: &Place) -> Rights {
    if caller.author(place).is_ok() {
        Rights::Write
    } else if caller.editor(place).is_ok() {
        Rights::Suggest
    } else {
        Rights::Read
    }
}
