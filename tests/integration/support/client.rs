//! A plain HTTP client that says what came back.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::PASSWORD;

/// Talks to one server, as one person or as nobody.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    /// The login of the token's owner, who can sign in with [`PASSWORD`].
    login: Option<String>,
    http: reqwest::Client,
}

/// The last parts of addresses at which people decide, sign, delegate or make tokens. No token does
/// these, so its owner signs in for them.
const IN_PERSON: [&str; 11] = [
    "decisions",
    "suspend",
    "reinstate",
    "reissue",
    "reaffirm",
    "retire",
    "standing",
    "acknowledgements",
    "acknowledge",
    "delegations",
    "tokens",
];

/// A reply, read whole.
#[derive(Debug)]
pub struct Got {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Client {
    /// Makes a client that keeps cookies and follows no redirect.
    pub fn new(base: String, token: Option<String>) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            base,
            token,
            login: None,
            http,
        }
    }

    /// The same client, whose owner can sign in.
    pub fn with_login(self, login: &str) -> Self {
        Self {
            login: Some(login.to_owned()),
            ..self
        }
    }

    /// A browser in which the owner of the token has just signed in, if something at this address
    /// is done in person only; otherwise, or if they cannot sign in, the same client.
    pub async fn for_deed_at(&self, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let Some(login) = self.login.as_ref().filter(|_| IN_PERSON.contains(&last)) else {
            return self.clone();
        };
        let browser = Self::new(self.base.clone(), None);
        let body = serde_json::json!({"login": login, "password": PASSWORD});
        let request = browser.request(Method::POST, "/api/v1/session").json(&body);
        match request.send().await.unwrap().status() {
            StatusCode::OK => browser,
            _ => self.clone(),
        }
    }

    /// The same person at another address.
    pub fn at(&self, base: String) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    /// Prepares a request.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a prepared request.
    pub async fn send(&self, request: RequestBuilder) -> Got {
        let mut request = request.build().unwrap();
        let mut http = self.http.clone();
        if request.method() == Method::POST {
            let deed = self.for_deed_at(request.url().path()).await;
            if deed.token.is_none() && self.token.is_some() {
                request.headers_mut().remove("authorization");
                http = deed.http;
            }
        }
        let response = http.execute(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Got {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Got {
        self.send(self.request(Method::GET, path)).await
    }

    /// GET as a browser asks for a page.
    pub async fn page(&self, path: &str) -> Got {
        let request = self
            .request(Method::GET, path)
            .header("accept", "text/html");
        self.send(request).await
    }

    /// POST with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Got {
        self.send(self.request(Method::POST, path).json(&body))
            .await
    }

    /// POST as a form of a page does.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let request = self.request(Method::POST, path).form(fields);
        self.send(request.header("accept", "text/html")).await
    }

    /// PUT with JSON.
    pub async fn put(&self, path: &str, body: Value) -> Got {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PATCH with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Got {
        self.send(self.request(Method::PATCH, path).json(&body))
            .await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Got {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Any body under any content type.
    pub async fn raw(&self, method: Method, path: &str, kind: &str, body: &str) -> Got {
        let request = self.request(method, path).header("content-type", kind);
        self.send(request.body(body.to_owned())).await
    }
}

impl Got {
    /// Fails unless the status is the expected one; shows the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The part of the text from one mark to the next one of another.
    pub fn between(&self, from: &str, to: &str) -> &str {
        let rest = self.text.split_once(from).map_or("", |(_, rest)| rest);
        rest.split_once(to).map_or(rest, |(part, _)| part)
    }

    /// The text of an article on its reading page.
    pub fn article(&self) -> &str {
        self.between("<div class=\"reading-text", "<footer")
    }

    /// The links to an article, at the foot of its reading page.
    pub fn backlinks(&self) -> &str {
        self.between("<h2 id=\"backlinks\">", "</section>")
    }

    /// What the page is about: its text without sidebar, masthead and footer.
    pub fn main(&self) -> &str {
        let start = self.text.find("<main").unwrap();
        let end = self.text.find("</main>").unwrap();
        &self.text[start..end]
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// A text field of the JSON body.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let json = self.json();
        let value = json[name].as_str();
        value
            .unwrap_or_else(|| panic!("no text “{name}” in {}", self.text))
            .to_owned()
    }

    /// The `id` of what was created.
    #[track_caller]
    pub fn id(&self) -> String {
        self.field("id")
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }

    /// Fails unless this is a problem of that status; returns its detail.
    #[track_caller]
    pub fn problem(self, status: u16) -> Value {
        let got = self.expect(status);
        assert_eq!(
            got.header("content-type"),
            "application/problem+json",
            "{}",
            got.text
        );
        let json = got.json();
        assert_eq!(json["status"], status);
        assert!(json["detail"].as_str().is_some_and(|text| !text.is_empty()));
        json
    }
}
