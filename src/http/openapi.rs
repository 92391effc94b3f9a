//! The description of the JSON interface, OpenAPI 3.1, made of the handlers' doc comments.

use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::problem::PROBLEM_TYPE;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lectern",
        description = "Training articles: written together live, published when approved.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(
        super::Problem,
        crate::article::api::format::Format,
        lectern_review::Baseline,
        crate::journal::api::JournalFormat,
        crate::reading::api::acknowledgement::ListFormat
    )),
    security(("session" = []), ("token" = [])),
    modifiers(&SecuritySchemes)
)]
struct Interface;

/// The two authentication schemes.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::cookie::SESSION));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        components
            .responses
            .insert(PROBLEM.to_owned(), problem().into());
    }
}

/// Completes the operations of a path: several folders share verbs, so they are named by method and path; each may answer
/// with a problem, and problems have a media type of their own.
fn complete(path: &str, item: &mut PathItem) {
    let words = path
        .trim_start_matches("/api/v1")
        .replace(['{', '}'], "")
        .replace('/', "_");
    let operations = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    for (method, operation) in operations {
        if let Some(operation) = operation {
            operation.operation_id = Some(format!("{method}{words}"));
            let responses = &mut operation.responses.responses;
            for (status, response) in responses.iter_mut() {
                if let (true, RefOr::T(response)) = (is_refusal(status), response) {
                    name_problem(response);
                }
            }
            responses
                .entry("default".to_owned())
                .or_insert_with(|| Ref::from_response_name(PROBLEM).into());
        }
    }
}

fn is_refusal(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

/// Gives the body of a refusal the media type that it is sent with.
fn name_problem(response: &mut Response) {
    if let Some(body) = response.content.shift_remove("application/json") {
        response.content.insert(PROBLEM_TYPE.to_owned(), body);
    }
}

/// The name of the response that any operation may give instead of its own.
const PROBLEM: &str = "Problem";

/// Returns the description of a refusal or failure, RFC 9457.
fn problem() -> Response {
    let body = Content::new(Some(Ref::from_schema_name(PROBLEM)));
    ResponseBuilder::new()
        .description("The request was refused, or failed.")
        .content(PROBLEM_TYPE, body)
        .build()
}

/// Returns the whole description of these operations as pretty JSON.
pub fn json(operations: utoipa::openapi::OpenApi) -> String {
    let mut document = Interface::openapi();
    document.merge(operations);
    for (path, item) in &mut document.paths.paths {
        complete(path, item);
    }
    document
        .to_pretty_json()
        .expect("the description has string keys and finite numbers")
}
