//! The settings and their defaults.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

use lectern_base::Zone;

/// The least memory of one Argon2id hash, in KiB, for a server that other machines can reach.
///
/// The OWASP Password Storage Cheat Sheet gives it for two passes and one lane, which is what
/// `identity` uses.
pub const MIN_ARGON2_MEMORY_KIB: u32 = 19_456;

/// All settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens (`LECTERN_LISTEN`, 127.0.0.1:8080).
    pub listen: SocketAddr,
    /// The data directory (`LECTERN_DATA`, `./data`).
    pub data: PathBuf,
    /// The URL that people use if the server is behind a proxy (`LECTERN_PUBLIC_URL`, none).
    #[serde(with = "address")]
    pub public_url: Option<Url>,
    /// The networks of the proxies in front of the server, whose `X-Forwarded-For` or `Forwarded`
    /// names the client (`LECTERN_TRUSTED_PROXIES`, none). A list, or text with commas, such as
    /// `127.0.0.1, 10.0.0.0/8`.
    #[serde(with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// HTTP.
    pub http: HttpConfig,
    /// Sign-in and passwords.
    pub identity: IdentityConfig,
    /// Live editing.
    pub live: LiveConfig,
    /// Heavy work.
    pub pool: PoolConfig,
    /// Logs.
    pub log: LogConfig,
    /// The organisation.
    pub organisation: OrganisationConfig,
    /// The embedded store.
    pub store: StoreConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("data"),
            public_url: None,
            trusted_proxies: Vec::new(),
            http: HttpConfig::default(),
            identity: IdentityConfig::default(),
            live: LiveConfig::default(),
            pool: PoolConfig::default(),
            log: LogConfig::default(),
            organisation: OrganisationConfig::default(),
            store: StoreConfig::default(),
        }
    }
}

impl Config {
    /// Returns whether a proxy at this address is trusted to name the client.
    pub fn is_trusted_proxy(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Returns whether people connect by HTTPS, so that cookies can be restricted to it.
    pub fn is_behind_tls(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}

/// Settings of HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Maximum size of a request body, in bytes (`LECTERN_HTTP_BODY_LIMIT`, 1 MiB).
    pub body_limit: usize,
    /// Maximum size of an image or file in an article, in bytes (`LECTERN_HTTP_FILE_LIMIT`, 25
    /// MiB).
    pub file_limit: usize,
    /// Maximum duration of a request, in seconds (`LECTERN_HTTP_REQUEST_TIMEOUT_S`, 30).
    pub request_timeout_s: u64,
    /// How long a connection may wait before sending the header of its first or next request, in
    /// seconds (`LECTERN_HTTP_HEAD_TIMEOUT_S`, 30).
    pub head_timeout_s: u64,
    /// Names by which people reach the server besides that of `public_url`
    /// (`LECTERN_HTTP_HOSTS`, such as `[wiki.example.org]`). Once a name is known, requests for others
    /// are refused; addresses, `localhost` and names without a dot are always accepted.
    pub hosts: Vec<String>,
    /// Maximum number of open connections (`LECTERN_HTTP_CONNECTIONS`, what the limit of file
    /// descriptors leaves, at most 50,000).
    pub connections: Option<usize>,
    /// Maximum number of open connections from one address (`LECTERN_HTTP_CONNECTIONS_PER_ADDRESS`, a
    /// quarter of all; no limit behind a proxy, that is, with `public_url`).
    pub connections_per_address: Option<usize>,
    /// The sustained number of changes that one person may make per second
    /// (`LECTERN_HTTP_CHANGES_PER_S`, 100); a burst may have 50 times as many.
    pub changes_per_s: u32,
    /// The bearer token that opens `/metrics` (`LECTERN_HTTP_METRICS_TOKEN`, none). Administrators
    /// can always read it.
    pub metrics_token: Option<String>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            body_limit: 1024 * 1024,
            file_limit: 25 * 1024 * 1024,
            request_timeout_s: 30,
            head_timeout_s: 30,
            hosts: Vec::new(),
            connections: None,
            connections_per_address: None,
            changes_per_s: 100,
            metrics_token: None,
        }
    }
}

