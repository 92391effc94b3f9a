//! Identifiers: UUIDs of version 7 (RFC 9562), which sort by creation time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is a UUID")]
pub struct IdParseError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Generates a new identifier from the time and random bits.
            #[expect(clippy::new_without_default, reason = "each one differs")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// Returns the 16 bytes, which sort by time.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Makes an identifier from its 16 bytes.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self).map_err(|_| IdParseError)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                        utoipa::openapi::KnownFormat::Uuid,
                    )))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

id!(
    /// Identifies a person; never reassigned (21 CFR 11.100(a)).
    PersonId
);
id!(
    /// Identifies a module.
    ModuleId
);
id!(
    /// Identifies an article.
    ArticleId
);
id!(
    /// Identifies a revision.
    RevisionId
);
id!(
    /// Identifies a review.
    ReviewId
);
id!(
    /// Identifies an electronic signature.
    SignatureId
);
id!(
    /// Identifies a thread of comments.
    ThreadId
);
id!(
    /// Identifies an alert.
    AlertId
);
id!(
    /// Identifies a delegation.
    DelegationId
);
id!(
    /// Identifies a session; not its secret.
    SessionId
);
id!(
    /// Identifies an API token; not its secret.
    TokenId
);

id!(
    /// Identifies an instance and its journal, for checkpoints.
    InstanceId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_creation_time() {
        let ids: Vec<ArticleId> = (0..100).map(|_| ArticleId::new()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids[0].to_string().parse(), Ok(ids[0]));
        assert_eq!(ArticleId::from_bytes(ids[0].as_bytes()), Some(ids[0]));
        assert_eq!("x".parse::<ArticleId>(), Err(IdParseError));
    }
}
