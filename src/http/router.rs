//! The routes of every folder, and what every request passes.

use std::sync::Arc;
use std::sync::LazyLock;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use lectern_app::App;

use crate::layers::{self, RequestPolicy};
use crate::problem::Problem;
use crate::routes::{Route, Routes, get, operations};
use crate::{
    article, assets, diagram, health, home, identity, journal, live, module, navigation, openapi,
    pack, reading, review, revision, search, social, template, version,
};

/// Returns the routes with everything around them.
pub fn router(app: Arc<App>, policy: RequestPolicy) -> Router {
    let routes = all()
        .into_router()
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method);
    layers::around(routes.with_state(app.clone()), policy, app)
}

/// Returns every method at every path of the server.
pub fn routes() -> Vec<Route> {
    all().into_list()
}

/// Returns the OpenAPI description of the interface, as it is served and committed.
pub fn openapi_json() -> String {
    openapi::json(all().into_description())
}

fn all() -> Routes {
    Routes::new()
        .operations(operations![
            health::healthz,
            health::readyz,
            health::metrics
        ])
        .route("/api/openapi.json", get(description))
        .route("/assets/{*path}", get(assets::serve))
        .route("/sw.js", get(assets::worker))
        .route("/diagram", get(diagram::frame))
        .route("/favicon.svg", get(assets::icon))
        .route("/favicon.ico", get(assets::icon))
        .merge(home::routes())
        .merge(identity::routes())
        .merge(navigation::routes())
        .merge(module::routes())
        .merge(template::routes())
        .merge(article::routes())
        .merge(live::routes())
        .merge(revision::routes())
        .merge(review::routes())
        .merge(version::routes())
        .merge(reading::routes())
        .merge(social::routes())
        .merge(search::routes())
        .merge(journal::routes())
        .merge(pack::routes())
}

async fn description() -> impl IntoResponse {
    static JSON: LazyLock<String> = LazyLock::new(openapi_json);
    ([(header::CONTENT_TYPE, "application/json")], JSON.as_str())
}

async fn nothing_here() -> Response {
    let detail = "Nothing is at this address. Search may find what you are looking for.";
    Problem::new(StatusCode::NOT_FOUND, detail).into_response()
}

async fn no_such_method() -> Response {
    let detail = "This cannot be done here; another method may work.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Method;

    #[test]
    fn the_committed_description_is_the_one_that_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed.trim_end() == openapi_json(),
            "schemas/openapi.json is out of date: run `lectern openapi > schemas/openapi.json`"
        );
    }

    #[test]
    fn routes_of_the_interface_and_described_operations_are_the_same() {
        let document: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        let described = document["paths"].as_object().unwrap().iter();
        let described = described.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| Route {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
            })
        });
        let mut described: Vec<Route> = described.collect();
        let mut served = routes();
        served.retain(|route| route.path.starts_with("/api/v1/") || described.contains(route));
        described.sort();
        served.sort();
        assert_eq!(served, described);
        assert!(served.iter().any(|route| route.method == Method::PATCH));
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let text = openapi_json();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let references = text.split("\"$ref\": \"#").skip(1);
        for reference in references.filter_map(|rest| rest.split('"').next()) {
            assert!(
                document.pointer(reference).is_some(),
                "{reference} is missing"
            );
        }
    }

    #[test]
    fn it_is_openapi_3_1() {
        let document: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    }
}
