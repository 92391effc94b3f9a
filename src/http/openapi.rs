//! The description of the JSON interface, OpenAPI 3.1, made from the handlers' own comments.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::health;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lectern",
        description = "Training articles: written together live, published when approved.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        health::healthz,
        health::readyz,
        health::metrics,
        crate::identity::api::session::sign_in,
        crate::identity::api::session::sign_out,
        crate::identity::api::me::show,
        crate::identity::api::me::change_password,
        crate::identity::api::second_factor::show,
        crate::identity::api::second_factor::begin,
        crate::identity::api::second_factor::confirm,
        crate::identity::api::second_factor::remove,
        crate::identity::api::delegation::list,
        crate::identity::api::delegation::give,
        crate::identity::api::delegation::end,
        crate::social::api::notification::list,
        crate::social::api::notification::read,
        crate::identity::api::sign_in::list,
        crate::identity::api::sign_in::report,
        crate::identity::api::person::list,
        crate::identity::api::person::add,
        crate::identity::api::person::show,
        crate::identity::api::person::set_roles,
        crate::identity::api::person::deactivate,
        crate::identity::api::person::reactivate,
        crate::identity::api::person::reset_password,
        crate::identity::api::person::unlock,
        crate::identity::api::person::remove_second_factor,
        crate::identity::api::alert::list,
        crate::identity::api::alert::settle,
        crate::identity::api::token::list,
        crate::identity::api::token::create,
        crate::identity::api::token::revoke,
        crate::journal::api::list,
        crate::journal::api::checkpoint,
        crate::module::api::module::list,
        crate::module::api::module::create,
        crate::module::api::module::show,
        crate::module::api::module::change,
        crate::module::api::module::reorder,
        crate::module::api::module::add_member,
        crate::module::api::module::remove_member,
        crate::template::api::list,
        crate::template::api::show,
        crate::article::api::article::create,
        crate::article::api::article::show,
        crate::article::api::attribution::show,
        crate::article::api::draft::show,
        crate::article::api::draft::put_title,
        crate::article::api::draft::put_section,
        crate::article::api::draft::put_field,
        crate::article::api::effective::show,
        crate::article::api::file::add,
        crate::article::api::file::share,
        crate::article::api::file::show,
        crate::article::api::suggestion::list,
        crate::article::api::writer::list,
        crate::article::api::formula::set,
        crate::article::api::markdown::read,
        crate::live::ticket::create,
        crate::revision::api::list,
        crate::revision::api::create,
        crate::revision::api::show,
        crate::revision::api::diff,
        crate::revision::api::restore,
        crate::review::api::review::request,
        crate::review::api::review::of_article,
        crate::review::api::review::waiting,
        crate::review::api::review::show,
        crate::review::api::review::changes,
        crate::review::api::seen::list,
        crate::review::api::seen::see,
        crate::review::api::seen::unsee,
        crate::review::api::review::decide,
        crate::review::api::review::withdraw,
        crate::review::api::review::resubmit,
        crate::version::api::signature::of_article,
        crate::version::api::version_action::suspend,
        crate::version::api::version_action::reinstate,
        crate::version::api::version_action::reissue,
        crate::version::api::version_action::reaffirm,
        crate::version::api::version_action::retire,
        crate::pack::api::of_article,
        crate::pack::api::of_module,
        crate::module::api::rules::show,
        crate::module::api::rules::change,
        crate::reading::api::audience::of_module,
        crate::reading::api::audience::set_of_module,
        crate::reading::api::audience::of_article,
        crate::reading::api::audience::set_of_article,
        crate::reading::api::audience::remove_of_article,
        crate::reading::api::acknowledgement::list,
        crate::reading::api::acknowledgement::give,
        crate::reading::api::acknowledgement::assign,
        crate::reading::api::acknowledgement::remind,
        crate::reading::api::acknowledgement::mine,
        crate::social::api::thread::list,
        crate::social::api::thread::open,
        crate::social::api::thread::show,
        crate::social::api::thread::reply,
        crate::social::api::thread::edit,
        crate::social::api::thread::resolve,
        crate::social::api::thread::reopen,
        crate::search::api::search
    ),
    components(schemas(
        super::Problem,
        crate::article::api::format::Format,
        lectern_review::Since,
        crate::journal::api::JournalFormat,
        crate::reading::api::acknowledgement::ListFormat
    )),
    security(("session" = []), ("token" = [])),
    modifiers(&Doors)
)]
struct Interface;

/// The two ways to say who one is.
struct Doors;

impl Modify for Doors {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::cookie::SESSION));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        for (path, item) in &mut document.paths.paths {
            name_operations(path, item);
        }
    }
}

/// Handlers of several nouns share their verbs, so operations are named by method and path.
fn name_operations(path: &str, item: &mut PathItem) {
    let words = path
        .trim_start_matches("/api/v1")
        .replace(['{', '}'], "")
        .replace('/', "_");
    let operations = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("delete", &mut item.delete),
    ];
    for (method, operation) in operations {
        if let Some(operation) = operation {
            operation.operation_id = Some(format!("{method}{words}"));
        }
    }
}

/// The description as it is served and committed: pretty JSON.
pub fn json() -> String {
    Interface::openapi()
        .to_pretty_json()
        .expect("the description has string keys and finite numbers")
}

/// The description of this interface.
pub async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_description_is_the_one_that_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed.trim_end() == json(),
            "schemas/openapi.json is old: run `lectern openapi > schemas/openapi.json`"
        );
    }

    #[test]
    fn every_route_of_the_interface_is_described() {
        let described = Interface::openapi().paths.paths;
        let router = include_str!("router.rs");
        let routes = router
            .split('"')
            .filter(|text| text.starts_with("/api/v1/"));
        for route in routes {
            assert!(described.contains_key(route), "{route} is not described");
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document: serde_json::Value = serde_json::from_str(&json()).unwrap();
        let text = json();
        let references = text.split("\"$ref\": \"#").skip(1);
        for reference in references.filter_map(|rest| rest.split('"').next()) {
            assert!(
                document.pointer(reference).is_some(),
                "{reference} is not there"
            );
        }
    }

    #[test]
    fn it_is_openapi_3_1() {
        let document: serde_json::Value = serde_json::from_str(&json()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    }
}
