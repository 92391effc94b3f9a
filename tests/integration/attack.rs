//! The server under attack: each test does what an attacker did.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{PASSWORD, Person, TestServer, until};

async fn with_article(server: &TestServer) -> (Person, String) {
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    (ada, article)
}

/// Returns the length of the longest entry of the journal in bytes.
async fn longest_entry(server: &TestServer) -> usize {
    let entries = server.app.journal.read(0, 10_000).await.unwrap();
    let lengths = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap().len());
    lengths.max().unwrap_or(0)
}

async fn entries_of(server: &TestServer, deed: &str) -> usize {
    let entries = server.app.journal.read(0, 10_000).await.unwrap();
    entries.iter().filter(|entry| entry.deed == deed).count()
}

#[tokio::test]
async fn thousands_of_equal_headings_are_a_page_like_any_other() {
    let server = TestServer::start().await;
    let (ada, article) = with_article(&server).await;
    ada.writes(&article, "lead", &"# a\n\n".repeat(6_000))
        .await
        .expect(200);
    let path = format!("/api/v1/articles/{article}/draft?format=html");
    let page = ada.get(&path).await.expect(200).text;
    assert!(page.contains("id=\"lead-a-6000\""));
}

#[tokio::test]
async fn work_beyond_the_deadline_is_interrupted_and_all_else_goes_on() {
    let server = TestServer::start_with(|config| {
        config.pool.threads = Some(1);
        config.pool.deadline_ms = Some(1);
    })
    .await;
    let (ada, article) = with_article(&server).await;
    let heavy = json!({"markdown": "*a* `b` [c](/d) ".repeat(60_000)});
    for _ in 0..3 {
        let refused = ada.post("/api/v1/markdown", heavy.clone()).await;
        assert_eq!(refused.header("retry-after"), "5");
        refused.problem(503);
    }
    let light = json!({"markdown": "*a*"});
    ada.post("/api/v1/markdown", light).await.expect(200);
    ada.reads_draft(&article).await;
    server.stranger().get("/healthz").await.expect(200);
}

#[tokio::test]
async fn a_text_of_too_many_elements_is_refused_by_name() {
    let server = TestServer::start().await;
    let (ada, article) = with_article(&server).await;
    let text = "a\n\n".repeat(150_000);
    let refused = ada
        .post("/api/v1/markdown", json!({"markdown": text}))
        .await;
    assert_eq!(refused.problem(422)["field"], "markdown");
    ada.writes(&article, "lead", &text).await.problem(422);
    assert_eq!(ada.reads_draft(&article).await["title"], "Vaccines");
}

#[tokio::test]
async fn a_word_of_sixty_thousand_letters_can_be_searched_beside() {
    let server = TestServer::start().await;
    let (ada, article) = with_article(&server).await;
    let text = format!("{} thermometer", "a".repeat(60_000));
    ada.writes(&article, "lead", &text).await.expect(200);
    let path = format!("/api/v1/articles/{article}/revisions");
    ada.post(&path, json!({})).await.expect(201);
    let hit = until("the misspelt word is found", || async {
        ada.finds("thermomettr").await.pop()
    })
    .await;
    let snippet = hit["snippet"].as_str().unwrap();
    assert!(
        snippet.contains("<mark>thermometer</mark>"),
        "{}",
        snippet.len()
    );
    for typed in [
        "a".repeat(60_000),
        "title:*".into(),
        "\"\"\"*:(".into(),
        "\u{0}".into(),
    ] {
        let typed = utf8_percent_encode(&typed, NON_ALPHANUMERIC);
        let found = ada.get(&format!("/api/v1/search?q={typed}")).await;
        assert!(found.status.as_u16() < 500, "{}", found.text);
    }
}

#[tokio::test]
async fn a_login_of_nine_hundred_thousand_letters_leaves_nothing() {
    let server = TestServer::start_with(|config| config.identity.free_attempts = 2).await;
    server.person("root", &["admin"]).await;
    let stranger = server.stranger();
    for _ in 0..3 {
        let body = json!({"login": "x".repeat(900_000), "password": "guess guess guess"});
        let refused = stranger.post("/api/v1/session", body).await;
        assert!(
            [401, 429].contains(&refused.status.as_u16()),
            "{}",
            refused.status
        );
    }
    let agent = stranger
        .request(Method::POST, "/api/v1/session")
        .header("user-agent", "a".repeat(20_000))
        .json(&json!({"login": "root", "password": PASSWORD}));
    stranger.send(agent).await.expect(200);
    assert!(longest_entry(&server).await < 2_000);
}

