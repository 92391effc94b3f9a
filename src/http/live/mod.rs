//! Live editing: the WebSocket, its fallback over server-sent events, and tickets.

pub mod socket;
pub mod stream;
pub mod ticket;
