//! Accounts under attack, and accounts whose owners take care: lockout, alerts, new devices,
//! second factors, passwords that others know.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use totp_rs::Totp;

use crate::support::{Client, Got, PASSWORD, TestServer, until};

/// Somebody at a browser tries to sign in.
async fn tries(browser: &Client, login: &str, password: &str) -> Got {
    let body = json!({"login": login, "password": password});
    browser.post("/api/v1/session", body).await
}

/// Sends a form as a browser does.
async fn sends(browser: &Client, path: &str, form: &[(&str, &str)]) -> Got {
    let request = browser
        .request(reqwest::Method::POST, path)
        .header("accept", "text/html");
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(form);
    let kind = "application/x-www-form-urlencoded";
    let request = request.header("content-type", kind).body(pairs.finish());
    browser.send(request).await
}

async fn open_alerts(admin: &Client) -> Vec<Value> {
    let got = admin.get("/api/v1/alerts").await.expect(200).json();
    got["items"].as_array().unwrap().clone()
}

/// What stands between two marks of a page.
fn between<'p>(page: &'p str, before: &str, after: &str) -> &'p str {
    let (_, rest) = page.split_once(before).expect(before);
    rest.split_once(after).expect(after).0
}

#[tokio::test]
async fn too_many_guesses_lock_an_account_until_an_admin_unlocks_it_also_across_a_restart() {
    let server = TestServer::start_with(|config| config.identity.lock_after = 3).await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let stranger = server.stranger();
    for _ in 0..2 {
        tries(&stranger, "ada", "guess guess guess")
            .await
            .problem(401);
    }
    let locked = tries(&stranger, "ada", "guess guess guess")
        .await
        .problem(403);
    assert!(
        locked["detail"].as_str().unwrap().contains("locked"),
        "{locked}"
    );
    tries(&stranger, "ada", PASSWORD).await.problem(403);
    ada.get("/api/v1/me").await.expect(200);
    ada.get("/api/v1/alerts").await.problem(403);

    let alerts = open_alerts(&root).await;
    assert_eq!(alerts[0]["kind"], "account_locked");
    assert_eq!(alerts[0]["person"], ada.id.to_string());
    let home = root.page("/").await.expect(200);
    assert!(home.text.contains("The account of ADA was locked"));

    let server = server.restart().await;
    let root = root.at(&server);
    let stranger = server.stranger();
    tries(&stranger, "ada", PASSWORD).await.problem(403);
    let people = root.page("/admin/people").await.expect(200).text;
    assert!(people.contains("Locked") && people.contains("The account of ADA"));

    let unlock = format!("/api/v1/people/{}/unlock", ada.id);
    root.post(&unlock, json!({})).await.expect(204);
    root.post(&unlock, json!({})).await.problem(409);
    tries(&stranger, "ada", PASSWORD).await.expect(200);
    let settle = format!(
        "/api/v1/alerts/{}/settle",
        alerts[0]["id"].as_str().unwrap()
    );
    let note = json!({"note": "Ada had forgotten it."});
    root.post(&settle, note.clone()).await.expect(204);
    root.post(&settle, note).await.problem(409);
    assert!(open_alerts(&root).await.is_empty());
    assert!(!root.page("/").await.text.contains("The account of ADA"));
    let journal = root.get("/api/v1/journal?limit=200").await.expect(200).text;
    for deed in [
        "account.locked",
        "account.unlocked",
        "alert.settled",
        "Ada had forgotten it.",
    ] {
        assert!(journal.contains(deed), "{deed}");
    }
    assert!(!journal.contains("guess guess"));
}

