//! Events as types: what a crate records is what followers read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::{Map, Value};

use super::Entry;

/// The field that tells the events of a crate apart, and that an entry stores.
const TAG: &str = "deed";
/// The field in which a record keeps the number of its own entry.
const OWN_NUMBER: &str = "journal_seq";

/// The events that one crate records; declared with [`events!`](crate::events).
///
/// Each variant has the states before and after, `old` and `new`, as its entry stores them.
pub trait Event: Serialize + DeserializeOwned {
    /// The names of the events.
    type Name: EventName;

    /// Reads the event of an entry; `None` if it is an event of another crate.
    ///
    /// # Errors
    /// [`MalformedEvent`] if the entry lacks what its event needs.
    fn read(entry: &Entry) -> Result<Option<Self>, MalformedEvent> {
        if Self::Name::parse(&entry.deed).is_none() {
            return Ok(None);
        }
        let mut fields = Map::new();
        fields.insert(TAG.to_owned(), entry.deed.clone().into());
        for (name, state) in [("old", &entry.old), ("new", &entry.new)] {
            if let Some(state) = state {
                fields.insert(name.to_owned(), state.clone());
            }
        }
        let event = serde_json::from_value(Value::Object(fields));
        event.map(Some).map_err(|cause| MalformedEvent {
            seq: entry.seq,
            name: entry.deed.clone(),
            cause,
        })
    }

    /// Reads the event of an entry for a follower, which must get past every entry: a malformed
    /// event is logged and counts as none.
    fn of(entry: &Entry) -> Option<Self> {
        Self::read(entry).unwrap_or_else(|malformed| {
            tracing::warn!(%malformed, "An entry of the journal is skipped");
            None
        })
    }
}

/// The names of the events of one crate, as entries store them.
pub trait EventName: Copy + Eq + 'static {
    /// All of them, in the order of their declaration.
    const ALL: &'static [Self];

    /// Returns the stored name, such as `review.approved`.
    fn as_str(self) -> &'static str;

    /// Finds an event by its stored name.
    fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|event| event.as_str() == name)
    }
}

/// An entry lacks what its event needs.
#[derive(Debug, thiserror::Error)]
#[error("entry {seq} of the journal is no proper `{name}`: {cause}")]
pub struct MalformedEvent {
    seq: u64,
    name: String,
    cause: serde_json::Error,
}

/// A record as the event that creates it holds it: without the number of its own entry, which is
/// not yet known. Read back, the number is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unnumbered<T>(pub T);

impl<T: Serialize> Serialize for Unnumbered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = serde_json::to_value(&self.0).map_err(ser::Error::custom)?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove(OWN_NUMBER);
        }
        value.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Unnumbered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        fields.insert(OWN_NUMBER.to_owned(), 0.into());
        let record = serde_json::from_value(Value::Object(fields));
        record.map(Self).map_err(de::Error::custom)
    }
}

/// The parts of an event that an entry stores: its name and both states.
pub(super) fn parts(event: &impl Event) -> (String, Option<Value>, Option<Value>) {
    let fields = serde_json::to_value(event).expect("an event is plain JSON");
    let Value::Object(mut fields) = fields else {
        unreachable!("an event is tagged, hence an object");
    };
    let mut state = |name| fields.remove(name).filter(|state| !state.is_null());
    let (old, new) = (state("old"), state("new"));
    let name = fields.get(TAG).and_then(Value::as_str);
    (name.unwrap_or_default().to_owned(), old, new)
}

