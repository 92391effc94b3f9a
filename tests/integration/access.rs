//! Who gets through at which route: one line for every method and address that the router lists.
//!
//! The table says which roles are let through where they hold the role, and where they hold it for
//! another module only. What stops somebody is 401, 403, 404 or the way to the sign-in page; any
//! other answer, be it that the text is missing or that somebody else was faster, means that they
//! were let through. (That a restricted module hides altogether is shown by [`crate::leak`].)

mod stage;
mod table;

use std::collections::BTreeMap;

use reqwest::Method;

use lectern_http::{self as http, Route};

use crate::support::TestServer;
use stage::{Stage, Where};

/// The roles, and the letters that stand for them. Who is signed out has a letter as well.
const PEOPLE: [(char, Option<&str>); 6] = [
    ('o', None),
    ('L', Some("learner")),
    ('T', Some("trainer")),
    ('R', Some("reviewer")),
    ('D', Some("lead")),
    ('A', Some("admin")),
];

/// Who was let through at each route, as letters.
type Found = BTreeMap<String, [String; 2]>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_through_whom_the_table_names_and_nobody_else() {
    let server = TestServer::start().await;
    // Once somebody administers, the house is set up.
    server.person("root", &["admin"]).await;
    let routes = http::routes();
    let mut found = Found::new();
    for (column, place) in [Where::Here, Where::Elsewhere].into_iter().enumerate() {
        for (letter, role) in PEOPLE {
            let stage = Stage::set(&server, role, place).await;
            for route in in_order(&routes) {
                let letters = found.entry(name(route)).or_default();
                if stage.lets_through(route).await {
                    letters[column].push(letter);
                }
            }
        }
    }
    let wrong = differences(&found, &table::read());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// First what changes nothing, then the changes, those that end something last. After a report the
/// person signs nothing more.
fn in_order(routes: &[Route]) -> Vec<&Route> {
    let mut routes: Vec<&Route> = routes.iter().collect();
    routes.sort_by_key(|route| match route.method {
        _ if route.path.ends_with("/report") => 3,
        Method::GET => 0,
        Method::DELETE => 2,
        _ => 1,
    });
    routes
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn differences(found: &Found, table: &Found) -> Vec<String> {
    let mut wrong = Vec::new();
    for (route, [here, elsewhere]) in found {
        match table.get(route) {
            None => wrong.push(format!(
                "{route} has no line in tests/integration/access/table.rs; it lets through:\n    \
                 {}",
                table::line(route, here, elsewhere)
            )),
            Some(expected) if expected != &[here.clone(), elsewhere.clone()] => {
                wrong.push(format!(
                    "{route} lets through others than the table says; it would have to be:\n    {}",
                    table::line(route, here, elsewhere)
                ));
            }
            Some(_) => {}
        }
    }
    let gone = table.keys().filter(|route| !found.contains_key(*route));
    wrong.extend(gone.map(|route| format!("{route} is in the table and not in the router")));
    wrong
}

#[test]
fn a_route_without_a_line_and_a_line_without_a_route_are_named() {
    let letters = |text: &str| [text.to_owned(), String::new()];
    let found = Found::from([
        ("GET /new".to_owned(), letters("L")),
        ("GET /other".to_owned(), letters("LT")),
    ]);
    let table = Found::from([
        ("GET /old".to_owned(), letters("L")),
        ("GET /other".to_owned(), letters("L")),
    ]);
    let wrong = differences(&found, &table);
    assert!(wrong[0].starts_with("GET /new has no line"), "{wrong:?}");
    assert!(
        wrong[1].starts_with("GET /other lets through others"),
        "{wrong:?}"
    );
    assert!(
        wrong[2].starts_with("GET /old is in the table"),
        "{wrong:?}"
    );
}
