//! Everything that one person needs to try every route: things of each kind, and bodies that fit.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use lectern_http::Route;
use lectern_identity::NewDelegation;

use crate::support::{Client, PASSWORD, Person, Received, Socket, TestServer, Wire};

/// Stands for the name of a line until there is one.
const NO_LINE: &str = "00000000000000000000000000000000";

/// Where a person holds their role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In the whole organisation.
    Here,
    /// In another module only.
    Elsewhere,
}

/// One person, and what they try the routes on.
pub struct Stage {
    server: String,
    client: Client,
    /// How the person proves on a socket who they are.
    proof: Vec<(&'static str, String)>,
    /// Somebody whom administrators send away and let in again.
    somebody: String,
    /// The login of somebody whose password is known.
    login: String,
    /// Delegations that the person got, to be given back.
    delegations: Vec<String>,
    /// Tokens of the person's own, to be revoked.
    tokens: Vec<String>,
    /// A sign-in of the person's own.
    sign_in: String,
    /// Alerts that nobody has settled.
    alerts: Vec<String>,
    asset: String,
    /// For the interface and for the pages, so that neither ends what the other is to be tried on.
    things: [Things; 2],
}

/// An open module with an article: effective, written on, and under review again.
struct Things {
    module: String,
    module_slug: String,
    article: String,
    slug: String,
    review: Value,
    revision: String,
    thread: String,
    file: String,
}

impl Things {
    async fn make(ada: &Person, rob: &Person, name: &str) -> Self {
        let module = ada.creates_module(name).await;
        let article = ada.starts(&module, &format!("Vaccines {name}")).await;
        let file = ada.brings(&article, "a.txt", b"Words.".to_vec()).await;
        let file = file.expect(201).json();
        let link = format!("[The file]({})", file["address"].as_str().unwrap());
        ada.writes(&article, "lead", &link).await.expect(200);
        ada.publishes(&article, &[rob]).await;
        ada.writes(&article, "lead", "More.").await.expect(200);
        let review = ada.requests_review(&article).await.expect(201).json();
        let threads = format!("/api/v1/articles/{article}/threads");
        Self {
            module_slug: slug_at(ada, &format!("/api/v1/modules/{module}")).await,
            slug: slug_at(ada, &format!("/api/v1/articles/{article}")).await,
            revision: review["revision"].as_str().unwrap().to_owned(),
            thread: ada.post(&threads, thread()).await.expect(201).id(),
            file: file["hash"].as_str().unwrap().to_owned(),
            module,
            article,
            review,
        }
    }
}

impl Stage {
    /// Makes everything anew for one person: what others did to it does not count.
    pub async fn set(server: &TestServer, role: Option<&str>, place: Where) -> Self {
        let name = |what: &str| format!("{what}-{}-{place:?}", role.unwrap_or("nobody"));
        let ada = server.person(&name("ada"), &["trainer"]).await;
        let rob = server.person(&name("rob"), &["reviewer"]).await;
        let somebody = server.person(&name("somebody"), &["learner"]).await;
        ada.send(ada.request(Method::POST, "/sample"))
            .await
            .expect(303);
        let root = server.person(&name("root"), &["admin"]).await;
        for _ in 0..2 {
            let sign_in = signs_in(server, &somebody).await;
            let report = format!("/api/v1/me/sign-ins/{sign_in}/report");
            somebody.post(&report, json!({})).await.expect(204);
        }
        let entrance = server.stranger().page("/sign-in").await.text;
        let asset = entrance.split("\"/assets/").nth(1).unwrap();
        let mut stage = Self {
            server: server.address(),
            client: server.stranger(),
            proof: Vec::new(),
            somebody: somebody.id.to_string(),
            login: ada.login.clone(),
            delegations: Vec::new(),
            tokens: vec![String::new(); 2],
            sign_in: String::new(),
            alerts: ids(&root, "/api/v1/alerts").await,
            asset: asset.split('"').next().unwrap().to_owned(),
            things: [
                Things::make(&ada, &rob, &name("interface")).await,
                Things::make(&ada, &rob, &name("pages")).await,
            ],
        };
        if let Some(role) = role {
            let who = who(server, &name("who"), role, place, &ada).await;
            for token in &mut stage.tokens {
                *token = {
                    let token = json!({"label": "x", "password": PASSWORD});
                    who.post("/api/v1/tokens", token).await.id()
                };
            }
            stage.sign_in = signs_in(server, &who).await;
            stage.delegations = stands_in(server, &who, &name("away")).await;
            for things in &stage.things {
                contributes(&who, things).await;
            }
            stage.proof = vec![("authorization", format!("Bearer {}", who.token))];
            stage.client = (*who).clone();
        }
        stage
    }

