//! The front door: router, extractors, pages, API, socket, problem details.
//!
//! It turns requests into calls of the rooms below and their answers into replies. It holds no
//! rule about articles, reviews or people; axum is known here and nowhere else.

mod article;
mod assets;
mod body;
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
mod openapi;
mod pack;
mod page;
mod problem;
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

pub use layers::Door;
pub use problem::Problem;
pub use router::{openapi_json, router, routes};
pub use routes::Route;
pub use server::serve;
