//! Signing: id and password are asked again at every signature (21 CFR 11.200(a)(1)).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_base::{ModuleId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::Batch;

use super::guard::{Code, Given};
use super::{Caller, Identity, IdentityError, Person, fold_login};

/// Proof that a person gave id and password just now, for one signing.
///
/// It cannot be copied, and whoever signs with it takes it by value: one proof, one signature.
#[derive(Debug)]
pub struct Signer {
    person: Person,
    method: SigningMethod,
    at: Timestamp,
}

impl Signer {
    /// Returns who signs, as the record has them now.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Returns how they proved who they are.
    pub fn method(&self) -> SigningMethod {
        self.method
    }

    /// Returns when they proved it.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// How a signer proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SigningMethod {
    /// Id and password.
    Password,
    /// Id, password and a code of their second factor.
    PasswordAndCode,
}

/// What a signer gave.
pub struct Credentials {
    /// The login; the caller's own when left out.
    pub login: Option<String>,
    /// The password.
    pub password: String,
    /// A code of the second factor, where one is set.
    pub code: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Identity {
    /// Lets the caller sign `what` once.
    ///
    /// # Errors
    /// [`IdentityError::WrongPassword`] also for the login of somebody else and for whoever is no
    /// longer active; it is journalled, and counts like a failed sign-in.
    /// [`IdentityError::WrongCode`] and [`IdentityError::CodeNeeded`] where a second factor is set;
    /// [`IdentityError::Throttled`] and [`IdentityError::Locked`] as at signing in;
    /// [`IdentityError::MustChangePassword`] while an admin knows the password or it is too old.
    pub async fn signer(
        &self,
        caller: &Caller,
        credentials: Credentials,
        what: Subject,
        module: Option<ModuleId>,
    ) -> Result<Signer, IdentityError> {
        let found = self.person(caller.id()).await?;
        let person = found.filter(|person| person.active);
        let person = person.ok_or(IdentityError::WrongPassword)?;
        if self.must_change(&person) {
            return Err(IdentityError::MustChangePassword);
        }
        let own = |login: &String| fold_login(login) == person.login;
        let is_own = credentials.login.as_ref().is_none_or(own);
        let given = Given {
            password: Some(&credentials.password),
            code: Code::Asked(credentials.code.as_deref()),
            holds: is_own,
            from: None,
        };
        let proven = self.confirm(&person, &given).await;
        if let Err(why) = &proven
            && let Some(why) = refusal(why)
        {
            let mut deed = AuditEvent::new(person.id, "signature.refused", what).to(json!({"why": why}));
            deed.module = module;
            self.journal.record(Batch::new(), vec![deed]).await?;
        }
        Ok(Signer {
            method: proven?,
            person,
            at: self.now(),
        })
    }

    /// Checks somebody who is signed in again; those who guess wait, as at signing in.
    pub(super) async fn confirm(
        &self,
        person: &Person,
        given: &Given<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        let name = format!("confirm {}", person.id);
        let free = self.settings.free_attempts;
        if let Some(retry_after) = self.throttle.wait(&name, free, self.now()) {
            return Err(IdentityError::Throttled { retry_after });
        }
        let proven = self.prove(person, given).await;
        match &proven {
            Ok(_) => self.throttle.succeeded(&name),
            Err(IdentityError::CodeNeeded) => {}
            Err(_) => drop(self.throttle.failed(&name, self.now())),
        }
        proven
    }
}

/// What the journal says of a signature that was refused; never what was typed.
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
    use crate::tests::{House, PASSWORD, house};
    use crate::{Grant, Role};
    use lectern_base::ReviewId;

    fn given(login: Option<&str>, password: &str) -> Credentials {
        Credentials {
            login: login.map(str::to_owned),
            password: password.to_owned(),
            code: None,
        }
    }

    impl House {
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
    async fn a_signer_gives_id_and_password_anew() {
        let house = house().await;
        let ada = house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        house.clock.advance(Duration::from_secs(60));
        let signer = house
            .signs(&caller, given(Some(" ADA"), PASSWORD))
            .await
            .unwrap();
        assert_eq!(signer.person().id, ada.id);
        assert_eq!(signer.method(), SigningMethod::Password);
        assert_eq!(signer.at(), house.identity.now());
        house.signs(&caller, given(None, PASSWORD)).await.unwrap();
    }

    #[tokio::test]
    async fn a_wrong_password_and_the_login_of_another_are_refused_alike_and_journalled() {
        let house = house().await;
        house.person("ada", &[]).await;
        house.person("bob", &[]).await;
        let caller = house.sign_in("ada").await;
        let what = Subject::review(ReviewId::new());
        let module = ModuleId::new();
        for wrong in [
            given(Some("ada"), "not the password"),
            given(Some("bob"), PASSWORD),
            given(Some(""), PASSWORD),
        ] {
            let refused = house
                .identity
                .signer(&caller, wrong, what.clone(), Some(module))
                .await
                .unwrap_err();
            assert!(matches!(refused, IdentityError::WrongPassword), "{refused}");
        }
        let entries = house.journal.read(0, 1_000).await.unwrap();
        let refused: Vec<_> = entries
            .iter()
            .filter(|entry| entry.deed == "signature.refused")
            .collect();
        assert_eq!(refused.len(), 3);
        for entry in refused {
            assert_eq!((&entry.subject, entry.module), (&what, Some(module)));
            let told = serde_json::to_string(entry).unwrap();
            assert!(!told.contains("not the password") && !told.contains(PASSWORD));
        }
    }

    #[tokio::test]
    async fn guessing_at_a_signature_is_slowed_down_for_the_right_password_too() {
        let house = house().await;
        house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        for _ in 0..5 {
            let _ = house.signs(&caller, given(None, "guess guess guess")).await;
        }
        let refused = house.signs(&caller, given(None, PASSWORD)).await;
        assert!(matches!(refused, Err(IdentityError::Throttled { .. })));
        house.clock.advance(Duration::from_secs(3));
        house.signs(&caller, given(None, PASSWORD)).await.unwrap();
    }

    #[tokio::test]
    async fn nobody_signs_with_a_password_that_an_admin_knows() {
        let house = house().await;
        house
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = house.person("ada", &[]).await;
        let root = house.sign_in("root").await.admin().unwrap();
        house
            .identity
            .reset_password(&root, ada.id, "given by an admin")
            .await
            .unwrap();
        let opened = house
            .identity
            .sign_in("ada", "given by an admin", "-")
            .await
            .unwrap();
        let caller = house.identity.caller_by_session(&opened.secret).await;
        let caller = caller.unwrap();
        let refused = house
            .signs(&caller, given(None, "given by an admin"))
            .await
            .unwrap_err();
        assert!(matches!(refused, IdentityError::MustChangePassword));
        house
            .identity
            .change_password(&caller, "given by an admin", "ada's own password")
            .await
            .unwrap();
        house
            .signs(&caller, given(None, "ada's own password"))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn whoever_was_deactivated_signs_nothing() {
        let house = house().await;
        house
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        let root = house.sign_in("root").await.admin().unwrap();
        house.identity.deactivate(&root, ada.id).await.unwrap();
        let refused = house.signs(&caller, given(None, PASSWORD)).await;
        assert!(matches!(refused, Err(IdentityError::WrongPassword)));
    }

    #[test]
    fn credentials_do_not_print() {
        let printed = format!("{:?}", given(Some("ada"), PASSWORD));
        assert_eq!(printed, "Credentials { .. }");
    }
}
