//! `lectern serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use lectern_app::App;
use lectern_config::{Config, MIN_ARGON2_MEMORY_KIB};
use lectern_http as http;
use lectern_telemetry as telemetry;

use super::{CliError, DataArgs, control};

/// The arguments of `serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    data: DataArgs,
    /// Where to listen, such as 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Serve {
    /// Serves until the process receives a signal to stop.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let mut given = Map::new();
        if let Some(listen) = self.listen {
            given.insert("listen".to_owned(), json!(listen));
        }
        let config = self.data.settings(Value::Object(given))?;
        telemetry::logs::start(&config.log.level, config.log.format.is_json())
            .map_err(CliError::Message)?;
        config.check_password_hashing()?;
        if config.has_weak_password_hashing() {
            warn_of_weak_hashing(&config);
        }
        let listener = TcpListener::bind(config.listen).await;
        let listener = listener
            .map_err(|cause| CliError::io(format!("cannot listen on {}", config.listen), cause))?;
        let address = listener.local_addr().unwrap_or(config.listen);
        let app = App::start(config).await?;
        // Whoever reads the address may stop the server at once.
        let signal = signalled();
        announce(&app, address).await?;
        let stop = stopped(app.clone(), signal);
        let control = tokio::spawn(control::listen(app.clone()));
        let served = http::serve(app.clone(), listener, stop).await;
        control.abort();
        app.shutdown().await;
        served.map_err(|cause| CliError::io("the server ended", cause))?;
        tracing::info!("Lectern has stopped; all changes are saved.");
        Ok(ExitCode::SUCCESS)
    }
}

fn warn_of_weak_hashing(config: &Config) {
    tracing::warn!(
        memory_kib = config.identity.argon2_memory_kib,
        minimum_kib = MIN_ARGON2_MEMORY_KIB,
        "LECTERN_IDENTITY_ARGON2_MEMORY_KIB is below the OWASP minimum; use it for tests only."
    );
}

/// Prints the server's URL, and the set-up link if there is no admin yet.
async fn announce(app: &App, address: SocketAddr) -> Result<(), CliError> {
    let base = match &app.config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{address}"),
    };
    if let Some(code) = app.identity.setup_code().await? {
        println!("Nobody administers this Lectern yet. Set it up here (the link works once):");
        println!("  {base}/setup?code={code}");
    }
    println!("Lectern is at {base}");
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM, then ends editing sessions before the last requests.
async fn stopped(app: Arc<App>, signal: impl Future<Output = ()>) {
    signal.await;
    tracing::info!("Lectern is stopping: editing sessions are being saved and closed.");
    app.shutdown().await;
}

/// Listens for SIGTERM from now on, and for Ctrl-C once it is awaited.
#[cfg(unix)]
fn signalled() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    async move {
        let Ok(mut terminate) = terminate else {
            return ctrl_c().await;
        };
        tokio::select! {
            () = ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
fn signalled() -> impl Future<Output = ()> {
    ctrl_c()
}

async fn ctrl_c() {
    if let Err(cause) = tokio::signal::ctrl_c().await {
        tracing::warn!(%cause, "Ctrl-C cannot be handled; stop the process with a signal.");
        std::future::pending::<()>().await;
    }
}
