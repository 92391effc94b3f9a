//! Every route of the server, by name.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};

use lectern_app::App;

use super::{assets, diagram, health, openapi};
use crate::layers::{self, BodyLimit, Door};
use crate::live::{socket, stream};
use crate::problem::Problem;
use crate::routes::{Route, Routes, delete, get, post, put};

/// The routes with everything around them.
pub fn router(app: Arc<App>, door: Door) -> Router {
    let routes = all(&app)
        .into_router()
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method);
    layers::around(routes.with_state(app), door)
}

/// Every method at every address of the server.
pub fn routes(app: &App) -> Vec<Route> {
    all(app).into_list()
}

fn all(app: &App) -> Routes {
    Routes::new()
        .merge(running())
        .merge(files())
        .merge(people())
        .merge(modules())
        .merge(articles())
        .merge(attachments(app))
        .merge(live(app))
        .merge(revisions())
        .merge(reviews())
        .merge(reading())
        .merge(threads())
        .merge(entrance_pages())
        .merge(module_pages())
        .merge(article_pages())
        .merge(review_pages())
        .merge(admin_pages())
}

fn running() -> Routes {
    Routes::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route("/api/openapi.json", get(openapi::show))
}

fn files() -> Routes {
    Routes::new()
        .route("/assets/{*path}", get(assets::serve))
        .route("/sw.js", get(assets::worker))
        .route("/diagram", get(diagram::frame))
        .route("/favicon.svg", get(assets::icon))
        .route("/favicon.ico", get(assets::icon))
}

fn people() -> Routes {
    Routes::new()
        .route(
            "/api/v1/session",
            post(crate::identity::api::session::sign_in)
                .delete(crate::identity::api::session::sign_out),
        )
        .route("/api/v1/me", get(crate::identity::api::me::show))
        .route(
            "/api/v1/me/password",
            put(crate::identity::api::me::change_password),
        )
        .route(
            "/api/v1/me/second-factor",
            get(crate::identity::api::second_factor::show)
                .post(crate::identity::api::second_factor::begin)
                .put(crate::identity::api::second_factor::confirm),
        )
        .route(
            "/api/v1/me/second-factor/remove",
            post(crate::identity::api::second_factor::remove),
        )
        .route(
            "/api/v1/me/delegations",
            get(crate::identity::api::delegation::list)
                .post(crate::identity::api::delegation::give),
        )
        .route(
            "/api/v1/me/delegations/{id}",
            delete(crate::identity::api::delegation::end),
        )
        .route(
            "/api/v1/me/notifications",
            get(crate::social::api::notification::list),
        )
        .route(
            "/api/v1/me/notifications/read",
            post(crate::social::api::notification::read),
        )
        .route(
            "/api/v1/me/sign-ins",
            get(crate::identity::api::sign_in::list),
        )
        .route(
            "/api/v1/me/sign-ins/{id}/report",
            post(crate::identity::api::sign_in::report),
        )
        .route(
            "/api/v1/people",
            get(crate::identity::api::person::list).post(crate::identity::api::person::add),
        )
        .route(
            "/api/v1/people/{id}",
            get(crate::identity::api::person::show),
        )
        .route(
            "/api/v1/people/{id}/roles",
            put(crate::identity::api::person::set_roles),
        )
        .route(
            "/api/v1/people/{id}/deactivate",
            post(crate::identity::api::person::deactivate),
        )
        .route(
            "/api/v1/people/{id}/reactivate",
            post(crate::identity::api::person::reactivate),
        )
        .route(
            "/api/v1/people/{id}/password",
            put(crate::identity::api::person::reset_password),
        )
        .route(
            "/api/v1/people/{id}/unlock",
            post(crate::identity::api::person::unlock),
        )
        .route(
            "/api/v1/people/{id}/second-factor",
            delete(crate::identity::api::person::remove_second_factor),
        )
        .route("/api/v1/alerts", get(crate::identity::api::alert::list))
        .route(
            "/api/v1/alerts/{id}/settle",
            post(crate::identity::api::alert::settle),
        )
        .route(
            "/api/v1/tokens",
            get(crate::identity::api::token::list).post(crate::identity::api::token::create),
        )
        .route(
            "/api/v1/tokens/{id}",
            delete(crate::identity::api::token::revoke),
        )
        .route("/api/v1/journal", get(crate::journal::api::list))
        .route(
            "/api/v1/journal/checkpoints",
            post(crate::journal::api::checkpoint),
        )
        .route("/api/v1/search", get(crate::search::api::search))
}