    /// Whoever is signed out stays so: a cookie that one request brings does not go with the next.
    fn client(&self) -> Client {
        match self.proof.is_empty() {
            true => Client::new(format!("http://{}", self.server), None),
            false => self.client.clone(),
        }
    }

    fn things(&self, route: &Route) -> &Things {
        &self.things[usize::from(!route.path.starts_with("/api/"))]
    }

    /// Tries a route; tells whether the person may.
    pub async fn lets_through(&self, route: &Route) -> bool {
        let mut path = self.address(route);
        let line = match route.path.contains("{line}") {
            true => self.line(&path).await,
            false => None,
        };
        if let Some((_, name)) = &line {
            path = path.replace(NO_LINE, name);
        }
        let client = match route.method == Method::POST {
            true => self.client().for_deed_at(&path).await,
            false => self.client(),
        };
        let request = client.request(route.method.clone(), &path);
        let request = match self.body(route) {
            Some(Sent::Json(json)) => request.json(&json),
            Some(Sent::Form(form)) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            Some(Sent::Bytes(bytes)) => request.body(bytes),
            None => request,
        };
        let reply = request.send().await.unwrap();
        let (status, headers) = (reply.status(), reply.headers().clone());
        drop(line);
        assert!(
            status != StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{} {} needs a body: say which in `Stage::body` (tests/integration/access/stage.rs)",
            route.method,
            route.path
        );
        if route.path == "/collab/{article_id}" {
            return self.opens(&path).await;
        }
        let stopped = matches!(status.as_u16(), 401 | 403 | 404);
        let to = headers.get("location").and_then(|to| to.to_str().ok());
        let sign_in = to.is_some_and(|to| to.starts_with("/sign-in"));
        let events = headers.get("content-type");
        let events = events.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let ended = events && reads_an_end(reply).await;
        let turned_away = sign_in && route.path != "/sign-out";
        !(stopped || turned_away || ended)
    }

    /// Whether a socket says anything but good-bye.
    async fn opens(&self, path: &str) -> bool {
        let address = format!("ws://{}{path}", self.server);
        let mut socket = Socket::connect(&address, &self.proof).await.unwrap();
        matches!(socket.next().await, Received::Frame(_))
    }

    /// Opens the line of events that a path of this kind posts to; it is there as long as the reply.
    async fn line(&self, path: &str) -> Option<(Response, String)> {
        let events = path.strip_suffix(NO_LINE)?.trim_end_matches('/');
        let mut reply = self
            .client
            .request(Method::GET, events)
            .send()
            .await
            .unwrap();
        let first = reply.chunk().await.unwrap().unwrap_or_default();
        let first = String::from_utf8_lossy(&first).into_owned();
        let name = first.split("data: ").nth(1)?.lines().next()?.to_owned();
        first.contains("event: line").then_some((reply, name))
    }

    fn address(&self, route: &Route) -> String {
        let mut parts = route.path.split(['{', '}']);
        let mut path = parts.next().unwrap_or_default().to_owned();
        while let (Some(parameter), Some(rest)) = (parts.next(), parts.next()) {
            path += &self.value(route, parameter, &path);
            path += rest;
        }
        let revision = &self.things(route).revision;
        match (&route.method, route.path.as_str()) {
            (_, "/a/{slug}/diff") => format!("{path}?from={revision}&to={revision}"),
            (_, "/api/v1/revisions/{id}/diff") => format!("{path}?from={revision}"),
            (_, "/api/v1/search") => path + "?q=words",
            (&Method::POST, "/api/v1/articles/{id}/files") => path + "?name=b.txt",
            _ => path,
        }
    }

