//! Every identifier that somebody could put into an address.

use super::scene::{Asker, Circle};

/// What an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Article,
    ArticleSlug,
    Asset,
    FileName,
    Hash,
    Key,
    Line,
    Module,
    ModuleSlug,
    Number,
    Person,
    Review,
    Revision,
    Template,
    Thread,
    Token,
}

/// One identifier, and who may know that it names something.
#[derive(Debug, Clone)]
pub struct Known {
    pub kind: Kind,
    pub value: String,
    pub circle: Circle,
}

/// An address with everything filled in.
#[derive(Debug, Clone)]
pub struct Address {
    pub path: String,
    /// The same with names of nothing in place of what the asker may not know of.
    pub twin: String,
    /// What was filled in.
    pub sent: Vec<String>,
}

/// The parameters of addresses, and what kinds of identifier may stand there.
///
/// All that look alike stand for each other: `{id}` is tried with the id of everything.
fn kinds_of(parameter: &str) -> Option<&'static [Kind]> {
    use Kind::*;
    Some(match parameter {
        "id" | "article_id" => &[
            Article, Module, Revision, Review, Thread, Person, Template, Token,
        ],
        "person" => &[Person],
        "article" => &[Article],
        "slug" | "module" => &[ArticleSlug, ModuleSlug],
        "hash" => &[Hash],
        "name" => &[FileName],
        "key" | "section" => &[Key],
        "number" => &[Number],
        "line" => &[Line],
        "*path" => &[Asset],
        _ => return None,
    })
}

/// The name of nothing, of the same shape.
pub fn nothing(kind: Kind) -> String {
    use Kind::*;
    match kind {
        Hash => "0".repeat(64),
        ArticleSlug | ModuleSlug | Template => "nothing-of-this-name".to_owned(),
        Line => "0".repeat(32),
        Asset | FileName | Key => "nothing".to_owned(),
        Number => "999".to_owned(),
        _ => "01890000-0000-7000-8000-000000000000".to_owned(),
    }
}

/// The first known identifier of each kind and circle: enough where each costs a change.
pub fn one_of_each(known: &[Known]) -> Vec<Known> {
    let mut chosen: Vec<Known> = Vec::new();
    for one in known {
        let alike = |other: &Known| other.kind == one.kind && other.circle == one.circle;
        if !chosen.iter().any(alike) {
            chosen.push(one.clone());
        }
    }
    chosen
}

/// Every address that a pattern such as `/a/{slug}` makes of what is known.
///
/// # Errors
/// Names a parameter that nothing is known for.
pub fn fill(pattern: &str, known: &[Known], asker: &Asker) -> Result<Vec<Address>, String> {
    let start = Address {
        path: String::new(),
        twin: String::new(),
        sent: Vec::new(),
    };
    let mut filled = vec![start];
    for (at, part) in pattern.split(['{', '}']).enumerate() {
        if at % 2 == 0 {
            for address in &mut filled {
                address.path.push_str(part);
                address.twin.push_str(part);
            }
            continue;
        }
        let kinds = kinds_of(part).ok_or_else(|| {
            format!(
                "{pattern} has the parameter {{{part}}}, and the leak test knows no identifiers to \
                 put there: name their kinds in `kinds_of` (tests/integration/leak/known.rs), and \
                 gather some in `Scene::build` (scene.rs) if the kind is new"
            )
        })?;
        let fitting: Vec<&Known> = known.iter().filter(|k| kinds.contains(&k.kind)).collect();
        if fitting.is_empty() {
            return Err(format!(
                "the scene of the leak test holds nothing for {{{part}}} of {pattern}"
            ));
        }
        let grown = filled.iter().flat_map(|address| {
            fitting.iter().map(move |one| {
                let mut grown = address.clone();
                grown.path.push_str(&one.value);
                grown.sent.push(one.value.clone());
                match asker.sees(one.circle) {
                    true => grown.twin.push_str(&one.value),
                    false => {
                        let nothing = nothing(one.kind);
                        grown.twin.push_str(&nothing);
                        grown.sent.push(nothing);
                    }
                }
                grown
            })
        });
        filled = grown.collect();
    }
    Ok(filled)
}
