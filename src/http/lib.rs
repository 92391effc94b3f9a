//! The front door: router, extractors, pages, API, socket, problem details.
//!
//! It turns requests into calls of the rooms below and their answers into replies. It holds no
//! rule about articles, reviews or people; axum is known here and nowhere else.

mod api;
mod assets;
mod body;
mod cookie;
mod csv;
mod deeds;
mod diagram;
mod error;
mod extract;
mod health;
mod layers;
mod openapi;
mod page;
mod problem;
mod roll;
mod router;
mod routes;
mod server;
mod socket;
mod stream;
mod zip;

pub use layers::Door;
pub use openapi::json as openapi_json;
pub use problem::Problem;
pub use router::{router, routes};
pub use routes::Route;
pub use server::serve;
