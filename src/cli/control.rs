//! The control socket in the data directory, by which commands talk to the running server.
//!
//! Anyone who can write to the data directory can use it. Request and reply are one line of JSON
//! each.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use lectern_app::App;
use lectern_base::Hash;
use lectern_exchange::ExportScope;
use lectern_journal::{Actor, SignedCheckpoint};

use super::CliError;

/// The name of the socket in the data directory.
const NAME: &str = "control.sock";
/// How long a request may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum size of a request, in bytes.
const MAX_REQUEST_BYTES: u64 = 16 << 10;

/// A request to the running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlRequest {
    /// Copy the data directory.
    Backup {
        /// The target folder, as an absolute path.
        to: PathBuf,
    },
    /// Sign the end of the journal.
    Checkpoint,
    /// Create an audit package.
    Export {
        /// The contents.
        asked: ExportScope,
        /// The reason.
        reason: Option<String>,
        /// The target file, as an absolute path.
        to: PathBuf,
    },
}

/// The reply to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlReply {
    /// The request is done.
    Done,
    /// The signed checkpoint.
    Signed(SignedCheckpoint),
    /// The SHA-256 of the package's manifest.
    Exported(Hash),
    /// The request failed, with the reason.
    Failed(String),
}

/// Serves requests until dropped. If the socket cannot be created, the server runs without it.
pub async fn listen(app: Arc<App>) {
    let path = app.config.data.join(NAME);
    let listener = match bind(&path) {
        Ok(listener) => listener,
        Err(cause) => {
            let path = path.display();
            return tracing::warn!(%cause, %path, "The control socket could not be created; commands cannot reach this server.");
        }
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(app.clone(), stream))),
            Err(cause) => {
                tracing::warn!(%cause, "A connection to the control socket could not be accepted.");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Binds the socket, replacing one left by a crash; the caller has locked the directory.
fn bind(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn serve(app: Arc<App>, stream: UnixStream) {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read.take(MAX_REQUEST_BYTES));
    let reply = match timeout(READ_TIMEOUT, read.read_line(&mut line)).await {
        Ok(Ok(_)) => execute(&app, &line).await,
        _ => ControlReply::Failed("no order came".to_owned()),
    };
    let mut answer = serde_json::to_vec(&reply).unwrap_or_default();
    answer.push(b'\n');
    if let Err(cause) = write.write_all(&answer).await {
        tracing::debug!(%cause, "A control reply could not be sent.");
    }
}

async fn execute(app: &App, line: &str) -> ControlReply {
    match serde_json::from_str(line) {
        Ok(ControlRequest::Backup { to }) => match app.backup(&to).await {
            Ok(()) => ControlReply::Done,
            Err(why) => ControlReply::Failed(why.to_string()),
        },
        Ok(ControlRequest::Checkpoint) => match app.audit.checkpoint(Actor::System).await {
            Ok(made) => ControlReply::Signed(made),
            Err(why) => ControlReply::Failed(why.to_string()),
        },
        Ok(ControlRequest::Export { asked, reason, to }) => {
            match app.exchange.export_to(asked, reason, &to).await {
                Ok(manifest) => ControlReply::Exported(manifest),
                Err(why) => ControlReply::Failed(why.to_string()),
            }
        }
        Err(why) => ControlReply::Failed(format!("the order cannot be understood: {why}")),
    }
}

/// Sends a request to the server that has locked a data directory.
pub async fn ask(data: &Path, request: &ControlRequest) -> Result<ControlReply, CliError> {
    let failed = |cause| CliError::io("the server that holds the directory does not answer", cause);
    send(data, request).await.map_err(failed)
}

async fn send(data: &Path, request: &ControlRequest) -> io::Result<ControlReply> {
    let stream = UnixStream::connect(data.join(NAME)).await?;
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(read).read_line(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}
