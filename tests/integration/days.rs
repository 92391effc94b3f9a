//! One day is one day: forms, pages, inbox, CSV and pack name the organisation's day.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use lectern_base::{FixedClock, Timestamp};

use crate::pack::Pack;
use crate::support::{Client, Got, TestServer, until};

/// A server in a zone, where it is a certain day by then.
struct Case {
    zone: &'static str,
    now: &'static str,
    /// Today, and its words.
    today: (&'static str, &'static str),
    /// The day on which a version of today is to be looked at again.
    review: &'static str,
    /// The last millisecond of 5 December 2026.
    due: &'static str,
    /// The first moments of 7 and of 9 December 2026.
    away: [&'static str; 2],
}

const CASES: [Case; 3] = [
    Case {
        zone: "Pacific/Auckland",
        now: "2026-11-30T20:00:00Z",
        today: ("2026-12-01", "1 December 2026"),
        review: "2028-12-01",
        due: "2026-12-05T10:59:59.999Z",
        away: ["2026-12-06T11:00:00.000Z", "2026-12-08T11:00:00.000Z"],
    },
    Case {
        zone: "America/Los_Angeles",
        now: "2026-12-01T03:00:00Z",
        today: ("2026-11-30", "30 November 2026"),
        review: "2028-11-30",
        due: "2026-12-06T07:59:59.999Z",
        away: ["2026-12-07T08:00:00.000Z", "2026-12-09T08:00:00.000Z"],
    },
    Case {
        zone: "UTC",
        now: "2026-11-30T20:00:00Z",
        today: ("2026-11-30", "30 November 2026"),
        review: "2028-11-30",
        due: "2026-12-05T23:59:59.999Z",
        away: ["2026-12-07T00:00:00.000Z", "2026-12-09T00:00:00.000Z"],
    },
];

async fn sends(who: &Client, path: &str, form: &str) -> Got {
    let kind = "application/x-www-form-urlencoded";
    who.raw(Method::POST, path, kind, form).await
}

#[tokio::test]
async fn every_page_table_and_pack_names_the_same_day() {
    for case in CASES {
        names_the_same_day(case).await;
    }
}

async fn names_the_same_day(case: Case) {
    let zone = case.zone;
    let clock = Arc::new(FixedClock::at(case.now.parse().unwrap()));
    let server = TestServer::start_in_zone(zone, clock.clone()).await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let tom = server.person("tom", &["trainer"]).await;
    let len = server.person("len", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.publishes(&article, &[&rob]).await;
    let (today, words) = case.today;
    let due = format!("5 December 2026 ({zone})");
    let day = |day: &str, detail: &str| format!("<time datetime=\"{day}\" data-day=\"{detail}\"");

    // Forms.
    let form = "/m/cold-chain/reading?article=vaccines";
    let page = ada.page(form).await.expect(200).text;
    assert!(page.contains(&format!("The day ends at midnight in {zone}.")));
    let asked = "article=vaccines&people=len&due=2026-12-05";
    sends(&ada, "/m/cold-chain/reading/people", asked)
        .await
        .expect(303);
    let page = rob.page("/me/delegations").await.expect(200).text;
    assert!(page.contains(&format!("Days begin and end at midnight in {zone}.")));
    assert!(
        page.contains(&format!("value=\"{today}\"")),
        "{zone}: {page}"
    );
    let away = format!("to={}&starts=2026-12-07&ends=2026-12-08", tom.id);
    sends(&rob, "/me/delegations", &away).await.expect(303);

    // What is stored, and what programs get.
    let mine = len.get("/api/v1/me/reading").await.expect(200).json();
    assert_eq!(mine["items"][0]["due"], case.due);
    assert_eq!(mine["items"][0]["due_day"], "2026-12-05");
    assert_eq!(mine["time_zone"], zone);
    let given = rob.get("/api/v1/me/delegations").await.expect(200).json();
    let given = &given["given"][0];
    assert_eq!([&given["starts"], &given["ends"]], case.away);
    let effective = format!("/api/v1/articles/{article}/effective");
    let effective = ada.get(&effective).await.expect(200).json();
    let shown = ada.get(&format!("/api/v1/articles/{article}")).await;
    for reply in [&effective, &shown.expect(200).json()["effective"]] {
        assert_eq!(reply["since_day"], today);
        assert_eq!(reply["review_day"], case.review);
    }

    // Home, article, reading status, delegations.
    let home = len.page("/").await.expect(200).text;
    assert!(home.contains(&format!("read it by {due}")), "{home}");
    assert!(home.contains(&day(today, "day")), "the badge: {home}");
    let page = len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains(&format!("asked you to read this by {due}.")));
    let since = format!("{words}</time> ({zone}) · approved by ROB");
    assert!(page.contains(&since), "{page}");
    assert!(page.contains(&day(case.review, "month")), "{page}");
    let page = ada.page(form).await.expect(200).text;
    assert!(page.contains(&format!("To be read by {due}")), "{page}");
    let page = rob.page("/me/delegations").await.expect(200).text;
    let span = format!("from 7 December 2026 to 8 December 2026 ({zone})");
    assert!(page.contains(&span), "{page}");

    // The inbox.
    until("everybody is told of everything", || async {
        let position = server.app.inbox.position().await.unwrap();
        (position == server.app.journal.head()).then_some(())
    })
    .await;
    let page = len.page("/notifications").await.expect(200).text;
    let by = format!("by {}", day("2026-12-05", "day"));
    assert!(page.contains(&by), "{page}");
    assert!(page.contains(&format!("5 December 2026</time> ({zone})")));
    let told = tom.get("/api/v1/me/notifications").await.expect(200);
    let told = &told.json()["items"][0];
    assert_eq!(told["until"], case.away[1]);
    assert_eq!(told["from_day"], "2026-12-07");
    assert_eq!(told["until_day"], "2026-12-08");
    let page = tom.page("/notifications").await.expect(200).text;
    let until_day = format!("until {}", day("2026-12-08", "day"));
    assert!(page.contains(&until_day), "{page}");

    // The table and the pack.
    let csv = ada
        .get(&format!("{form}&format=csv"))
        .await
        .expect(200)
        .text;
    let row = csv.lines().nth(1).unwrap();
    assert!(row.contains(case.due), "{row}");
    assert!(row.ends_with(&format!(",2026-12-05,{zone}")), "{row}");
    let task = &mine["items"][0];
    let read = json!({"version": 1, "revision_hash": task["revision_hash"]});
    let acknowledgements = format!("/api/v1/articles/{article}/acknowledgements");
    len.post(&acknowledgements, read).await.expect(201);
    let pack = Pack::made(&rob, &format!("/api/v1/articles/{article}/pack")).await;
    let roll = pack.text("articles/vaccines/acknowledgements.html");
    assert!(roll.contains(&format!("due {due}")), "{roll}");
    let version = pack.text("articles/vaccines/versions/1.0/article.html");
    assert!(
        version.contains(&format!("{words} ({zone}), ")),
        "{version}"
    );
    let index = pack.text("index.html");
    assert!(
        index.contains(&format!("Effective {words} ({zone})")),
        "{index}"
    );

    // The day lasts until its end where the organisation is.
    let due: Timestamp = case.due.parse().unwrap();
    let now: Timestamp = case.now.parse().unwrap();
    ada.post(
        &format!("/api/v1/articles/{article}/assignments"),
        json!({"people": [tom.id], "due_day": "2026-12-05"}),
    )
    .await
    .expect(201);
    clock.advance(due.since(now));
    for late in [false, true] {
        let tom = tom.anew(&server).await;
        let mine = tom.get("/api/v1/me/reading").await.expect(200).json();
        assert_eq!(mine["items"][0]["late"], late, "{zone}");
        clock.advance(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn a_program_gives_a_day_or_a_moment_of_it() {
    let clock = Arc::new(FixedClock::at(CASES[0].now.parse().unwrap()));
    let server = TestServer::start_in_zone("Pacific/Auckland", clock).await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let len = server.person("len", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.publishes(&article, &[&rob]).await;
    let path = format!("/api/v1/articles/{article}/assignments");
    for due in [
        json!({"due_day": "2026-12-05"}),
        json!({"due": "2026-12-05T09:00:00+13:00"}),
        json!({"due": CASES[0].due}),
    ] {
        let mut body = due;
        body["people"] = json!([len.id]);
        ada.post(&path, body).await.expect(201);
        let mine = len.get("/api/v1/me/reading").await.expect(200).json();
        assert_eq!(mine["items"][0]["due"], CASES[0].due);
    }
    for wrong in [
        json!({"people": [len.id]}),
        json!({"people": [len.id], "due": CASES[0].due, "due_day": "2026-12-05"}),
        json!({"people": [len.id], "due_day": "2026-11-30"}),
    ] {
        let refused = ada.post(&path, wrong).await.problem(422);
        assert_eq!(refused["field"], "due");
    }
}

#[tokio::test]
async fn a_due_date_from_before_the_zone_was_set_stays_what_it_is() {
    let clock = Arc::new(FixedClock::at(CASES[2].now.parse().unwrap()));
    let server = TestServer::start_in_zone("UTC", clock.clone()).await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let len = server.person("len", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.publishes(&article, &[&rob]).await;
    let path = format!("/api/v1/articles/{article}/assignments");
    let body = json!({"people": [len.id], "due_day": "2026-12-05"});
    ada.post(&path, body).await.expect(201);

    let mut data = server.stop().await;
    for (zone, day, words) in [
        ("Pacific/Auckland", "2026-12-06", "6 December 2026"),
        ("America/Los_Angeles", "2026-12-05", "5 December 2026"),
    ] {
        let server = TestServer::start_in_zone_on(data, zone, clock.clone()).await;
        let len = len.at(&server);
        let mine = len.get("/api/v1/me/reading").await.expect(200).json();
        assert_eq!(mine["items"][0]["due"], CASES[2].due, "{zone}");
        assert_eq!(mine["items"][0]["due_day"], day, "{zone}");
        let home = len.page("/").await.expect(200).text;
        assert!(
            home.contains(&format!("read it by {words} ({zone})")),
            "{home}"
        );
        data = server.stop().await;
    }
}
