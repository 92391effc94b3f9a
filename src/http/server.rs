//! The server: accepts connections until it is told to stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::app::App;

use super::layers::Door;
use super::router::router;

/// How long open requests may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stop` is done, then lets open requests end.
///
/// Packets leave at once (`TCP_NODELAY`): without it a keystroke waits up to 40 ms for the next.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "A connection keeps its packets back");
        }
    });
    let (told, mut heard) = tokio::sync::watch::channel(false);
    let stop = async move {
        stop.await;
        told.send_replace(true);
    };
    let door = Door::of(&app.config);
    let routes = router(app, door);
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop);
    tokio::select! {
        ended = async { served.await } => ended,
        () = async {
            let _ = heard.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(GRACE).await;
        } => {
            tracing::warn!("Some requests did not end in time and were cut off");
            Ok(())
        }
    }
}
