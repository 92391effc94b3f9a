//! Identifiers: UUID version 7 (RFC 9562), so that they sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is no identifier.
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
            /// Makes a new one from the time and chance.
            #[expect(clippy::new_without_default, reason = "each one differs")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// Returns the 16 bytes, which sort by time.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads the 16 bytes back.
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
    /// Names a person; never given to another (21 CFR 11.100(a)).
    PersonId
);
id!(
    /// Names a module.
    ModuleId
);
id!(
    /// Names an article.
    ArticleId
);
id!(
    /// Names a revision.
    RevisionId
);
id!(
    /// Names a review.
    ReviewId
);
id!(
    /// Names an electronic signature.
    SignatureId
);
id!(
    /// Names a thread of comments.
    ThreadId
);
id!(
    /// Names an alert.
    AlertId
);
id!(
    /// Names a delegation.
    DelegationId
);
id!(
    /// Names a session; it is not the secret that opens it.
    SessionId
);
id!(
    /// Names an API token; it is not the secret that opens it.
    TokenId
);

id!(
    /// Names one house with one journal: what a checkpoint says it is of.
    InstanceId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let ids: Vec<ArticleId> = (0..100).map(|_| ArticleId::new()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids[0].to_string().parse(), Ok(ids[0]));
        assert_eq!(ArticleId::from_bytes(ids[0].as_bytes()), Some(ids[0]));
        assert_eq!("x".parse::<ArticleId>(), Err(IdParseError));
    }
}
