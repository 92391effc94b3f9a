//! `docs/compliance.md` says what Lectern does for each clause and which tests show it. This test
//! reads it, so that it says neither more nor less than what is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The clauses that ask something of the software.
const CLAUSES: [&str; 16] = [
    "11.10(a)",
    "11.10(b)",
    "11.10(c)",
    "11.10(d)",
    "11.10(e)",
    "11.10(f)",
    "11.10(g)",
    "11.10(h)",
    "11.50",
    "11.70",
    "11.100(a)",
    "11.200(a)(1)",
    "11.200(a)(2,3)",
    "11.300(a,b)",
    "11.300(c)",
    "11.300(d)",
];

/// The clauses of which something is not built yet. The list only ever gets shorter.
const NOT_YET: [&str; 2] = ["11.10(c)", "11.200(a)(1)"];

/// The clauses that only the customer can meet.
const CUSTOMERS: [&str; 5] = ["11.10(i)", "11.10(j)", "11.10(k)", "11.100(b)", "11.100(c)"];

/// What the page says about one clause.
#[derive(Debug, Default, PartialEq, Eq)]
struct Clause {
    /// Files, and a test in each.
    tests: Vec<(String, String)>,
    not_yet: bool,
}

#[test]
fn every_clause_is_answered_once_by_tests_or_by_not_yet() {
    let clauses = read(&page());
    let named: Vec<&str> = clauses.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(named, CLAUSES);
    for (name, clause) in &clauses {
        assert!(
            !clause.tests.is_empty() || clause.not_yet,
            "{name} names no test, and does not say that it is not there yet"
        );
    }
}

#[test]
fn what_is_not_yet_there_is_said_and_nothing_else() {
    let clauses = read(&page());
    let open = clauses.iter().filter(|(_, clause)| clause.not_yet);
    let open: Vec<&str> = open.map(|(name, _)| name.as_str()).collect();
    assert_eq!(open, NOT_YET, "docs/compliance.md and NOT_YET differ");
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut missing = Vec::new();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (file, test) in page().lines().flat_map(named) {
        let text = files.entry(file.clone()).or_insert_with(|| text_of(&file));
        if !holds(&file, text, &test) {
            missing.push(format!("{file} has no test `{test}`"));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn what_is_the_customers_is_named_and_nothing_is_claimed() {
    let page = page();
    for clause in CUSTOMERS {
        assert!(
            page.contains(&format!("| {clause} |")),
            "{clause} is not named"
        );
    }
    assert!(page.contains("technical controls for 21 CFR Part 11"));
    let claims = ["part 11 compliant", "compliant with", "ensures compliance"];
    let page = page.to_lowercase();
    assert!(!claims.iter().any(|claim| page.contains(claim)));
}

#[test]
fn a_clause_a_test_and_a_gap_are_read_from_the_page() {
    let page = "# Page\n\n## 11.10(a) Altered\n\nWords.\n\n- `src/a.rs`: `one`, `two`\n\n\
                ## 11.50 Shows\n\nNot yet: all of it.\n\n## Other\n\n- `src/b.rs`: `three`\n";
    let test = |name: &str| ("src/a.rs".to_owned(), name.to_owned());
    let read = read(page);
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].1.tests, [test("one"), test("two")]);
    assert!(!read[0].1.not_yet && read[1].1.not_yet);
}

#[test]
fn only_a_function_that_is_run_as_a_test_is_one() {
    let text = "#[test]\nfn one() {}\n\n#[tokio::test(flavor = \"x\")]\nasync fn two() {}\n\n\
                fn three() {}\n\nproptest! {\n    #[test]\n    fn four(n in 0..3) {}\n}\n";
    for name in ["one", "two", "four"] {
        assert!(holds("a.rs", text, name), "{name}");
    }
    for name in ["three", "on", "five"] {
        assert!(!holds("a.rs", text, name), "{name}");
    }
    assert!(holds("a.test.ts", "test('signs', async () => {", "signs"));
    assert!(!holds("a.test.ts", "// signs", "signs"));
}

fn page() -> String {
    text_of("docs/compliance.md")
}

fn text_of(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_default()
}

/// The sections whose headings begin with the number of a clause, in order.
fn read(page: &str) -> Vec<(String, Clause)> {
    let mut clauses: Vec<(String, Clause)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            inside = heading.starts_with("11.");
            if inside {
                let number = heading.split(' ').next().unwrap_or_default();
                clauses.push((number.to_owned(), Clause::default()));
            }
        }
        let Some((_, clause)) = clauses.last_mut().filter(|_| inside) else {
            continue;
        };
        clause.not_yet |= line.starts_with("Not yet: ");
        clause.tests.extend(named(line));
    }
    clauses
}

/// The tests that a line names, each with its file.
fn named(line: &str) -> Vec<(String, String)> {
    let Some(named) = line.strip_prefix("- `") else {
        return Vec::new();
    };
    let mut quoted = named.split('`').step_by(2);
    let file = quoted.next().unwrap_or_default();
    let tests = quoted.filter(|test| !test.is_empty());
    tests
        .map(|test| (file.to_owned(), test.to_owned()))
        .collect()
}

/// Whether a file holds a test of this name: in Rust a function below an attribute that makes it
/// one, in TypeScript a call of `test` with the name.
fn holds(file: &str, text: &str, test: &str) -> bool {
    if file.ends_with(".ts") {
        let quotes = ["'", "\"", "`"];
        return quotes
            .iter()
            .any(|q| text.contains(&format!("test({q}{test}{q}")));
    }
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let declares = |line: &str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        let rest = line
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(test));
        rest.is_some_and(|rest| rest.starts_with('('))
    };
    let is_run = |at: usize| {
        let above = lines[..at].iter().rev();
        let mut attributes = above.take_while(|line| !line.is_empty() && !line.ends_with('}'));
        attributes.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    };
    (0..lines.len()).any(|at| declares(lines[at]) && is_run(at))
}

#[test]
fn the_page_on_security_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/security.md")).expect("the page is there");
    let quoted: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let files = quoted
        .iter()
        .filter(|text| text.contains('/') && text.contains(".rs"));
    let files = files.chain(quoted.iter().filter(|text| text.ends_with(".test.ts")));
    let read = |file: &&str| fs::read_to_string(root.join(file)).unwrap_or_default();
    let sources: Vec<(&str, String)> = files.map(|file| (*file, read(file))).collect();
    for (file, source) in &sources {
        assert!(!source.is_empty(), "{file} is missing");
    }
    let is_test = |text: &&&str| {
        let plain = text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        plain && text.matches('_').count() >= 3
    };
    let named: Vec<_> = quoted.iter().filter(is_test).collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        let declared = format!("fn {name}(");
        let found = sources.iter().any(|(_, source)| source.contains(&declared));
        assert!(found, "no test is called {name}");
    }
}
