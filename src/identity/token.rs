//! API tokens: stored as a hash, expiring, revocable.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, Subject, Timestamp, TokenId};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::add_person::check_name;
use super::attempt::{Attempt, CodeCheck};
use super::event::{IdentityEvent, NewToken, RevokedToken};
use super::proof::Credential;
use super::{Caller, Identity, IdentityError, Person, TokenScope, Via, secret};

pub(super) static TOKENS: Table<TokenId, Token> = Table::new("tokens");
/// The tokens of each person.
pub(super) static BY_PERSON: Table<(PersonId, TokenId), ()> = Table::new("tokens_by_person");
static SECRETS: Table<Hash, TokenId> = Table::new("token_secrets");

const PREFIX: &str = "lct_";

/// A token to be made.
#[derive(Debug, Clone)]
pub struct TokenTerms {
    /// What it is for.
    pub label: String,
    /// How long it lasts.
    pub lasts: Duration,
    /// What it may be used for.
    pub scope: TokenScope,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Token {
    pub person: PersonId,
    label: String,
    /// Tokens of earlier releases may write.
    #[serde(default)]
    scope: TokenScope,
    secret: Hash,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// A token without its secret, which is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// The id.
    pub id: TokenId,
    /// What it is for.
    pub label: String,
    /// What it may be used for.
    pub scope: TokenScope,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Identity {
    /// Creates a token for the caller, who gives password and code anew; returns its id and its
    /// secret, which cannot be retrieved again.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) for a token, and like [`Identity::signer`].
    pub async fn create_token(
        &self,
        caller: &Caller,
        terms: TokenTerms,
        password: &str,
        code: Option<&str>,
    ) -> Result<(TokenId, String), IdentityError> {
        caller.in_person()?;
        check_label(&terms.label)?;
        let attempt = Attempt {
            password: Some(password),
            code: CodeCheck::IfEnrolled(code),
            login_matches: true,
            from: None,
        };
        self.confirm(caller.person(), &attempt).await?;
        let by = Actor::Person(caller.id());
        self.make_token(by, caller.person(), terms).await
    }

    /// Creates a token for the person with `login`, on behalf of the operator.
    pub async fn create_token_as_operator(
        &self,
        login: &str,
        label: &str,
        lasts: Duration,
        scope: TokenScope,
    ) -> Result<(TokenId, String), IdentityError> {
        let person = self.find_by_login(login).await?;
        let person = person.ok_or(IdentityError::Unknown { what: "person" })?;
        let terms = TokenTerms {
            label: label.to_owned(),
            lasts,
            scope,
        };
        self.make_token(Actor::System, &person, terms).await
    }

    /// Returns the caller's unexpired tokens.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenInfo>, IdentityError> {
        let now = self.now();
        let found = self.tokens_of(caller.id()).await?.into_iter();
        let own = found.filter(|(_, token)| token.expires_at > now);
        Ok(own
            .map(|(id, token)| TokenInfo {
                id,
                label: token.label,
                scope: token.scope,
                created_at: token.created_at,
                expires_at: token.expires_at,
            })
            .collect())
    }

    /// Revokes a token of the caller.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<(), IdentityError> {
        let found = TOKENS.get(&self.store, &id).await?;
        let token = found.filter(|token| token.person == caller.id());
        let token = token.ok_or(IdentityError::Unknown { what: "token" })?;
        let mut batch = Batch::new();
        delete(&mut batch, id, &token);
        let event = revoked(caller.id().into(), id, token.label);
        self.journal.record(batch, vec![event]).await?;
        self.end_leases(caller.id()).await;
        Ok(())
    }

    /// Adds the revocation of all tokens of a person to `batch`.
    pub(super) async fn prepare_revoking(
        &self,
        batch: &mut Batch,
        by: Actor,
        person: PersonId,
    ) -> Result<Vec<AuditEvent>, IdentityError> {
        let mut events = Vec::new();
        for (id, token) in self.tokens_of(person).await? {
            delete(batch, id, &token);
            events.push(revoked(by, id, token.label));
        }
        Ok(events)
    }

    async fn tokens_of(&self, person: PersonId) -> Result<Vec<(TokenId, Token)>, IdentityError> {
        self.index_by_person().await?;
        let mut tokens = Vec::new();
        for ((_, id), ()) in BY_PERSON.scan_under(&self.store, &person).await? {
            let token = TOKENS.get(&self.store, &id).await?;
            tokens.extend(token.map(|token| (id, token)));
        }
        Ok(tokens)
    }

    /// Returns the caller that a token's secret authenticates.
    pub async fn caller_by_token(&self, secret: &str) -> Option<Caller> {
        if !secret.starts_with(PREFIX) {
            return None;
        }
        let id = SECRETS
            .get(&self.store, &secret::hash(secret))
            .await
            .ok()
            .flatten()?;
        let token = TOKENS.get(&self.store, &id).await.ok().flatten()?;
        if token.expires_at <= self.now() {
            return None;
        }
        let caller = self.active_caller(token.person, Via::Token(id)).await?;
        let caller = caller.reads_only(token.scope == TokenScope::Read);
        Some(caller.with_credential(Credential::Token(id)))
    }

    /// Returns when a token stops working; `None` if it was revoked.
    pub(super) async fn token_ends(
        &self,
        id: &TokenId,
    ) -> Result<Option<Timestamp>, IdentityError> {
        let token = TOKENS.get(&self.store, id).await?;
        Ok(token.map(|token| token.expires_at))
    }

    async fn make_token(
        &self,
        by: Actor,
        person: &Person,
        terms: TokenTerms,
    ) -> Result<(TokenId, String), IdentityError> {
        let label = check_label(&terms.label)?;
        let (id, secret, now) = (TokenId::new(), secret::generate(PREFIX), self.now());
        let expires_at = now.plus(terms.lasts);
        let token = Token {
            person: person.id,
            label,
            scope: terms.scope,
            secret: secret::hash(&secret),
            created_at: now,
            expires_at,
        };
        let mut batch = Batch::new();
        TOKENS.insert(&mut batch, &id, &token);
        SECRETS.insert(&mut batch, &token.secret, &id);
        BY_PERSON.put(&mut batch, &(person.id, id), &());
        let created = IdentityEvent::TokenCreated {
            new: NewToken {
                person: person.id,
                label: token.label,
                scope: Some(token.scope),
                expires_at,
            },
        };
        let event = AuditEvent::new(by, created, Subject::new("token", id));
        self.journal.record(batch, vec![event]).await?;
        Ok((id, secret))
    }
}

/// Adds the removal of a token to `batch`.
fn delete(batch: &mut Batch, id: TokenId, token: &Token) {
    TOKENS.delete(batch, &id);
    SECRETS.delete(batch, &token.secret);
    BY_PERSON.delete(batch, &(token.person, id));
}

fn check_label(label: &str) -> Result<String, IdentityError> {
    check_name(label)
        .map_err(|_| IdentityError::invalid("label", "a label has 1 to 120 characters"))
}

fn revoked(by: Actor, id: TokenId, label: String) -> AuditEvent {
    let revoked = IdentityEvent::TokenRevoked {
        old: RevokedToken { label },
    };
    AuditEvent::new(by, revoked, Subject::new("token", id))
}
