//! Modules: ordered collections of articles with members.
//!
//! A module says who may read (everybody, or members only) and how strictly its articles are
//! approved. Membership is a role held in the module, so it is kept by `identity`. What an
//! article is, this room does not know: it keeps their order by id.

mod error;
mod modules;
mod record;
#[cfg(test)]
mod tests;

pub use error::ModuleError;
pub use modules::{Modules, all};
pub use record::{Control, Learners, Module, ModuleChange, NewModule, Visibility};
