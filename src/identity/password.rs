//! Passwords: Argon2id (RFC 9106) with the parameters that OWASP recommends.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use lectern_store::StoreError;

use super::IdentityError;

/// Maximum length of a password, in bytes, to limit the cost of hashing.
const LONGEST: usize = 1_024;
/// Maximum number of concurrent hashes; each needs the memory set in the settings.
const MAX_CONCURRENT: usize = 4;

/// Hashes and checks passwords on blocking threads.
pub struct Passwords {
    argon2: Argon2<'static>,
    shortest: usize,
    /// A dummy hash, so that an unknown login takes as long as a known one.
    nobody: String,
    permits: Arc<Semaphore>,
}

impl Passwords {
    /// Makes a hasher. `memory_kib` is the memory of one hash, `shortest` the minimum length of a
    /// new password in characters.
    pub fn new(memory_kib: u32, shortest: usize) -> Self {
        let params = Params::new(memory_kib.max(Params::MIN_M_COST), 2, 1, None)
            .expect("two passes over one lane are within Argon2's bounds");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, "nobody").expect("a short password can be hashed");
        Self {
            argon2,
            shortest,
            nobody,
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT)),
        }
    }

    /// Checks the length of a new password and returns its hash.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for input field `field`.
    pub async fn accept(
        &self,
        password: &str,
        field: &'static str,
    ) -> Result<String, IdentityError> {
        if password.chars().count() < self.shortest {
            let why = format!("a password has at least {} characters", self.shortest);
            return Err(IdentityError::invalid(field, why));
        }
        if password.len() > LONGEST {
            let why = format!("a password has at most {LONGEST} bytes");
            return Err(IdentityError::invalid(field, why));
        }
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.run_blocking(move || hash(&argon2, &password)).await?
    }

    /// Returns whether `password` matches the stored hash; takes as long if there is none.
    pub async fn matches(&self, password: &str, kept: Option<&str>) -> Result<bool, IdentityError> {
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        let right = self
            .run_blocking(move || {
                password.len() <= LONGEST
                    && PasswordHash::new(&kept).is_ok_and(|hash| {
                        argon2.verify_password(password.as_bytes(), &hash).is_ok()
                    })
            })
            .await?;
        Ok(right && known)
    }

    async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|error| {
            StoreError::Unavailable {
                reason: error.to_string(),
            }
            .into()
        })
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, IdentityError> {
    argon2
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| {
            StoreError::Unavailable {
                reason: error.to_string(),
            }
            .into()
        })
}
