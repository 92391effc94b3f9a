//! Bearer secrets: 256 random bits, stored only as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use lectern_base::Hash;

/// Generates a secret that starts with `prefix`.
pub fn generate(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Hashes a secret. Because records are looked up by the hash, timing reveals nothing about the
/// secret.
pub fn hash(secret: &str) -> Hash {
    Hash::of(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_random_and_prefixed() {
        let (one, two) = (generate("lct_"), generate("lct_"));
        assert_ne!(one, two);
        assert!(one.starts_with("lct_") && one.len() == 4 + 43);
        assert_ne!(hash(&one), hash(&two));
    }
}