#[tokio::test]
async fn a_signature_with_a_wrong_password_is_none_and_counts_towards_the_lock() {
    let server = TestServer::start_with(|config| config.identity.lock_after = 2).await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let cleo = server.person("cleo", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let questions = review["checklist"].as_array().unwrap().len();
    let signs = |password: &str| {
        json!({"verdict": "approve", "checklist": vec![true; questions],
            "signature": {"password": password, "meaning": "approved"}})
    };
    let browser = cleo.in_a_browser(&server).await;
    let decide = format!(
        "/api/v1/reviews/{}/decisions",
        review["id"].as_str().unwrap()
    );
    for (password, status) in [
        ("not my password", 401),
        ("not my password", 403),
        (PASSWORD, 403),
    ] {
        let mut decision = signs(password);
        decision["revision_hash"] = review["revision_hash"].clone();
        browser.post(&decide, decision).await.problem(status);
    }
    let path = format!("/api/v1/reviews/{}", review["id"].as_str().unwrap());
    let seen = cleo.get(&path).await.expect(200).json();
    assert_eq!(seen["decisions"], json!([]));
    let journal = root
        .get("/api/v1/journal?limit=200")
        .await
        .expect(200)
        .json();
    let entries = journal["items"].as_array().unwrap();
    let refused: Vec<_> = entries
        .iter()
        .filter(|entry| entry["deed"] == "signature.refused")
        .collect();
    assert_eq!(refused.len(), 3);
    assert_eq!(refused[0]["subject"]["id"], review["id"]);
    assert_eq!(refused[0]["module"], json!(module));

    let unlock = format!("/api/v1/people/{}/unlock", cleo.id);
    root.post(&unlock, json!({})).await.expect(204);
    cleo.decides(&review, signs(PASSWORD)).await.expect(201);
}

#[tokio::test]
async fn a_reviewer_who_lost_the_role_decides_nothing_more() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let cleo = server.person("cleo", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let roles = format!("/api/v1/people/{}/roles", cleo.id);
    let learner = json!({"roles": [{"role": "learner"}]});
    root.put(&roles, learner).await.expect(200);
    cleo.approves(&review).await.problem(403);
}

#[tokio::test]
async fn an_administrator_makes_a_link_and_never_knows_a_password() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let before = ada.in_a_browser(&server).await;
    let path = format!("/api/v1/people/{}/password-link", ada.id);
    let own = format!("/api/v1/people/{}/password-link", root.id);
    root.post(&own, json!({})).await.problem(409);
    let made = root.post(&path, json!({})).await.expect(200).json();
    let link = made["link"].as_str().unwrap();
    let code = link.split_once("code=").unwrap().1.to_owned();
    before.get("/api/v1/me").await.problem(401);
    ada.get("/api/v1/me").await.problem(401);
    tries(&server.stranger(), "ada", PASSWORD)
        .await
        .problem(401);

    let server = server.restart().await;
    let (browser, root) = (server.stranger(), root.at(&server));
    let guess = json!({"code": format!("{}.guess", ada.id), "password": "ada chose this"});
    browser.post("/api/v1/password", guess).await.problem(403);
    let address = format!("/choose-password?code={code}");
    let page = browser.page(&address).await.expect(200).text;
    assert!(page.contains("For the login ada"));
    let chosen = [("code", code.as_str()), ("password", PASSWORD)];
    let same = sends(&browser, "/choose-password", &chosen)
        .await
        .expect(422);
    assert!(same.text.contains("your last 5 are not taken"));
    let chosen = [("code", code.as_str()), ("password", "ada chose this")];
    let done = sends(&browser, "/choose-password", &chosen)
        .await
        .expect(303);
    assert_eq!(done.header("location"), "/sign-in?done=password-chosen");
    browser.get("/api/v1/me").await.problem(401);
    let again = sends(&browser, "/choose-password", &chosen)
        .await
        .expect(403);
    assert!(again.text.contains("no longer valid"));
    let opened = tries(&browser, "ada", "ada chose this").await.expect(200);
    assert_eq!(opened.json()["must_change_password"], false);
    until("the owner hears of the link", || async {
        let got = browser.get("/api/v1/me/notifications").await.expect(200);
        let told = got.text.contains("made a link to set your password");
        told.then_some(())
    })
    .await;
    let journal = root.get("/api/v1/journal?limit=200").await.expect(200).text;
    for deed in [
        "person.password_link_made",
        "person.password_link_used",
        "token.revoked",
    ] {
        assert!(journal.contains(deed), "{deed}");
    }
    let secret = code.split_once('.').unwrap().1;
    assert!(!journal.contains(secret) && !journal.contains("ada chose this"));
}

#[tokio::test]
async fn a_new_person_chooses_the_first_password_with_a_link() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    let with = json!({"login": "bo", "name": "Bo", "password": PASSWORD});
    root.post("/api/v1/people", with).await.problem(422);
    let new = json!({"login": "bo", "name": "Bo", "roles": [{"role": "learner"}]});
    let added = root.post("/api/v1/people", new).await.expect(201).json();
    assert_eq!(added["login"], "bo");
    let link = added["password_link"]["link"].as_str().unwrap();
    let code = link.split_once("code=").unwrap().1;
    let chosen = json!({"code": code, "password": "bo chose this one"});
    let browser = server.stranger();
    browser.post("/api/v1/password", chosen).await.expect(204);
    tries(&browser, "bo", "bo chose this one").await.expect(200);
    let root = root.in_a_browser(&server).await;
    let form = [("login", "cy"), ("name", "Cy"), ("roles", "learner")];
    let page = sends(&root, "/admin/people", &form).await.expect(200).text;
    assert!(page.contains("/choose-password?code="));
    let again = root.page("/admin/people").await.expect(200).text;
    assert!(
        !again.contains("/choose-password?code="),
        "it is shown once"
    );
}

