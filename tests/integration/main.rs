//! Stories told through the front door: a real server, a real data directory, real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod account;
mod acknowledge;
mod article;
mod attack;
mod bad_input;
mod days;
mod delegation;
mod earlier_release;
mod file;
mod guessing;
mod inbox;
mod journal;
mod leak;
mod module;
mod navigation;
mod pack;
mod person;
mod review;
mod reviewing;
mod revision;
mod rights;
mod search;
mod sequence;
mod serve;
mod server;
mod session;
mod signature;
mod spine;
mod substitute;
mod suggestion;
mod support;
mod tampering;
mod thread;
