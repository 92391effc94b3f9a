//! Live editing through the front door: the real binary, real sockets, stock clients.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../integration/support/node.rs"]
mod node;
#[path = "../integration/support/peer.rs"]
mod peer;
#[path = "../integration/support/socket.rs"]
mod socket;

mod backup;
mod checkpoint;
mod doors;
mod hostile;
mod kill;
mod order;
mod server;
mod stock;
mod stream;
