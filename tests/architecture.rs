//! The house has floors: crates depend downstairs only, a library lives in one crate, and no two
//! files of a crate import each other.
//!
//! Cargo itself refuses two crates that depend on each other. What it cannot know is read here:
//! which floor a crate is on from `FLOORS`, its dependencies from its manifest, and the imports of
//! its files from their syntax. Unit tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse, UseTree, Visibility};

/// Every crate with its floor. A crate may depend on crates of lower floors.
const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("telemetry", 0),
    ("config", 1),
    ("pool", 1),
    ("store", 1),
    ("template", 1),
    ("document", 2),
    ("journal", 2),
    ("identity", 3),
    ("module", 4),
    ("personal", 4),
    ("article", 5),
    ("live", 6),
    ("revision", 7),
    ("search", 8),
    ("social", 8),
    ("review", 9),
    ("reading", 10),
    ("access", 11),
    ("pack", 11),
    ("events", 12),
    ("authoring", 12),
    ("audit", 12),
    ("notify", 13),
    ("rendering", 13),
    ("exchange", 13),
    ("app", 14),
    ("http", 15),
];

/// Libraries that have a home, and the crates that are it.
const HOMES: &[(&str, &[&str])] = &[
    ("ammonia", &["document"]),
    ("frostem", &["search"]),
    ("html5ever", &["document"]),
    ("argon2", &["identity"]),
    ("axum", &["http"]),
    ("image", &["article"]),
    ("jiff", &["base"]),
    ("pulldown-cmark", &["document"]),
    ("pulldown-cmark-to-cmark", &["document"]),
    ("pulldown-latex", &["document"]),
    ("rlimit", &["http"]),
    ("sled", &["store"]),
    ("tantivy", &["search"]),
    ("zxcvbn", &["identity"]),
    ("yrs", &["document", "article", "live"]),
];

#[test]
fn crates_depend_downstairs_only() {
    let mut upward = Vec::new();
    for krate in crates() {
        let here = floor(&krate).unwrap_or_else(|| panic!("`{krate}` has no floor"));
        for used in dependencies(&krate) {
            let Some(name) = used.strip_prefix("lectern-") else {
                continue;
            };
            if floor(name).is_none_or(|there| there >= here) {
                upward.push(format!("`{krate}` depends on `{name}`"));
            }
        }
    }
    assert!(upward.is_empty(), "\n{}\n", upward.join("\n"));
}

#[test]
fn a_library_lives_in_one_crate() {
    let mut away = Vec::new();
    for (library, homes) in HOMES {
        let users: Vec<String> = crates()
            .into_iter()
            .filter(|krate| dependencies(krate).contains(*library))
            .collect();
        assert!(!users.is_empty(), "nobody uses `{library}`");
        for user in users.iter().filter(|user| !homes.contains(&user.as_str())) {
            away.push(format!(
                "`{user}` uses `{library}`, which lives in {homes:?}"
            ));
        }
    }
    assert!(away.is_empty(), "\n{}\n", away.join("\n"));
}

#[test]
fn no_two_files_import_each_other() {
    let mut circles = Vec::new();
    for krate in crates() {
        let root = source_folder().join(&krate).join("lib.rs");
        circles.extend(Imports::of(&root).circles());
    }
    circles.extend(Imports::of(&source_folder().join("cli/mod.rs")).circles());
    for bench in ["core", "growth"] {
        let main = bench_folder().join(bench).join("main.rs");
        circles.extend(Imports::of(&main).circles());
    }
    assert!(circles.is_empty(), "\n{}\n", circles.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "lib.rs",
        "mod a; mod b; mod c; pub use a::A; pub use c::{C as D};",
    );
    write("a.rs", "use super::b::B; pub struct A;");
    write("b.rs", "pub struct B; fn f(_: crate::D) {}");
    write(
        "c.rs",
        "use crate::b; pub struct C; #[cfg(test)] mod tests { use crate::A; }",
    );
    let found = Imports::of(&folder.path().join("lib.rs")).circles();
    assert_eq!(found, ["b.rs and c.rs"]);

    write("c.rs", "pub struct C;");
    assert!(
        Imports::of(&folder.path().join("lib.rs"))
            .circles()
            .is_empty()
    );

    write("b.rs", "pub struct B; fn f(_: super::A) {}");
    let found = Imports::of(&folder.path().join("lib.rs")).circles();
    assert_eq!(found, ["a.rs and b.rs"], "through what the door re-exports");
}

