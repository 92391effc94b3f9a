//! Strangers who guess passwords: what they learn, whom they slow down, and whom they lock out.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, Got, PASSWORD, TestServer};

/// A server behind a proxy at this machine.
async fn behind_a_proxy() -> TestServer {
    TestServer::start_with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

/// Somebody at `address` tries to sign in through the proxy, which appends the address.
async fn tries(browser: &Client, address: &str, login: &str, password: &str) -> Got {
    let request = browser
        .request(Method::POST, "/api/v1/session")
        .header("x-forwarded-for", format!("9.9.9.9, {address}"))
        .json(&json!({"login": login, "password": password}));
    browser.send(request).await
}

const OFFICE: &str = "203.0.113.5";

#[tokio::test]
async fn typos_behind_one_address_block_nobody_who_is_known_there() {
    let server = behind_a_proxy().await;
    server.person("ada", &["trainer"]).await;
    server.person("bo", &["trainer"]).await;
    let usual = server.stranger();
    tries(&usual, OFFICE, "ada", PASSWORD).await.expect(200);
    tries(&server.stranger(), OFFICE, "bo", PASSWORD)
        .await
        .expect(200);
    let stranger = server.stranger();
    for number in 0..52 {
        let login = format!("typo{number}");
        tries(&stranger, OFFICE, &login, "not a password").await;
    }
    let blocked = tries(&stranger, OFFICE, "typo", "not a password").await;
    blocked.problem(429);
    for (login, password, status) in [
        ("ada", "not a password", 429),
        ("nobody", "not a password", 429),
        ("bo", PASSWORD, 200),
    ] {
        let browser = server.stranger();
        let got = tries(&browser, OFFICE, login, password).await;
        got.expect(status);
    }
    tries(&usual, OFFICE, "ada", PASSWORD).await.expect(200);
    let elsewhere = tries(&server.stranger(), "203.0.113.6", "ada", PASSWORD).await;
    elsewhere.expect(200);
}

#[tokio::test]
async fn a_success_lowers_the_count_of_an_address() {
    let server = behind_a_proxy().await;
    for number in 0..30 {
        server.person(&format!("p{number}"), &["learner"]).await;
    }
    for number in 0..30 {
        let browser = server.stranger();
        let login = format!("p{number}");
        for password in ["typo typo typo", "typo typo typo", PASSWORD] {
            let got = tries(&browser, OFFICE, &login, password).await;
            let expected = if password == PASSWORD { 200 } else { 401 };
            got.expect(expected);
        }
    }
}

#[tokio::test]
async fn one_stranger_locks_nobody_out_and_the_address_cannot_be_made_up() {
    let server = behind_a_proxy().await;
    let root = server.person("root", &["admin"]).await;
    let usual = server.stranger();
    tries(&usual, OFFICE, "root", PASSWORD).await.expect(200);
    let mut seen = Vec::new();
    for number in 0..130 {
        let address = format!("198.51.{number}.7");
        let stranger = server.stranger();
        let got = tries(&stranger, &address, "root", "guess guess").await;
        seen.push(got.status.as_u16());
    }
    assert_eq!(seen.iter().filter(|status| **status == 401).count(), 99);
    assert_eq!(seen.last(), Some(&403));
    let alerts = root.get("/api/v1/alerts").await.expect(200).json();
    assert_eq!(alerts["items"][0]["kind"], "account_locked");
    tries(&usual, "192.0.2.77", "root", PASSWORD)
        .await
        .expect(200);
    tries(&server.stranger(), OFFICE, "root", PASSWORD)
        .await
        .expect(200);
    let nowhere_known = tries(&server.stranger(), "192.0.3.99", "root", PASSWORD).await;
    nowhere_known.problem(403);
    // The left of the header is the client's own words: no new address for each guess.
    let stranger = server.stranger();
    for number in 0..11 {
        let request = stranger
            .request(Method::POST, "/api/v1/session")
            .header("x-forwarded-for", format!("10.0.{number}.1, 192.0.2.200"))
            .json(&json!({"login": "nobody at all", "password": "guess"}));
        stranger.send(request).await;
    }
    let slowed = tries(&stranger, "192.0.2.200", "nobody at all", "guess").await;
    slowed.problem(429);
}

/// All of an answer that does not differ by itself.
fn answer(got: Got) -> String {
    let mut headers: Vec<_> = got
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    let text = match got.text.split_once("retry_after") {
        Some(_) => "slowed down".to_owned(),
        None => got.text,
    };
    headers.retain(|line| !line.starts_with("retry-after") && !line.starts_with("content-length"));
    format!("{} {headers:?} {text}", got.status)
}

#[tokio::test]
async fn real_and_invented_logins_get_the_same_answers() {
    let mut server = behind_a_proxy().await;
    server.person("ada", &["trainer"]).await;
    let usual = server.stranger();
    tries(&usual, OFFICE, "ada", PASSWORD).await.expect(200);
    for round in 0..24 {
        let (stranger, mut answers) = (server.stranger(), Vec::new());
        let address = format!("198.51.100.{}", round % 6);
        for login in ["ada", "nobody"] {
            answers.push(answer(tries(&stranger, &address, login, "guess").await));
        }
        assert_eq!(answers[0], answers[1], "round {round}");
        match round {
            4 | 12 => {
                let own = usual.at(server.url(""));
                tries(&own, OFFICE, "ada", PASSWORD).await.expect(200);
            }
            7 | 15 => server = server.restart().await,
            _ => {}
        }
    }
}
