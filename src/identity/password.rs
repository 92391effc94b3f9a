//! Passwords: Argon2id (RFC 9106) with the parameters that OWASP recommends.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use lectern_store::StoreError;

use super::IdentityError;

/// Maximum length of a password, in bytes, to limit the cost of hashing.
const LONGEST: usize = 1_024;
/// Maximum number of concurrent hashes; each needs the memory set in the settings.
const MAX_CONCURRENT: usize = 4;

/// How many guesses a password must withstand, as zxcvbn estimates them: 100 failures lock an
/// account, so that what is common is what matters.
const LEAST_SCORE: Score = Score::Two;
/// How many characters a password must have besides its owner's names.
const BESIDES_NAMES: usize = 8;
/// Shorter names are part of too many words.
const SHORTEST_NAME: usize = 3;

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

    /// Checks a new password and returns its hash. `names` are its owner's: login and name.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for input field `field`.
    pub async fn accept(
        &self,
        password: &str,
        field: &'static str,
        names: [&str; 2],
    ) -> Result<String, IdentityError> {
        if password.chars().count() < self.shortest {
            let why = format!("a password has at least {} characters", self.shortest);
            return Err(IdentityError::invalid(field, why));
        }
        if password.len() > LONGEST {
            let why = format!("a password has at most {LONGEST} bytes");
            return Err(IdentityError::invalid(field, why));
        }
        let names = names.map(str::to_owned);
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.run_blocking(move || match weakness(&password, &names) {
            Some(why) => Err(IdentityError::invalid(field, why)),
            None => hash(&argon2, &password),
        })
        .await?
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

/// Returns why a password is easy to guess, if it is: because it is common, repeats itself, follows
/// the keyboard, or consists of its owner's names.
fn weakness(password: &str, names: &[String; 2]) -> Option<&'static str> {
    let names: Vec<String> = names
        .iter()
        .flat_map(|name| name.split(|letter: char| !letter.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|name| name.chars().count() >= SHORTEST_NAME)
        .collect();
    let mut rest = password.to_lowercase();
    for name in &names {
        rest = rest.replace(name, "");
    }
    if rest.chars().count() < BESIDES_NAMES {
        return Some("choose a password that does not consist of your own name or login");
    }
    let own: Vec<&str> = names.iter().map(String::as_str).collect();
    let common = zxcvbn(password, &own).score() < LEAST_SCORE;
    common.then_some(
        "this password is too easy to guess: it is common, repeats itself, or follows a pattern; a few words that do not belong together are better",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easy_passwords_are_refused() {
        let names = ["ada.byron".to_owned(), "Ada Byron-Lovelace".to_owned()];
        for easy in [
            "passwordpassword",
            "password1234",
            "Password123!",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "123456789012",
            "qwertyuiop123",
            "1q2w3e4r5t6y",
            "iloveyou1234",
            "AdaByron1815",
            "ada.byron.lovelace",
            "Lovelace-Byron-1",
        ] {
            let found = weakness(easy, &names);
            assert!(found.is_some(), "{easy}");
        }
        for good in [
            "correct horse battery",
            "a long enough password",
            "Ada counts 17 brass gears",
            "tr0mbone-kettle-91",
            "ガラスの靴は青いりんごの夢",
        ] {
            assert_eq!(weakness(good, &names), None, "{good}");
        }
    }

    #[test]
    fn the_longest_password_costs_little() {
        let names = ["ada".to_owned(), "Ada".to_owned()];
        for letters in ["aA1!", "ada", "password", "qwerty"] {
            let longest = letters.repeat(LONGEST / letters.len());
            weakness(&longest, &names);
        }
    }
}
