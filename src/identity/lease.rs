//! Leases of open connections: they end with the session or token of the caller.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::sleep;

use lectern_base::{Lease, PersonId, WeakLease};

use super::proof::Credential;
use super::session::SEEN_STEP;
use super::{Caller, Identity, IdentityError};

/// Minimum time between two checks of a lease.
const MIN_WAIT: Duration = Duration::from_millis(10);

impl Identity {
    /// Returns the lease that a connection of the caller holds for as long as it is open; `None` if
    /// the caller's session or token has ended.
    ///
    /// The lease ends with the session or token. Use of the connection counts as use of the session.
    pub async fn lease(self: &Arc<Self>, caller: &Caller) -> Option<Lease> {
        let (person, credential) = (caller.id(), caller.credential()?);
        let (lease, is_new) = self.leases.enter(person, credential);
        // Checked after entering: if the credential ends from now on, the lease is found and ended.
        if !self.is_valid(credential).await {
            lease.end();
            return None;
        }
        if is_new {
            let followed = follow(
                Arc::downgrade(self),
                person,
                credential,
                lease.downgrade(),
                lease.over(),
            );
            tokio::spawn(followed);
        }
        Some(lease)
    }

    /// Ends the leases of a person whose sessions and tokens have ended. Call it after the commit.
    pub(super) async fn end_leases(&self, person: PersonId) {
        for (credential, lease) in self.leases.of(person) {
            if !self.is_valid(credential).await {
                lease.end();
            }
        }
    }

    /// Returns whether a session or token is still in force. If that cannot be read, it is not.
    pub(super) async fn is_valid(&self, credential: Credential) -> bool {
        match self.time_left(credential).await {
            Ok(left) => left.is_some(),
            Err(error) => {
                tracing::error!(%error, "A session or token could not be read.");
                false
            }
        }
    }

    /// Returns how long a session or token stays in force; `None` if it has ended.
    async fn time_left(&self, credential: Credential) -> Result<Option<Duration>, IdentityError> {
        let ends = match credential {
            Credential::Session(key) => self.session_ends(&key).await?,
            Credential::Token(id) => self.token_ends(&id).await?,
        };
        let now = self.now();
        Ok(ends.filter(|ends| *ends > now).map(|ends| ends.since(now)))
    }

    /// Records the use of a connection, and returns when to check its lease again; `None` if the
    /// session or token has ended.
    async fn renew(&self, credential: Credential, lease: &Lease) -> Option<Duration> {
        if let Credential::Session(key) = credential
            && lease.take_use()
        {
            self.touch_session(&key).await;
        }
        let left = self.time_left(credential).await.ok().flatten()?;
        Some(left.min(SEEN_STEP).max(MIN_WAIT))
    }
}

/// Ends a lease when its session or token expires. It stops once no connection holds the lease.
async fn follow(
    identity: Weak<Identity>,
    person: PersonId,
    credential: Credential,
    lease: WeakLease,
    over: impl Future<Output = ()>,
) {
    tokio::pin!(over);
    loop {
        let Some(wait) = next_check(&identity, credential, &lease).await else {
            break;
        };
        tokio::select! {
            () = &mut over => break,
            () = sleep(wait) => {}
        }
    }
    if let Some(identity) = identity.upgrade() {
        identity.leases.prune(person);
    }
}