    /// A delegation of the person; nobody's when they have none.
    fn delegation(&self, number: usize) -> &str {
        self.delegations.get(number).map_or(NO_LINE, String::as_str)
    }

    /// What stands for a parameter, by what its address is about.
    fn value(&self, route: &Route, parameter: &str, before: &str) -> String {
        let things = self.things(route);
        let review = things.review["id"].as_str().unwrap();
        let value: &str = match (parameter, before) {
            ("id", "/api/v1/articles/") | ("article_id" | "article", _) => &things.article,
            ("id", "/api/v1/modules/") => &things.module,
            ("id", "/api/v1/reviews/" | "/reviews/") => review,
            ("id", "/api/v1/revisions/") => &things.revision,
            ("id", path) if path.ends_with("/revisions/") => &things.revision,
            ("id", "/api/v1/threads/") => &things.thread,
            ("id", "/api/v1/people/" | "/admin/people/") | ("person", _) => &self.somebody,
            ("id", "/api/v1/me/sign-ins/" | "/me/sign-ins/") => &self.sign_in,
            ("id", "/api/v1/me/delegations/") => self.delegation(0),
            ("id", "/me/delegations/") => self.delegation(1),
            ("id", "/api/v1/alerts/") => &self.alerts[0],
            ("id", "/admin/alerts/") => &self.alerts[1],
            ("id", "/api/v1/tokens/") => &self.tokens[0],
            ("id", "/me/tokens/") => &self.tokens[1],
            ("id", "/api/v1/templates/" | "/templates/") => "topic-article",
            ("module", _) => &things.module_slug,
            ("slug", _) => &things.slug,
            ("hash", _) => &things.file,
            ("name", _) => "a.txt",
            ("key", path) if path.ends_with("/fields/") => "product",
            ("key" | "section", _) => "background",
            ("number", _) => "1",
            ("line", _) => NO_LINE,
            ("*path", _) => &self.asset,
            _ => panic!(
                "nothing is known for {{{parameter}}} of {}: say in `Stage::value` \
                 (tests/integration/access/stage.rs) what stands there",
                route.path
            ),
        };
        value.to_owned()
    }

    /// A body that the route reads, so that nothing but the right decides.
    fn body(&self, route: &Route) -> Option<Sent> {
        if route.method == Method::GET || route.method == Method::DELETE {
            return None;
        }
        if route.method == Method::PATCH && route.path == "/api/v1/modules/{id}/order" {
            let moved = json!({"article": self.things(route).article});
            return Some(Sent::Json(moved));
        }
        match route.path.starts_with("/api/") {
            true => self.json(&route.path),
            false => self.form(&route.path).map(Sent::Form),
        }
    }

