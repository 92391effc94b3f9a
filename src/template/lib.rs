//! Article templates: sections, fields, guidance, review policy; their versions; completeness.
//!
//! A template is data: a TOML file that is validated against `schemas/template.json`. The crate
//! does not know what an article is; completeness is computed from plain text by section key.

mod check;
mod completeness;
mod definition;
mod error;
mod field_value;
mod locate;
mod template_ref;
mod templates;

pub use completeness::{Completeness, completeness, not_applicable_key};
pub use definition::{
    Control, EffectiveFrom, Expiry, Field, FieldKind, Length, Quorum, ReviewPolicy, Section,
    SectionKind, Stage, Template, Unit,
};
pub use error::TemplateError;
pub use template_ref::TemplateRef;
pub use templates::Templates;
