//! Required reading: audiences, assignments, acknowledgements and who has done them.

pub mod api;
pub mod page;
pub mod status_table;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::acknowledgement::mine,
            api::audience::of_module,
            api::audience::set_of_module,
            api::audience::of_article,
            api::audience::set_of_article,
            api::audience::remove_of_article,
            api::acknowledgement::list,
            api::acknowledgement::give,
            api::acknowledgement::assign,
            api::acknowledgement::remind
        ])
        .route(
            "/m/{module}/reading",
            get(page::status::show).post(page::status::choose),
        )
        .route("/m/{module}/reading/people", post(page::status::assign))
        .route("/m/{module}/reading/reminders", post(page::status::remind))
        .route("/a/{slug}/changes", get(page::acknowledgement::changes))
}
