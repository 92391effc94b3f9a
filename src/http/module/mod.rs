//! Modules: their articles in order, members and review rules.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::module::list,
            api::module::create,
            api::module::show,
            api::module::change,
            api::module::reorder,
            api::module::move_article,
            api::rules::show,
            api::rules::change,
            api::module::add_member,
            api::module::remove_member
        ])
        .route("/modules/new", get(page::module::new))
        .route("/modules", post(page::module::create))
        .route("/m/{module}", get(page::module::show))
        .route("/m/{module}/order", post(page::module::reorder))
        .route("/m/{module}/learners", post(page::module::choose_learners))
        .route(
            "/m/{module}/rules",
            get(page::rules::show).post(page::rules::change),
        )
        .route("/m/{module}/members", post(page::module::add_member))
        .route(
            "/m/{module}/members/remove",
            post(page::module::remove_member),
        )
}
