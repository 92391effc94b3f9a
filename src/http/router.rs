//! Every route of the server, by name.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};

use lectern_app::App;

use super::api::{
    acknowledge, alert, article, attribution, audience, delegation, draft, effective, file,
    formula, inbox, journal, markdown, me, module, module_rules, pack, person, review, revision,
    search, second_factor, seen, session, sign_in, signature, standing, suggestion, template,
    thread, ticket, token, writer,
};
use super::layers::{self, BodyLimit, Door};
use super::problem::Problem;
use super::routes::{Route, Routes, delete, get, post, put};
use super::{assets, diagram, health, openapi, page, socket, stream};

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
            post(session::sign_in).delete(session::sign_out),
        )
        .route("/api/v1/me", get(me::show))
        .route("/api/v1/me/password", put(me::change_password))
        .route(
            "/api/v1/me/second-factor",
            get(second_factor::show)
                .post(second_factor::begin)
                .put(second_factor::confirm),
        )
        .route(
            "/api/v1/me/second-factor/remove",
            post(second_factor::remove),
        )
        .route(
            "/api/v1/me/delegations",
            get(delegation::list).post(delegation::give),
        )
        .route("/api/v1/me/delegations/{id}", delete(delegation::end))
        .route("/api/v1/me/notifications", get(inbox::list))
        .route("/api/v1/me/notifications/read", post(inbox::read))
        .route("/api/v1/me/sign-ins", get(sign_in::list))
        .route("/api/v1/me/sign-ins/{id}/report", post(sign_in::report))
        .route("/api/v1/people", get(person::list).post(person::add))
        .route("/api/v1/people/{id}", get(person::show))
        .route("/api/v1/people/{id}/roles", put(person::set_roles))
        .route("/api/v1/people/{id}/deactivate", post(person::deactivate))
        .route("/api/v1/people/{id}/reactivate", post(person::reactivate))
        .route("/api/v1/people/{id}/password", put(person::reset_password))
        .route("/api/v1/people/{id}/unlock", post(person::unlock))
        .route(
            "/api/v1/people/{id}/second-factor",
            delete(person::remove_second_factor),
        )
        .route("/api/v1/alerts", get(alert::list))
        .route("/api/v1/alerts/{id}/settle", post(alert::settle))
        .route("/api/v1/tokens", get(token::list).post(token::create))
        .route("/api/v1/tokens/{id}", delete(token::revoke))
        .route("/api/v1/journal", get(journal::list))
        .route("/api/v1/journal/checkpoints", post(journal::checkpoint))
        .route("/api/v1/search", get(search::search))
}

fn modules() -> Routes {
    Routes::new()
        .route("/api/v1/modules", get(module::list).post(module::create))
        .route(
            "/api/v1/modules/{id}",
            get(module::show).patch(module::change),
        )
        .route("/api/v1/modules/{id}/order", put(module::reorder))
        .route("/api/v1/modules/{id}/pack", post(pack::of_module))
        .route(
            "/api/v1/modules/{id}/rules",
            get(module_rules::show).put(module_rules::change),
        )
        .route(
            "/api/v1/modules/{id}/members/{person}",
            put(module::add_member).delete(module::remove_member),
        )
        .route("/api/v1/templates", get(template::list))
        .route("/api/v1/templates/{id}", get(template::show))
}

fn articles() -> Routes {
    Routes::new()
        .route("/api/v1/articles", post(article::create))
        .route("/api/v1/articles/{id}", get(article::show))
        .route("/api/v1/articles/{id}/draft", get(draft::show))
        .route(
            "/api/v1/articles/{id}/draft/attribution",
            get(attribution::show),
        )
        .route("/api/v1/articles/{id}/draft/title", put(draft::put_title))
        .route(
            "/api/v1/articles/{id}/draft/sections/{key}",
            put(draft::put_section),
        )
        .route(
            "/api/v1/articles/{id}/draft/fields/{key}",
            put(draft::put_field),
        )
        .route("/api/v1/articles/{id}/effective", get(effective::show))
        .route("/api/v1/articles/{id}/suggestions", get(suggestion::list))
        .route("/api/v1/articles/{id}/writers", get(writer::list))
        .route("/api/v1/articles/{id}/pack", post(pack::of_article))
        .route("/api/v1/formulas", post(formula::set))
        .route("/api/v1/markdown", post(markdown::read))
        .route("/api/v1/articles/{id}/tickets", post(ticket::create))
}

