//! Asks for everything at every address, and gathers what was told that should not have been.

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt;
use futures_util::stream;
use reqwest::{Method, StatusCode};

use lectern_http::Route;

use super::ask::{Ask, Body, Told, leaked};
use super::fillers::{Filler, Fillers, encoded};
use super::known::{Address, Known, fill, one_of_each};
use super::scene::{Asker, Scene};

/// Requests under way at once.
const AT_ONCE: usize = 8;

/// What the insider found, and what is found against it.
pub struct Sweep<'a> {
    scene: &'a Scene,
    address: String,
    routes: &'a [Route],
    fillers: Fillers,
    /// The addresses of each route at which there is something, for somebody.
    there: HashMap<String, HashSet<String>>,
    sockets: HashSet<String>,
    /// The pages that show something else when their query says something else.
    asking: HashSet<String>,
    /// The marker words that the insider came across.
    seen: HashSet<String>,
    /// What is wrong, in words; of one kind the first.
    pub findings: Vec<String>,
    kinds: HashSet<String>,
}

impl<'a> Sweep<'a> {
    /// Lets the insider look at every address of a server.
    ///
    /// She may see everything: what is not there for her is there for nobody, and is not asked for
    /// again.
    pub async fn by_the_insider(scene: &'a Scene, address: String, routes: &'a [Route]) -> Self {
        let mut sweep = Self {
            scene,
            address,
            routes,
            fillers: Fillers::of(scene),
            there: HashMap::new(),
            sockets: HashSet::new(),
            asking: HashSet::new(),
            seen: HashSet::new(),
            findings: Vec::new(),
            kinds: HashSet::new(),
        };
        for route in routes.iter().filter(|route| route.method == Method::GET) {
            sweep.explore(route).await;
        }
        for route in routes.iter().filter(|route| is_page(route)) {
            sweep.question(route).await;
        }
        sweep
    }

    /// Finds out whether a page minds its query.
    async fn question(&mut self, route: &Route) {
        let insider = &self.scene.insider;
        let Some(addresses) = self.fill(route, &self.scene.known, insider) else {
            return;
        };
        let plain = plain(route, &addresses[0]);
        let mut asks = vec![plain.clone(), plain];
        let queries = self.fillers.page_queries(route, insider);
        let some = queries.iter().take(2);
        asks.extend(some.map(|query| asked(route, &addresses[0], query)));
        // Others change what a page tells; it is asked again until nothing happened meanwhile.
        for _ in 0..TRIES {
            let told = self.send(insider, asks.clone()).await;
            let told = told.iter().map(|(ask, told)| told.without(&ask.sent));
            let told: Vec<_> = told.collect();
            if told[0] == told[1] {
                if told[2..].iter().any(|other| *other != told[0]) {
                    self.asking.insert(route.path.clone());
                }
                return;
            }
        }
        let path = &route.path;
        self.find(
            format!("restless {path}"),
            format!("GET {path} never answers twice alike, so nothing is known of its query"),
        );
    }

    async fn explore(&mut self, route: &Route) {
        let Some(addresses) = self.fill(route, &self.scene.known, &self.scene.insider) else {
            return;
        };
        let asks = addresses.iter().map(|address| plain(route, address));
        let told = self.send(&self.scene.insider, asks.collect()).await;
        for (ask, told) in told {
            if told.wants_a_socket() {
                self.sockets.insert(route.path.clone());
            } else if told.status.as_u16() == 404 {
                continue;
            }
            if told.is_page() {
                self.fillers.learn(&told.body);
            }
            let there = self.there.entry(route.path.clone()).or_default();
            there.insert(ask.path.clone());
            self.recognise(&told);
        }
    }

    fn recognise(&mut self, told: &Told) {
        let said = told.said(&[]);
        let words = self.scene.places.iter().map(|place| &place.word);
        self.seen
            .extend(words.filter(|word| said.contains(word.as_str())).cloned());
    }

