//! Stories of live editing, told on real rooms over a real store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../integration/support/node.rs"]
mod node;
#[path = "../integration/support/peer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod peer;
#[path = "../integration/support/rooms.rs"]
mod support;

mod corpus;
mod drive;
mod durability;
mod gate;
mod recovery;
mod refusals;
mod repair;
mod sessions;
mod writing;
mod yjs;
