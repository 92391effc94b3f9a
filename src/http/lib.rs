//! The HTTP front end: router, extractors, pages, API, WebSocket, problem details.
//!
//! It turns requests into calls to the crates below and their results into replies. It holds no
//! rules about articles, reviews or people, and only this crate uses axum.

mod article;
mod assets;
mod body;
mod client_address;
mod connections;
mod cookie;
mod created;
mod csv;
mod diagram;
mod error;
mod extract;
mod health;
mod home;
mod identity;
mod journal;
mod layers;
mod live;
mod module;
mod navigation;
mod openapi;
mod pack;
mod page;
mod problem;
mod quota;
mod reading;
mod review;
mod revision;
mod router;
mod routes;
mod search;
mod server;
mod social;
mod template;
mod version;

pub use layers::RequestPolicy;
pub use problem::Problem;
pub use router::{openapi_json, router, routes};
pub use routes::Route;
pub use server::serve;
