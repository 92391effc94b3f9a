//! What the test suites, the benchmarks and the fuzzer share: a Yjs client, ways to reach a room,
//! rooms over a real store, and stock Yjs clients in a Node process.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue has failed")]

mod frames;
mod node;
mod peer;
mod rooms;
mod socket;
mod until;

pub use frames::{FrameReplay, seed_inputs};
pub use node::Node;
pub use peer::{Peer, Received, Wire, framed, put_var_uint, var_buffer, var_uint};
pub use rooms::{InProcessWire, TestRooms, participant, seed_edit, short_delays, title};
pub use socket::{CUT_OFF, Socket};
pub use until::until;
