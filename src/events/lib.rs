//! Every event of the journal, as one type.
//!
//! Each crate declares the events that it records. Whatever must deal with all of them – the words
//! of the audit trail, the recipients of notifications – matches on [`JournalEvent`] or
//! [`JournalEventName`] without a catch-all arm: an event that is added and forgotten there does
//! not compile.

use lectern_article::{ArticleEvent, ArticleEventName};
use lectern_identity::{IdentityEvent, IdentityEventName};
use lectern_journal::{CheckpointEvent, CheckpointEventName, Entry, Event as _, EventName};
use lectern_module::{ModuleEvent, ModuleEventName};
use lectern_pack::{PackEvent, PackEventName};
use lectern_reading::{ReadingEvent, ReadingEventName};
use lectern_review::{ReviewEvent, ReviewEventName};
use lectern_revision::{RevisionEvent, RevisionEventName};
use lectern_social::{SocialEvent, SocialEventName};

macro_rules! all_events {
    ($($(#[$doc:meta])* $Crate:ident($Event:ident, $Name:ident),)*) => {
        /// An event of the journal.
        #[derive(Debug, Clone, PartialEq)]
        pub enum JournalEvent {
            $( $(#[$doc])* $Crate($Event), )*
        }

        /// The name of an event of the journal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum JournalEventName {
            $( $(#[$doc])* $Crate($Name), )*
        }

        impl JournalEvent {
            /// Reads the event of an entry; `None` if no crate declares it. A malformed event is
            /// logged and counts as none.
            pub fn of(entry: &Entry) -> Option<Self> {
                match JournalEventName::parse(&entry.deed)? {
                    $( JournalEventName::$Crate(_) => $Event::of(entry).map(Self::$Crate), )*
                }
            }
        }

        impl JournalEventName {
            /// Returns the names of all events.
            pub fn all() -> impl Iterator<Item = Self> {
                let all: [Vec<Self>; _] = [
                    $( $Name::ALL.iter().copied().map(Self::$Crate).collect(), )*
                ];
                all.into_iter().flatten()
            }

            /// Returns the stored name, such as `review.approved`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Crate(name) => name.as_str(), )*
                }
            }

            /// Finds an event by its stored name.
            pub fn parse(name: &str) -> Option<Self> {
                None
                    $( .or_else(|| $Name::parse(name).map(Self::$Crate)) )*
            }
        }
    };
}

all_events! {
    /// Of articles, drafts and attachments.
    Article(ArticleEvent, ArticleEventName),
    /// Of revisions.
    Revision(RevisionEvent, RevisionEventName),
    /// Of reviews, versions and signatures.
    Review(ReviewEvent, ReviewEventName),
    /// Of audiences, assignments and acknowledgements.
    Reading(ReadingEvent, ReadingEventName),
    /// Of comments.
    Social(SocialEvent, SocialEventName),
    /// Of packs.
    Pack(PackEvent, PackEventName),
    /// Of modules.
    Module(ModuleEvent, ModuleEventName),
    /// Of people, their rights, and their ways of signing in.
    Identity(IdentityEvent, IdentityEventName),
    /// Of signed checkpoints.
    Checkpoint(CheckpointEvent, CheckpointEventName),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_has_a_name_of_its_own() {
        let names: Vec<_> = JournalEventName::all().collect();
        let stored: BTreeSet<_> = names.iter().map(|name| name.as_str()).collect();
        assert_eq!(stored.len(), names.len());
        assert!(names.len() > 70, "{}", names.len());
        for name in names {
            assert_eq!(JournalEventName::parse(name.as_str()), Some(name));
        }
        assert_eq!(JournalEventName::parse("review.forgotten"), None);
    }
}