    /// The places whose word nobody came across, so that nothing is proven of them.
    pub fn unseen(&self) -> Vec<&'static str> {
        let places = self.scene.places.iter();
        let unseen = places.filter(|place| !self.seen.contains(&place.word));
        unseen.map(|place| place.what).collect()
    }

    /// Whether any address was found to be a socket's.
    pub fn knows_sockets(&self) -> bool {
        !self.sockets.is_empty()
    }

    /// Lets somebody ask for everything that can be had without changing anything.
    pub async fn reading(&mut self, asker: &Asker) {
        let mut asks = Vec::new();
        for route in self
            .routes
            .iter()
            .filter(|route| route.method == Method::GET)
        {
            let Some(mut addresses) = self.fill(route, &self.scene.known, asker) else {
                continue;
            };
            let there = self.there.get(&route.path);
            addresses.retain(|one| there.is_some_and(|there| there.contains(&one.path)));
            if self.sockets.contains(&route.path) {
                self.sockets(route, asker, &addresses).await;
                continue;
            }
            for (at, address) in addresses.iter().enumerate() {
                asks.push(plain(route, address));
                let queries = self.queries(route, asker, at == 0);
                asks.extend(queries.iter().map(|query| asked(route, address, query)));
            }
        }
        self.judge(asker, asks).await;
    }

    fn queries(&mut self, route: &Route, asker: &Asker, first: bool) -> Vec<Vec<(String, Filler)>> {
        if !route.path.starts_with("/api/") {
            // A page passes over what it does not know, so one address of each shows what it does.
            return match first && self.asking.contains(&route.path) {
                true => self.fillers.page_queries(route, asker),
                false => Vec::new(),
            };
        }
        let mut queries = self.fillers.queries(route, asker).unwrap_or_else(|why| {
            self.find(why.clone(), why);
            Vec::new()
        });
        queries.retain(|query| !query.is_empty());
        queries
    }

    async fn sockets(&mut self, route: &Route, asker: &Asker, addresses: &[Address]) {
        let server = self.address.clone();
        let mut unknown = HashMap::new();
        for address in addresses {
            let ask = plain(route, address);
            let told = ask.open(asker, &server).await;
            self.look(asker, &ask, &told);
            if ask.is_hidden() {
                let twin = ask.twin();
                if !unknown.contains_key(&twin.path) {
                    let told = twin.open(asker, &server).await;
                    unknown.insert(twin.path.clone(), told);
                }
                let twin = &unknown[&twin.path];
                if ask.differs(&told, twin) {
                    self.tell(asker, &ask, &told, twin);
                }
            }
        }
    }

    /// Lets somebody try every change; what they may change is changed.
    pub async fn writing(&mut self, asker: &Asker) {
        let known = one_of_each(&self.scene.known);
        let mut asks = Vec::new();
        for route in self
            .routes
            .iter()
            .filter(|route| route.method != Method::GET)
        {
            let Some(mut addresses) = self.fill(route, &known, asker) else {
                continue;
            };
            addresses.retain(|address| self.may_be_there(route, address));
            for (at, address) in addresses.iter().enumerate() {
                if at == 0 {
                    asks.push(plain(route, address));
                }
                let queries = self.queries(route, asker, false);
                let mut ask = match queries.first() {
                    Some(query) => asked(route, address, query),
                    None => plain(route, address),
                };
                let (body, twin_body, sent) = self.fillers.body(route, asker);
                ask.twin_body = if asker.audits {
                    body.clone()
                } else {
                    twin_body
                };
                ask.body = body;
                ask.sent.extend(sent);
                asks.push(ask);
            }
        }
        self.judge(asker, asks).await;
    }

    /// Whether the insider found something at the beginning of an address, if one could look there.
    fn may_be_there(&self, route: &Route, address: &Address) -> bool {
        let Some((before, rest)) = route.path.split_once('{') else {
            return true;
        };
        let parameter = rest.split('}').next().unwrap_or_default();
        let beginning = format!("{before}{{{parameter}}}");
        let there = self.there.get(beginning.as_str());
        there.is_none_or(|there| there.contains(&format!("{before}{}", address.sent[0])))
    }

    fn fill(&mut self, route: &Route, known: &[Known], asker: &Asker) -> Option<Vec<Address>> {
        match fill(&route.path, known, asker) {
            Ok(addresses) => Some(addresses),
            Err(why) => {
                self.find(why.clone(), why);
                None
            }
        }
    }

    async fn send(&self, asker: &Asker, asks: Vec<Ask>) -> Vec<(Ask, Told)> {
        let sent = asks.into_iter().map(|ask| async move {
            let told = ask.send(asker).await;
            (ask, told)
        });
        stream::iter(sent).buffered(AT_ONCE).collect().await
    }

    async fn judge(&mut self, asker: &Asker, asks: Vec<Ask>) {
        let mut twins: Vec<Ask> = Vec::new();
        let mut named = HashSet::new();
        for twin in asks.iter().filter(|ask| ask.is_hidden()).map(Ask::twin) {
            if named.insert(key(&twin)) {
                twins.push(twin);
            }
        }
        let told = self.send(asker, asks).await;
        let unknown = self.send(asker, twins).await.into_iter();
        let unknown: HashMap<String, Told> =
            unknown.map(|(twin, told)| (key(&twin), told)).collect();
        for (ask, told) in told {
            self.look(asker, &ask, &told);
            if !ask.is_hidden() {
                continue;
            }
            let twin = &unknown[&key(&ask.twin())];
            if ask.differs(&told, twin) && stands(asker, &ask).await {
                self.tell(asker, &ask, &told, twin);
            }
        }
    }

    /// No word of a place that this asker may not see.
    fn look(&mut self, asker: &Asker, ask: &Ask, told: &Told) {
        let Ask { method, path, .. } = ask;
        for place in leaked(asker, ask, told, &self.scene.places) {
            let words = format!(
                "{} reads {} at {method} {path} ({})",
                asker.who, place.what, told.status
            );
            self.find(kind("reads", asker, ask) + place.what, words);
        }
        if told.status.is_server_error() {
            let words = format!("{} breaks {method} {path}: {}", asker.who, told.body);
            self.find(kind("breaks", asker, ask), words);
        }
    }

    /// Not the same reply as to a name of nothing.
    fn tell(&mut self, asker: &Asker, ask: &Ask, told: &Told, twin: &Told) {
        let (told, twin) = (told.without(&ask.sent), twin.without(&ask.sent));
        let short = |(status, head, body): &(StatusCode, String, String)| {
            format!("{status} {:.200} {:.400}", head, body.trim())
        };
        let words = format!(
            "{} can tell {} {} from what does not exist:\n    {}\n    {}",
            asker.who,
            ask.method,
            ask.path,
            short(&told),
            short(&twin)
        );
        self.find(kind("tells", asker, ask), words);
    }

    fn find(&mut self, kind: String, words: String) {
        if self.kinds.insert(kind) {
            self.findings.push(words);
        }
    }
}

