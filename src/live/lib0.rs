//! Reads and writes the integers, buffers and strings of lib0, the encoding of Yjs.
//!
//! Every read is bounded by the bytes that are present, so a frame can announce any length without
//! costing memory. Source: `lib0/encoding.js` and `lib0/decoding.js`.

use thiserror::Error;

/// One more than the largest integer that JavaScript represents exactly.
pub(super) const VAR_UINT_LIMIT: u64 = 1 << 53;

/// Bytes that are not a valid message or update of the Yjs protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// Reads a frame from its first byte to its last.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self
            .rest
            .split_first()
            .ok_or(Malformed("the bytes end too early"))?;
        self.rest = rest;
        Ok(*first)
    }

    /// Reads an unsigned integer below 2^53.
    pub(super) fn var_uint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if value < VAR_UINT_LIMIT {
                    Ok(value)
                } else {
                    Err(Malformed("an integer is too large"))
                };
            }
        }
        Err(Malformed("an integer does not end"))
    }

    /// Reads a count of things that take at least one byte each.
    pub(super) fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.var_uint()?;
        match usize::try_from(count) {
            Ok(count) if count <= self.rest.len() => Ok(count),
            _ => Err(Malformed("a length reaches past the end")),
        }
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        if length > self.rest.len() {
            return Err(Malformed("a length reaches past the end"));
        }
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn var_buffer(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.count()?;
        self.take(length)
    }

    pub(super) fn var_string(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.var_buffer()?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    /// Returns whether everything has been read.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// Rejects trailing bytes: one frame carries one message.
    pub(super) fn finish(self) -> Result<(), Malformed> {
        if self.is_done() {
            Ok(())
        } else {
            Err(Malformed("bytes follow the end of the message"))
        }
    }
}

/// Appends an unsigned integer.
pub(super) fn put_var_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a buffer (or UTF-8 string) with its length before it.
pub(super) fn put_var_buffer(out: &mut Vec<u8>, bytes: &[u8]) {
    put_var_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), VAR_UINT_LIMIT - 1] {
            let mut bytes = Vec::new();
            put_var_uint(&mut bytes, value);
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.var_uint(), Ok(value));
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn integers_above_the_javascript_limit_are_rejected() {
        let mut bytes = Vec::new();
        put_var_uint(&mut bytes, VAR_UINT_LIMIT);
        assert!(Reader::new(&bytes).var_uint().is_err());
        assert!(Reader::new(&[0xff; 12]).var_uint().is_err());
    }

    #[test]
    fn an_announced_length_is_checked_against_the_bytes() {
        assert!(Reader::new(&[5, 1, 2]).var_buffer().is_err());
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0x7f]).count().is_err());
        assert_eq!(Reader::new(&[2, 1, 2]).var_buffer(), Ok(&[1u8, 2][..]));
    }
}
