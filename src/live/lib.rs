//! Live editing: rooms, peers, the protocol and awareness. It knows nothing of sockets.
//!
//! One task owns each open draft. An update is broadcast, and its barrier echoed, only after the
//! commit that contains it. So everything one person has seen from another is on disk, and so is
//! everything the editor reports as saved.

mod attribution;
mod authors;
mod awareness;
mod block_index;
mod command;
mod connection;
mod draft;
mod draft_records;
mod draft_store;
mod edit_copy;
mod error;
mod event;
mod full_state_cache;
mod handlers;
mod lib0;
mod liveness;
mod member;
mod metrics;
mod outbox;
mod presence;
mod protocol;
mod rate_limits;
mod room;
mod room_registry;
mod rooms;
mod session;
mod settings;
mod suggestion_check;
mod turn;
mod update_scan;

pub use attribution::{AttributedRun, AttributedSection};
pub use command::Participant;
pub use connection::{Connection, Inbound, Outbound};
pub use draft::Rights;
pub use draft_store::{QuarantinedPart, inspect};
pub use error::{Close, LiveError};
pub use event::RoomEvent;
pub use outbox::Outgoing;
pub use rooms::Rooms;
pub use settings::LiveSettings;
