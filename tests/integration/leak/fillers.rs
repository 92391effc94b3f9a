//! What goes into queries and bodies: from the description of the interface, and from the forms and
//! links on the pages themselves.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use lectern_http::{Route, openapi_json};

use super::ask::Body;
use super::known::{Kind, Known, nothing};
use super::scene::{Asker, Circle, Scene};

/// A word that is written nowhere.
const NOWHERE: &str = "xvqzwkjxvqzwkjxv";

/// Something to send in place of a name: what it is, and what it is for who may not know of it.
#[derive(Debug, Clone)]
pub struct Filler {
    pub value: String,
    pub twin: String,
}

impl Filler {
    fn plain(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            twin: value.to_owned(),
        }
    }
}

/// Knows what to send under which name.
pub struct Fillers {
    described: Value,
    words: Vec<(String, Circle)>,
    known: Vec<Known>,
    /// Names of fields and of queries that were seen on pages.
    names: BTreeSet<String>,
}

impl Fillers {
    pub fn of(scene: &Scene) -> Self {
        let described = serde_json::from_str(&openapi_json()).unwrap();
        let words = scene.places.iter();
        Self {
            described,
            words: words.map(|p| (p.word.clone(), p.circle)).collect(),
            known: scene.known.clone(),
            names: BTreeSet::new(),
        }
    }

    /// Learns the names on a page: of its fields, and in the queries of its links.
    pub fn learn(&mut self, page: &str) {
        for quoted in page.split(" name=\"").skip(1) {
            self.names
                .extend(quoted.split('"').next().map(str::to_owned));
        }
        for link in page.split(" href=\"").skip(1) {
            let link = link.split(['"', '#']).next().unwrap_or_default();
            if let Some((_, query)) = link.split_once('?') {
                let pairs = query.split("&amp;").flat_map(|pairs| pairs.split("&#38;"));
                let names = pairs.filter_map(|pair| pair.split('=').next());
                self.names.extend(names.map(str::to_owned));
            }
        }
    }

    /// Everything worth sending under a name; the first is the least hidden.
    fn under(&self, name: &str, asker: &Asker) -> Option<Vec<Filler>> {
        let kinds: &[Kind] = match name {
            "q" | "query" => {
                let word = |(word, circle): &(String, Circle)| Filler {
                    value: word.clone(),
                    twin: if asker.sees(*circle) {
                        word.as_str()
                    } else {
                        NOWHERE
                    }
                    .to_owned(),
                };
                return Some(self.words.iter().map(word).collect());
            }
            "from" | "to" | "revision" => &[Kind::Revision],
            "article" => &[Kind::Article, Kind::ArticleSlug],
            "person" => &[Kind::Person],
            "module" => &[Kind::ModuleSlug],
            _ => return None,
        };
        let fitting = self.known.iter().filter(|one| kinds.contains(&one.kind));
        let filler = |one: &Known| self.filler(one, asker);
        Some(fitting.map(filler).collect())
    }

    fn filler(&self, one: &Known, asker: &Asker) -> Filler {
        Filler {
            value: one.value.clone(),
            twin: match asker.sees(one.circle) {
                true => one.value.clone(),
                false => nothing(one.kind),
            },
        }
    }

    /// The restricted one of a kind.
    fn restricted(&self, kind: Kind, asker: &Asker) -> Filler {
        let is_it = |one: &&Known| one.kind == kind && one.circle == Circle::Members;
        let found = self.known.iter().find(is_it);
        let found = found.unwrap_or_else(|| panic!("a restricted {kind:?}"));
        self.filler(found, asker)
    }

