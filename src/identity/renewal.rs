//! Passwords are replaced: by their owner, by an admin, or because they have grown too old
//! (21 CFR 11.300(b)).

use lectern_base::{PersonId, Subject};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::guard::GUARDS;
use super::second::SECONDS;
use super::service::{PASSWORDS, PEOPLE};
use super::{Admin, Caller, Identity, IdentityError, Person, Via};

/// Hashes of passwords that somebody had, newest first, without the present one.
static FORMER: Table<PersonId, Vec<String>> = Table::new("former_passwords");

/// How a password is replaced.
struct Renewal {
    by: Actor,
    hash: String,
    /// Whether somebody else knows the new one.
    must_change: bool,
    /// The session that goes on.
    keeps: Option<Via>,
    /// Whether a lock and a second factor go as well.
    clears: bool,
}

impl Identity {
    /// Tells whether a person must choose a new password before anything else.
    pub fn must_change(&self, person: &Person) -> bool {
        let since = person.password_since.unwrap_or(person.created_at);
        let old = |lasts| self.now().since(since) >= lasts;
        person.must_change_password || self.settings.password_lasts.is_some_and(old)
    }

    /// Sets the caller's own password; their other sessions end.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] when they had the password lately.
    pub async fn change_password(
        &self,
        caller: &Caller,
        old: &str,
        new: &str,
    ) -> Result<(), IdentityError> {
        self.confirm_password(caller, old).await?;
        let hash = self.passwords.accept(new, "new").await?;
        self.refuse_former(caller.id(), new).await?;
        let renewal = Renewal {
            by: Actor::Person(caller.id()),
            hash,
            must_change: false,
            keeps: Some(caller.via()),
            clears: false,
        };
        self.replace_password(caller.id(), renewal).await
    }

    /// Gives a person a new password that they must replace by one of their own; all their
    /// sessions and sockets end.
    pub async fn reset_password(
        &self,
        by: &Admin,
        id: PersonId,
        new: &str,
    ) -> Result<(), IdentityError> {
        let hash = self.passwords.accept(new, "password").await?;
        let renewal = Renewal {
            by: Actor::Person(by.person().id),
            hash,
            must_change: by.person().id != id,
            keeps: None,
            clears: false,
        };
        self.replace_password(id, renewal).await?;
        self.changed(id);
        Ok(())
    }

    /// Lets somebody back in on behalf of whoever runs the machine: a new password that they must
    /// replace, no lock, no second factor.
    pub async fn recover_as_operator(&self, login: &str, new: &str) -> Result<(), IdentityError> {
        let found = self.find_by_login(login).await?;
        let person = found.ok_or(IdentityError::Unknown { what: "person" })?;
        let renewal = Renewal {
            by: Actor::System,
            hash: self.passwords.accept(new, "password").await?,
            must_change: true,
            keeps: None,
            clears: true,
        };
        self.replace_password(person.id, renewal).await
    }

    async fn refuse_former(&self, id: PersonId, new: &str) -> Result<(), IdentityError> {
        let history = self.settings.password_history;
        let present = PASSWORDS.get(&self.store, &id).await?;
        let former = FORMER.get(&self.store, &id).await?.unwrap_or_default();
        for kept in present.iter().chain(&former).take(history) {
            if self.passwords.matches(new, Some(kept)).await? {
                let why = match history {
                    1 => "this is the password you have; choose another".to_owned(),
                    _ => format!("choose another password: your last {history} are not taken"),
                };
                return Err(IdentityError::invalid("new", why));
            }
        }
        Ok(())
    }

