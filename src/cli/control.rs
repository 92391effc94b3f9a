//! A running server takes orders from whoever runs the machine, over a socket in its data
//! directory: who may write there may order. One line of JSON each way.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use lectern_app::{App, Asked};
use lectern_base::Hash;
use lectern_journal::{Actor, SignedCheckpoint};

use super::CliError;

/// The name of the socket in the data directory.
const NAME: &str = "control.sock";
/// How long an order may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an order at most.
const LONGEST: u64 = 16 << 10;

/// What can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Copy everything into this folder.
    Backup {
        /// An absolute path.
        to: PathBuf,
    },
    /// Sign where the journal ends.
    Checkpoint,
    /// Make an inspector's pack.
    Export {
        /// What shall be in it.
        asked: Asked,
        /// Why.
        reason: Option<String>,
        /// The file to make, by an absolute path.
        to: PathBuf,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is done.
    Done,
    /// It is signed.
    Signed(SignedCheckpoint),
    /// It is made; the SHA-256 of its manifest.
    Exported(Hash),
    /// It was not done, and why.
    Failed(String),
}

/// Takes orders until it is dropped; without a socket the server serves all the same.
pub async fn listen(app: Arc<App>) {
    let path = app.config.data.join(NAME);
    let listener = match bind(&path) {
        Ok(listener) => listener,
        Err(cause) => {
            let path = path.display();
            return tracing::warn!(%cause, %path, "No orders can be taken while serving");
        }
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(app.clone(), stream))),
            Err(cause) => {
                tracing::warn!(%cause, "An order could not be heard");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Whoever holds the lock of the directory may take the socket of one that was killed away.
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
    let mut read = BufReader::new(read.take(LONGEST));
    let reply = match timeout(PATIENCE, read.read_line(&mut line)).await {
        Ok(Ok(_)) => obey(&app, &line).await,
        _ => Reply::Failed("no order came".to_owned()),
    };
    let mut answer = serde_json::to_vec(&reply).unwrap_or_default();
    answer.push(b'\n');
    if let Err(cause) = write.write_all(&answer).await {
        tracing::debug!(%cause, "Nobody waited for the answer to an order");
    }
}

async fn obey(app: &App, line: &str) -> Reply {
    match serde_json::from_str(line) {
        Ok(Order::Backup { to }) => match app.backup(&to).await {
            Ok(()) => Reply::Done,
            Err(why) => Reply::Failed(why.to_string()),
        },
        Ok(Order::Checkpoint) => match app.checkpoint(Actor::System).await {
            Ok(made) => Reply::Signed(made),
            Err(why) => Reply::Failed(why.to_string()),
        },
        Ok(Order::Export { asked, reason, to }) => match app.export_to(asked, reason, &to).await {
            Ok(manifest) => Reply::Exported(manifest),
            Err(why) => Reply::Failed(why.to_string()),
        },
        Err(why) => Reply::Failed(format!("the order cannot be understood: {why}")),
    }
}

/// Orders something of the server that holds a data directory.
pub async fn ask(data: &Path, order: &Order) -> Result<Reply, CliError> {
    let failed = |cause| CliError::io("the server that holds the directory does not answer", cause);
    send(data, order).await.map_err(failed)
}

async fn send(data: &Path, order: &Order) -> io::Result<Reply> {
    let stream = UnixStream::connect(data.join(NAME)).await?;
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(read).read_line(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}
