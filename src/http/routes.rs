//! A router that knows its routes and their OpenAPI description: one line adds to all three.
//!
//! axum's router cannot be asked what it holds. The tests ask, so that no route escapes the checks
//! of access and of leaks; `clippy.toml` forbids adding routes elsewhere.

use std::convert::Infallible;
use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{Info, OpenApi, Paths};

use lectern_app::App;

use crate::body::RouteBodyLimit;

/// One method at one path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Such as `GET`.
    pub method: Method,
    /// The path with its parameters in braces, such as `/a/{slug}`.
    pub path: String,
}

/// Routes with their handlers and the description of those that belong to the JSON interface.
pub(crate) struct Routes {
    router: Router<Arc<App>>,
    list: Vec<Route>,
    description: OpenApi,
}

impl Routes {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            list: Vec::new(),
            description: OpenApi::new(Info::new("", ""), Paths::new()),
        }
    }

    /// Adds operations of the interface; their `#[utoipa::path]` says where each is served.
    pub fn operations(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        for operation in operations {
            self = self.route(&operation.path, operation.methods);
            self.description.merge(operation.description);
        }
        self
    }

    /// Adds a path that the OpenAPI description does not hold, such as a page.
    #[expect(
        clippy::disallowed_methods,
        reason = "every route that is added here is listed"
    )]
    pub fn route(mut self, path: &str, methods: Methods) -> Self {
        let routes = methods.methods.into_iter().map(|method| Route {
            method,
            path: path.to_owned(),
        });
        self.list.extend(routes);
        self.router = self.router.route(path, methods.router);
        self
    }

    /// Adds the routes of another list.
    pub fn merge(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        self.router = self.router.merge(other.router);
        self.description.merge(other.description);
        self
    }

    /// Hands a value to the handlers added so far.
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.router = self.router.layer(Extension(value));
        self
    }

    /// Gives the routes added so far a body limit of their own, in bytes.
    pub fn body_limit(self, limit: fn(&App) -> usize) -> Self {
        self.extension(RouteBodyLimit(limit))
    }

    /// Returns the router that serves the routes.
    pub fn into_router(self) -> Router<Arc<App>> {
        self.router
    }

    /// Returns every method at every path, in the order of addition.
    pub fn into_list(self) -> Vec<Route> {
        self.list
    }

    /// Returns the paths and schemas of the operations.
    pub fn into_description(self) -> OpenApi {
        self.description
    }
}

/// One operation of the interface: its handler and its description.
pub(crate) struct Operation {
    path: String,
    methods: Methods,
    description: OpenApi,
}

impl Operation {
    /// Pairs a handler with a description that holds its operation and no other.
    pub fn new<H: Handler<T, Arc<App>>, T: 'static>(description: OpenApi, handler: H) -> Self {
        let mut described = description.paths.paths.iter();
        let (path, item) = described
            .next()
            .expect("`operations!` describes the handler that it names");
        Self {
            path: path.clone(),
            methods: Methods::default().described(item, handler),
            description,
        }
    }
}

/// Pairs handlers with what their `#[utoipa::path]` says.
macro_rules! operations {
    ($($($segment:ident)::+),+ $(,)?) => {
        [$({
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($($segment)::+))]
            struct Description;
            let description = <Description as utoipa::OpenApi>::openapi();
            $crate::routes::Operation::new(description, $($segment)::+)
        }),+]
    };
}
pub(crate) use operations;

/// The handlers at one path, by method.
#[derive(Default)]
pub(crate) struct Methods {
    router: MethodRouter<Arc<App>, Infallible>,
    methods: Vec<Method>,
}

/// Answers GET with this handler.
pub(crate) fn get<H: Handler<T, Arc<App>>, T: 'static>(handler: H) -> Methods {
    Methods::default().get(handler)
}

/// Answers POST with this handler.
pub(crate) fn post<H: Handler<T, Arc<App>>, T: 'static>(handler: H) -> Methods {
    Methods::default().post(handler)
}

/// Defines a method per HTTP method, so that a route reads as it does with axum.
macro_rules! methods {
    ($($name:ident $method:ident),* $(,)?) => {
        impl Methods {
            $(
                #[doc = concat!("Answers ", stringify!($method), " with this handler, too.")]
                pub fn $name<H: Handler<T, Arc<App>>, T: 'static>(mut self, handler: H) -> Self {
                    self.router = self.router.$name(handler);
                    self.methods.push(Method::$method);
                    self
                }
            )*

            /// Answers the method of a described operation with this handler.
            fn described<H: Handler<T, Arc<App>>, T: 'static>(
                self,
                item: &PathItem,
                handler: H,
            ) -> Self {
                $(
                    if item.$name.is_some() {
                        return self.$name(handler);
                    }
                )*
                self
            }
        }
    };
}

methods!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing() {}

    #[utoipa::path(patch, path = "/api/c/{id}", responses((status = 200)))]
    async fn change() {}

    #[test]
    fn the_router_lists_what_it_serves() {
        let inner = Routes::new().route("/b/{id}", post(nothing));
        let routes = Routes::new()
            .route("/a", get(nothing).put(nothing))
            .merge(inner)
            .operations(operations![change])
            .extension(1_u8);
        let list: Vec<String> = routes
            .list
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(
            list,
            ["GET /a", "PUT /a", "POST /b/{id}", "PATCH /api/c/{id}"]
        );
        let described = routes.into_description().paths.paths;
        assert!(described["/api/c/{id}"].patch.is_some());
        assert_eq!(described.len(), 1);
    }
}