fn attachments(app: &App) -> Routes {
    let limit = app.config.http.file_limit;
    Routes::new()
        .route("/api/v1/articles/{id}/files", post(file::add))
        .layer(Extension(BodyLimit(limit)))
        .route("/api/v1/articles/{id}/files/{hash}", put(file::share))
        .route("/files/{hash}/{name}", get(file::show))
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
            get(revision::list).post(revision::create),
        )
        .route("/api/v1/revisions/{id}", get(revision::show))
        .route("/api/v1/revisions/{id}/diff", get(revision::diff))
        .route("/api/v1/revisions/{id}/restore", post(revision::restore))
}

fn reviews() -> Routes {
    Routes::new()
        .route(
            "/api/v1/articles/{id}/reviews",
            get(review::of_article).post(review::request),
        )
        .route("/api/v1/reviews", get(review::waiting))
        .route("/api/v1/reviews/{id}", get(review::show))
        .route("/api/v1/reviews/{id}/changes", get(review::changes))
        .route("/api/v1/reviews/{id}/seen", get(seen::list))
        .route(
            "/api/v1/reviews/{id}/seen/{section}",
            put(seen::see).delete(seen::unsee),
        )
        .route("/api/v1/reviews/{id}/decisions", post(review::decide))
        .route("/api/v1/reviews/{id}/withdraw", post(review::withdraw))
        .route("/api/v1/reviews/{id}/resubmit", post(review::resubmit))
        .route(
            "/api/v1/articles/{id}/signatures",
            get(signature::of_article),
        )
        .route("/api/v1/articles/{id}/suspend", post(standing::suspend))
        .route("/api/v1/articles/{id}/reinstate", post(standing::reinstate))
        .route("/api/v1/articles/{id}/reissue", post(standing::reissue))
        .route("/api/v1/articles/{id}/reaffirm", post(standing::reaffirm))
        .route("/api/v1/articles/{id}/retire", post(standing::retire))
}

fn reading() -> Routes {
    Routes::new()
        .route("/api/v1/me/reading", get(acknowledge::mine))
        .route(
            "/api/v1/modules/{id}/audience",
            get(audience::of_module).put(audience::set_of_module),
        )
        .route(
            "/api/v1/articles/{id}/audience",
            get(audience::of_article)
                .put(audience::set_of_article)
                .delete(audience::remove_of_article),
        )
        .route(
            "/api/v1/articles/{id}/acknowledgements",
            get(acknowledge::list).post(acknowledge::give),
        )
        .route(
            "/api/v1/articles/{id}/assignments",
            post(acknowledge::assign),
        )
        .route("/api/v1/articles/{id}/reminders", post(acknowledge::remind))
}

fn threads() -> Routes {
    Routes::new()
        .route(
            "/api/v1/articles/{id}/threads",
            get(thread::list).post(thread::open),
        )
        .route("/api/v1/threads/{id}", get(thread::show))
        .route("/api/v1/threads/{id}/comments", post(thread::reply))
        .route("/api/v1/threads/{id}/comments/{number}", put(thread::edit))
        .route("/api/v1/threads/{id}/resolve", post(thread::resolve))
        .route("/api/v1/threads/{id}/reopen", post(thread::reopen))
}

fn entrance_pages() -> Routes {
    Routes::new()
        .route("/", get(page::home::show))
        .route("/sample", post(page::home::add_sample))
        .route("/sample/remove", post(page::home::remove_sample))
        .route("/setup", get(page::setup::show).post(page::setup::set_up))
        .route(
            "/sign-in",
            get(page::sign_in::show).post(page::sign_in::sign_in),
        )
        .route("/sign-in/code", post(page::sign_in::enter_code))
        .route("/sign-out", post(page::sign_in::sign_out))
        .route("/search", get(page::search::show))
        .route("/notifications", get(page::inbox::show))
        .route("/notifications/{number}", get(page::inbox::open))
        .route("/notifications/read", post(page::inbox::read))
        .route("/me", get(page::me::show))
        .route(
            "/me/password",
            get(page::password::show).post(page::password::change),
        )
        .route(
            "/me/second-factor",
            get(page::second_factor::show).post(page::second_factor::confirm),
        )
        .route(
            "/me/second-factor/remove",
            post(page::second_factor::remove),
        )
        .route(
            "/me/delegations",
            get(page::delegations::show).post(page::delegations::give),
        )
        .route("/me/delegations/{id}/end", post(page::delegations::end))
        .route("/me/sign-ins/{id}/accept", post(page::me::accept_sign_in))
        .route("/me/sign-ins/{id}/report", post(page::me::report_sign_in))
        .route("/me/tokens", post(page::me::create_token))
        .route("/me/tokens/{id}/revoke", post(page::me::revoke_token))
        .route("/shortcuts", get(page::me::shortcuts))
        .route("/theme", post(page::me::choose_theme))
        .route("/templates", get(page::templates::list))
        .route("/templates/{id}", get(page::templates::show))
}

