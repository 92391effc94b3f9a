//! The JSON interface, one file a noun.
//!
//! A handler is: extractors, one call downstairs, one reply. The shapes of requests and replies
//! stand above it; their comments become the text of `/api/openapi.json`.

pub mod acknowledge;
pub mod alert;
pub mod article;
pub mod attribution;
pub mod audience;
pub mod delegation;
pub mod draft;
pub mod effective;
pub mod file;
pub mod format;
pub mod formula;
pub mod inbox;
pub mod journal;
pub mod markdown;
pub mod me;
pub mod module;
pub mod module_rules;
pub mod pack;
pub mod person;
pub mod reply;
pub mod review;
pub mod revision;
pub mod search;
pub mod second_factor;
pub mod seen;
pub mod session;
pub mod sign_in;
pub mod signature;
pub mod standing;
pub mod suggestion;
pub mod template;
pub mod thread;
pub mod ticket;
pub mod token;
pub mod writer;
