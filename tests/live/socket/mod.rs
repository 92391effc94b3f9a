//! Live editing through the front door: the real binary, real sockets, stock clients.

mod access;
mod backup;
mod checkpoint;
mod fsync_order;
mod hostile;
mod kill;
pub mod server;
mod signed_out;
mod stock;
mod stream;