    fn json(&self, path: &str) -> Option<Sent> {
        let things = &self.things[0];
        let change = json!({"change_summary": "More.", "kind": "minor"});
        let signature = json!({"password": PASSWORD, "meaning": "approved"});
        let json = match path {
            "/api/v1/session" => json!({"login": self.login, "password": PASSWORD}),
            "/api/v1/me/password" => json!({"old": PASSWORD, "new": "short"}),
            "/api/v1/me/notifications/read" => json!({"all": true}),
            "/api/v1/me/second-factor" | "/api/v1/me/second-factor/remove" => {
                json!({"password": PASSWORD, "code": "x"})
            }
            "/api/v1/me/delegations" => {
                json!({"to": self.somebody, "ends": "2020-01-01T00:00:00Z"})
            }
            "/api/v1/password" => json!({"code": "x", "password": PASSWORD}),
            "/api/v1/people" => json!({"login": "x y", "name": "X"}),
            "/api/v1/people/{id}/roles" => json!({"roles": [{"role": "learner"}]}),
            "/api/v1/tokens" => json!({"label": "another", "password": PASSWORD}),
            "/api/v1/modules" => json!({
                "title": "Another", "visibility": "open", "control": "informal",
            }),
            "/api/v1/modules/{id}" => json!({"purpose": "Another."}),
            "/api/v1/modules/{id}/order" => json!({"articles": [things.article]}),
            "/api/v1/modules/{id}/members/{person}" => json!({"role": "learner"}),
            "/api/v1/articles" => json!({
                "module": things.module, "template": "topic-article", "title": "Another",
            }),
            "/api/v1/articles/{id}/draft/title" => json!({"title": "Another"}),
            "/api/v1/articles/{id}/draft/sections/{key}" => json!({"markdown": "Other."}),
            "/api/v1/articles/{id}/draft/fields/{key}" => json!({"value": "x"}),
            "/api/v1/articles/{id}/files" => return Some(Sent::Bytes(b"Other words.".to_vec())),
            "/api/v1/articles/{id}/revisions" => json!({"name": "Mine"}),
            "/api/v1/articles/{id}/reviews" | "/api/v1/reviews/{id}/resubmit" => change,
            "/api/v1/articles/{id}/threads" => thread(),
            "/api/v1/reviews/{id}/decisions" => json!({
                "verdict": "reject",
                "reason": "No.",
                "revision_hash": things.review["revision_hash"],
            }),
            "/api/v1/reviews/{id}/substitutes" => json!({
                "missing": self.somebody, "substitute": self.somebody, "reason": "Gone.",
            }),
            "/api/v1/modules/{id}/rules" => json!({"rules": {}, "reason": "As before."}),
            "/api/v1/articles/{id}/suspend"
            | "/api/v1/articles/{id}/reinstate"
            | "/api/v1/articles/{id}/retire" => json!({"reason": "No.", "signature": signature}),
            "/api/v1/articles/{id}/reissue" => json!({
                "version": 1, "reason": "No.", "signature": signature,
            }),
            "/api/v1/articles/{id}/reaffirm" => json!({
                "revision_hash": things.review["revision_hash"], "signature": signature,
            }),
            "/api/v1/modules/{id}/audience" | "/api/v1/articles/{id}/audience" => {
                json!({"roles": ["learner"]})
            }
            "/api/v1/articles/{id}/acknowledgements" => json!({
                "version": 1, "revision_hash": things.review["revision_hash"],
            }),
            "/api/v1/articles/{id}/assignments" => json!({
                "people": [self.somebody], "due": "2000-01-01T00:00:00Z",
            }),
            "/api/v1/threads/{id}/comments" => json!({"text": "Yes."}),
            "/api/v1/threads/{id}/comments/{number}" => json!({"text": "Yes."}),
            "/api/v1/formulas" => json!({"latex": "x"}),
            "/api/v1/markdown" => json!({"markdown": "x"}),
            _ => return None,
        };
        Some(Sent::Json(json))
    }

