//! Modules: ordered collections of articles with members.
//!
//! A module determines who can read its articles (everyone, or members only) and how strictly they
//! are approved. Membership is a role in the module, so it is stored by `identity`. The crate does
//! not know what an article is: it stores their order by id.

mod error;
mod event;
mod modules;
mod order;
mod ordering;
mod record;
#[cfg(test)]
mod tests;
mod titles;

pub use error::ModuleError;
pub use event::{ArticlePlace, ModuleEvent, ModuleEventName, ModuleSettings};
pub use modules::{Modules, all};
pub use order::{ArticleScope, Stretch};
pub use ordering::Direction;
pub use record::{Control, Learners, Module, ModuleChange, NewModule, Visibility};