/// The files of a crate, and what each takes from the others.
struct Imports {
    files: BTreeMap<Vec<String>, File>,
    root: PathBuf,
}

struct File {
    path: PathBuf,
    syntax: syn::File,
    /// What a door hands on: the name outside, and the path below the door.
    exports: BTreeMap<String, Vec<String>>,
    /// Modules below a door of which it hands on everything.
    globs: Vec<Vec<String>>,
}

impl Imports {
    fn of(root: &Path) -> Self {
        let mut imports = Self {
            files: BTreeMap::new(),
            root: root.parent().expect("a file is in a folder").to_owned(),
        };
        imports.read(root, Vec::new());
        imports
    }

    fn read(&mut self, path: &Path, module: Vec<String>) {
        let text = fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{} is readable: {error}", path.display()));
        let syntax = syn::parse_file(&text)
            .unwrap_or_else(|error| panic!("{} is Rust: {error}", path.display()));
        let is_door = module.is_empty() || path.ends_with("mod.rs");
        let stem = path.file_stem().expect("a file has a name");
        let folder = path.parent().expect("a file is in a folder");
        let below = if is_door {
            folder.to_owned()
        } else {
            folder.join(stem)
        };
        let (mut exports, mut globs) = (BTreeMap::new(), Vec::new());
        for item in &syntax.items {
            match item {
                Item::Mod(child) if child.content.is_none() && !is_test(child) => {
                    let name = child.ident.to_string();
                    let file = below.join(format!("{name}.rs"));
                    let door = below.join(&name).join("mod.rs");
                    let inner = [module.clone(), vec![name]].concat();
                    self.read(if file.is_file() { &file } else { &door }, inner);
                }
                Item::Use(item) if !matches!(item.vis, Visibility::Inherited) => {
                    let mut paths = Vec::new();
                    leaves(&item.tree, &mut Vec::new(), &mut paths);
                    for (path, name) in paths {
                        match name {
                            Some(name) => drop(exports.insert(name, path)),
                            None => globs.push(path),
                        }
                    }
                }
                _ => {}
            }
        }
        let file = File {
            path: path.to_owned(),
            syntax,
            exports,
            globs,
        };
        self.files.insert(module, file);
    }