    /// The queries of a page, as lists of name and value: all names together, one of them changing.
    ///
    /// On the page of the audit trail as at its interface, a filter tells whoever audits nothing new.
    pub fn page_queries(&self, route: &Route, asker: &Asker) -> Vec<Vec<(String, Filler)>> {
        let audits = asker.audits && route.path == "/admin/journal";
        let mut all: Vec<(String, Vec<Filler>)> = Vec::new();
        for name in &self.names {
            if let Some(fillers) = self.under(name, asker) {
                all.push((name.clone(), fillers));
            }
        }
        let most = all.iter().map(|(_, fillers)| fillers.len()).max();
        let query = |at: usize| {
            let pair = |(name, fillers): &(String, Vec<Filler>)| {
                let filler = &fillers[at % fillers.len()];
                let filler = match audits {
                    true => Filler::plain(&filler.value),
                    false => filler.clone(),
                };
                (name.clone(), filler)
            };
            all.iter().map(pair).collect()
        };
        (0..most.unwrap_or(0)).map(query).collect()
    }

    /// The queries of a route of the interface, by its description.
    ///
    /// # Errors
    /// Names a parameter that nothing is known for.
    pub fn queries(
        &self,
        route: &Route,
        asker: &Asker,
    ) -> Result<Vec<Vec<(String, Filler)>>, String> {
        if route.path == "/api/v1/journal" {
            return Ok(self.filters(asker));
        }
        let mut queries: Vec<Vec<(String, Filler)>> = vec![Vec::new()];
        let parameters = &self.operation(route)["parameters"];
        for parameter in parameters.as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] != "query"
                || ["limit", "offset", "after", "acknowledged_after"].contains(&name)
            {
                continue;
            }
            let schema = self.resolved(&parameter["schema"]);
            let choices = schema["enum"].as_array();
            let fillers = match choices {
                Some(choices) => Some(
                    choices
                        .iter()
                        .map(|one| Filler::plain(one.as_str().unwrap()))
                        .collect(),
                ),
                None if name == "name" => Some(vec![Filler::plain("plausible.txt")]),
                None if name == "unread" => Some(vec![Filler::plain("true")]),
                None => self.under(name, asker),
            };
            let fillers: Vec<Filler> = fillers.ok_or_else(|| {
                format!(
                    "{} {} has the query parameter “{name}”, and the leak test knows nothing to \
                     send there: name it in `under` (tests/integration/leak/fillers.rs)",
                    route.method, route.path
                )
            })?;
            let longer = fillers.into_iter().flat_map(|filler| {
                queries.iter().map(move |query| {
                    let mut query = query.clone();
                    query.push((name.to_owned(), filler.clone()));
                    query
                })
            });
            queries = longer.collect();
        }
        Ok(queries)
    }

    /// The audit trail in both forms, and with each of its filters alone: together they would leave
    /// nothing that could leak. Whoever audits reads every entry, so to them a filter tells nothing new.
    fn filters(&self, asker: &Asker) -> Vec<Vec<(String, Filler)>> {
        let csv = vec![("format".to_owned(), Filler::plain("csv"))];
        let mut queries = vec![Vec::new(), csv];
        for (name, kind) in [
            ("article", Kind::Article),
            ("module", Kind::Module),
            ("person", Kind::Person),
        ] {
            let fitting = self.known.iter().filter(|one| one.kind == kind);
            let filler = |one: &Known| match asker.audits {
                true => Filler::plain(&one.value),
                false => self.filler(one, asker),
            };
            queries.extend(fitting.map(|one| vec![(name.to_owned(), filler(one))]));
        }
        queries
    }

    /// A plausible body, and the same with names of nothing in place of what is hidden.
    pub fn body(&self, route: &Route, asker: &Asker) -> (Body, Body, Vec<String>) {
        let mut sent = Vec::new();
        if !route.path.starts_with("/api/") {
            let mut pairs: [Vec<String>; 2] = [Vec::new(), Vec::new()];
            for name in &self.names {
                let filler = self.field(name, asker);
                pairs[0].push(format!("{name}={}", encoded(&filler.value)));
                pairs[1].push(format!("{name}={}", encoded(&filler.twin)));
                sent.extend([filler.value, filler.twin]);
            }
            let [form, twin] = pairs.map(|pairs| pairs.join("&"));
            return (Body::Form(form), Body::Form(twin), sent);
        }
        let content = &self.operation(route)["requestBody"]["content"];
        if let Some(json) = content.get("application/json") {
            let value = self.example("", &json["schema"], asker, &mut sent, false);
            let twin = self.example("", &json["schema"], asker, &mut sent, true);
            return (Body::Json(value), Body::Json(twin), sent);
        }
        match content.is_null() {
            true => (Body::None, Body::None, sent),
            false => {
                let text = Body::Text("Plausible text.".to_owned());
                (text.clone(), text, sent)
            }
        }
    }

    fn field(&self, name: &str, asker: &Asker) -> Filler {
        match name {
            "module" => self.restricted(Kind::ModuleSlug, asker),
            "article" => self.restricted(Kind::Article, asker),
            "revision" | "from" | "to" => self.restricted(Kind::Revision, asker),
            "person" => self.filler_of(Kind::Person),
            "template" => Filler::plain("topic-article"),
            "role" | "roles" => Filler::plain("learner"),
            "who" => Filler::plain("everybody"),
            "people" => Filler::plain("len"),
            "days" => Filler::plain("14"),
            "due" => Filler::plain("2999-01-01"),
            "verdict" => Filler::plain("approve"),
            "kind" => Filler::plain("minor"),
            "visibility" => Filler::plain("open"),
            "control" => Filler::plain("informal"),
            "learners" => Filler::plain("write"),
            "login" => Filler::plain("len"),
            _ => Filler::plain("plausible"),
        }
    }

    fn filler_of(&self, kind: Kind) -> Filler {
        let found = self.known.iter().find(|one| one.kind == kind).unwrap();
        Filler::plain(&found.value)
    }

    fn operation(&self, route: &Route) -> &Value {
        let method = route.method.as_str().to_lowercase();
        &self.described["paths"][&route.path][method]
    }

    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(name) => self.described.pointer(&name[1..]).unwrap(),
            None => schema,
        }
    }

    /// A value that fits a schema; identifiers are those of restricted things.
    fn example(
        &self,
        name: &str,
        schema: &Value,
        asker: &Asker,
        sent: &mut Vec<String>,
        twin: bool,
    ) -> Value {
        let schema = self.resolved(schema);
        for choice in ["oneOf", "anyOf"] {
            if let Some(options) = schema[choice].as_array() {
                let some = options.iter().find(|one| one["type"] != "null");
                return self.example(name, some.unwrap(), asker, sent, twin);
            }
        }
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").unwrap(),
            kind => kind,
        };
        match kind.as_str().unwrap_or_default() {
            "object" => {
                let mut object = Map::new();
                for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                    let value = self.example(name, schema, asker, sent, twin);
                    object.insert(name.clone(), value);
                }
                Value::Object(object)
            }
            "array" => json!([self.example(name, &schema["items"], asker, sent, twin)]),
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            _ => {
                let filler = self.text(name, schema, asker);
                let value = if twin { filler.twin } else { filler.value };
                sent.push(value.clone());
                Value::String(value)
            }
        }
    }

    fn text(&self, name: &str, schema: &Value, asker: &Asker) -> Filler {
        let is_id = schema["format"] == "uuid";
        match name {
            "module" if is_id => self.restricted(Kind::Module, asker),
            "revision" if is_id => self.restricted(Kind::Revision, asker),
            "person" | "people" | "mentions" | "members" if is_id => self.filler_of(Kind::Person),
            _ if is_id => self.restricted(Kind::Article, asker),
            "template" => Filler::plain("topic-article"),
            "revision_hash" | "hash" => self.restricted(Kind::Hash, asker),
            "section" => Filler::plain("lead"),
            "login" => Filler::plain("len"),
            _ => Filler::plain("plausible"),
        }
    }
}

/// The names and values of a query or form, ready to be sent.
pub fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
