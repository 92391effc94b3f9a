//! Live editing, in three parts: rooms in this process, a model with random people, and the real
//! server.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue has failed")]

mod model;
mod rooms;
mod socket;