/// Declares the events of a crate and their names.
///
/// ```ignore
/// lectern_journal::events! {
///     /// What happens to lamps.
///     pub enum LampEvent named LampEventName {
///         /// A lamp was lit.
///         Lit = "lamp.lit" { new: Light },
///         /// Its light was changed.
///         Dimmed = "lamp.dimmed" { old: Light, new: Light },
///         /// It was put out.
///         PutOut = "lamp.put_out",
///     }
/// }
/// ```
#[macro_export]
macro_rules! events {
    (
        $(#[$about:meta])*
        $vis:vis enum $Event:ident named $Name:ident {
            $( $(#[$doc:meta])* $Variant:ident = $name:literal $({ $(old: $Old:ty,)? $(new: $New:ty)? })?, )*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(tag = "deed")]
        $vis enum $Event {
            $(
                $(#[$doc])*
                #[serde(rename = $name)]
                $Variant $({
                    $(
                        /// The state before.
                        old: $Old,
                    )?
                    $(
                        /// The state after.
                        new: $New,
                    )?
                })?,
            )*
        }

        #[doc = concat!("The names of the variants of [`", stringify!($Event), "`].")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $Name {
            $( $(#[$doc])* $Variant, )*
        }

        impl $crate::EventName for $Name {
            const ALL: &'static [Self] = &[$(Self::$Variant),*];

            fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Variant => $name, )*
                }
            }
        }

        impl $crate::Event for $Event {
            type Name = $Name;
        }
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Actor, AuditEvent};
    use lectern_base::{Hash, Subject, Timestamp};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Light {
        watts: u32,
        journal_seq: u64,
    }

    events! {
        /// What happens to lamps.
        enum LampEvent named LampEventName {
            /// A lamp was lit.
            Lit = "lamp.lit" { new: Unnumbered<Light> },
            /// Its number changed.
            Dimmed = "lamp.dimmed" { old: Option<u32>, new: u32 },
            /// It was put out.
            PutOut = "lamp.put_out",
        }
    }

    fn entry(event: LampEvent) -> Entry {
        let event = AuditEvent::new(Actor::System, event, Subject::new("lamp", 1));
        event.into_entry(1, Hash::ZERO, Timestamp::from_millis(0))
    }

    #[test]
    fn an_event_is_stored_by_its_name_and_its_states() {
        let light = Light {
            watts: 40,
            journal_seq: 7,
        };
        let lit = entry(LampEvent::Lit {
            new: Unnumbered(light.clone()),
        });
        assert_eq!(lit.deed, "lamp.lit");
        assert_eq!((&lit.old, &lit.new), (&None, &Some(json!({"watts": 40}))));
        let unnumbered = Light {
            journal_seq: 0,
            ..light
        };
        let read = LampEvent::of(&lit);
        assert_eq!(
            read,
            Some(LampEvent::Lit {
                new: Unnumbered(unnumbered)
            })
        );

        let dimmed = LampEvent::Dimmed { old: None, new: 5 };
        let stored = entry(dimmed.clone());
        assert_eq!((&stored.old, &stored.new), (&None, &Some(json!(5))));
        assert_eq!(LampEvent::of(&stored), Some(dimmed));

        let out = entry(LampEvent::PutOut);
        assert_eq!(
            (&*out.deed, &out.old, &out.new),
            ("lamp.put_out", &None, &None)
        );
        assert_eq!(LampEvent::of(&out), Some(LampEvent::PutOut));
    }

    #[test]
    fn events_of_other_crates_and_malformed_ones_are_told_apart() {
        let mut other = entry(LampEvent::PutOut);
        other.deed = "lamp.stolen".into();
        assert_eq!(LampEvent::read(&other).unwrap(), None);
        let mut malformed = entry(LampEvent::Dimmed { old: None, new: 5 });
        malformed.new = Some(json!("five"));
        let error = LampEvent::read(&malformed).unwrap_err().to_string();
        assert!(
            error.starts_with("entry 1 of the journal is no proper `lamp.dimmed`"),
            "{error}"
        );
        assert_eq!(LampEvent::of(&malformed), None);
    }

    #[test]
    fn every_name_is_found_by_its_stored_form() {
        for name in LampEventName::ALL {
            assert_eq!(LampEventName::parse(name.as_str()), Some(*name));
        }
        assert_eq!(LampEventName::ALL.len(), 3);
        assert_eq!(LampEventName::parse("lamp"), None);
    }
}