/// Times that two replies are compared when others keep changing what they tell.
const TRIES: usize = 10;

/// Whether the two replies differ still when one is asked after the other and nothing else happened
/// meanwhile: what others did in the same moment, and what slows guessing down, is no leak.
async fn stands(asker: &Asker, ask: &Ask) -> bool {
    for _ in 0..TRIES {
        let (first, twin) = (ask.send(asker).await, ask.twin().send(asker).await);
        let again = ask.send(asker).await;
        if !ask.differs(&first, &twin) || !ask.differs(&again, &twin) {
            return false;
        }
        if first.without(&ask.sent) == again.without(&ask.sent) {
            return true;
        }
    }
    true
}

/// What findings have in common that are one.
fn kind(what: &str, asker: &Asker, ask: &Ask) -> String {
    format!("{what} {} {} {} ", asker.who, ask.method, ask.pattern)
}

/// Whether it is a page's address rather than the interface's. `/metrics` counts the very request
/// that reads it, takes no query, and is no page.
fn is_page(route: &Route) -> bool {
    route.method == Method::GET && !route.path.starts_with("/api/") && route.path != "/metrics"
}

/// What two requests have in common that are one.
fn key(ask: &Ask) -> String {
    format!("{} {} {:?}", ask.method, ask.path, ask.body)
}

fn plain(route: &Route, address: &Address) -> Ask {
    asked(route, address, &[])
}

/// A request with a query.
fn asked(route: &Route, address: &Address, query: &[(String, Filler)]) -> Ask {
    let written = |value: fn(&Filler) -> &String| {
        let pair = |(name, filler): &(String, Filler)| format!("{name}={}", encoded(value(filler)));
        let pairs: Vec<String> = query.iter().map(pair).collect();
        match pairs.is_empty() {
            true => String::new(),
            false => format!("?{}", pairs.join("&")),
        }
    };
    let values = query
        .iter()
        .flat_map(|(_, filler)| [filler.value.clone(), filler.twin.clone()]);
    Ask {
        method: route.method.clone(),
        pattern: route.path.clone(),
        path: format!("{}{}", address.path, written(|filler| &filler.value)),
        twin_path: format!("{}{}", address.twin, written(|filler| &filler.twin)),
        body: Body::None,
        twin_body: Body::None,
        sent: address.sent.iter().cloned().chain(values).collect(),
    }
}