    async fn replace_password(&self, id: PersonId, renewal: Renewal) -> Result<(), IdentityError> {
        let found = self.versioned(id).await?;
        let mut person = found.value.clone();
        person.must_change_password = renewal.must_change;
        person.password_since = Some(self.now());
        let mut batch = Batch::new();
        let present = PASSWORDS.get(&self.store, &id).await?;
        let former = FORMER.get(&self.store, &id).await?.unwrap_or_default();
        let kept = self.settings.password_history.saturating_sub(1);
        let former: Vec<_> = present.into_iter().chain(former).take(kept).collect();
        FORMER.put(&mut batch, &id, &former);
        PASSWORDS.put(&mut batch, &id, &renewal.hash);
        PEOPLE.put_expecting(&mut batch, &id, &person, &found);
        let subject = Subject::person(id);
        let deed = match renewal.clears {
            true => "person.recovered",
            false => "person.password_changed",
        };
        let mut deeds = vec![AuditEvent::new(renewal.by, deed, subject)];
        if renewal.clears {
            GUARDS.delete(&mut batch, &id);
            SECONDS.delete(&mut batch, &id);
        }
        let ended = self.prepare_ending(&mut batch, |session| {
            session.person == id && renewal.keeps != Some(Via::Session(session.id))
        });
        deeds.extend(ended.await?);
        self.journal.record(batch, deeds).await?;
        self.pending.forget(|person| person == id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::tests::{House, PASSWORD, house, house_with};
    use crate::{Credentials, Grant, IdentitySettings, NewPerson, Role};
    use lectern_base::{ReviewId, Subject};

    const DAY: Duration = Duration::from_secs(86_400);

    async fn changes(house: &House, old: &str, new: &str) -> Result<(), IdentityError> {
        let opened = house.identity.sign_in("bob", old, "-").await.unwrap();
        let caller = house.identity.caller_by_session(&opened.secret).await;
        house
            .identity
            .change_password(&caller.unwrap(), old, new)
            .await
    }

    #[tokio::test]
    async fn the_last_five_passwords_are_not_taken_again() {
        let house = house().await;
        house.person("bob", &[]).await;
        let same = changes(&house, PASSWORD, PASSWORD).await.unwrap_err();
        assert_eq!(same.field(), Some("new"));
        let names: Vec<String> = (1..=5).map(|n| format!("password number {n}")).collect();
        let mut present = PASSWORD.to_owned();
        for next in &names {
            let first = changes(&house, &present, PASSWORD).await;
            assert!(first.is_err(), "{present} came after the first");
            changes(&house, &present, next).await.unwrap();
            present = next.clone();
        }
        changes(&house, &present, PASSWORD).await.unwrap();
        assert!(changes(&house, PASSWORD, &names[1]).await.is_err());
        changes(&house, PASSWORD, &names[0]).await.unwrap();
    }

    #[tokio::test]
    async fn a_password_ages_and_then_nothing_but_changing_it_is_possible() {
        let settings = IdentitySettings {
            password_lasts: Some(DAY * 90),
            session_idle: DAY * 365,
            session_longest: DAY * 365,
            ..IdentitySettings::default()
        };
        let house = house_with(settings).await;
        house.person("bob", &[]).await;
        let opened = house.identity.sign_in("bob", PASSWORD, "-").await.unwrap();
        let caller = async || {
            house
                .identity
                .caller_by_session(&opened.secret)
                .await
                .unwrap()
        };
        house.clock.advance(DAY * 89);
        caller().await.ready().unwrap();
        house.clock.advance(DAY);
        let held_up = caller().await;
        assert!(matches!(
            held_up.clone().ready(),
            Err(IdentityError::MustChangePassword)
        ));
        let credentials = Credentials {
            login: None,
            password: PASSWORD.into(),
            code: None,
        };
        let what = Subject::review(ReviewId::new());
        let signed = house.identity.signer(&held_up, credentials, what, None);
        assert!(matches!(
            signed.await,
            Err(IdentityError::MustChangePassword)
        ));
        house
            .identity
            .change_password(&held_up, PASSWORD, "a password of today")
            .await
            .unwrap();
        house.clock.advance(DAY * 89);
        caller().await.ready().unwrap();
    }

    #[tokio::test]
    async fn whoever_runs_the_machine_lets_a_locked_out_person_back_in() {
        let house = house_with(IdentitySettings {
            lock_lasts: None,
            ..IdentitySettings::default()
        })
        .await;
        let bob = house.person("bob", &[]).await;
        for number in 0..10 {
            let from = format!("10.0.0.{number}");
            let guess = house.identity.sign_in("bob", "guess guess", from.as_str());
            guess.await.unwrap_err();
        }
        assert!(house.identity.is_locked(bob.id).await.unwrap());
        let nobody = house
            .identity
            .recover_as_operator("nobody", "a new password");
        assert!(matches!(nobody.await, Err(IdentityError::Unknown { .. })));
        let bob = house.identity.recover_as_operator("BOB", "a new password");
        bob.await.unwrap();
        let opened = house.identity.sign_in("bob", "a new password", "-").await;
        assert!(opened.unwrap().must_change_password);
        let deeds = house.deeds().await;
        assert!(deeds.contains(&"person.recovered".to_owned()));
    }

    #[tokio::test]
    async fn changing_a_password_ends_the_other_sessions() {
        let house = house().await;
        house.person("bob", &[]).await;
        let other = house.identity.sign_in("bob", PASSWORD, "-").await.unwrap();
        let own = house.identity.sign_in("bob", PASSWORD, "-").await.unwrap();
        let caller = house.identity.caller_by_session(&own.secret).await.unwrap();
        house
            .identity
            .change_password(&caller, PASSWORD, "another long password")
            .await
            .unwrap();
        let lives = async |secret: &str| house.identity.caller_by_session(secret).await.is_some();
        assert!(lives(&own.secret).await && !lives(&other.secret).await);
    }

    #[tokio::test]
    async fn a_password_that_an_admin_chose_holds_everything_up_but_changing_it() {
        let house = house().await;
        house
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let root = house.sign_in("root").await.admin().unwrap();
        let new = NewPerson {
            login: "bob".into(),
            name: "Bob".into(),
            password: PASSWORD.into(),
            roles: vec![],
        };
        let bob = house.identity.add_person(&root, new).await.unwrap();
        let opened = house.identity.sign_in("bob", PASSWORD, "-").await.unwrap();
        assert!(opened.must_change_password);
        changes(&house, PASSWORD, "bob's own password")
            .await
            .unwrap();

        let mut changed = house.identity.changes();
        house
            .identity
            .reset_password(&root, bob.id, "given by an admin")
            .await
            .unwrap();
        assert_eq!(changed.recv().await.unwrap(), bob.id, "sockets look again");
        let gone = house.identity.caller_by_session(&opened.secret).await;
        assert!(gone.is_none());
        let opened = house
            .identity
            .sign_in("bob", "given by an admin", "-")
            .await;
        assert!(opened.unwrap().must_change_password);
        let kept = changes(&house, "given by an admin", "bob's own password").await;
        assert!(kept.is_err(), "it was used before");
        changes(&house, "given by an admin", "bob's next password")
            .await
            .unwrap();
    }
}
