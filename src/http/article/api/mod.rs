//! The JSON interface.

pub mod article;
pub mod attribution;
pub mod draft;
pub mod effective;
pub mod file;
pub mod format;
pub mod formula;
pub mod markdown;
pub mod suggestion;
pub mod writer;