#[tokio::test]
async fn failures_of_strangers_are_counted_and_those_of_accounts_recorded() {
    let server = TestServer::start_with(|config| {
        config.identity.free_attempts = 2;
        config.identity.lock_after = 0;
    })
    .await;
    server.person("ada", &["trainer"]).await;
    let guess = |login: String| {
        let stranger = server.stranger();
        async move {
            let body = json!({"login": login, "password": "guess guess guess"});
            stranger.post("/api/v1/session", body).await
        }
    };
    for stranger in 0..8 {
        for _ in 0..2 {
            guess(format!("stranger{stranger}")).await.problem(401);
        }
    }
    assert_eq!(entries_of(&server, "session.throttled").await, 1);
    for _ in 0..2 {
        guess("ada".into()).await.problem(401);
    }
    assert_eq!(entries_of(&server, "session.throttled").await, 2);
}

#[tokio::test]
async fn every_field_has_a_limit_before_anything_is_recorded() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin", "reviewer"]).await;
    let (ada, article) = with_article(&server).await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let review = review["id"].as_str().unwrap().to_owned();
    let long = "x".repeat(300_000);
    let module = json!({
        "title": long, "purpose": long, "visibility": "open", "control": "informal",
    });
    let person = json!({
        "login": long, "name": long, "password": PASSWORD, "roles": [],
    });
    let decision = json!({"decision": "reject", "comment": long, "reason": long});
    let attempts = [
        (&ada, Method::POST, "/api/v1/modules".to_owned(), module),
        (&root, Method::POST, "/api/v1/people".to_owned(), person),
        (
            &ada,
            Method::POST,
            "/api/v1/tokens".to_owned(),
            json!({"label": long, "days": 3}),
        ),
        (
            &ada,
            Method::POST,
            format!("/api/v1/articles/{article}/revisions"),
            json!({"name": long}),
        ),
        (
            &ada,
            Method::PUT,
            format!("/api/v1/articles/{article}/draft/title"),
            json!({"title": long}),
        ),
        (
            &ada,
            Method::POST,
            format!("/api/v1/articles/{article}/threads"),
            json!({"section": "lead", "quote": long, "text": long, "body": long}),
        ),
        (
            &ada,
            Method::POST,
            format!("/api/v1/articles/{article}/reviews"),
            json!({"change_summary": long, "summary": long}),
        ),
        (
            &root,
            Method::POST,
            format!("/api/v1/reviews/{review}/decisions"),
            decision,
        ),
        (
            &ada,
            Method::PUT,
            format!("/api/v1/articles/{article}/draft/fields/not_applicable:lead"),
            json!({"value": long}),
        ),
    ];
    for (who, method, path, body) in attempts {
        let got = who.send(who.request(method, &path).json(&body)).await;
        assert!(got.status.is_client_error(), "{path}: {}", got.status);
    }
    let long = format!("/api/v1/journal?person={}", "x".repeat(20_000));
    root.get(&long).await.problem(414);
    assert!(longest_entry(&server).await < 4_000);
}

#[tokio::test]
async fn no_address_to_come_back_to_breaks_the_reply() {
    let server = TestServer::start().await;
    server.person("ada", &["trainer"]).await;
    for next in ["/%00", "/%0d%0aset-cookie:a=b", "//evil.example", "/%7f"] {
        let form = format!(
            "login=ada&password={}&next={next}",
            PASSWORD.replace(' ', "+")
        );
        let stranger = server.stranger();
        let kind = "application/x-www-form-urlencoded";
        let signed_in = stranger
            .raw(Method::POST, "/sign-in", kind, &form)
            .await
            .expect(303);
        assert_eq!(signed_in.header("location"), "/", "{next}");
        let page = stranger.page(&format!("/sign-in?next={next}")).await;
        assert!(page.status.as_u16() < 400, "{next}: {}", page.status);
    }
}