fn modules() -> Routes {
    Routes::new()
        .route(
            "/api/v1/modules",
            get(crate::module::api::module::list).post(crate::module::api::module::create),
        )
        .route(
            "/api/v1/modules/{id}",
            get(crate::module::api::module::show).patch(crate::module::api::module::change),
        )
        .route(
            "/api/v1/modules/{id}/order",
            put(crate::module::api::module::reorder),
        )
        .route(
            "/api/v1/modules/{id}/pack",
            post(crate::pack::api::of_module),
        )
        .route(
            "/api/v1/modules/{id}/rules",
            get(crate::module::api::rules::show).put(crate::module::api::rules::change),
        )
        .route(
            "/api/v1/modules/{id}/members/{person}",
            put(crate::module::api::module::add_member)
                .delete(crate::module::api::module::remove_member),
        )
        .route("/api/v1/templates", get(crate::template::api::list))
        .route("/api/v1/templates/{id}", get(crate::template::api::show))
}

fn articles() -> Routes {
    Routes::new()
        .route(
            "/api/v1/articles",
            post(crate::article::api::article::create),
        )
        .route(
            "/api/v1/articles/{id}",
            get(crate::article::api::article::show),
        )
        .route(
            "/api/v1/articles/{id}/draft",
            get(crate::article::api::draft::show),
        )
        .route(
            "/api/v1/articles/{id}/draft/attribution",
            get(crate::article::api::attribution::show),
        )
        .route(
            "/api/v1/articles/{id}/draft/title",
            put(crate::article::api::draft::put_title),
        )
        .route(
            "/api/v1/articles/{id}/draft/sections/{key}",
            put(crate::article::api::draft::put_section),
        )
        .route(
            "/api/v1/articles/{id}/draft/fields/{key}",
            put(crate::article::api::draft::put_field),
        )
        .route(
            "/api/v1/articles/{id}/effective",
            get(crate::article::api::effective::show),
        )
        .route(
            "/api/v1/articles/{id}/suggestions",
            get(crate::article::api::suggestion::list),
        )
        .route(
            "/api/v1/articles/{id}/writers",
            get(crate::article::api::writer::list),
        )
        .route(
            "/api/v1/articles/{id}/pack",
            post(crate::pack::api::of_article),
        )
        .route("/api/v1/formulas", post(crate::article::api::formula::set))
        .route(
            "/api/v1/markdown",
            post(crate::article::api::markdown::read),
        )
        .route(
            "/api/v1/articles/{id}/tickets",
            post(crate::live::ticket::create),
        )
}

fn attachments(app: &App) -> Routes {
    let limit = app.config.http.file_limit;
    Routes::new()
        .route(
            "/api/v1/articles/{id}/files",
            post(crate::article::api::file::add),
        )
        .layer(Extension(BodyLimit(limit)))
        .route(
            "/api/v1/articles/{id}/files/{hash}",
            put(crate::article::api::file::share),
        )
        .route("/files/{hash}/{name}", get(crate::article::api::file::show))
}

fn live(app: &App) -> Routes {
    let limit = app.rooms.settings().frame_limit * socket::READ_AHEAD;
    Routes::new()
        .route("/collab/{article_id}", get(socket::collab))
        .route("/collab/{article_id}/events", get(stream::events))
        .route("/collab/{article_id}/events/{line}", post(stream::post))
        .layer(Extension(Arc::new(stream::Lines::default())))
        .layer(Extension(BodyLimit(limit)))
}

