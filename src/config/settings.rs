//! What can be set, and what holds when nothing is.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

/// All settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens (`LECTERN_LISTEN`, 127.0.0.1:8080).
    pub listen: SocketAddr,
    /// The data directory (`LECTERN_DATA`, `./data`).
    pub data: PathBuf,
    /// The address people use when a proxy stands before the server (`LECTERN_PUBLIC_URL`, none).
    #[serde(with = "address")]
    pub public_url: Option<Url>,
    /// The front door.
    pub http: HttpConfig,
    /// People and how they come in.
    pub identity: IdentityConfig,
    /// Live editing.
    pub live: LiveConfig,
    /// Logs.
    pub log: LogConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("data"),
            public_url: None,
            http: HttpConfig::default(),
            identity: IdentityConfig::default(),
            live: LiveConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Config {
    /// Whether people come by TLS, so that cookies may travel by nothing else.
    pub fn is_behind_tls(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}

/// Settings of the front door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// The longest body of a request, in bytes (`LECTERN_HTTP_BODY_LIMIT`, 1 MiB).
    pub body_limit: usize,
    /// The largest picture or file of an article, in bytes (`LECTERN_HTTP_FILE_LIMIT`, 25 MiB).
    pub file_limit: usize,
    /// Seconds a request may take (`LECTERN_HTTP_REQUEST_TIMEOUT_S`, 30).
    pub request_timeout_s: u64,
    /// Seconds in which a connection has to ask for something, the first time and after each answer
    /// (`LECTERN_HTTP_HEAD_TIMEOUT_S`, 30).
    pub head_timeout_s: u64,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            body_limit: 1024 * 1024,
            file_limit: 25 * 1024 * 1024,
            request_timeout_s: 30,
            head_timeout_s: 30,
        }
    }
}

/// Settings of sessions and passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityConfig {
    /// Hours without a request after which a session ends (`LECTERN_IDENTITY_SESSION_IDLE_H`, 12).
    pub session_idle_h: u64,
    /// Days after which a session ends in any case (`LECTERN_IDENTITY_SESSION_LONGEST_D`, 7).
    pub session_longest_d: u64,
    /// Characters of a password at least (`LECTERN_IDENTITY_PASSWORD_LENGTH`, 12).
    pub password_length: usize,
    /// Memory of Argon2id in KiB (`LECTERN_IDENTITY_ARGON2_MEMORY_KIB`, 19456).
    pub argon2_memory_kib: u32,
    /// Failed attempts before sign-in slows down (`LECTERN_IDENTITY_FREE_ATTEMPTS`, 5).
    pub free_attempts: u32,
    /// Failures in a row that lock an account, from wherever they come; 0 for never
    /// (`LECTERN_IDENTITY_LOCK_AFTER`, 10).
    pub lock_after: u32,
    /// Minutes that a lock lasts; 0 until an administrator unlocks
    /// (`LECTERN_IDENTITY_LOCK_MIN`, 30).
    pub lock_min: u64,
    /// Days after which a password must be changed; 0 for never
    /// (`LECTERN_IDENTITY_PASSWORD_AGE_D`, 0).
    pub password_age_d: u64,
    /// How many of a person's passwords are not taken again, the present one included; 0 to 24
    /// (`LECTERN_IDENTITY_PASSWORD_HISTORY`, 5).
    pub password_history: usize,
    /// Whether the password that an administrator adds a person with must be changed first
    /// (`LECTERN_IDENTITY_CHANGE_FIRST_PASSWORD`, true).
    pub change_first_password: bool,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            session_idle_h: 12,
            session_longest_d: 7,
            password_length: 12,
            argon2_memory_kib: 19_456,
            free_attempts: 5,
            lock_after: 10,
            lock_min: 30,
            password_age_d: 0,
            password_history: 5,
            change_first_password: true,
        }
    }
}

/// Settings of live editing; those left out keep what the room takes by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveConfig {
    /// The largest frame a client may send, in bytes (`LECTERN_LIVE_FRAME_LIMIT`, 1 MiB).
    pub frame_limit: Option<usize>,
    /// The largest draft, in bytes of its history (`LECTERN_LIVE_DRAFT_LIMIT`, 32 MiB).
    pub draft_limit: Option<usize>,
    /// How long an editing session outlasts its last writer, in milliseconds
    /// (`LECTERN_LIVE_SESSION_GRACE_MS`, 20,000).
    pub session_grace_ms: Option<u64>,
    /// How long a draft without connections stays in memory, in milliseconds
    /// (`LECTERN_LIVE_IDLE_GRACE_MS`, 60,000).
    pub idle_grace_ms: Option<u64>,
    /// Entries of an edit log before they are made into a snapshot
    /// (`LECTERN_LIVE_COMPACT_AFTER`, 2,000).
    pub compact_after: Option<u64>,
    /// Connections that one person may open a second in the long run (`LECTERN_LIVE_ARRIVALS`, 50).
    pub arrivals: Option<u32>,
    /// How often a quiet connection gets a message, in milliseconds (`LECTERN_LIVE_HEARTBEAT_MS`,
    /// 20,000); the stock client gives a connection up after 30,000 without one.
    pub heartbeat_ms: Option<u64>,
}

/// Settings of logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// What is logged, such as `info` or `lectern=debug` (`LECTERN_LOG_LEVEL`, `info`).
    pub level: String,
    /// As text for people or as JSON for machines (`LECTERN_LOG_FORMAT`, `text`).
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".into(),
            format: LogFormat::Text,
        }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Whether lines are for machines.
    pub fn is_json(self) -> bool {
        self == Self::Json
    }
}

/// An address is text in the file; what is no address is refused.
mod address {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use url::Url;

    pub fn serialize<S: Serializer>(url: &Option<Url>, to: S) -> Result<S::Ok, S::Error> {
        url.as_ref().map(Url::as_str).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let text = text.filter(|text| !text.trim().is_empty());
        let url = text.map(|text| Url::parse(text.trim()).map_err(de::Error::custom));
        url.transpose()
    }
}
