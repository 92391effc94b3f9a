//! Who can open a draft, and how everyone else is refused.

use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use lectern_test_support::{Peer, Socket};

use super::server::{Person, ServerProcess};

/// Starts a server with one trainer and one article.
pub async fn served() -> (ServerProcess, Person, String) {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    (server, ada, article)
}

#[tokio::test]
async fn a_cookie_a_token_and_a_ticket_open_the_draft() {
    let (server, ada, article) = served().await;
    let cookie = server.sign_in(&ada).await;
    let by_cookie = server
        .connect_with(&article, &[("cookie", cookie)])
        .await
        .synced()
        .await;
    assert_eq!(by_cookie.title(), "Pipettes");
    let by_token = server.peer(&ada, &article).await.synced().await;
    assert_eq!(by_token.title(), "Pipettes");
    let ticket = server
        .post(&ada, &format!("articles/{article}/tickets"), &json!({}))
        .await;
    let path = format!("{article}?ticket={}", ticket["ticket"].as_str().unwrap());
    let by_ticket = server.connect_with(&path, &[]).await.synced().await;
    assert_eq!(by_ticket.title(), "Pipettes");
    let mut again = server.connect_with(&path, &[]).await;
    assert_eq!(again.closed().await.0, 4401, "a ticket opens once");
}

#[tokio::test]
async fn anonymous_clients_are_told_to_sign_in() {
    let (server, _, article) = served().await;
    let mut anonymous = server.connect_with(&article, &[]).await;
    let (code, reason) = anonymous.closed().await;
    assert_eq!(code, 4401);
    assert!(reason.contains("Sign in"), "{reason}");
    let forged = [("authorization", "Bearer lct_forged".to_owned())];
    assert_eq!(
        server
            .connect_with(&article, &forged)
            .await
            .closed()
            .await
            .0,
        4401
    );
}

#[tokio::test]
async fn a_hidden_article_looks_like_an_unknown_one() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    let lea = server.add_person("lea", "lead");
    let tom = server.add_person("tom", "learner");
    server.start().await;
    let open = server.make_article(&ada).await;
    let restricted = server.make_article_in(&ada, "restricted").await;
    let unapproved = server.peer(&lea, &open).await.closed().await;
    let hidden = server.peer(&tom, &restricted).await.closed().await;
    let unknown = server
        .peer(&tom, "0192d4e0-7f1c-7000-8000-000000000000")
        .await
        .closed()
        .await;
    assert_eq!(hidden.0, 4404);
    assert_eq!(hidden, unknown);
    assert_eq!(unapproved, unknown, "a draft is known to its writers alone");
    assert_eq!(server.peer(&tom, "no-id").await.closed().await.0, 4404);
    assert_eq!(
        server.peer(&tom, &open).await.synced().await.title(),
        "Pipettes"
    );
}

#[tokio::test]
async fn another_site_cannot_use_the_cookie() {
    let (server, ada, article) = served().await;
    let address = format!("{}/{article}", server.collab());
    let headers = [
        ("cookie", server.sign_in(&ada).await),
        ("origin", "https://elsewhere.example".to_owned()),
    ];
    let refused = Socket::connect(&address, &headers)
        .await
        .err()
        .expect("a refusal");
    let Error::Http(reply) = *refused else {
        panic!("{refused}")
    };
    assert_eq!(reply.status(), 403);
}

#[tokio::test]
async fn malformed_and_oversized_messages_close_the_socket_with_a_reason() {
    let (server, ada, article) = served().await;
    let mut chatty = server.peer(&ada, &article).await.synced().await;
    chatty.wire().send_text("hello").await;
    assert_eq!(chatty.closed().await.0, 1003);

    let mut odd = server.peer(&ada, &article).await.synced().await;
    odd.send_raw(vec![0xff; 100]).await;
    assert_eq!(odd.closed().await.0, 1003);

    let mut large = server.peer(&ada, &article).await.synced().await;
    large.send_raw(vec![0; (1 << 20) + 1]).await;
    let (code, reason) = large.closed().await;
    assert_eq!(code, 1009);
    assert!(reason.contains("1048576"), "{reason}");
    assert_eq!(server.draft_title(&ada, &article).await, "Pipettes");
}

#[tokio::test]
async fn an_outdated_page_reads_and_is_asked_to_reload_when_it_writes() {
    let (server, ada, article) = served().await;
    let bearer = [("authorization", format!("Bearer {}", ada.token))];
    let mut old: Peer<Socket> = server
        .connect_with(&format!("{article}?schema=0"), &bearer)
        .await
        .synced()
        .await;
    assert_eq!(old.title(), "Pipettes");
    old.type_title(0, "x").await;
    assert_eq!(old.closed().await.0, 4409);
    assert_eq!(server.draft_title(&ada, &article).await, "Pipettes");
}
