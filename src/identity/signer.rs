//! Signing: every signature requires login and password again (21 CFR 11.200(a)(1)).

use std::fmt;

use lectern_base::{ModuleId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::Batch;

use super::attempt::{Attempt, CodeCheck};
use super::event::{IdentityEvent, RefusedSignature};
use super::{Caller, Identity, IdentityError, Person, SigningMethod, fold_login};

/// Proof that a person has just given login and password for one signature.
///
/// It cannot be copied and is consumed by signing: one proof, one signature.
#[derive(Debug)]
pub struct Signer {
    person: Person,
    method: SigningMethod,
    at: Timestamp,
}

impl Signer {
    /// Returns the signer.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Returns how the signer authenticated.
    pub fn method(&self) -> SigningMethod {
        self.method
    }

    /// Returns when the signer authenticated.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// The credentials of a signer.
pub struct Credentials {
    /// The login; the caller's own if `None`.
    pub login: Option<String>,
    /// The password.
    pub password: String,
    /// A code, if the person has a second factor.
    pub code: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Identity {
    /// Authenticates the caller to sign `what` once.
    ///
    /// # Errors
    /// [`IdentityError::WrongPassword`], also for another person's login and for an inactive
    /// person; it is recorded, and counts like a failed sign-in. [`IdentityError::WrongCode`] and
    /// [`IdentityError::CodeNeeded`] if the person has a second factor;
    /// [`IdentityError::Throttled`] and [`IdentityError::Locked`] as for sign-in;
    /// [`IdentityError::MustChangePassword`] while the password was set by an admin or has expired.
    pub async fn signer(
        &self,
        caller: &Caller,
        credentials: Credentials,
        what: Subject,
        module: Option<ModuleId>,
    ) -> Result<Signer, IdentityError> {
        caller.in_person()?;
        let found = self.person(caller.id()).await?;
        let person = found.filter(|person| person.active);
        let person = person.ok_or(IdentityError::WrongPassword)?;
        if self.must_change(&person) {
            return Err(IdentityError::MustChangePassword);
        }
        let own = |login: &String| fold_login(login) == person.login;
        let is_own = credentials.login.as_ref().is_none_or(own);
        let attempt = Attempt {
            password: Some(&credentials.password),
            code: CodeCheck::IfEnrolled(credentials.code.as_deref()),
            login_matches: is_own,
            from: None,
        };
        let proven = self.confirm(&person, &attempt).await;
        if let Err(why) = &proven
            && let Some(why) = refusal(why)
        {
            let refused = IdentityEvent::SignatureRefused {
                new: RefusedSignature {
                    why: why.to_owned(),
                },
            };
            let mut event = AuditEvent::new(person.id, refused, what.clone());
            event.module = module;
            self.journal.record(Batch::new(), vec![event]).await?;
        }
        let method = proven?;
        self.alert_of_signature(&person, &what, module).await?;
        Ok(Signer {
            method,
            person,
            at: self.now(),
        })
    }

    /// Authenticates a signed-in person again, throttled like a sign-in.
    pub(super) async fn confirm(
        &self,
        person: &Person,
        attempt: &Attempt<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        let name = format!("confirm {}", person.id);
        let free = self.settings.free_attempts;
        if let Some(retry_after) = self.throttle.wait(&name, free, self.now()) {
            return Err(IdentityError::Throttled { retry_after });
        }
        let proven = self.verify_inside(person, attempt).await;
        match &proven {
            Ok(_) => self.throttle.succeeded(&name),
            Err(IdentityError::CodeNeeded) => {}
            Err(_) => drop(self.throttle.failed(&name, self.now())),
        }
        proven
    }
}

/// Returns the reason recorded for a refused signature; never what was typed.
fn refusal(error: &IdentityError) -> Option<&'static str> {
    match error {
        IdentityError::WrongPassword => Some("wrong login or password"),
        IdentityError::WrongCode => Some("wrong code"),
        IdentityError::Locked { .. } => Some("the account is locked"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::tests::{Fixture, PASSWORD, fixture};
    use crate::{Grant, Role};
    use lectern_base::ReviewId;

    fn given(login: Option<&str>, password: &str) -> Credentials {
        Credentials {
            login: login.map(str::to_owned),
            password: password.to_owned(),
            code: None,
        }
    }

    impl Fixture {
        async fn signs(
            &self,
            caller: &Caller,
            credentials: Credentials,
        ) -> Result<Signer, IdentityError> {
            let what = Subject::review(ReviewId::new());
            self.identity.signer(caller, credentials, what, None).await
        }
    }

    #[tokio::test]
    async fn a_signer_authenticates_again() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        fixture.clock.advance(Duration::from_secs(60));
        let signer = fixture
            .signs(&caller, given(Some(" ADA"), PASSWORD))
            .await
            .unwrap();
        assert_eq!(signer.person().id, ada.id);
        assert_eq!(signer.method(), SigningMethod::Password);
        assert_eq!(signer.at(), fixture.identity.now());
        fixture.signs(&caller, given(None, PASSWORD)).await.unwrap();
    }

    #[tokio::test]
    async fn a_wrong_password_and_another_persons_login_are_refused_alike_and_recorded() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        fixture.person("bob", &[]).await;
        let caller = fixture.sign_in("ada").await;
        let what = Subject::review(ReviewId::new());
        let module = ModuleId::new();
        for wrong in [
            given(Some("ada"), "not the password"),
            given(Some("bob"), PASSWORD),
            given(Some(""), PASSWORD),
        ] {
            let refused = fixture
                .identity
                .signer(&caller, wrong, what.clone(), Some(module))
                .await
                .unwrap_err();
            assert!(matches!(refused, IdentityError::WrongPassword), "{refused}");
        }
        let entries = fixture.journal.read(0, 1_000).await.unwrap();
        let refused: Vec<_> = entries
            .iter()
            .filter(|entry| entry.deed == "signature.refused")
            .collect();
        assert_eq!(refused.len(), 3);
        for entry in refused {
            assert_eq!((&entry.subject, entry.module), (&what, Some(module)));
            let text = serde_json::to_string(entry).unwrap();
            assert!(!text.contains("not the password") && !text.contains(PASSWORD));
        }
    }

    #[tokio::test]
    async fn failed_signatures_throttle_even_the_right_password() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        for _ in 0..5 {
            let _ = fixture
                .signs(&caller, given(None, "guess guess guess"))
                .await;
        }
        let refused = fixture.signs(&caller, given(None, PASSWORD)).await;
        assert!(matches!(refused, Err(IdentityError::Throttled { .. })));
        fixture.clock.advance(Duration::from_secs(3));
        fixture.signs(&caller, given(None, PASSWORD)).await.unwrap();
    }

    #[tokio::test]
    async fn a_password_set_by_the_operator_cannot_sign() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let given = "given by the operator";
        let recovered = fixture.identity.recover_as_operator("ada", given);
        recovered.await.unwrap();
        let opened = fixture.identity.sign_in("ada", given, "-").await.unwrap();
        let caller = fixture.identity.caller_by_session(&opened.secret).await;
        let caller = caller.unwrap();
        let refused = fixture
            .signs(&caller, super::tests::given(None, given))
            .await
            .unwrap_err();
        assert!(matches!(refused, IdentityError::MustChangePassword));
        let own = "ada chose this herself";
        fixture
            .identity
            .change_password(&caller, given, own)
            .await
            .unwrap();
        fixture
            .signs(&caller, super::tests::given(None, own))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_deactivated_person_cannot_sign() {
        let fixture = fixture().await;
        fixture
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        let root = fixture.sign_in("root").await.admin().unwrap();
        fixture.identity.deactivate(&root, ada.id).await.unwrap();
        let refused = fixture.signs(&caller, given(None, PASSWORD)).await;
        assert!(matches!(refused, Err(IdentityError::WrongPassword)));
    }

    #[test]
    fn debug_output_hides_credentials() {
        let printed = format!("{:?}", given(Some("ada"), PASSWORD));
        assert_eq!(printed, "Credentials { .. }");
    }
}
