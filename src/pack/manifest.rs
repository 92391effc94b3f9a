//! The manifest `SHA256SUMS`.

use std::collections::BTreeMap;

use lectern_base::Hash;

/// Reads a manifest as `sha256sum` writes it; `None` when a line is malformed.
pub fn read_sums(text: &[u8]) -> Option<BTreeMap<String, Hash>> {
    let line = |line: &str| {
        let (hash, name) = line.split_once("  ")?;
        Some((name.to_owned(), hash.parse().ok()?))
    };
    std::str::from_utf8(text).ok()?.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_sha256sum_writes_it() {
        let hash = Hash::of(b"x");
        let sums = read_sums(format!("{hash}  a b/c.txt\n").as_bytes()).unwrap();
        assert_eq!(sums, BTreeMap::from([("a b/c.txt".to_owned(), hash)]));
        assert_eq!(read_sums(b"nothing\n"), None);
    }
}