    fn form(&self, path: &str) -> Option<String> {
        let things = &self.things[1];
        let (revision, article) = (&things.revision, &things.article);
        let hash = things.review["revision_hash"].as_str().unwrap();
        Some(match path {
            "/sign-in" => format!("login={}&password={PASSWORD}", self.login),
            "/theme" => "theme=dark".to_owned(),
            "/me/password" => format!("old={PASSWORD}&new=short"),
            "/me/second-factor" | "/me/second-factor/remove" => {
                format!("password={PASSWORD}&code=x")
            }
            "/me/delegations" => {
                format!("to={}&starts=2020-01-01&ends=2020-01-02", self.somebody)
            }
            "/me/tokens" => format!("label=another&scope=read&password={PASSWORD}"),
            "/modules" => "title=Another&visibility=open&control=informal".to_owned(),
            "/m/{module}/order" => format!("article={article}&move=up"),
            "/m/{module}/learners" => "learners=write".to_owned(),
            "/m/{module}/members" => "login=nobody&role=learner".to_owned(),
            "/m/{module}/members/remove" => format!("person={}", self.somebody),
            "/new" => format!(
                "title=Another&template=topic-article&module={}",
                things.module_slug
            ),
            "/a/{slug}/revisions" => "name=Mine".to_owned(),
            "/a/{slug}/restore" => format!("revision={revision}"),
            "/a/{slug}/standing" => {
                format!("measure=suspend&reason=No&password={PASSWORD}&meaning=approved")
            }
            "/a/{slug}/request-review" => "change_summary=More&kind=minor".to_owned(),
            "/a/{slug}/acknowledge" => format!("version=1&revision_hash={hash}"),
            "/m/{module}/reading" => "roles=learner&days=14".to_owned(),
            "/m/{module}/reading/people" => {
                format!(
                    "article={}&people={}&due=2000-01-01",
                    things.slug, self.login
                )
            }
            "/m/{module}/reading/reminders" => format!("article={}", things.slug),
            "/reviews/{id}/decisions" => {
                format!("verdict=reject&reason=No&revision_hash={hash}")
            }
            "/reviews/{id}/substitutes" => format!(
                "missing={0}&substitute={0}&substitute_reason=Gone",
                self.somebody
            ),
            "/reviews/{id}/seen" => "section=background&seen=yes".to_owned(),
            "/reviews/{id}/comments" => "section=background&text=Why".to_owned(),
            "/reviews/{id}/resubmit" => "change_summary=More&kind=minor".to_owned(),
            "/choose-password" => format!("code=x&password={PASSWORD}"),
            "/admin/people" => "login=x+y&name=X".to_owned(),
            "/admin/people/{id}/roles" => "roles=learner".to_owned(),
            "/admin/people/{id}/grants" | "/admin/people/{id}/grants/remove" => {
                format!("module={}&role=learner", things.module)
            }
            "/admin/people/{id}/password" => "password=x".to_owned(),
            _ => return None,
        })
    }
}

/// A body as it goes out.
enum Sent {
    Json(Value),
    Form(String),
    Bytes(Vec<u8>),
}

async fn who(server: &TestServer, login: &str, role: &str, place: Where, by: &Person) -> Person {
    match place {
        Where::Here => server.person(login, &[role]).await,
        Where::Elsewhere => {
            let module = by.creates_module(&format!("Elsewhere {login}")).await;
            server.person_within(login, role, &module).await
        }
    }
}

/// Signs a person in; gives the id of the sign-in.
async fn signs_in(server: &TestServer, who: &Person) -> String {
    who.in_a_browser(server).await;
    ids(who, "/api/v1/me/sign-ins").await.swap_remove(0)
}

/// Two delegations that a person got from a reviewer.
async fn stands_in(server: &TestServer, who: &Person, login: &str) -> Vec<String> {
    server.person(login, &["reviewer"]).await;
    let identity = &server.app.identity;
    let opened = identity.sign_in(login, PASSWORD, "-").await.unwrap();
    let away = identity.caller_by_session(&opened.secret).await;
    let away = &away.unwrap();
    let now = server.app.clock.now();
    let mut given = Vec::new();
    for _ in 0..2 {
        let new = NewDelegation {
            to: who.id,
            module: None,
            starts: now,
            ends: now.plus(Duration::from_secs(86_400)),
            reason: None,
        };
        let delegation = server.app.identity.delegate(away, new).await.unwrap();
        given.push(delegation.id.to_string());
    }
    given
}

/// The ids of a list.
async fn ids(by: &Person, path: &str) -> Vec<String> {
    let list = by.get(path).await.expect(200).json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn slug_at(by: &Person, path: &str) -> String {
    by.get(path).await.expect(200).field("slug")
}

/// Whoever may writes in the draft, though not in what is under review, and says something.
async fn contributes(who: &Person, things: &Things) {
    who.writes(&things.article, "background", "Mine.").await;
    let comments = format!("/api/v1/threads/{}/comments", things.thread);
    who.post(&comments, json!({"text": "I say."})).await;
}

fn thread() -> Value {
    let at = "{\"tname\":\"section:lead\"}";
    let anchor = json!({"section": "lead", "start": at, "end": at, "quote": "More"});
    json!({"anchor": anchor, "remark": {"text": "Really?"}})
}

/// Whether a stream of events begins with the event that ends it.
async fn reads_an_end(mut reply: Response) -> bool {
    let first = reply.chunk().await.unwrap().unwrap_or_default();
    String::from_utf8_lossy(&first).contains("event: end")
}