    /// Every pair of files that need each other, directly or by way of others.
    fn circles(&self) -> Vec<String> {
        let edges: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = self
            .files
            .keys()
            .map(|module| (module, self.uses(module)))
            .collect();
        let reach = |from: &Vec<String>| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = next.pop() {
                for used in &edges[&module] {
                    if seen.insert(used.clone()) {
                        next.push(used.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<_, _> = self.files.keys().map(|from| (from, reach(from))).collect();
        let mut circles = Vec::new();
        for (from, found) in &reached {
            for to in found {
                if *from < to && reached[to].contains(*from) {
                    circles.push(format!("{} and {}", self.name(from), self.name(to)));
                }
            }
        }
        circles
    }

    fn name(&self, module: &Vec<String>) -> String {
        let path = &self.files[module].path;
        let within = path.strip_prefix(&self.root).unwrap_or(path);
        match self.root.strip_prefix(env!("CARGO_MANIFEST_DIR")) {
            Ok(root) => root.join(within).display().to_string(),
            Err(_) => within.display().to_string(),
        }
    }

    /// The modules from which a file takes something. What a door hands on counts for the file
    /// that defines it; handing it on is no import.
    fn uses(&self, module: &[String]) -> BTreeSet<Vec<String>> {
        let mut found = Paths::default();
        found.visit_file(&self.files[module].syntax);
        let mut uses = BTreeSet::new();
        for path in found.0 {
            if let Some(target) = self.resolve(module, &path)
                && target != module
                && !target.starts_with(module)
            {
                uses.insert(target);
            }
        }
        uses
    }

    fn resolve(&self, from: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut at = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            "self" => from.to_vec(),
            _ => {
                let child = [from, &path[..1]].concat();
                self.files.contains_key(&child).then_some(())?;
                return self.walk(from.to_vec(), path);
            }
        };
        let mut rest = &path[1..];
        while rest.first().is_some_and(|name| name == "super") {
            at.pop()?;
            rest = &rest[1..];
        }
        self.walk(at, rest)
    }

    fn walk(&self, mut at: Vec<String>, path: &[String]) -> Option<Vec<String>> {
        let mut rest = path;
        while let Some((name, further)) = rest.split_first() {
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            if !self.files.contains_key(&child) {
                break;
            }
            (at, rest) = (child, further);
        }
        let file = self.files.get(&at)?;
        let Some(name) = rest.first() else {
            return Some(at);
        };
        if let Some(export) = file.exports.get(name) {
            return self.resolve(&at, export).or(Some(at));
        }
        let defined = |module: &Vec<String>| self.defines(module, name);
        let globs = file.globs.iter().filter_map(|path| self.resolve(&at, path));
        Some(globs.into_iter().find(defined).unwrap_or(at))
    }

    fn defines(&self, module: &[String], name: &str) -> bool {
        self.files[module].syntax.items.iter().any(|item| {
            let ident = match item {
                Item::Fn(item) => &item.sig.ident,
                Item::Struct(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Const(item) => &item.ident,
                Item::Static(item) => &item.ident,
                Item::Type(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                _ => return false,
            };
            ident == name
        })
    }
}

/// Every path that begins at the crate, above, or at a module below, outside of tests.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(item) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if matches!(item.vis, Visibility::Inherited) {
            let mut paths = Vec::new();
            leaves(&item.tree, &mut Vec::new(), &mut paths);
            self.0.extend(paths.into_iter().map(|(path, _)| path));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.0.push(names.collect());
        visit::visit_path(self, path);
    }
}

/// The paths of a `use`, each with the name that it has from then on; a glob has none.
fn leaves(
    tree: &UseTree,
    before: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, Option<String>)>,
) {
    let mut leaf = |name: &syn::Ident, renamed: &syn::Ident| {
        let path = match name == "self" {
            true => before.clone(),
            false => [before.as_slice(), &[name.to_string()]].concat(),
        };
        found.push((path, Some(renamed.to_string())));
    };
    match tree {
        UseTree::Name(item) => leaf(&item.ident, &item.ident),
        UseTree::Rename(item) => leaf(&item.ident, &item.rename),
        UseTree::Glob(_) => found.push((before.clone(), None)),
        UseTree::Path(item) => {
            before.push(item.ident.to_string());
            leaves(&item.tree, before, found);
            before.pop();
        }
        UseTree::Group(group) => {
            for item in &group.items {
                leaves(item, before, found);
            }
        }
    }
}

fn is_test(item: &ItemMod) -> bool {
    item.attrs.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

fn floor(krate: &str) -> Option<u8> {
    let found = FLOORS.iter().find(|(name, _)| *name == krate);
    found.map(|(_, floor)| *floor)
}

/// The folders of `src` that are crates.
fn crates() -> Vec<String> {
    let entries = fs::read_dir(source_folder()).expect("the source folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a folder entry is readable").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(
        names.len(),
        FLOORS.len(),
        "every crate has a floor: {names:?}"
    );
    names
}

/// What a crate depends on, apart from its tests.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let path = source_folder().join(krate).join("Cargo.toml");
    let text = fs::read_to_string(path).expect("a manifest is readable");
    let manifest: toml::Table = text.parse().expect("a manifest is TOML");
    let table = manifest["dependencies"].as_table();
    table
        .expect("dependencies are a table")
        .keys()
        .cloned()
        .collect()
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn bench_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches")
}
