//! People: set-up, sign-in, account settings, tokens, delegations, administration.

pub mod api;
pub mod page;
mod password_link;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::session::sign_in,
            api::session::sign_out,
            api::me::show,
            api::me::change_password,
            api::second_factor::show,
            api::second_factor::begin,
            api::second_factor::confirm,
            api::second_factor::remove,
            api::delegation::list,
            api::delegation::give,
            api::delegation::end,
            api::sign_in::list,
            api::sign_in::report,
            api::person::list,
            api::person::add,
            api::person::show,
            api::person::set_roles,
            api::person::confirm_roles,
            api::person::deactivate,
            api::person::reactivate,
            api::person::make_password_link,
            api::person::choose_password,
            api::person::unlock,
            api::person::remove_second_factor,
            api::alert::list,
            api::alert::settle,
            api::token::list,
            api::token::create,
            api::token::revoke
        ])
        .route("/setup", get(page::setup::show).post(page::setup::set_up))
        .route(
            "/sign-in",
            get(page::sign_in::show).post(page::sign_in::sign_in),
        )
        .route("/sign-in/code", post(page::sign_in::enter_code))
        .route(
            "/choose-password",
            get(page::choose_password::show).post(page::choose_password::choose),
        )
        .route("/sign-out", post(page::sign_in::sign_out))
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
        .route("/admin", get(page::people::list))
        .route(
            "/admin/people",
            get(page::people::list).post(page::people::add),
        )
        .route("/admin/people/{id}", get(page::people::show))
        .route("/admin/people/{id}/roles", post(page::people::set_roles))
        .route(
            "/admin/people/{id}/roles/confirm",
            post(page::people::confirm_roles),
        )
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
            post(page::people::make_password_link),
        )
        .route("/admin/people/{id}/unlock", post(page::people::unlock))
        .route(
            "/admin/people/{id}/second-factor/remove",
            post(page::people::remove_second_factor),
        )
        .route("/admin/alerts/{id}/settle", post(page::alerts::settle))
}
