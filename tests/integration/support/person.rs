//! A person of a story.

use std::ops::Deref;
use std::time::Duration;

use serde_json::json;

use lectern_base::PersonId;
use lectern_identity::{Grant, NewPerson, TokenScope};

use super::{Client, TestServer};

/// The password of everybody in the stories.
pub const PASSWORD: &str = "a long enough password";

const DAY: Duration = Duration::from_secs(86_400);

/// A person with a token.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The login.
    pub login: String,
    /// The token.
    pub token: String,
    client: Client,
}

impl Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Person {
    pub(super) async fn add(server: &TestServer, login: &str, roles: Vec<Grant>) -> Self {
        let new = NewPerson {
            login: login.to_owned(),
            name: login.to_uppercase(),
            password: PASSWORD.to_owned(),
            roles,
        };
        let identity = &server.app.identity;
        let person = identity.add_person_as_operator(new).await.unwrap();
        let made = identity
            .create_token_as_operator(login, "tests", DAY, TokenScope::Write)
            .await;
        let (_, token) = made.unwrap();
        let client = Client::new(server.url(""), Some(token.clone())).with_login(login);
        Self {
            id: person.id,
            login: login.to_owned(),
            token,
            client,
        }
    }

    /// The same person at a server that started again on the same data.
    pub fn at(&self, server: &TestServer) -> Self {
        let client = Client::new(server.url(""), Some(self.token.clone())).with_login(&self.login);
        Self {
            client,
            ..self.clone()
        }
    }

    /// The same person with another token: the one before may have run out.
    pub async fn anew(&self, server: &TestServer) -> Self {
        let identity = &server.app.identity;
        let made = identity
            .create_token_as_operator(&self.login, "anew", DAY, TokenScope::Write)
            .await;
        let (_, token) = made.unwrap();
        Self {
            token,
            ..self.clone()
        }
        .at(server)
    }

    /// A client that signed in with the password and holds a cookie instead of a token.
    pub async fn in_a_browser(&self, server: &TestServer) -> Client {
        let browser = server.stranger();
        let body = json!({"login": self.login, "password": PASSWORD});
        browser.post("/api/v1/session", body).await.expect(200);
        browser
    }
}