#[tokio::test]
async fn what_is_signed_soon_after_a_reset_alerts_administrators_and_the_owner() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let cleo = server.person("cleo", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let path = format!("/api/v1/people/{}/password-link", cleo.id);
    let made = root.post(&path, json!({})).await.expect(200).json();
    let code = made["link"]
        .as_str()
        .unwrap()
        .split_once("code=")
        .unwrap()
        .1;
    let mallory = server.stranger();
    let chosen = json!({"code": code, "password": "root chose this"});
    mallory.post("/api/v1/password", chosen).await.expect(204);
    tries(&mallory, "cleo", "root chose this").await.expect(200);
    assert!(open_alerts(&root).await.is_empty());
    let questions = review["checklist"].as_array().unwrap().len();
    let decision = json!({"verdict": "approve", "checklist": vec![true; questions],
        "signature": {"password": "root chose this", "meaning": "approved"}});
    let mut decision = decision;
    decision["revision_hash"] = review["revision_hash"].clone();
    let decide = format!(
        "/api/v1/reviews/{}/decisions",
        review["id"].as_str().unwrap()
    );
    mallory.post(&decide, decision).await.expect(201);
    let alerts = open_alerts(&root).await;
    assert_eq!(alerts[0]["kind"], "signed_after_reset");
    assert_eq!(alerts[0]["person"], cleo.id.to_string());
    assert!(root.page("/").await.text.contains("CLEO signed soon after"));
    until("the owner hears of it", || async {
        let got = mallory.get("/api/v1/me/notifications").await.expect(200);
        got.text.contains("You signed soon after").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_trainer_removes_no_reviewer() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = rob.creates_module("Cold chain").await;
    let bo = server.person_within("bo", "reviewer", &module).await;
    let lea = server.person_within("lea", "learner", &module).await;
    let of = |id: &dyn std::fmt::Display| format!("/api/v1/modules/{module}/members/{id}");
    let refused = ada.delete(&of(&bo.id)).await.problem(403);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("remove a reviewer"), "{detail}");
    ada.delete(&of(&lea.id)).await.expect(204);
    rob.delete(&of(&bo.id)).await.expect(204);
}

#[tokio::test]
async fn a_sign_in_on_a_new_device_is_told_elsewhere_and_can_be_reported() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let usual = ada.in_a_browser(&server).await;
    let telling = "used on a new device";
    assert!(!usual.page("/").await.expect(200).text.contains(telling));
    tries(&usual, "ada", PASSWORD).await.expect(200);
    assert!(!usual.page("/").await.text.contains(telling), "it is known");

    let other = server.stranger();
    tries(&other, "ada", PASSWORD).await.expect(200);
    assert!(!other.page("/").await.expect(200).text.contains(telling));
    let page = usual.page("/templates").await.expect(200).text;
    assert!(page.contains(telling) && page.contains("127.0.0.1"));
    let id = between(&page, "/me/sign-ins/", "/accept").to_owned();
    let accept = format!("/me/sign-ins/{id}/accept");
    sends(&other, &accept, &[]).await.expect(404);
    sends(&usual, &accept, &[("back", "/templates")])
        .await
        .expect(303);
    assert!(!usual.page("/").await.text.contains(telling));
    let listed = usual.page("/me").await.expect(200).text;
    assert!(listed.contains("with a new device") && listed.contains("this session"));

    let report = format!("/me/sign-ins/{id}/report");
    let led = sends(&usual, &report, &[]).await.expect(303);
    assert_eq!(led.header("location"), "/me/password");
    other.get("/api/v1/me").await.problem(401);
    usual.get("/api/v1/modules").await.problem(403);
    let alerts = open_alerts(&root).await;
    assert_eq!(alerts[0]["kind"], "sign_in_reported");
}

