//! Live editing: rooms, peers, protocol, awareness. Knows no socket.
//!
//! One task owns each open draft. What one person saw from another is on disk, and so is what a
//! client was told is saved: an update is broadcast, and its barrier echoed, only after the commit
//! that contains it.

mod authors;
mod awareness;
mod draft;
mod error;
mod outline;
mod protocol;
mod scan;
mod settings;
mod wire;

pub use error::{Close, LiveError};
pub use settings::LiveSettings;
