//! References to versions of templates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names one version of a template; written `topic-article@1`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct TemplateRef {
    /// The template.
    pub id: String,
    /// Its version.
    pub version: u32,
}

/// The text is not a reference to a version of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a template is named by its id, as in topic-article or topic-article@1")]
pub struct TemplateRefParseError;

impl TemplateRef {
    /// Makes a reference.
    pub fn new(id: &str, version: u32) -> Self {
        Self {
            id: id.to_owned(),
            version,
        }
    }
}

impl fmt::Display for TemplateRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.version)
    }
}

impl FromStr for TemplateRef {
    type Err = TemplateRefParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, version) = text.split_once('@').ok_or(TemplateRefParseError)?;
        let version = version.parse().map_err(|_| TemplateRefParseError)?;
        Ok(Self::new(id, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_round_trips_through_its_notation() {
        let reference = TemplateRef::new("role-play", 3);
        assert_eq!(reference.to_string(), "role-play@3");
        assert_eq!("role-play@3".parse(), Ok(reference));
        assert_eq!(
            "role-play".parse::<TemplateRef>(),
            Err(TemplateRefParseError)
        );
    }
}