async fn next_check(
    identity: &Weak<Identity>,
    credential: Credential,
    lease: &WeakLease,
) -> Option<Duration> {
    let (identity, lease) = (identity.upgrade()?, lease.upgrade()?);
    let wait = identity.renew(credential, &lease).await;
    if wait.is_none() {
        lease.end();
    }
    wait
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;
    use crate::tests::{Fixture, PASSWORD, fixture, fixture_with, terms};
    use crate::{Grant, IdentitySettings, Role, Via};
    use lectern_base::ArticleId;

    const HOUR: Duration = Duration::from_secs(3_600);
    const NEW_PASSWORD: &str = "another long password";

    async fn lease(fixture: &Fixture, caller: &Caller) -> Lease {
        fixture.identity.lease(caller).await.expect("a lease")
    }

    /// Signs bob in twice and gives him a token; returns the callers and their leases.
    async fn connected(fixture: &Fixture) -> ([Caller; 3], [Lease; 3]) {
        fixture.person("bob", &[]).await;
        let (here, there) = (fixture.sign_in("bob").await, fixture.sign_in("bob").await);
        let made = fixture
            .identity
            .create_token(&here, terms("robot", HOUR), PASSWORD, None)
            .await;
        let robot = fixture.identity.caller_by_token(&made.unwrap().1).await;
        let callers = [here, there, robot.unwrap()];
        let leases = [
            lease(fixture, &callers[0]).await,
            lease(fixture, &callers[1]).await,
            lease(fixture, &callers[2]).await,
        ];
        (callers, leases)
    }

    fn ended(leases: &[Lease; 3]) -> [bool; 3] {
        leases.each_ref().map(Lease::has_ended)
    }

    #[tokio::test]
    async fn signing_out_ends_the_leases_of_that_session_only() {
        let fixture = fixture().await;
        let (callers, leases) = connected(&fixture).await;
        let second_tab = lease(&fixture, &callers[0]).await;
        fixture.identity.sign_out(&callers[0]).await.unwrap();
        assert_eq!(ended(&leases), [true, false, false]);
        assert!(second_tab.has_ended());
        assert!(fixture.identity.lease(&callers[0]).await.is_none());
    }

    #[tokio::test]
    async fn revoking_a_token_ends_its_leases_only() {
        let fixture = fixture().await;
        let (callers, leases) = connected(&fixture).await;
        let Via::Token(id) = callers[2].via() else {
            panic!("a token")
        };
        fixture
            .identity
            .revoke_token(&callers[0], id)
            .await
            .unwrap();
        assert_eq!(ended(&leases), [false, false, true]);
    }

    #[tokio::test]
    async fn changing_the_password_ends_the_leases_of_other_sessions() {
        let fixture = fixture().await;
        let (callers, leases) = connected(&fixture).await;
        let changed = fixture
            .identity
            .change_password(&callers[0], PASSWORD, NEW_PASSWORD)
            .await;
        changed.unwrap();
        assert_eq!(ended(&leases), [false, true, false]);
    }

    #[tokio::test]
    async fn a_password_link_ends_the_leases_of_all_sessions_and_tokens() {
        let fixture = fixture().await;
        let admin = [Grant::everywhere(Role::Admin)];
        fixture.person("root", &admin).await;
        let root = fixture.sign_in("root").await.admin().unwrap();
        let (callers, leases) = connected(&fixture).await;
        let reset = fixture
            .identity
            .make_password_link(&root, callers[0].id())
            .await;
        reset.unwrap();
        assert_eq!(ended(&leases), [true, true, true]);
    }

    #[tokio::test]
    async fn a_reported_sign_in_ends_the_leases_of_other_sessions() {
        let fixture = fixture().await;
        let (callers, leases) = connected(&fixture).await;
        let Via::Session(other) = callers[1].via() else {
            panic!("a session")
        };
        let reported = fixture.identity.report_sign_in(&callers[0], other).await;
        reported.unwrap();
        assert_eq!(ended(&leases), [false, true, false]);
    }

    #[tokio::test]
    async fn deactivation_ends_every_lease() {
        let fixture = fixture().await;
        let admin = [Grant::everywhere(Role::Admin)];
        fixture.person("root", &admin).await;
        let root = fixture.sign_in("root").await.admin().unwrap();
        let (callers, leases) = connected(&fixture).await;
        let bob = callers[0].id();
        fixture.identity.deactivate(&root, bob).await.unwrap();
        assert_eq!(ended(&leases), [true; 3]);
    }

    #[tokio::test]
    async fn leases_end_when_the_session_or_token_expires() {
        let fixture = fixture_with(IdentitySettings {
            session_idle: Duration::from_millis(50),
            ..IdentitySettings::default()
        })
        .await;
        let (_, leases) = connected(&fixture).await;
        fixture.clock.advance(Duration::from_millis(50));
        for lease in &leases[..2] {
            let ended = timeout(Duration::from_secs(10), lease.ended()).await;
            ended.expect("the session expires");
        }
        assert!(!leases[2].has_ended(), "the token lasts an hour");
    }

    #[tokio::test]
    async fn a_token_that_expires_ends_its_leases() {
        let fixture = fixture().await;
        fixture.person("bob", &[]).await;
        let bob = fixture.sign_in("bob").await;
        let lasts = Duration::from_millis(50);
        let made = fixture
            .identity
            .create_token(&bob, terms("robot", lasts), PASSWORD, None)
            .await;
        let robot = fixture.identity.caller_by_token(&made.unwrap().1).await;
        let lease = lease(&fixture, &robot.unwrap()).await;
        fixture.clock.advance(lasts);
        let ended = timeout(Duration::from_secs(10), lease.ended()).await;
        ended.expect("the token expires");
    }

    #[tokio::test]
    async fn what_is_written_over_a_connection_keeps_the_session_in_use() {
        let fixture = fixture().await;
        let (callers, leases) = connected(&fixture).await;
        let credential = callers[0].credential().unwrap();
        for _ in 0..3 {
            fixture.clock.advance(HOUR * 8);
            leases[0].record_use();
            assert!(
                fixture
                    .identity
                    .renew(credential, &leases[0])
                    .await
                    .is_some()
            );
        }
        fixture.clock.advance(HOUR * 12);
        assert!(
            fixture
                .identity
                .renew(credential, &leases[0])
                .await
                .is_none()
        );
    }

    #[tokio::test]
    async fn a_ticket_ends_with_the_session_that_made_it() {
        let fixture = fixture().await;
        fixture.person("bob", &[]).await;
        let bob = fixture.sign_in("bob").await;
        let made = fixture.identity.make_ticket(&bob, ArticleId::new()).await;
        fixture.identity.sign_out(&bob).await.unwrap();
        let redeemed = fixture.identity.redeem_ticket(&made.unwrap().ticket).await;
        assert!(redeemed.is_none());
    }

    #[tokio::test]
    async fn a_connection_opened_with_a_ticket_ends_with_the_session_that_made_it() {
        let fixture = fixture().await;
        fixture.person("bob", &[]).await;
        let bob = fixture.sign_in("bob").await;
        let made = fixture.identity.make_ticket(&bob, ArticleId::new()).await;
        let redeemed = fixture.identity.redeem_ticket(&made.unwrap().ticket).await;
        let lease = lease(&fixture, &redeemed.unwrap().0).await;
        fixture.identity.sign_out(&bob).await.unwrap();
        assert!(lease.has_ended());
    }
}