fn revisions() -> Routes {
    Routes::new()
        .route(
            "/api/v1/articles/{id}/revisions",
            get(crate::revision::api::list).post(crate::revision::api::create),
        )
        .route("/api/v1/revisions/{id}", get(crate::revision::api::show))
        .route(
            "/api/v1/revisions/{id}/diff",
            get(crate::revision::api::diff),
        )
        .route(
            "/api/v1/revisions/{id}/restore",
            post(crate::revision::api::restore),
        )
}

fn reviews() -> Routes {
    Routes::new()
        .route(
            "/api/v1/articles/{id}/reviews",
            get(crate::review::api::review::of_article).post(crate::review::api::review::request),
        )
        .route("/api/v1/reviews", get(crate::review::api::review::waiting))
        .route(
            "/api/v1/reviews/{id}",
            get(crate::review::api::review::show),
        )
        .route(
            "/api/v1/reviews/{id}/changes",
            get(crate::review::api::review::changes),
        )
        .route(
            "/api/v1/reviews/{id}/seen",
            get(crate::review::api::seen::list),
        )
        .route(
            "/api/v1/reviews/{id}/seen/{section}",
            put(crate::review::api::seen::see).delete(crate::review::api::seen::unsee),
        )
        .route(
            "/api/v1/reviews/{id}/decisions",
            post(crate::review::api::review::decide),
        )
        .route(
            "/api/v1/reviews/{id}/withdraw",
            post(crate::review::api::review::withdraw),
        )
        .route(
            "/api/v1/reviews/{id}/resubmit",
            post(crate::review::api::review::resubmit),
        )
        .route(
            "/api/v1/articles/{id}/signatures",
            get(crate::version::api::signature::of_article),
        )
        .route(
            "/api/v1/articles/{id}/suspend",
            post(crate::version::api::version_action::suspend),
        )
        .route(
            "/api/v1/articles/{id}/reinstate",
            post(crate::version::api::version_action::reinstate),
        )
        .route(
            "/api/v1/articles/{id}/reissue",
            post(crate::version::api::version_action::reissue),
        )
        .route(
            "/api/v1/articles/{id}/reaffirm",
            post(crate::version::api::version_action::reaffirm),
        )
        .route(
            "/api/v1/articles/{id}/retire",
            post(crate::version::api::version_action::retire),
        )
}

fn reading() -> Routes {
    Routes::new()
        .route(
            "/api/v1/me/reading",
            get(crate::reading::api::acknowledgement::mine),
        )
        .route(
            "/api/v1/modules/{id}/audience",
            get(crate::reading::api::audience::of_module)
                .put(crate::reading::api::audience::set_of_module),
        )
        .route(
            "/api/v1/articles/{id}/audience",
            get(crate::reading::api::audience::of_article)
                .put(crate::reading::api::audience::set_of_article)
                .delete(crate::reading::api::audience::remove_of_article),
        )
        .route(
            "/api/v1/articles/{id}/acknowledgements",
            get(crate::reading::api::acknowledgement::list)
                .post(crate::reading::api::acknowledgement::give),
        )
        .route(
            "/api/v1/articles/{id}/assignments",
            post(crate::reading::api::acknowledgement::assign),
        )
        .route(
            "/api/v1/articles/{id}/reminders",
            post(crate::reading::api::acknowledgement::remind),
        )
}

