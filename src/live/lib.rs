//! Live editing: rooms, peers, protocol, awareness. Knows no socket.
//!
//! One task owns each open draft. What one person saw from another is on disk, and so is what a
//! client was told is saved: an update is broadcast, and its barrier echoed, only after the commit
//! that contains it.

mod attribution;
mod authors;
mod awareness;
mod change;
mod command;
mod connection;
mod draft;
mod error;
mod event;
mod hearing;
mod house;
mod ledger;
mod member;
mod metrics;
mod outbox;
mod outline;
mod presence;
mod protocol;
mod pulse;
mod quota;
mod records;
mod room;
mod rooms;
mod scan;
mod session;
mod settings;
mod trial;
mod turn;
mod whole;
mod wire;

pub use attribution::{AttributedRun, AttributedSection};
pub use command::Participant;
pub use connection::{Connection, Inlet, Outlet};
pub use draft::Rights;
pub use error::{Close, LiveError};
pub use event::RoomEvent;
pub use ledger::{SetAside, inspect};
pub use outbox::Outgoing;
pub use rooms::Rooms;
pub use settings::LiveSettings;