#[tokio::test]
async fn people_who_share_a_computer_do_not_make_it_new_to_each_other() {
    let server = TestServer::start().await;
    server.person("ada", &["trainer"]).await;
    server.person("ben", &["trainer"]).await;
    let (shared, phone) = (server.stranger(), server.stranger());
    let telling = "used on a new device";
    for login in ["ada", "ben", "ada", "ben"] {
        tries(&shared, login, PASSWORD).await.expect(200);
    }
    tries(&phone, "ada", PASSWORD).await.expect(200);
    let news = shared.page("/me").await.expect(200).text;
    assert!(!news.contains(telling), "ben has one device");
    tries(&shared, "ada", PASSWORD).await.expect(200);
    let news = shared.page("/").await.expect(200).text;
    assert_eq!(news.matches(telling).count(), 1, "the phone alone is new");
    let page = phone.page("/me").await.expect(200).text;
    assert_eq!(page.matches("with a new device").count(), 1, "{page}");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_until_an_admin_takes_it_away() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let path = "/api/v1/me/second-factor";
    let begun = ada.post(path, json!({})).await.expect(200).json();
    let totp = Totp::from_url(begun["address"].as_str().unwrap()).unwrap();
    let code = |later: u64| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        totp.generate(now.as_secs() + later).to_string()
    };
    let wrong = json!({"password": PASSWORD, "code": "000 00"});
    ada.put(path, wrong).await.problem(422);
    tries(&server.stranger(), "ada", PASSWORD).await.expect(200);
    let enrolment = code(0);
    let proof = json!({"password": PASSWORD, "code": enrolment});
    let set = ada.put(path, proof).await.expect(200).json();
    let recovery = set["recovery_codes"].as_array().unwrap();
    assert_eq!(recovery.len(), 10);

    let browser = server.stranger();
    let needed = tries(&browser, "ada", PASSWORD).await.problem(401);
    assert_eq!(needed["field"], "code");
    let with = |code: &Value| json!({"login": "ada", "password": PASSWORD, "code": code});
    let replayed = browser
        .post("/api/v1/session", with(&json!(enrolment)))
        .await;
    assert_eq!(replayed.problem(401)["field"], "code");
    browser
        .post("/api/v1/session", with(&recovery[0]))
        .await
        .expect(200);
    browser
        .post("/api/v1/session", with(&recovery[0]))
        .await
        .problem(401);

    let form = [
        ("login", "ada"),
        ("password", PASSWORD),
        ("next", "/templates"),
    ];
    let browser = server.stranger();
    let asked = sends(&browser, "/sign-in", &form).await.expect(200).text;
    assert!(asked.contains("Enter your code"));
    assert_eq!(browser.page("/").await.status, 303, "not in yet");
    let ticket = between(&asked, "name=\"ticket\" value=\"", "\"").to_owned();
    let wrong = [
        ("ticket", ticket.as_str()),
        ("code", "1"),
        ("next", "/templates"),
    ];
    let again = sends(&browser, "/sign-in/code", &wrong).await.expect(401);
    assert!(again.text.contains("The code is wrong"));
    let next = code(30);
    let right = [
        ("ticket", ticket.as_str()),
        ("code", &next),
        ("next", "/templates"),
    ];
    let done = sends(&browser, "/sign-in/code", &right).await.expect(303);
    assert_eq!(done.header("location"), "/templates");
    browser.page("/me").await.expect(200);
    let over = sends(&browser, "/sign-in/code", &right).await.expect(401);
    assert!(over.text.contains("begin again"));

    let removal = format!("/api/v1/people/{}/second-factor", ada.id);
    ada.delete(&removal).await.problem(403);
    root.delete(&removal).await.expect(204);
    assert_eq!(open_alerts(&root).await[0]["kind"], "second_factor_removed");
    tries(&server.stranger(), "ada", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn an_administrator_becomes_no_reviewer_of_controlled_modules_in_passing() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin", "trainer"]).await;
    let second = server.person("second", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    server.person("rob", &["reviewer"]).await;
    let at = format!("/api/v1/modules/{module}");
    let patches = async |who: &Client, control: &str| {
        let change = json!({"control": control, "reason": "Wanted."});
        let request = who.request(reqwest::Method::PATCH, &at).json(&change);
        who.send(request).await
    };
    patches(&ada, "controlled").await.expect(200);
    let roles = format!("/api/v1/people/{}/roles", root.id);
    let mine = json!({"roles": [{"role": "admin"}, {"role": "trainer"}, {"role": "reviewer"}]});
    root.put(&roles, mine).await.expect(200);
    assert_eq!(
        open_alerts(&second).await[0]["kind"],
        "reviewer_self_granted"
    );

    let review = ada.requests_review(&article).await.expect(201).json();
    let questions = review["checklist"].as_array().unwrap().len();
    let decision = json!({"verdict": "approve", "checklist": vec![true; questions],
        "signature": {"password": PASSWORD, "meaning": "approved"}});
    let refused = root.decides(&review, decision.clone()).await.problem(403);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("another administrator"), "{detail}");
    patches(&root, "informal").await.problem(403);
    let puppet = server.person("puppet", &["learner"]).await;
    let member = format!("{at}/members/{}", puppet.id);
    root.put(&member, json!({"role": "reviewer"}))
        .await
        .problem(403);

    let confirm = format!("{roles}/confirm");
    root.post(&confirm, json!({})).await.problem(403);
    second.post(&confirm, json!({})).await.expect(204);
    second.post(&confirm, json!({})).await.problem(409);
    patches(&root, "informal").await.expect(200);
    let journal = second.get("/api/v1/journal?limit=200").await.expect(200);
    assert!(journal.text.contains("person.self_grant_confirmed"));
}
