//! The check that passwords are hashed strongly enough.

use super::{Config, ConfigError, MIN_ARGON2_MEMORY_KIB};

impl Config {
    /// Returns whether passwords are hashed with less memory than [`MIN_ARGON2_MEMORY_KIB`].
    pub fn has_weak_password_hashing(&self) -> bool {
        self.identity.argon2_memory_kib < MIN_ARGON2_MEMORY_KIB
    }

    /// Checks that passwords are hashed with enough memory for the listen address.
    ///
    /// # Errors
    /// [`ConfigError::WeakPasswordHashing`] if the memory is below the minimum and the address is
    /// not a loopback address.
    pub fn check_password_hashing(&self) -> Result<(), ConfigError> {
        let is_loopback = self.listen.ip().to_canonical().is_loopback();
        if is_loopback || !self.has_weak_password_hashing() {
            return Ok(());
        }
        Err(ConfigError::WeakPasswordHashing {
            found_kib: self.identity.argon2_memory_kib,
            listen: self.listen,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str, argon2_memory_kib: u32) -> Config {
        let mut config = Config {
            listen: listen.parse().unwrap(),
            ..Config::default()
        };
        config.identity.argon2_memory_kib = argon2_memory_kib;
        config
    }

    #[test]
    fn weak_hashing_is_refused_except_on_a_loopback_address() {
        for (listen, memory, is_accepted) in [
            ("0.0.0.0:8080", 19_455, false),
            ("0.0.0.0:8080", 19_456, true),
            ("192.0.2.7:8080", 8, false),
            ("[::]:8080", 8, false),
            ("127.0.0.1:8080", 8, true),
            ("127.0.0.2:8080", 8, true),
            ("[::1]:8080", 8, true),
            ("[::ffff:127.0.0.1]:8080", 8, true),
            ("[::ffff:192.0.2.7]:8080", 8, false),
        ] {
            let checked = config(listen, memory).check_password_hashing();
            assert_eq!(checked.is_ok(), is_accepted, "{listen} with {memory} KiB");
        }
    }

    #[test]
    fn the_refusal_names_the_setting_the_minimum_and_the_reason() {
        let refused = config("0.0.0.0:8080", 8).check_password_hashing();
        let message = refused.unwrap_err().to_string();
        for part in ["LECTERN_IDENTITY_ARGON2_MEMORY_KIB", "19456", "OWASP"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn the_default_is_not_weak() {
        assert!(!Config::default().has_weak_password_hashing());
    }
}
