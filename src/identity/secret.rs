//! Secrets that a person or program carries: 256 bits of chance, kept by us as a hash only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use lectern_base::Hash;

/// Makes a secret that begins with `prefix`.
pub fn make(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns what is kept of a secret. Looking up by it tells a guesser nothing by its timing.
pub fn kept(secret: &str) -> Hash {
    Hash::of(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_name_their_kind() {
        let (one, two) = (make("lct_"), make("lct_"));
        assert_ne!(one, two);
        assert!(one.starts_with("lct_") && one.len() == 4 + 43);
        assert_ne!(kept(&one), kept(&two));
    }
}