#[tokio::test]
async fn figures_are_for_administrators_and_monitors_and_hold_no_address() {
    let server = TestServer::start().await;
    let (ada, _) = with_article(&server).await;
    let root = server.person("root", &["admin"]).await;
    server.stranger().get("/metrics").await.problem(401);
    ada.get("/metrics").await.problem(403);
    root.get("/metrics").await.expect(200);
    for secret in ["/made-up-by-a-stranger", "/a/made-up-by-a-stranger"] {
        ada.get(secret).await.expect(404);
    }
    let invented = Method::from_bytes(b"INVENTED").unwrap();
    ada.raw(invented, "/healthz", "text/plain", "")
        .await
        .expect(405);
    let figures = server.metrics().await;
    assert!(
        !figures.contains("made-up") && !figures.contains("INVENTED"),
        "{figures}"
    );
    assert!(figures.contains("route=\"/a/{slug}\""), "{figures}");
}

#[tokio::test]
async fn a_change_from_another_site_is_refused_whatever_else_it_carries() {
    let server = TestServer::start().await;
    let (ada, article) = with_article(&server).await;
    let browser = ada.in_a_browser(&server).await;
    let path = format!("/api/v1/articles/{article}/draft/title");
    let title = json!({"title": "Taken over"});
    let origin = server.url("");
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![
            ("sec-fetch-site", "cross-site"),
            ("authorization", "Basic YTpi"),
        ],
        vec![
            ("sec-fetch-site", "cross-site"),
            ("authorization", "Bearer x"),
        ],
        vec![
            ("sec-fetch-site", "cross-site"),
            ("origin", origin.as_str()),
        ],
        vec![
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example"),
        ],
        vec![
            ("origin", "https://evil.example"),
            ("authorization", "Basic YTpi"),
        ],
        vec![("origin", "null")],
    ] {
        let mut request = browser.request(Method::PUT, &path).json(&title);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let refused = browser.send(request).await;
        assert_eq!(refused.status.as_u16(), 403, "{headers:?}");
    }
    let own = browser.request(Method::PUT, &path).json(&title);
    let own = own
        .header("sec-fetch-site", "same-origin")
        .header("origin", origin);
    browser.send(own).await.expect(200);
}

#[tokio::test]
async fn a_person_who_changes_more_than_anybody_types_waits() {
    let server = TestServer::start_with(|config| config.http.changes_per_s = 1).await;
    let (ada, article) = with_article(&server).await;
    let bo = server.person("bo", &["trainer"]).await;
    let path = format!("/api/v1/articles/{article}/draft/title");
    let mut refused = None;
    for number in 0..120 {
        let got = ada
            .put(&path, json!({"title": format!("Title {number}")}))
            .await;
        if got.status.as_u16() == 429 {
            refused = Some(got);
            break;
        }
        got.expect(200);
    }
    let refused = refused.unwrap();
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    refused.problem(429);
    ada.reads_draft(&article).await;
    bo.put(&path, json!({"title": "Vaccines"}))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_request_for_another_host_is_refused() {
    let name = vec!["wiki.example.org".to_owned()];
    let server = TestServer::start_with(|config| config.http.hosts = name).await;
    let stranger = server.stranger();
    let under = |host: &'static str| {
        stranger
            .request(Method::GET, "/healthz")
            .header("host", host)
    };
    stranger.send(under("evil.example")).await.problem(421);
    stranger.send(under("wiki.example.org")).await.expect(200);
    stranger.get("/healthz").await.expect(200);
}

#[tokio::test]
async fn a_file_is_asked_for_anew_each_time_and_gone_with_the_access() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module_that_is("Mergers", "restricted").await;
    let article = ada.starts(&module, "Heron").await;
    let tom = server.person_within("tom", "trainer", &module).await;
    let file = ada
        .brings(&article, "a.txt", b"words".to_vec())
        .await
        .expect(201);
    let address = file.field("address");
    let shown = tom.get(&address).await.expect(200);
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    let again = || {
        let request = tom.request(Method::GET, &address);
        request.header("if-none-match", shown.header("etag"))
    };
    tom.send(again()).await.expect(304);
    let path = format!("/api/v1/people/{}/roles", tom.id);
    root.put(&path, json!({"roles": []})).await.expect(200);
    tom.send(again()).await.expect(404);
}

