//! Live editing without a WebSocket: server-sent events one way, POST the other.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use lectern_test_support::{Peer, Received, Wire, put_var_uint};

use super::access::served;
use super::server::{PASSWORD, Person, ServerProcess};

/// A way to reach the server through events and posts.
struct EventStream {
    client: Client,
    address: String,
    token: String,
    name: String,
    events: Response,
    read: String,
}

impl EventStream {
    /// Opens the events of an article, with a token or anonymously, and waits for the first one.
    async fn open(
        server: &ServerProcess,
        token: &str,
        article: &str,
    ) -> Result<Self, (u16, String)> {
        let path = article.split('?').next().unwrap();
        let address = server.address(&format!("collab/{path}/events"));
        let query = article.strip_prefix(path).unwrap();
        let client = Client::new();
        let mut request = client.get(format!("{address}{query}"));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        let events = request.send().await.unwrap();
        assert_eq!(events.status(), StatusCode::OK);
        let kind = events.headers()["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        let mut line = Self {
            client,
            address,
            token: token.to_owned(),
            name: String::new(),
            events,
            read: String::new(),
        };
        match line.event().await {
            (kind, data) if kind == "line" => line.name = data,
            (kind, data) => {
                assert_eq!(kind, "end");
                return Err(read_close(&data));
            }
        }
        Ok(line)
    }

    async fn peer(server: &ServerProcess, who: &Person, article: &str) -> Peer<Self> {
        Peer::connect(Self::open(server, &who.token, article).await.unwrap()).await
    }

    /// Posts a body with a token.
    async fn post(&self, token: &str, body: Vec<u8>) -> Response {
        let address = format!("{}/{}", self.address, self.name);
        let request = self.client.post(address).bearer_auth(token).body(body);
        request.send().await.unwrap()
    }

    /// Returns the next event: its name, empty for a frame, and its data.
    async fn event(&mut self) -> (String, String) {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim_start().to_owned())
                        .unwrap_or_default()
                };
                let found = (field("event:"), field("data:"));
                self.read = rest.to_owned();
                return found;
            }
            match self.events.chunk().await {
                Ok(Some(chunk)) => self.read.push_str(std::str::from_utf8(&chunk).unwrap()),
                _ => {
                    return (
                        "end".into(),
                        json!({"code": 1006, "reason": ""}).to_string(),
                    );
                }
            }
        }
    }
}

impl Wire for EventStream {
    async fn send(&mut self, frame: Bytes) {
        let reply = self.post(&self.token, length_prefixed(&[&frame])).await;
        // A refusal also arrives as the last event.
        assert!(
            [204, 404, 422].contains(&reply.status().as_u16()),
            "{}",
            reply.status()
        );
    }

    async fn next(&mut self) -> Received {
        loop {
            let (kind, data) = self.event().await;
            match kind.as_str() {
                "" => return Received::Frame(BASE64_STANDARD.decode(data).unwrap().into()),
                "ping" => drop(self.post(&self.token, Vec::new()).await),
                _ => {
                    let (code, reason) = read_close(&data);
                    return Received::Closed(code, reason);
                }
            }
        }
    }
}

fn read_close(data: &str) -> (u16, String) {
    let close: Value = serde_json::from_str(data).unwrap();
    let code = u16::try_from(close["code"].as_u64().unwrap()).unwrap();
    (code, close["reason"].as_str().unwrap().to_owned())
}

/// Concatenates frames, each with its length before it.
fn length_prefixed(frames: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for frame in frames {
        put_var_uint(&mut body, frame.len() as u64);
        body.extend_from_slice(frame);
    }
    body
}

#[tokio::test]
async fn people_with_and_without_a_socket_write_together() {
    let (server, ada, article) = served().await;
    let mut streaming = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let mut socket = server.peer(&ada, &article).await.synced().await;
    streaming.type_title(0, "One ").await;
    streaming.barrier().await;
    socket.until_title("One Pipettes").await;
    socket.type_title(4, "two ").await;
    socket.barrier().await;
    streaming.until_title("One two Pipettes").await;
    streaming.announce(&json!({ "caret": 3 })).await;
    socket.until_present(1).await;
    drop(streaming);
    socket.until_present(0).await;
    assert_eq!(server.draft_title(&ada, &article).await, "One two Pipettes");
}

#[tokio::test]
async fn acknowledged_stream_edits_survive_kill_9() {
    let (mut server, ada, article) = served().await;
    let mut peer = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    for _ in 0..5 {
        peer.type_title(0, "x").await;
        peer.barrier().await;
    }
    server.kill();
    assert_eq!(peer.closed().await.0, 1006);
    server.start().await;
    let line = EventStream::open(&server, &ada.token, &article)
        .await
        .unwrap();
    let mut back = Peer::reconnect(line, peer.leave()).await.synced().await;
    back.type_title(0, "y").await;
    back.barrier().await;
    assert_eq!(server.draft_title(&ada, &article).await, "yxxxxxPipettes");
}

