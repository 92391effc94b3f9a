//! The description of the JSON interface, OpenAPI 3.1, made from the handlers' own comments.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::api::{
    acknowledge, alert, article, attribution, audience, delegation, draft, effective, file,
    formula, inbox, journal, markdown, me, module, module_rules, pack, person, review, revision,
    search, second_factor, seen, session, sign_in, signature, standing, suggestion, template,
    thread, ticket, token, writer,
};
use super::health;

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
        session::sign_in,
        session::sign_out,
        me::show,
        me::change_password,
        second_factor::show,
        second_factor::begin,
        second_factor::confirm,
        second_factor::remove,
        delegation::list,
        delegation::give,
        delegation::end,
        inbox::list,
        inbox::read,
        sign_in::list,
        sign_in::report,
        person::list,
        person::add,
        person::show,
        person::set_roles,
        person::deactivate,
        person::reactivate,
        person::reset_password,
        person::unlock,
        person::remove_second_factor,
        alert::list,
        alert::settle,
        token::list,
        token::create,
        token::revoke,
        journal::list,
        journal::checkpoint,
        module::list,
        module::create,
        module::show,
        module::change,
        module::reorder,
        module::add_member,
        module::remove_member,
        template::list,
        template::show,
        article::create,
        article::show,
        attribution::show,
        draft::show,
        draft::put_title,
        draft::put_section,
        draft::put_field,
        effective::show,
        file::add,
        file::share,
        file::show,
        suggestion::list,
        writer::list,
        formula::set,
        markdown::read,
        ticket::create,
        revision::list,
        revision::create,
        revision::show,
        revision::diff,
        revision::restore,
        review::request,
        review::of_article,
        review::waiting,
        review::show,
        review::changes,
        seen::list,
        seen::see,
        seen::unsee,
        review::decide,
        review::withdraw,
        review::resubmit,
        signature::of_article,
        standing::suspend,
        standing::reinstate,
        standing::reissue,
        standing::reaffirm,
        standing::retire,
        pack::of_article,
        pack::of_module,
        module_rules::show,
        module_rules::change,
        audience::of_module,
        audience::set_of_module,
        audience::of_article,
        audience::set_of_article,
        audience::remove_of_article,
        acknowledge::list,
        acknowledge::give,
        acknowledge::assign,
        acknowledge::remind,
        acknowledge::mine,
        thread::list,
        thread::open,
        thread::show,
        thread::reply,
        thread::edit,
        thread::resolve,
        thread::reopen,
        search::search
    ),
    components(schemas(
        super::Problem,
        super::api::format::Format,
        lectern_review::Since,
        journal::JournalFormat,
        acknowledge::ListFormat
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
        let cookie = ApiKey::Cookie(ApiKeyValue::new(super::cookie::SESSION));
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
