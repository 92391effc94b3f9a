//! Ranges of keys.

/// A range of keys in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The first key, inclusive.
    pub from: Vec<u8>,
    /// The end, exclusive; `None` for no end.
    pub to: Option<Vec<u8>>,
    /// Whether to iterate from the end.
    pub reverse: bool,
    /// Maximum number of items.
    pub limit: usize,
}

impl Range {
    /// All keys.
    pub fn all() -> Self {
        Self::prefix(&[])
    }

    /// All keys that start with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        Self {
            from: prefix.to_vec(),
            to: end_of_prefix(prefix),
            reverse: false,
            limit: usize::MAX,
        }
    }

    /// The keys from `from`, inclusive, to `to`, exclusive.
    pub fn between(from: &[u8], to: &[u8]) -> Self {
        Self {
            from: from.to_vec(),
            to: Some(to.to_vec()),
            reverse: false,
            limit: usize::MAX,
        }
    }

    /// Continues after `key`, in the direction of iteration.
    pub fn after(mut self, key: &[u8]) -> Self {
        if self.reverse {
            self.to = Some(key.to_vec());
        } else {
            self.from = [key, &[0]].concat();
        }
        self
    }

    /// Iterates from the end; call this before [`Range::after`].
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Stops after `limit` items.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// Returns the first key after all keys that start with `prefix`, or `None` if there is none.
fn end_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        assert_eq!(end_of_prefix(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(end_of_prefix(&[1, 0xff]), Some(vec![2]));
        assert_eq!(end_of_prefix(&[0xff]), None);
        assert_eq!(end_of_prefix(&[]), None);
    }
}
