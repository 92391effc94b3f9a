//! Nobody gets what they may not see, by whatever address.
//!
//! Every place that holds text gets a marker word of its own ([`scene`]). Then everybody who may not
//! see all of them asks for everything there is: each route that the router lists, filled with each
//! identifier that exists, with queries, bodies and sockets ([`sweep`]). No reply may hold a word
//! of a place that its asker may not see; and what an asker may not know of must look like what
//! does not exist.
//!
//! A new route is asked like all others. A new parameter makes the test fail until it knows what to
//! put there. A new place is one line in the scene.

mod ask;
mod fillers;
mod known;
mod scene;
mod sweep;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Html;
use reqwest::Method;
use tokio::net::TcpListener;

use lectern_http::{self as http, RequestPolicy, Route};

use scene::{Asker, Circle, Scene};
use sweep::Sweep;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_what_they_may_not_see_at_any_address() {
    let scene = Scene::build().await;
    let routes = http::routes();
    let mut sweep = Sweep::by_the_insider(&scene, scene.server.address(), &routes).await;
    assert_eq!(
        sweep.unseen(),
        [""; 0],
        "what is written nowhere proves nothing"
    );
    assert!(sweep.knows_sockets(), "the live draft is a socket");
    for asker in &scene.askers {
        sweep.reading(asker).await;
    }
    for asker in &scene.askers {
        sweep.writing(asker).await;
        if asker.sees(Circle::House) {
            asker.client.get("/api/v1/me").await.expect(200);
        }
    }
    let findings = sweep.findings.join("\n");
    assert!(findings.is_empty(), "\n{findings}");
}

/// A server beside the real one, on the same data, with routes that tell too much.
async fn leaky_server(scene: &Scene) -> SocketAddr {
    let word_of = |what| {
        let place = scene.places.iter().find(|place| place.what == what);
        place.unwrap().word.clone()
    };
    let draft = word_of("a draft");
    let restricted = |one: &&known::Known| one.circle == Circle::Members;
    let hidden: Vec<String> = scene
        .known
        .iter()
        .filter(restricted)
        .map(|one| one.value.clone())
        .collect();
    let tell = move |_: Path<String>| async move { draft };
    let betray = move |Path(id): Path<String>| async move {
        match hidden.contains(&id) {
            true => StatusCode::FORBIDDEN,
            false => StatusCode::UNAUTHORIZED,
        }
    };
    let visits = Arc::new(AtomicUsize::new(0));
    let count = move |_: Path<String>| async move {
        let visits = visits.fetch_add(1, Ordering::Relaxed);
        Html(format!("<p>Visit {visits}</p>"))
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "these routes are here to be found out"
    )]
    let router = http::router(
        scene.server.app.clone(),
        RequestPolicy::of(&scene.server.app.config),
    )
    .route("/tell/{id}", axum::routing::get(tell))
    .route("/betray/{id}", axum::routing::get(betray))
    .route("/restless/{id}", axum::routing::get(count));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_that_tells_too_much_is_found_out() {
    let mut scene = Scene::build().await;
    let address = leaky_server(&scene).await.to_string();
    let insider = &mut scene.insider;
    for asker in scene.askers.iter_mut().chain([insider]) {
        asker.client = asker.client.at(format!("http://{address}"));
    }
    let get = |path: &str| Route {
        method: Method::GET,
        path: path.to_owned(),
    };
    let routes = [
        get("/tell/{id}"),
        get("/betray/{id}"),
        get("/restless/{id}"),
        get("/new/{thing}"),
    ];
    let mut sweep = Sweep::by_the_insider(&scene, address, &routes).await;
    let lead: &Asker = scene
        .askers
        .iter()
        .find(|asker| asker.who == "a lead")
        .unwrap();
    sweep.reading(lead).await;
    let found = |words: &str| sweep.findings.iter().any(|one| one.contains(words));
    assert!(
        found("a lead reads a draft at GET /tell/"),
        "{:?}",
        sweep.findings
    );
    assert!(
        found("a lead can tell GET /betray/"),
        "{:?}",
        sweep.findings
    );
    assert!(
        found("GET /restless/{id} never answers twice alike"),
        "{:?}",
        sweep.findings
    );
    assert!(
        found("/new/{thing} has the parameter {thing}"),
        "{:?}",
        sweep.findings
    );
}