/// Opens connections that send nothing.
async fn idle(server: &TestServer, number: usize) -> Vec<TcpStream> {
    let mut open = Vec::new();
    for _ in 0..number {
        open.push(TcpStream::connect(server.address()).await.unwrap());
    }
    open
}

/// Tells whether a new connection is answered.
async fn is_answered(server: &TestServer) -> bool {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = "GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut reply = String::new();
    // A connection that is turned away may break while it is written to.
    let _ = stream.write_all(request.as_bytes()).await;
    let _ = stream.read_to_string(&mut reply).await;
    reply.contains("ready")
}

#[tokio::test]
async fn one_address_has_no_more_connections_than_its_share() {
    let server = TestServer::start_with(|config| {
        config.http.connections = Some(64);
        config.http.connections_per_address = Some(8);
    })
    .await;
    assert!(is_answered(&server).await);
    let open = idle(&server, 8).await;
    until("the share is used up", || async {
        (!is_answered(&server).await).then_some(())
    })
    .await;
    drop(open);
    until("the share is free again", || async {
        is_answered(&server).await.then_some(())
    })
    .await;
    let ready = server.stranger().get("/readyz").await.expect(200).text;
    assert!(
        ready.contains("of 64") && ready.contains("file descriptors: "),
        "{ready}"
    );
}

#[tokio::test]
async fn a_connection_that_sends_nothing_or_half_a_head_is_closed() {
    let server = TestServer::start_with(|config| config.http.head_timeout_s = 1).await;
    let mut open = idle(&server, 2).await;
    let half = "GET /healthz HTTP/1.1\r\nhost: loc";
    open[1].write_all(half.as_bytes()).await.unwrap();
    for stream in &mut open {
        let mut reply = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut reply));
        assert!(closed.await.is_ok());
    }
}

#[tokio::test]
async fn a_socket_counts_as_a_connection_until_it_is_closed() {
    let server = TestServer::start_with(|config| {
        config.http.connections_per_address = Some(40);
    })
    .await;
    let (ada, article) = with_article(&server).await;
    let open = |text: &str| -> Option<usize> {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("connections: "))?;
        line.split(' ').next()?.parse().ok()
    };
    let count = || async {
        let text = server.stranger().get("/readyz").await.expect(200).text;
        open(&text).unwrap()
    };
    let before = count().await;
    let peer = server.peer(&ada, &article).await.synced().await;
    assert!(count().await > before);
    drop(peer);
    until("the socket no longer counts", || async {
        (count().await <= before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn pictures_are_refused_by_their_header() {
    let server = TestServer::start().await;
    let (ada, article) = with_article(&server).await;
    // The header of a PNG of 7,500 × 7,500 pixels with 16 bits a channel, and nothing else.
    let mut bomb =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x1d\x4c\0\0\x1d\x4c\x10\x06\0\0\0".to_vec();
    bomb.extend(crc32(&bomb[12..29]).to_be_bytes());
    bomb.extend(b"\0\0\0\x04IDAT\0\0\0\0");
    bomb.extend(crc32(b"IDAT\0\0\0\0").to_be_bytes());
    let uploads = (0..6).map(|_| ada.brings(&article, "bomb.png", bomb.clone()));
    for refused in futures_util::future::join_all(uploads).await {
        let problem: Value = refused.problem(422);
        assert!(
            problem["detail"].as_str().unwrap().contains("pixels"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn an_approved_text_shows_no_picture_from_elsewhere() {
    let server = TestServer::start().await;
    let (ada, article) = with_article(&server).await;
    server.person("rob", &["reviewer"]).await;
    ada.fills(&article).await;
    let text = "Look: ![a map](https://evil.example/pixel.png)";
    ada.writes(&article, "lead", text).await.expect(200);
    let refused = ada.requests_review(&article).await.problem(422);
    let detail = refused["detail"].as_str().unwrap();
    assert!(
        detail.contains("https://evil.example/pixel.png"),
        "{detail}"
    );
    ada.writes(&article, "lead", "Look.").await.expect(200);
    ada.requests_review(&article).await.expect(201);
}

/// CRC-32 as defined by PNG (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => 0xedb8_8320 ^ (crc >> 1),
            _ => crc >> 1,
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}
