//! The front door: router, extractors, pages, API, socket, problem details.
