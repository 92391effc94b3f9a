//! The inspector's pack: made by page, interface and command line, checked without Lectern, and taken
//! into an empty instance (21 CFR 11.10(b), 11.50).

mod export;
mod hostile;
mod house;
mod import;

pub use house::{Pack, lectern};