fn module_pages() -> Routes {
    Routes::new()
        .route("/modules/new", get(page::module::new))
        .route("/modules", post(page::module::create))
        .route("/m/{module}", get(page::module::show))
        .route("/m/{module}/order", post(page::module::reorder))
        .route("/m/{module}/learners", post(page::module::choose_learners))
        .route("/m/{module}/pack", post(page::pack::of_module))
        .route(
            "/m/{module}/rules",
            get(page::module_rules::show).post(page::module_rules::change),
        )
        .route(
            "/m/{module}/reading",
            get(page::reading::show).post(page::reading::choose),
        )
        .route("/m/{module}/reading/people", post(page::reading::assign))
        .route("/m/{module}/reading/reminders", post(page::reading::remind))
        .route("/m/{module}/members", post(page::module::add_member))
        .route(
            "/m/{module}/members/remove",
            post(page::module::remove_member),
        )
}

fn article_pages() -> Routes {
    Routes::new()
        .route(
            "/new",
            get(page::new_article::show).post(page::new_article::create),
        )
        .route("/a/{slug}", get(page::read::show))
        .route("/a/{slug}/acknowledge", post(page::acknowledge::give))
        .route("/a/{slug}/changes", get(page::acknowledge::changes))
        .route("/a/{slug}/edit", get(page::write::show))
        .route("/a/{slug}/authors", get(page::authors::show))
        .route("/a/{slug}/history", get(page::history::show))
        .route("/a/{slug}/revisions", post(page::history::save))
        .route("/a/{slug}/revisions/{id}", get(page::history::revision))
        .route("/a/{slug}/restore", post(page::history::restore))
        .route("/a/{slug}/pack", post(page::pack::of_article))
        .route("/a/{slug}/set-aside", post(page::write::settle))
        .route("/a/{slug}/diff", get(page::diff::show))
        .route(
            "/a/{slug}/standing",
            get(page::measures::show).post(page::measures::take),
        )
        .route(
            "/a/{slug}/request-review",
            get(page::request_review::show).post(page::request_review::request),
        )
}

fn review_pages() -> Routes {
    Routes::new()
        .route("/reviews/{id}", get(page::review::show))
        .route("/reviews/{id}/seen", post(page::review::see))
        .route("/reviews/{id}/comments", post(page::review::comment))
        .route("/reviews/{id}/decisions", post(page::review::decide))
        .route("/reviews/{id}/withdraw", post(page::review::withdraw))
        .route("/reviews/{id}/resubmit", post(page::review::resubmit))
}

fn admin_pages() -> Routes {
    Routes::new()
        .route("/admin", get(page::people::list))
        .route(
            "/admin/people",
            get(page::people::list).post(page::people::add),
        )
        .route("/admin/people/{id}", get(page::people::show))
        .route("/admin/people/{id}/roles", post(page::people::set_roles))
        .route("/admin/people/{id}/grants", post(page::people::grant))
        .route(
            "/admin/people/{id}/grants/remove",
            post(page::people::revoke),
        )
        .route(
            "/admin/people/{id}/deactivate",
            post(page::people::deactivate),
        )
        .route(
            "/admin/people/{id}/reactivate",
            post(page::people::reactivate),
        )
        .route(
            "/admin/people/{id}/password",
            post(page::people::reset_password),
        )
        .route("/admin/people/{id}/unlock", post(page::people::unlock))
        .route(
            "/admin/people/{id}/second-factor/remove",
            post(page::people::remove_second_factor),
        )
        .route("/admin/alerts/{id}/settle", post(page::alerts::settle))
        .route("/admin/journal", get(page::journal::show))
        .route("/admin/journal/checkpoint", post(page::journal::checkpoint))
}

async fn nothing_here() -> Response {
    let detail = "Nothing is at this address. Search may find what you are looking for.";
    Problem::new(StatusCode::NOT_FOUND, detail).into_response()
}

async fn no_such_method() -> Response {
    let detail = "This cannot be done here; another method may work.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail).into_response()
}
