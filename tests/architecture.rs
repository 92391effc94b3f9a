//! The house has floors; imports run downstairs only, and a library lives in one room.
//!
//! The test reads the sources as text. It sees `crate::room`, grouped `crate::{…}` and `super::`
//! chains that climb out of their room, in code as well as in `use` lines; comments and string
//! literals are taken out first.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room with its floor. A room may use rooms of lower floors, and itself.
const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("config", 0),
    ("telemetry", 0),
    ("store", 0),
    ("journal", 1),
    ("identity", 2),
    ("template", 3),
    ("module", 3),
    ("moderation", 3),
    ("article", 4),
    ("live", 5),
    ("revision", 6),
    ("search", 7),
    ("social", 7),
    ("insight", 7),
    ("review", 8),
    ("app", 9),
    ("http", 10),
    ("cli", 11),
];

/// `base` holds the words everybody shares, so its neighbours on the ground floor may use it.
const SHARED_ON_ITS_FLOOR: &str = "base";

/// Libraries that have a home, and the rooms that are it.
const HOMES: &[(&str, &[&str])] = &[
    ("sled", &["store"]),
    ("tantivy", &["search"]),
    ("axum", &["http"]),
    ("yrs", &["article", "live"]),
    ("pulldown_cmark", &["article"]),
    ("pulldown_cmark_to_cmark", &["article"]),
    ("pulldown_latex", &["article"]),
    ("image", &["article"]),
];

/// One broken rule, named so that the line can be found and the remedy is clear.
#[derive(Debug, PartialEq)]
enum Breach {
    Upward { room: String, uses: String },
    Sideways { room: String, uses: String },
    AwayFromHome { room: String, library: String },
    NoFloor { room: String },
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upward { room, uses } => write!(out, "`{room}` looks up at `{uses}`"),
            Self::Sideways { room, uses } => {
                write!(out, "`{room}` looks sideways at `{uses}` on its own floor")
            }
            Self::AwayFromHome { room, library } => {
                write!(out, "`{room}` uses `{library}`, which lives elsewhere")
            }
            Self::NoFloor { room } => write!(out, "`{room}` has no floor"),
        }
    }
}

