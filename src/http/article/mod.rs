//! Articles: start one, read it, edit its draft, and its files.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![api::file::add])
        .body_limit(|app| app.config.http.file_limit)
        .operations(operations![
            api::article::create,
            api::article::show,
            api::draft::show,
            api::attribution::show,
            api::draft::put_title,
            api::draft::put_section,
            api::draft::put_field,
            api::effective::show,
            api::suggestion::list,
            api::writer::list,
            api::formula::set,
            api::markdown::read,
            api::file::share,
            api::file::show
        ])
        .route("/new", get(page::new::show).post(page::new::create))
        .route("/a/{slug}", get(page::read::show))
        .route("/a/{slug}/acknowledge", post(page::read::acknowledge))
        .route("/a/{slug}/edit", get(page::edit::show))
        .route("/a/{slug}/authors", get(page::authors::show))
        .route("/a/{slug}/set-aside", post(page::edit::settle))
}
