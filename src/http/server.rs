//! The server: accepts connections until it stops.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

use lectern_app::App;

use crate::connections::{Connections, CountedStream};
use crate::layers::RequestPolicy;
use crate::router::router;

/// How long open requests may take after the stop signal.
const GRACE: Duration = Duration::from_secs(10);
/// The most bytes of the head of a request.
const LONGEST_HEAD: usize = 64 * 1024;
/// The pause after a failed accept, most often for lack of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves, then lets open requests finish.
///
/// `axum::serve` sets no header timeout, so an idle connection would stay open for ever.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let head = Duration::from_secs(app.config.http.head_timeout_s);
    let policy = RequestPolicy::of(&app.config);
    let connections = Arc::new(Connections::new(&app.config));
    let routes = router(app, policy).layer(Extension(connections.clone()));
    let (stopping, open) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, from)) => {
                // Without this a keystroke waits up to 40 ms for the next.
                if let Err(cause) = stream.set_nodelay(true) {
                    tracing::debug!(%cause, "Cannot set TCP_NODELAY on a connection");
                }
                // Closed at once if there are too many.
                if let Some(stream) = connections.admit(stream, from.ip()) {
                    let connection = carry(stream, from, routes.clone(), head, open.clone());
                    tokio::spawn(connection);
                }
            }
            Err(cause) => {
                tracing::warn!(%cause, "Cannot accept a connection");
                sleep(BREATH).await;
            }
        }
    }
    drop(open);
    stopping.send_replace(());
    if timeout(GRACE, stopping.closed()).await.is_err() {
        tracing::warn!("Some requests did not finish in time and were dropped");
    }
    Ok(())
}

/// Serves one connection; once the server stops, until its current request is answered.
async fn carry(
    stream: CountedStream,
    from: SocketAddr,
    routes: Router,
    head: Duration,
    mut stopping: watch::Receiver<()>,
) {
    let service = service_fn(move |request| answer(routes.clone(), from, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    match ended {
        Err(cause) if cause.is_timeout() => {
            metrics::counter!("lectern_http_cut_off_total").increment(1);
        }
        Err(cause) => tracing::debug!(%cause, "A connection broke"),
        Ok(()) => {}
    }
}

async fn answer(
    routes: Router,
    from: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(from));
    routes.oneshot(request).await
}