#[test]
fn imports_run_downstairs_only() {
    let mut found = Vec::new();
    for file in rust_files(&source_folder()) {
        let place = Place::of(&file);
        let text = fs::read_to_string(&file).expect("source file is readable");
        for breach in breaches(&place, &text) {
            found.push(format!("{}: {breach}", file.display()));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_folder_has_a_floor() {
    let entries = fs::read_dir(source_folder()).expect("the source folder is there");
    for entry in entries {
        let path = entry.expect("a folder entry is readable").path();
        if path.is_dir() {
            let room = name_of(&path);
            assert!(floor(&room).is_some(), "{}", Breach::NoFloor { room });
        }
    }
}

#[test]
fn a_reversed_import_is_found() {
    let journal = Place::new("journal", 1);
    let reversed = "use crate::identity::Person;\nuse crate::store::Engine;\n";
    let expected = Breach::Upward {
        room: "journal".into(),
        uses: "identity".into(),
    };
    assert_eq!(breaches(&journal, reversed), [expected]);
}

#[test]
fn a_reversed_import_is_found_inside_a_group_and_in_code() {
    let module = Place::new("module", 1);
    let grouped = "use crate::{base::{self, Id}, store::Batch, template::Template};";
    let sideways = Breach::Sideways {
        room: "module".into(),
        uses: "template".into(),
    };
    assert_eq!(breaches(&module, grouped), [sideways]);

    let in_code = "fn f() { let x = crate::review::Reviews::new(); }";
    let upward = Breach::Upward {
        room: "module".into(),
        uses: "review".into(),
    };
    assert_eq!(breaches(&module, in_code), [upward]);
}

#[test]
fn climbing_out_by_super_is_found() {
    let deep = Place::new("identity", 2);
    let climbing = "use super::super::review::Review;\nuse super::super::base::Id;";
    let upward = Breach::Upward {
        room: "identity".into(),
        uses: "review".into(),
    };
    assert_eq!(breaches(&deep, climbing), [upward]);
    assert_eq!(breaches(&deep, "use super::module::Row;"), []);
}

#[test]
fn a_library_away_from_home_is_found() {
    let review = Place::new("review", 2);
    let away = |library: &str| Breach::AwayFromHome {
        room: "review".into(),
        library: library.into(),
    };
    assert_eq!(breaches(&review, "use sled::Tree;"), [away("sled")]);
    assert_eq!(breaches(&review, "fn f(d: &yrs::Doc) {}"), [away("yrs")]);
    assert_eq!(
        breaches(&review, "// sled::Tree is not for us\nlet s = \"axum::x\";"),
        []
    );
    assert_eq!(breaches(&Place::new("store", 2), "use sled::Tree;"), []);
}

#[test]
fn comments_and_literals_are_taken_out() {
    let text = "a /* crate::http */ b // crate::cli\n'\"' \"crate::app \\\" x\" r#\"crate::app \"q\" \"# c";
    let bare = without_comments_and_literals(text);
    assert!(!bare.contains("crate"), "{bare}");
    assert!(bare.contains('a') && bare.contains('b') && bare.contains('c'));
}

/// Where a source file stands: its room, and how many modules lie between it and the root.
struct Place {
    room: String,
    depth: usize,
}

impl Place {
    fn new(room: &str, depth: usize) -> Self {
        Self {
            room: room.into(),
            depth,
        }
    }

    fn of(file: &Path) -> Self {
        let below = file
            .strip_prefix(source_folder())
            .expect("a file below the source folder");
        let names: Vec<_> = below
            .iter()
            .map(|n| n.to_string_lossy().into_owned())
            .collect();
        let is_door = names.last().is_some_and(|n| n == "mod.rs");
        let room = names[0].trim_end_matches(".rs").to_owned();
        Self {
            room,
            depth: names.len() - usize::from(is_door),
        }
    }

    /// The crate root, the binary: they hold `mod` lines, no rules.
    fn is_root(&self) -> bool {
        self.room == "lib" || self.room == "main"
    }
}

fn breaches(place: &Place, text: &str) -> Vec<Breach> {
    if place.is_root() {
        return Vec::new();
    }
    let code = without_comments_and_literals(text);
    let mut found: Vec<Breach> = rooms_named(&code, place.depth)
        .into_iter()
        .filter_map(|uses| judge(&place.room, &uses))
        .collect();
    for (library, homes) in HOMES {
        let named = paths_after(&code, library, "::").next().is_some();
        if named && !homes.contains(&place.room.as_str()) {
            let (room, library) = (place.room.clone(), (*library).to_owned());
            found.push(Breach::AwayFromHome { room, library });
        }
    }
    found
}

fn judge(room: &str, uses: &str) -> Option<Breach> {
    let (room, uses) = (room.to_owned(), uses.to_owned());
    let (Some(here), Some(there)) = (floor(&room), floor(&uses)) else {
        return floor(&room).is_none().then_some(Breach::NoFloor { room });
    };
    if room == uses || there < here || (there == here && uses == SHARED_ON_ITS_FLOOR) {
        return None;
    }
    Some(if there > here {
        Breach::Upward { room, uses }
    } else {
        Breach::Sideways { room, uses }
    })
}

fn floor(room: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, floor)| *floor)
}

/// The rooms that a text names through `crate::` or by climbing with `super::`.
fn rooms_named(code: &str, depth: usize) -> Vec<String> {
    let climb = "super::".repeat(depth.max(1));
    let from_root = paths_after(code, "crate", "::");
    let from_below = paths_after(code, climb.trim_end_matches("::"), "::");
    from_root.chain(from_below).flat_map(first_names).collect()
}

/// What follows each whole-word `word` + `link` in the text.
fn paths_after<'t>(code: &'t str, word: &'t str, link: &'t str) -> impl Iterator<Item = &'t str> {
    code.match_indices(word).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let inside_a_path = code[..at].ends_with("::");
        let part_of_a_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let rest = code[at + word.len()..].strip_prefix(link)?;
        (!part_of_a_word && !inside_a_path).then_some(rest)
    })
}

/// `a::b` names `a`; `{a::b, c}` names `a` and `c`.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![leading_name(path)];
    };
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(leading_name(group[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(leading_name(group[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn leading_name(path: &str) -> String {
    path.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The code alone: line and block comments and string literals give way to a space.
fn without_comments_and_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let skipped = skippable(rest, code.chars().next_back());
        if skipped > 0 {
            code.push(' ');
            rest = &rest[skipped..];
        } else {
            code.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    code
}

/// Bytes of the comment or literal that begins here; 0 when none does.
fn skippable(rest: &str, before: Option<char>) -> usize {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with("'\"'") {
        return 3;
    }
    if rest.starts_with('r') && !in_word {
        let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            return rest[from..]
                .find(&close)
                .map_or(rest.len(), |end| from + end + close.len());
        }
    }
    if rest.starts_with('"') {
        quoted(rest)
    } else {
        0
    }
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