fn threads() -> Routes {
    Routes::new()
        .route(
            "/api/v1/articles/{id}/threads",
            get(crate::social::api::thread::list).post(crate::social::api::thread::open),
        )
        .route(
            "/api/v1/threads/{id}",
            get(crate::social::api::thread::show),
        )
        .route(
            "/api/v1/threads/{id}/comments",
            post(crate::social::api::thread::reply),
        )
        .route(
            "/api/v1/threads/{id}/comments/{number}",
            put(crate::social::api::thread::edit),
        )
        .route(
            "/api/v1/threads/{id}/resolve",
            post(crate::social::api::thread::resolve),
        )
        .route(
            "/api/v1/threads/{id}/reopen",
            post(crate::social::api::thread::reopen),
        )
}

fn entrance_pages() -> Routes {
    Routes::new()
        .route("/", get(crate::home::show))
        .route("/sample", post(crate::home::add_sample))
        .route("/sample/remove", post(crate::home::remove_sample))
        .route(
            "/setup",
            get(crate::identity::page::setup::show).post(crate::identity::page::setup::set_up),
        )
        .route(
            "/sign-in",
            get(crate::identity::page::sign_in::show).post(crate::identity::page::sign_in::sign_in),
        )
        .route(
            "/sign-in/code",
            post(crate::identity::page::sign_in::enter_code),
        )
        .route("/sign-out", post(crate::identity::page::sign_in::sign_out))
        .route("/search", get(crate::search::page::show))
        .route("/notifications", get(crate::social::page::show))
        .route("/notifications/{number}", get(crate::social::page::open))
        .route("/notifications/read", post(crate::social::page::read))
        .route("/me", get(crate::identity::page::me::show))
        .route(
            "/me/password",
            get(crate::identity::page::password::show)
                .post(crate::identity::page::password::change),
        )
        .route(
            "/me/second-factor",
            get(crate::identity::page::second_factor::show)
                .post(crate::identity::page::second_factor::confirm),
        )
        .route(
            "/me/second-factor/remove",
            post(crate::identity::page::second_factor::remove),
        )
        .route(
            "/me/delegations",
            get(crate::identity::page::delegations::show)
                .post(crate::identity::page::delegations::give),
        )
        .route(
            "/me/delegations/{id}/end",
            post(crate::identity::page::delegations::end),
        )
        .route(
            "/me/sign-ins/{id}/accept",
            post(crate::identity::page::me::accept_sign_in),
        )
        .route(
            "/me/sign-ins/{id}/report",
            post(crate::identity::page::me::report_sign_in),
        )
        .route("/me/tokens", post(crate::identity::page::me::create_token))
        .route(
            "/me/tokens/{id}/revoke",
            post(crate::identity::page::me::revoke_token),
        )
        .route("/shortcuts", get(crate::identity::page::me::shortcuts))
        .route("/theme", post(crate::identity::page::me::choose_theme))
        .route("/templates", get(crate::template::page::list))
        .route("/templates/{id}", get(crate::template::page::show))
}

fn module_pages() -> Routes {
    Routes::new()
        .route("/modules/new", get(crate::module::page::module::new))
        .route("/modules", post(crate::module::page::module::create))
        .route("/m/{module}", get(crate::module::page::module::show))
        .route(
            "/m/{module}/order",
            post(crate::module::page::module::reorder),
        )
        .route(
            "/m/{module}/learners",
            post(crate::module::page::module::choose_learners),
        )
        .route("/m/{module}/pack", post(crate::pack::page::of_module))
        .route(
            "/m/{module}/rules",
            get(crate::module::page::rules::show).post(crate::module::page::rules::change),
        )
        .route(
            "/m/{module}/reading",
            get(crate::reading::page::status::show).post(crate::reading::page::status::choose),
        )
        .route(
            "/m/{module}/reading/people",
            post(crate::reading::page::status::assign),
        )
        .route(
            "/m/{module}/reading/reminders",
            post(crate::reading::page::status::remind),
        )
        .route(
            "/m/{module}/members",
            post(crate::module::page::module::add_member),
        )
        .route(
            "/m/{module}/members/remove",
            post(crate::module::page::module::remove_member),
        )
}