/// Settings of sign-in and passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityConfig {
    /// How long a session lasts without a request, in hours (`LECTERN_IDENTITY_SESSION_IDLE_H`,
    /// 12).
    pub session_idle_h: u64,
    /// How long a session lasts at most, in days (`LECTERN_IDENTITY_SESSION_LONGEST_D`, 7).
    pub session_longest_d: u64,
    /// Minimum length of a password, in characters (`LECTERN_IDENTITY_PASSWORD_LENGTH`, 12).
    pub password_length: usize,
    /// Memory of one Argon2id hash, in KiB (`LECTERN_IDENTITY_ARGON2_MEMORY_KIB`, 19456). With less
    /// than [`MIN_ARGON2_MEMORY_KIB`], the server starts on a loopback address only.
    pub argon2_memory_kib: u32,
    /// Number of failed sign-ins before throttling begins (`LECTERN_IDENTITY_FREE_ATTEMPTS`, 5).
    pub free_attempts: u32,
    /// Number of consecutive failures that lock an account; 0 for never
    /// (`LECTERN_IDENTITY_LOCK_AFTER`, 10).
    pub lock_after: u32,
    /// How long a lock lasts, in minutes; 0 until an administrator unlocks the account
    /// (`LECTERN_IDENTITY_LOCK_MIN`, 30).
    pub lock_min: u64,
    /// Maximum age of a password, in days; 0 for no limit
    /// (`LECTERN_IDENTITY_PASSWORD_AGE_D`, 0).
    pub password_age_d: u64,
    /// Number of recent passwords that cannot be reused, including the current one; 0 to 24
    /// (`LECTERN_IDENTITY_PASSWORD_HISTORY`, 5).
    pub password_history: usize,
    /// How long a link with which a person chooses a password works, in hours
    /// (`LECTERN_IDENTITY_PASSWORD_LINK_H`, 72).
    pub password_link_h: u64,
    /// How long after the use of such a link a signature raises an alert, in hours; 0 for never
    /// (`LECTERN_IDENTITY_RESET_WATCH_H`, 24).
    pub reset_watch_h: u64,
    /// How long a reviewer role that an administrator gave themself does not count in controlled
    /// modules unless another administrator confirms it, in hours; 0 if it counts at once
    /// (`LECTERN_IDENTITY_SELF_GRANT_WAIT_H`, 24).
    pub self_grant_wait_h: u64,
    /// Without effect: new people choose their first password with a link. Settings files that
    /// still have it are accepted (`LECTERN_IDENTITY_CHANGE_FIRST_PASSWORD`).
    pub change_first_password: bool,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            session_idle_h: 12,
            session_longest_d: 7,
            password_length: 12,
            argon2_memory_kib: MIN_ARGON2_MEMORY_KIB,
            free_attempts: 5,
            lock_after: 10,
            lock_min: 30,
            password_age_d: 0,
            password_history: 5,
            password_link_h: 72,
            reset_watch_h: 24,
            self_grant_wait_h: 24,
            change_first_password: true,
        }
    }
}

/// Settings of live editing. For those left out, the `live` crate has the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveConfig {
    /// Maximum size of a frame from a client, in bytes (`LECTERN_LIVE_FRAME_LIMIT`, 1 MiB).
    pub frame_limit: Option<usize>,
    /// Maximum size of a draft including its history, in bytes (`LECTERN_LIVE_DRAFT_LIMIT`, 32
    /// MiB).
    pub draft_limit: Option<usize>,
    /// How long an editing session continues after its last writer has left, in milliseconds
    /// (`LECTERN_LIVE_SESSION_GRACE_MS`, 20,000).
    pub session_grace_ms: Option<u64>,
    /// How long a draft without connections stays in memory, in milliseconds
    /// (`LECTERN_LIVE_IDLE_GRACE_MS`, 60,000).
    pub idle_grace_ms: Option<u64>,
    /// Number of edit log entries after which a snapshot is made
    /// (`LECTERN_LIVE_COMPACT_AFTER`, 2,000).
    pub compact_after: Option<u64>,
    /// Sustained number of connections that one person may open per second
    /// (`LECTERN_LIVE_ARRIVALS`, 50).
    pub arrivals: Option<u32>,
    /// Interval of heartbeats on an idle connection, in milliseconds (`LECTERN_LIVE_HEARTBEAT_MS`,
    /// 20,000). The standard client closes a connection after 30,000 without a message.
    pub heartbeat_ms: Option<u64>,
}

/// Settings of heavy work: rendering, comparing, searching, pictures, packs. For those left out, the
/// `pool` crate has the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// Number of pieces of work that run at the same time (`LECTERN_POOL_THREADS`, half the cores
    /// and at least 2).
    pub threads: Option<usize>,
    /// Number of pieces of work that may wait for their turn; further ones get 503
    /// (`LECTERN_POOL_QUEUE`, 256).
    pub queue: Option<usize>,
    /// How long a piece of work may wait, and then take, in milliseconds
    /// (`LECTERN_POOL_DEADLINE_MS`, 10,000).
    pub deadline_ms: Option<u64>,
}

/// Settings of logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// The filter, such as `info` or `lectern=debug` (`LECTERN_LOG_LEVEL`, `info`).
    pub level: String,
    /// The format: text or JSON (`LECTERN_LOG_FORMAT`, `text`).
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

/// Settings of the organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrganisationConfig {
    /// The time zone in which days begin and end: those on which something is due or becomes
    /// effective, and those of a delegation (`LECTERN_ORGANISATION_TIME_ZONE`, `UTC`). A name of
    /// the IANA database, such as `Europe/Berlin`.
    pub time_zone: Zone,
}

/// Settings of the embedded store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Memory for the records that are in use, in bytes (`LECTERN_STORE_CACHE`, 256 MiB). Less than
    /// 16 MiB counts as 16 MiB.
    pub cache: u64,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { cache: 256 << 20 }
    }
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Human-readable text.
    Text,
    /// One JSON object per line.
    Json,
}

impl LogFormat {
    /// Returns whether the format is JSON.
    pub fn is_json(self) -> bool {
        self == Self::Json
    }
}

/// Serialisation of an optional URL; blank text means none.
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

/// Serialisation of networks: a list, or text with commas. A single address is a network of one.
mod networks {
    use std::net::IpAddr;

    use ipnet::IpNet;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        List(Vec<String>),
        Text(String),
    }

    pub fn serialize<S: Serializer>(networks: &[IpNet], to: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = networks.iter().map(ToString::to_string).collect();
        texts.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
        let texts = match Given::deserialize(from)? {
            Given::List(texts) => texts,
            Given::Text(text) => text.split(',').map(str::to_owned).collect(),
        };
        let texts = texts.iter().map(|text| text.trim());
        let given = texts.filter(|text| !text.is_empty());
        given
            .map(|text| parse(text).map_err(de::Error::custom))
            .collect()
    }

    fn parse(text: &str) -> Result<IpNet, String> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| text.parse::<IpNet>());
        network.map_err(|_| format!("“{text}” is no network such as 10.0.0.0/8"))
    }
}
