//! Lists the sessions and tokens of earlier releases under their people.

use std::time::{Duration, Instant};

use lectern_store::{Batch, Key, Range, Table};

use super::session::{self, SESSIONS};
use super::token::{self, TOKENS};
use super::{Identity, IdentityError};

/// Under [`EARLIER`]: whether the sessions and tokens of earlier releases are listed.
static DONE: Table<String, bool> = Table::new("credentials_by_person_done");
const EARLIER: &str = "earlier";

/// Number of records listed at a time.
const CHUNK: usize = 250;
/// Time between two lines of the log.
const REPORT: Duration = Duration::from_secs(5);

impl Identity {
    /// Lists the sessions and tokens of earlier releases under their people, once, and removes
    /// expired sessions. Whatever ends somebody's sessions or tokens waits for this.
    ///
    /// Can stop at any moment: the next start begins again, and what is done already is cheap.
    pub async fn index_by_person(&self) -> Result<(), IdentityError> {
        let indexed = self.indexed.get_or_try_init(|| self.index_earlier());
        indexed.await.copied()
    }

    async fn index_earlier(&self) -> Result<(), IdentityError> {
        if DONE.contains(&self.store, &EARLIER.to_owned()).await? {
            return Ok(());
        }
        let now = self.now();
        let (mut done, mut reported) = (0, Instant::now());
        let mut range = Range::all().limit(CHUNK);
        loop {
            let sessions = SESSIONS.scan(&self.store, range.clone()).await?;
            let Some((last, _)) = sessions.last() else {
                break;
            };
            range = range.after(&last.encode());
            let mut batch = Batch::new();
            for (key, session) in &sessions {
                match self.end_of(session) <= now {
                    true => session::delete(&mut batch, key, session),
                    false => session::list(&mut batch, key, session),
                }
            }
            self.store.commit(batch).await?;
            done += sessions.len();
            if reported.elapsed() > REPORT {
                reported = Instant::now();
                tracing::info!(done, "Sessions of an earlier release are being indexed");
            }
        }
        let mut range = Range::all().limit(CHUNK);
        loop {
            let tokens = TOKENS.scan(&self.store, range.clone()).await?;
            let Some((last, _)) = tokens.last() else {
                break;
            };
            range = range.after(&last.encode());
            let mut batch = Batch::new();
            for (id, token) in &tokens {
                token::BY_PERSON.put(&mut batch, &(token.person, *id), &());
            }
            self.store.commit(batch).await?;
        }
        let mut batch = Batch::new();
        DONE.put(&mut batch, &EARLIER.to_owned(), &true);
        self.store.commit(batch).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::TokenScope;
    use crate::tests::{Fixture, PASSWORD, fixture};

    /// Opens the same data as after an upgrade from a release without these lists.
    async fn upgraded(fixture: &Fixture) -> Identity {
        let store = &fixture.identity.store;
        for table in [
            session::BY_PERSON.name(),
            token::BY_PERSON.name(),
            DONE.name(),
        ] {
            let mut batch = Batch::new();
            for (key, _) in store.scan(table, Range::all()).await.unwrap() {
                batch.delete(table, &key);
            }
            store.commit(batch).await.unwrap();
        }
        Identity::new(
            store.clone(),
            Arc::clone(&fixture.journal),
            fixture.clock.clone(),
            fixture.identity.settings.clone(),
        )
    }

    #[tokio::test]
    async fn sessions_and_tokens_of_an_earlier_release_end_with_their_person() {
        let fixture = fixture().await;
        let (ada, ben) = (fixture.person("ada", &[]).await, "ben");
        fixture.person(ben, &[]).await;
        let old = fixture
            .identity
            .sign_in("ada", PASSWORD, "-")
            .await
            .unwrap();
        let other = fixture.identity.sign_in(ben, PASSWORD, "-").await.unwrap();
        let caller = fixture.sign_in("ada").await;
        let lasts = Duration::from_secs(3_600);
        let token = fixture
            .identity
            .create_token_as_operator("ada", "t", lasts, TokenScope::Write)
            .await;
        let (_, token) = token.unwrap();

        let identity = upgraded(&fixture).await;
        assert_eq!(identity.tokens(&caller).await.unwrap().len(), 1);
        let mut batch = Batch::new();
        let ended = identity.prepare_ending(&mut batch, ada.id, |_| true).await;
        assert_eq!(ended.unwrap().len(), 2);
        let by = ada.id.into();
        let revoked = identity.prepare_revoking(&mut batch, by, ada.id).await;
        assert_eq!(revoked.unwrap().len(), 1);
        identity.store.commit(batch).await.unwrap();
        assert!(identity.caller_by_session(&old.secret).await.is_none());
        assert!(identity.caller_by_token(&token).await.is_none());
        assert!(identity.caller_by_session(&other.secret).await.is_some());
    }

    #[tokio::test]
    async fn expired_sessions_are_removed_when_they_are_indexed_and_when_their_person_returns() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let sessions = async |identity: &Identity| SESSIONS.all(&identity.store).await.unwrap();
        fixture.sign_in("ada").await;
        fixture.sign_in("ada").await;
        fixture.clock.advance(Duration::from_secs(8 * 86_400));
        fixture.sign_in("ada").await;
        assert_eq!(sessions(&fixture.identity).await.len(), 1);
        fixture.clock.advance(Duration::from_secs(8 * 86_400));
        let identity = upgraded(&fixture).await;
        identity.index_by_person().await.unwrap();
        assert_eq!(sessions(&identity).await.len(), 0);
        let listed = session::BY_PERSON.all(&identity.store).await.unwrap();
        assert_eq!(listed, []);
    }

    #[tokio::test]
    async fn signing_out_reads_the_sessions_of_one_person() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        fixture.person("ben", &[]).await;
        let stays = fixture
            .identity
            .sign_in("ben", PASSWORD, "-")
            .await
            .unwrap();
        let other = fixture
            .identity
            .sign_in("ada", PASSWORD, "-")
            .await
            .unwrap();
        let ada = fixture.sign_in("ada").await;
        fixture.identity.sign_out(&ada).await.unwrap();
        let found = fixture.identity.sessions_of(ada.id()).await.unwrap();
        assert_eq!(found.len(), 1);
        for secret in [&stays.secret, &other.secret] {
            let caller = fixture.identity.caller_by_session(secret).await;
            assert!(caller.is_some());
        }
    }
}
