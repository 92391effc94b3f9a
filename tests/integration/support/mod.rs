//! A real server on a data directory of its own, and people who talk to it.

mod client;
mod person;
mod story;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use lectern_app::App;
use lectern_base::{Clock, SystemClock};
use lectern_config::Config;
use lectern_http as http;
use lectern_identity::Grant;
use lectern_store::Faults;

pub use client::{Client, Got};
pub use lectern_test_support::{Node, Peer, Received, Socket, Wire, until};
pub use person::{PASSWORD, Person};

/// Opens `/metrics`.
const METRICS_TOKEN: &str = "a token for figures";

/// A running server. It stops when it is dropped, or cleanly by [`TestServer::stop`].
pub struct TestServer {
    /// The services, for what no door shows.
    pub app: Arc<App>,
    address: SocketAddr,
    clock: Arc<dyn Clock>,
    data: TempDir,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl TestServer {
    /// Starts a server on an empty data directory.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a server whose settings differ from the usual ones.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = TempDir::new().unwrap();
        Self::start_in(data, change, Faults::default(), Arc::new(SystemClock)).await
    }

    /// Starts a server whose time is that of `clock`, also after it started again.
    pub async fn start_at(clock: Arc<dyn Clock>) -> Self {
        Self::start_in(TempDir::new().unwrap(), |_| {}, Faults::default(), clock).await
    }

    /// Starts a server of an organisation in a time zone, whose time is that of `clock`.
    pub async fn start_in_zone(zone: &str, clock: Arc<dyn Clock>) -> Self {
        Self::start_in_zone_on(TempDir::new().unwrap(), zone, clock).await
    }

    /// Starts a server in a time zone on data that is there already.
    pub async fn start_in_zone_on(data: TempDir, zone: &str, clock: Arc<dyn Clock>) -> Self {
        let set = |config: &mut Config| config.organisation.time_zone = zone.parse().unwrap();
        Self::start_in(data, set, Faults::default(), clock).await
    }

    /// Starts a server whose disk may fail.
    pub async fn start_on(faults: Faults) -> Self {
        let clock = Arc::new(SystemClock);
        Self::start_in(TempDir::new().unwrap(), |_| {}, faults, clock).await
    }

    /// Starts a server on data that is there already.
    pub async fn start_on_data(data: TempDir) -> Self {
        Self::start_in(data, |_| {}, Faults::default(), Arc::new(SystemClock)).await
    }

    async fn start_in(
        data: TempDir,
        change: impl FnOnce(&mut Config),
        faults: Faults,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut config = config_for(data.path());
        change(&mut config);
        let app = App::start_with(config, clock.clone(), faults)
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = app.clone();
        let served = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            http::serve(serving, listener, stopped).await.unwrap();
        });
        Self {
            app,
            address,
            clock,
            data,
            stop: Some(stop),
            served,
        }
    }

    /// Stops cleanly and starts again on the same data directory.
    pub async fn restart(self) -> Self {
        let clock = self.clock.clone();
        let data = self.stop().await;
        Self::start_in(data, |_| {}, Faults::default(), clock).await
    }

    /// Stops cleanly; gives the data directory back.
    pub async fn stop(mut self) -> TempDir {
        self.app.shutdown().await;
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        (&mut self.served).await.unwrap();
        self.data
    }

    /// Where it listens, such as `127.0.0.1:40123`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Somebody without session or token.
    pub fn stranger(&self) -> Client {
        Client::new(self.url(""), None)
    }

    /// The figures, as a monitoring system gets them.
    pub async fn metrics(&self) -> String {
        let monitor = Client::new(self.url(""), Some(METRICS_TOKEN.to_owned()));
        monitor.get("/metrics").await.expect(200).text
    }

    /// Connects somebody to the live draft of an article.
    pub async fn peer(&self, who: &Person, article: &str) -> Peer<Socket> {
        let bearer = [("authorization", format!("Bearer {}", who.token))];
        self.knock(article, &bearer).await
    }

    /// Connects to what stands behind `/collab/`, with any headers.
    pub async fn knock(&self, path: &str, headers: &[(&'static str, String)]) -> Peer<Socket> {
        let address = format!("ws://{}/collab/{path}", self.address);
        Peer::connect(Socket::connect(&address, headers).await.unwrap()).await
    }

    /// Adds a person with organisation-wide roles; their client holds a token.
    pub async fn person(&self, login: &str, roles: &[&str]) -> Person {
        let roles = roles.iter().map(|role| role.parse().unwrap());
        Person::add(self, login, roles.map(Grant::everywhere).collect()).await
    }

    /// Adds a person with a role in one module only.
    pub async fn person_within(&self, login: &str, role: &str, module: &str) -> Person {
        let grant = Grant::within(role.parse().unwrap(), module.parse().unwrap());
        Person::add(self, login, vec![grant]).await
    }
}

/// The settings of a server on a data directory.
pub fn config_for(data: &Path) -> Config {
    let mut config = Config {
        data: data.to_owned(),
        ..Config::default()
    };
    // Hashing passwords well is for people; here it would take most of the time.
    config.identity.argon2_memory_kib = 8;
    config.live.session_grace_ms = Some(50);
    config.http.metrics_token = Some(METRICS_TOKEN.to_owned());
    config
}