fn article_pages() -> Routes {
    Routes::new()
        .route(
            "/new",
            get(crate::article::page::new::show).post(crate::article::page::new::create),
        )
        .route("/a/{slug}", get(crate::article::page::read::show))
        .route(
            "/a/{slug}/acknowledge",
            post(crate::reading::page::acknowledgement::give),
        )
        .route(
            "/a/{slug}/changes",
            get(crate::reading::page::acknowledgement::changes),
        )
        .route("/a/{slug}/edit", get(crate::article::page::edit::show))
        .route(
            "/a/{slug}/authors",
            get(crate::article::page::authors::show),
        )
        .route(
            "/a/{slug}/history",
            get(crate::revision::page::history::show),
        )
        .route(
            "/a/{slug}/revisions",
            post(crate::revision::page::history::save),
        )
        .route(
            "/a/{slug}/revisions/{id}",
            get(crate::revision::page::history::revision),
        )
        .route(
            "/a/{slug}/restore",
            post(crate::revision::page::history::restore),
        )
        .route("/a/{slug}/pack", post(crate::pack::page::of_article))
        .route(
            "/a/{slug}/set-aside",
            post(crate::article::page::edit::settle),
        )
        .route("/a/{slug}/diff", get(crate::revision::page::diff::show))
        .route(
            "/a/{slug}/standing",
            get(crate::version::page::actions::show).post(crate::version::page::actions::take),
        )
        .route(
            "/a/{slug}/request-review",
            get(crate::review::page::request::show).post(crate::review::page::request::request),
        )
}

fn review_pages() -> Routes {
    Routes::new()
        .route("/reviews/{id}", get(crate::review::page::review::show))
        .route("/reviews/{id}/seen", post(crate::review::page::review::see))
        .route(
            "/reviews/{id}/comments",
            post(crate::review::page::review::comment),
        )
        .route(
            "/reviews/{id}/decisions",
            post(crate::review::page::review::decide),
        )
        .route(
            "/reviews/{id}/withdraw",
            post(crate::review::page::review::withdraw),
        )
        .route(
            "/reviews/{id}/resubmit",
            post(crate::review::page::review::resubmit),
        )
}

fn admin_pages() -> Routes {
    Routes::new()
        .route("/admin", get(crate::identity::page::people::list))
        .route(
            "/admin/people",
            get(crate::identity::page::people::list).post(crate::identity::page::people::add),
        )
        .route(
            "/admin/people/{id}",
            get(crate::identity::page::people::show),
        )
        .route(
            "/admin/people/{id}/roles",
            post(crate::identity::page::people::set_roles),
        )
        .route(
            "/admin/people/{id}/grants",
            post(crate::identity::page::people::grant),
        )
        .route(
            "/admin/people/{id}/grants/remove",
            post(crate::identity::page::people::revoke),
        )
        .route(
            "/admin/people/{id}/deactivate",
            post(crate::identity::page::people::deactivate),
        )
        .route(
            "/admin/people/{id}/reactivate",
            post(crate::identity::page::people::reactivate),
        )
        .route(
            "/admin/people/{id}/password",
            post(crate::identity::page::people::reset_password),
        )
        .route(
            "/admin/people/{id}/unlock",
            post(crate::identity::page::people::unlock),
        )
        .route(
            "/admin/people/{id}/second-factor/remove",
            post(crate::identity::page::people::remove_second_factor),
        )
        .route(
            "/admin/alerts/{id}/settle",
            post(crate::identity::page::alerts::settle),
        )
        .route("/admin/journal", get(crate::journal::page::show))
        .route(
            "/admin/journal/checkpoint",
            post(crate::journal::page::checkpoint),
        )
}

async fn nothing_here() -> Response {
    let detail = "Nothing is at this address. Search may find what you are looking for.";
    Problem::new(StatusCode::NOT_FOUND, detail).into_response()
}

async fn no_such_method() -> Response {
    let detail = "This cannot be done here; another method may work.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}
