//! Article templates: sections, fields, guidance, review policy; their versions; completeness.
//!
//! A template is data: a TOML file that is checked against `schemas/template.json`. This room
//! knows nothing of articles; who asks about completeness hands in plain text by section key.

mod answer;
mod check;
mod completeness;
mod definition;
mod error;
mod load;
mod locate;
mod reference;

pub use completeness::{Completeness, completeness, not_applicable_key};
pub use definition::{
    Control, EffectiveFrom, Expiry, Field, FieldKind, Length, Quorum, ReviewPolicy, Section,
    SectionKind, Stage, Template, Unit,
};
pub use error::TemplateError;
pub use load::Templates;
pub use reference::TemplateRef;
