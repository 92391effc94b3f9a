//! A router that knows its routes: the same lines build it and list it.
//!
//! axum's own router cannot say what it holds. Tests need to know, so that none is forgotten when
//! they ask who gets what at which address; `clippy.toml` keeps routes from being added elsewhere.

use std::convert::Infallible;
use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::MethodRouter;
use axum::{Extension, Router};

use lectern_app::App;

/// One method at one address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Such as `GET`.
    pub method: Method,
    /// The address with its parameters in braces, such as `/a/{slug}`.
    pub path: &'static str,
}

/// Routes, and what they lead to.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Arc<App>>,
    list: Vec<Route>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an address and what is done there.
    #[expect(
        clippy::disallowed_methods,
        reason = "here every route is put on the list"
    )]
    pub fn route(mut self, path: &'static str, ways: Ways) -> Self {
        let methods = ways.methods.into_iter();
        self.list
            .extend(methods.map(|method| Route { method, path }));
        self.router = self.router.route(path, ways.router);
        self
    }

    /// Adds the routes of another list.
    pub fn merge(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        self.router = self.router.merge(other.router);
        self
    }

    /// Hands a value to the handlers of these routes.
    pub fn layer<T: Clone + Send + Sync + 'static>(mut self, value: Extension<T>) -> Self {
        self.router = self.router.layer(value);
        self
    }

    /// The router that answers at these addresses.
    pub fn into_router(self) -> Router<Arc<App>> {
        self.router
    }

    /// Every method at every address, in the order in which they were added.
    pub fn into_list(self) -> Vec<Route> {
        self.list
    }
}

/// What is done at one address, by method.
pub(super) struct Ways {
    router: MethodRouter<Arc<App>, Infallible>,
    methods: Vec<Method>,
}

/// Functions that begin with one method, so that a route reads as it does with axum.
macro_rules! first {
    ($($name:ident $method:ident),* $(,)?) => {$(
        #[doc = concat!("Answers ", stringify!($method), " by this handler.")]
        pub(super) fn $name<H: Handler<T, Arc<App>>, T: 'static>(handler: H) -> Ways {
            Ways { router: MethodRouter::new(), methods: Vec::new() }.$name(handler)
        }
    )*};
}

/// The same methods behind a first one.
macro_rules! further {
    ($($name:ident $method:ident),* $(,)?) => {
        impl Ways {$(
            #[doc = concat!("Answers ", stringify!($method), " by this handler as well.")]
            pub fn $name<H: Handler<T, Arc<App>>, T: 'static>(mut self, handler: H) -> Self {
                self.router = self.router.$name(handler);
                self.methods.push(Method::$method);
                self
            }
        )*}
    };
}

first!(get GET, post POST, put PUT, delete DELETE);
further!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing() {}

    #[test]
    fn what_builds_the_router_lists_it() {
        let inner = Routes::new().route("/b/{id}", post(nothing));
        let routes = Routes::new()
            .route("/a", get(nothing).put(nothing))
            .merge(inner)
            .layer(Extension(1_u8));
        let list = routes.into_list();
        let list: Vec<String> = list
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(list, ["GET /a", "PUT /a", "POST /b/{id}"]);
    }
}
