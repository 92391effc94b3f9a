//! Stories told through the front door: a real server, a real data directory, real sockets.

mod article;
mod journal;
mod module;
mod person;
mod review;
mod revision;
mod search;
mod server;
mod session;
mod support;
