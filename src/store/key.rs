//! Order-preserving encoding of keys.

use lectern_base::{
    AlertId, ArticleId, DelegationId, Hash, ModuleId, PersonId, ReviewId, RevisionId, SessionId,
    SignatureId, ThreadId, Timestamp, TokenId,
};

/// A value that can be a key or an element of one; its encoding sorts as the value does.
///
/// The encoding of the leading elements of a tuple is a prefix of the encoding of the tuple.
pub trait Key: Sized {
    /// Appends the encoding to `out`.
    fn write(&self, out: &mut Vec<u8>);

    /// Decodes a value from the front of `bytes` and advances it.
    fn read(bytes: &mut &[u8]) -> Option<Self>;

    /// Returns the encoding.
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        self.write(&mut out);
        out
    }

    /// Decodes all of `bytes`; `None` if anything is left over.
    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let value = Self::read(&mut bytes)?;
        bytes.is_empty().then_some(value)
    }
}

/// Splits `N` bytes off the front.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

macro_rules! key_of_id {
    ($($name:ident),*) => {$(
        impl Key for $name {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.as_bytes());
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Self::from_bytes(&take::<16>(bytes)?)
            }
        }
    )*};
}

key_of_id!(
    AlertId,
    DelegationId,
    PersonId,
    ModuleId,
    ArticleId,
    RevisionId,
    ReviewId,
    SessionId,
    SignatureId,
    ThreadId,
    TokenId
);

macro_rules! key_of_number {
    ($($name:ident),*) => {$(
        impl Key for $name {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                take(bytes).map(Self::from_be_bytes)
            }
        }
    )*};
}

key_of_number!(u8, u32, u64);

impl Key for Hash {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        hex::encode(take::<32>(bytes)?).parse().ok()
    }
}

/// Milliseconds with the sign bit flipped, so that times before 1970 sort first.
impl Key for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        (self.millis() as u64 ^ (1 << 63)).write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let shifted = u64::read(bytes)?;
        Some(Self::from_millis((shifted ^ (1 << 63)) as i64))
    }
}

/// UTF-8 terminated by 00 01; a NUL inside is escaped as 00 FF, which preserves the order.
impl Key for String {
    fn write(&self, out: &mut Vec<u8>) {
        for byte in self.bytes() {
            out.push(byte);
            if byte == 0 {
                out.push(0xff);
            }
        }
        out.extend_from_slice(&[0, 1]);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut text = Vec::new();
        loop {
            match take::<1>(bytes)? {
                [0] if take::<1>(bytes)? == [1] => return String::from_utf8(text).ok(),
                [byte] => text.push(byte),
            }
        }
    }
}

impl Key for () {
    fn write(&self, _out: &mut Vec<u8>) {}

    fn read(_bytes: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

macro_rules! key_of_tuple {
    ($($part:ident $index:tt),*) => {
        impl<$($part: Key),*> Key for ($($part,)*) {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$index.write(out);)*
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(($($part::read(bytes)?,)*))
            }
        }
    };
}

key_of_tuple!(A 0, B 1);
key_of_tuple!(A 0, B 1, C 2);
key_of_tuple!(A 0, B 1, C 2, D 3);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_round_trip_and_sort_like_their_values(
            a in (".{0,6}", any::<u64>()), b in (".{0,6}", any::<u64>()),
        ) {
            prop_assert_eq!(<(String, u64)>::decode(&a.encode()), Some(a.clone()));
            prop_assert_eq!(a.cmp(&b), a.encode().cmp(&b.encode()));
        }

        #[test]
        fn timestamps_sort_by_time(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
            let (one, other) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
            prop_assert_eq!(Timestamp::decode(&one.encode()), Some(one));
            prop_assert_eq!(one.cmp(&other), one.encode().cmp(&other.encode()));
        }
    }

    #[test]
    fn a_string_with_nul_keeps_its_place_in_the_order() {
        let texts = ["", "a", "a\0", "a\0b", "a\u{1}", "ab"].map(String::from);
        assert!(texts.iter().map(Key::encode).is_sorted());
        assert!(
            texts
                .iter()
                .all(|text| String::decode(&text.encode()).as_ref() == Some(text))
        );
    }

    #[test]
    fn the_first_element_of_a_key_is_its_prefix() {
        let key = ("ab".to_owned(), 7u64, ArticleId::new());
        assert!(key.encode().starts_with(&"ab".to_owned().encode()));
        assert_eq!(<(String, u64, ArticleId)>::decode(&key.encode()), Some(key));
        assert_eq!(u64::decode(&[1, 2, 3]), None);
    }
}
