//! Who signs out, or loses a session or token, is disconnected at once.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use lectern_test_support::{Node, Peer, Socket};

use super::access::served;
use super::server::{PASSWORD, Person, ServerProcess};

/// How a request is authenticated.
enum As<'a> {
    Cookie(&'a str),
    Token(&'a str),
}

/// Sends a request that succeeds, and returns the JSON of the reply, if it has one.
async fn send(server: &ServerProcess, by: As<'_>, to: (Method, &str), body: Value) -> Value {
    let request = Client::new().request(to.0, server.address(&format!("api/v1/{}", to.1)));
    let request = match by {
        As::Cookie(cookie) => request.header("cookie", cookie),
        As::Token(token) => request.bearer_auth(token),
    };
    let reply = request.json(&body).send().await.unwrap();
    assert!(reply.status().is_success(), "{}: {}", to.1, reply.status());
    reply.json().await.unwrap_or_default()
}

async fn by_cookie(server: &ServerProcess, cookie: &str, path: &str) -> Peer<Socket> {
    let headers = [("cookie", cookie.to_owned())];
    server.connect_with(path, &headers).await.synced().await
}

/// Expects the connection to be closed with 4401; nothing else closes it with this code.
async fn expect_closed(mut peer: Peer<Socket>) {
    assert_eq!(peer.closed().await.0, 4401);
}

#[tokio::test]
async fn signing_out_closes_every_connection_of_the_session() {
    let (server, ada, article) = served().await;
    let cookie = server.sign_in(&ada).await;
    let other = server.sign_in(&ada).await;
    let writing = by_cookie(&server, &cookie, &article).await;
    let reading = by_cookie(&server, &cookie, &format!("{article}?schema=0")).await;
    let tickets = format!("articles/{article}/tickets");
    let ticket = async || {
        let made = send(
            &server,
            As::Cookie(&cookie),
            (Method::POST, &tickets),
            json!({}),
        )
        .await;
        format!("{article}?ticket={}", made["ticket"].as_str().unwrap())
    };
    let with_ticket = server
        .connect_with(&ticket().await, &[])
        .await
        .synced()
        .await;
    let unused = ticket().await;
    let mut elsewhere = by_cookie(&server, &other, &article).await;
    send(
        &server,
        As::Cookie(&cookie),
        (Method::DELETE, "session"),
        json!({}),
    )
    .await;
    for peer in [writing, reading, with_ticket] {
        expect_closed(peer).await;
    }
    let mut late = server.connect_with(&unused, &[]).await;
    assert_eq!(late.closed().await.0, 4401, "the ticket is worth nothing");
    elsewhere.type_title(0, "Still here: ").await;
    elsewhere.barrier().await;
    let title = server.draft_title(&ada, &article).await;
    assert_eq!(title, "Still here: Pipettes");
}

#[tokio::test]
async fn what_is_written_after_signing_out_is_not_taken() {
    let (server, ada, article) = served().await;
    let cookie = server.sign_in(&ada).await;
    let mut peer = by_cookie(&server, &cookie, &article).await;
    send(
        &server,
        As::Cookie(&cookie),
        (Method::DELETE, "session"),
        json!({}),
    )
    .await;
    peer.type_title(0, "Too late ").await;
    assert_eq!(peer.closed().await.0, 4401);
    assert_eq!(server.draft_title(&ada, &article).await, "Pipettes");
    // It is sent after signing in again.
    let cookie = server.sign_in(&ada).await;
    let address = format!("{}/{article}", server.collab());
    let socket = Socket::connect(&address, &[("cookie", cookie)])
        .await
        .unwrap();
    let mut back = Peer::reconnect(socket, peer.leave()).await.synced().await;
    back.barrier().await;
    let title = server.draft_title(&ada, &article).await;
    assert_eq!(title, "Too late Pipettes");
}

#[tokio::test]
async fn a_stock_client_is_closed_when_its_token_is_revoked() {
    let (server, ada, article) = served().await;
    let asked = json!({ "label": "Robot", "expires_in_days": 1, "password": PASSWORD });
    let cookie = server.sign_in(&ada).await;
    let made = send(
        &server,
        As::Cookie(&cookie),
        (Method::POST, "tokens"),
        asked,
    )
    .await;
    let (id, token) = (
        made["id"].as_str().unwrap(),
        made["token"].as_str().unwrap(),
    );
    let robot = Person {
        login: ada.login.clone(),
        token: token.to_owned(),
    };
    let socket = server.peer(&robot, &article).await.synced().await;
    let mut node = Node::start();
    let headers = json!({ "authorization": format!("Bearer {token}") });
    let args = json!({ "url": server.collab(), "room": article, "headers": headers });
    node.run("stock", "open", args).await;
    node.run("stock", "synced", json!({})).await;
    let revoke = (Method::DELETE, format!("tokens/{id}"));
    send(
        &server,
        As::Token(&ada.token),
        (revoke.0, &revoke.1),
        json!({}),
    )
    .await;
    expect_closed(socket).await;
    let closed = node.run("stock", "closed", json!({})).await;
    assert!(closed.to_string().contains("4401"), "{closed}");
}

#[tokio::test]
async fn another_person_cannot_send_what_a_page_still_holds() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    let ben = server.add_person("ben", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    let me = server.get(&ada, "me").await;
    let path = format!("{article}?person={}", me["id"].as_str().unwrap());
    let own = [("authorization", format!("Bearer {}", ada.token))];
    server.connect_with(&path, &own).await.synced().await;
    let other = [("authorization", format!("Bearer {}", ben.token))];
    let (code, reason) = server.connect_with(&path, &other).await.closed().await;
    assert_eq!(code, 4401);
    assert!(reason.contains("Somebody else is signed in"), "{reason}");
}