#[tokio::test]
async fn refusals_arrive_as_the_last_event() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    let lea = server.add_person("lea", "lead");
    server.start().await;
    let article = server.make_article(&ada).await;
    let refusal = async |token: &str, article: &str| {
        let line = EventStream::open(&server, token, article).await;
        line.err().expect("a refusal").0
    };
    assert_eq!(refusal("", &article).await, 4401);
    assert_eq!(refusal(&lea.token, &article).await, 4404);
    assert_eq!(refusal(&ada.token, "no-id").await, 4404);
    let old = EventStream::open(&server, &ada.token, &format!("{article}?schema=0")).await;
    let mut old = Peer::connect(old.unwrap()).await.synced().await;
    old.type_title(0, "x").await;
    assert_eq!(old.closed().await.0, 4409);
}

#[tokio::test]
async fn a_deactivated_person_is_disconnected_at_once() {
    let mut server = ServerProcess::prepare();
    let root = server.add_person("root", "admin");
    let ada = server.add_person("ada", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut streaming = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let mut socket = server.peer(&ada, &article).await.synced().await;
    let client = Client::new();
    let me = client.get(server.address("api/v1/me"));
    let me = me.bearer_auth(&ada.token).send().await.unwrap();
    let me: Value = me.json().await.unwrap();
    let id = me["id"].as_str().unwrap();
    let deactivate = client.post(server.address(&format!("api/v1/people/{id}/deactivate")));
    let done = deactivate.bearer_auth(&root.token).send().await.unwrap();
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    let posted = streaming.wire().post(&ada.token, Vec::new()).await;
    assert_eq!(posted.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(streaming.closed().await.0, 4401);
    assert_eq!(socket.closed().await.0, 4401);
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let (server, ada, article) = served().await;
    let signed_in = server.sign_in(&ada).await;
    let asked = json!({ "label": "Robot", "expires_in_days": 1, "password": PASSWORD });
    let make = Client::new().post(server.address("api/v1/tokens"));
    let made = make.header("cookie", signed_in).json(&asked).send().await;
    let made: Value = made.unwrap().json().await.unwrap();
    let robot = Person {
        login: ada.login.clone(),
        token: made["token"].as_str().unwrap().to_owned(),
    };
    let mut streaming = EventStream::peer(&server, &robot, &article)
        .await
        .synced()
        .await;
    let id = made["id"].as_str().unwrap();
    let revoke = Client::new().delete(server.address(&format!("api/v1/tokens/{id}")));
    let done = revoke.bearer_auth(&ada.token).send().await.unwrap();
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    assert_eq!(streaming.closed().await.0, 4401);
    // The line is gone for every other credential of the person as well.
    let posted = streaming.wire().post(&ada.token, Vec::new()).await;
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn malformed_and_oversized_messages_end_the_stream_with_a_reason() {
    let (server, ada, article) = served().await;
    let mut odd = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let reply = odd
        .wire()
        .post(&ada.token, length_prefixed(&[&[0xff; 100]]))
        .await;
    assert_eq!(reply.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let behind = odd.wire().post(&ada.token, Vec::new()).await;
    assert_eq!(
        behind.status(),
        StatusCode::NOT_FOUND,
        "nothing more is taken"
    );
    assert_eq!(odd.closed().await.0, 1003);

    let mut cut = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let reply = cut.wire().post(&ada.token, vec![200, 1, 0, 2]).await;
    assert_eq!(reply.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(cut.closed().await.0, 1003);

    let mut large = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    large.send_raw(vec![0; (1 << 20) + 1]).await;
    let (code, reason) = large.closed().await;
    assert_eq!(code, 1009);
    assert!(reason.contains("1048576"), "{reason}");

    let mut beyond = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let reply = beyond.wire().post(&ada.token, vec![0; 5 << 20]).await;
    assert_eq!(reply.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.draft_title(&ada, &article).await, "Pipettes");
}

#[tokio::test]
async fn many_frames_in_one_post_keep_their_order() {
    let (server, ada, article) = served().await;
    let mut peer = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let update = peer.edit_offline(|txn| {
        use yrs::{Text, WriteTxn};
        txn.get_or_insert_text("title").insert(txn, 0, "All ");
    });
    let mut sync = vec![0, 2];
    put_var_uint(&mut sync, update.len() as u64);
    sync.extend(update);
    let reply = peer
        .wire()
        .post(&ada.token, length_prefixed(&[&sync, &[102, 1, b'1']]))
        .await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    peer.until_echoed(&Bytes::from_static(b"1")).await;
    assert_eq!(server.draft_title(&ada, &article).await, "All Pipettes");
}

#[tokio::test]
async fn a_stream_accepts_frames_only_from_its_own_person() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    let ben = server.add_person("ben", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut peer = EventStream::peer(&server, &ada, &article)
        .await
        .synced()
        .await;
    let other = peer.wire().post(&ben.token, Vec::new()).await;
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
    let anonymous = peer.wire().post("lct_forged", Vec::new()).await;
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);
    let own = peer.wire().post(&ada.token, Vec::new()).await;
    assert_eq!(own.status(), StatusCode::NO_CONTENT);
    peer.type_title(0, "Mine: ").await;
    peer.barrier().await;
    assert_eq!(server.draft_title(&ada, &article).await, "Mine: Pipettes");
}
