//! How good search is, measured: queries with grades over short articles of true facts.
//!
//! `articles.txt` has an article a line: a kind, a title and facts, from which the text is written
//! in one of several ways. `queries.txt` grades what each query should find: 3 is the answer, 2
//! helps, 1 is about it. The ranking is tuned on the queries marked `tune`; those marked `held` only
//! say whether that holds for others.

use std::collections::{BTreeMap, HashMap};

use lectern_base::{ArticleId, ModuleId};

use super::*;

/// The least that is accepted: nDCG@10, recall@10 and mean reciprocal rank.
const LEAST: [(&str, [f64; 3]); 2] = [("tune", [0.96, 0.97, 0.96]), ("held", [0.97, 0.98, 0.97])];

struct Judged {
    set: &'static str,
    kind: &'static str,
    typed: &'static str,
    grades: HashMap<&'static str, u32>,
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('|').collect())
}

fn queries() -> Vec<Judged> {
    let rows = rows(include_str!("queries.txt"));
    rows.map(|row| Judged {
        set: row[0],
        kind: row[1],
        typed: row[2],
        grades: row[3]
            .split(';')
            .map(|grade| grade.rsplit_once('=').expect("a title and its grade"))
            .map(|(title, grade)| (title, grade.parse().expect("a number")))
            .collect(),
    })
    .collect()
}

/// Writes the sections of an article; `way` chooses among several wordings.
fn sections(kind: &str, title: &str, facts: &[&str], way: usize) -> Vec<(&'static str, String)> {
    let f = |at: usize| facts.get(at).copied().unwrap_or_default();
    let one = |ways: [String; 3]| ways[way % 3].clone();
    match kind {
        "drug" => vec![
            (
                "Summary",
                one([
                    format!("{title} is a {}. It is used for {}.", f(0), f(1)),
                    format!(
                        "For {}, doctors prescribe {title}, which belongs to the class {}.",
                        f(1),
                        f(0)
                    ),
                    format!("Class: {}. Indication: {}.", f(0), f(1)),
                ]),
            ),
            (
                "How it works",
                one([
                    format!("It {}.", f(2)),
                    format!("The medicine {} and so has its effect.", f(2)),
                    format!("Mechanism of {title}: it {}.", f(2)),
                ]),
            ),
            (
                "Risks",
                one([
                    format!("Watch for {}.", f(3)),
                    format!("The most important side effect to explain: {}.", f(3)),
                    format!(
                        "Patients should know about {}. Report what you see to drug safety.",
                        f(3)
                    ),
                ]),
            ),
        ],
        "germ" => vec![
            (
                "Summary",
                one([
                    format!("{title} causes {}.", f(0)),
                    format!("The disease {} is caused by {title}.", f(0)),
                    format!("Pathogen of {}.", f(0)),
                ]),
            ),
            (
                "Transmission",
                one([
                    format!("It spreads by {}.", f(1)),
                    format!("Route of infection: {}.", f(1)),
                    format!("People are infected through {}.", f(1)),
                ]),
            ),
            (
                "Prevention and signs",
                one([
                    format!("Prevention: {}. Typical sign: {}.", f(2), f(3)),
                    format!("Look for {}. What protects: {}.", f(3), f(2)),
                    format!("To prevent it: {}. A clue is {}.", f(2), f(3)),
                ]),
            ),
        ],
        "task" => vec![
            (
                "Purpose",
                one([
                    format!(
                        "This work instruction describes {} and what it is for: {}.",
                        title.to_lowercase(),
                        f(0)
                    ),
                    format!("Aim: {}.", f(0)),
                    format!("We do this to get {}.", f(0)),
                ]),
            ),
            ("Steps", format!("First {}. Write down what you did.", f(1))),
            (
                "Limits",
                one([
                    format!("Limit: {}. A common mistake is {}.", f(2), f(3)),
                    format!("Accept {}. Avoid {}.", f(2), f(3)),
                    format!("Required: {}. What goes wrong most often: {}.", f(2), f(3)),
                ]),
            ),
        ],
        "rule" => vec![
            (
                "Meaning",
                one([
                    format!("{title}: {}.", f(0)),
                    format!("This means {}.", f(0)),
                    format!("In our company it is {}.", f(0)),
                ]),
            ),
            ("Responsibility", format!("Responsible: {}.", f(1))),
            ("Records", format!("Record: {}. Note: {}.", f(2), f(3))),
        ],
        "lab" => vec![
            (
                "Summary",
                format!("{title} shows {}. Reference range: {}.", f(0), f(1)),
            ),
            (
                "Interpretation",
                one([
                    format!("It is raised in {}. It is lowered in {}.", f(2), f(3)),
                    format!("High values: {}. Low values: {}.", f(2), f(3)),
                    format!("What raises it: {}. What lowers it: {}.", f(2), f(3)),
                ]),
            ),
        ],
        "ill" => vec![
            (
                "Summary",
                one([
                    format!("{title} comes from {}.", f(0)),
                    format!("Cause: {}.", f(0)),
                    format!("Behind it: {}.", f(0)),
                ]),
            ),
            (
                "Signs and tests",
                one([
                    format!("Patients have {}. Test: {}.", f(1), f(2)),
                    format!("Symptoms: {}. Confirmed by {}.", f(1), f(2)),
                    format!("Think of it with {}. Order {}.", f(1), f(2)),
                ]),
            ),
            ("Treatment", format!("Treatment: {}.", f(3))),
        ],
        _ => vec![("Text", f(0).to_owned())],
    }
}

fn library() -> (Index, ModuleId, tempfile::TempDir) {
    let (dir, module) = (tempfile::tempdir().unwrap(), ModuleId::new());
    let index = Index::open(dir.path()).unwrap();
    let entries = rows(include_str!("articles.txt"))
        .enumerate()
        .map(|(way, row)| {
            let mut sections = sections(row[0], row[1], &row[2..], way);
            if let Some((_, last)) = sections.last_mut() {
                last.push_str(&format!(" #{}", row[0]));
            }
            IndexEntry {
                article: ArticleId::new(),
                module,
                slug: String::new(),
                title: row[1].to_owned(),
                aliases: String::new(),
                version: Some(1),
                language: None,
                template: Vec::new(),
                people: Vec::new(),
                changed: 0,
                values: Vec::new(),
                has: Vec::new(),
                sections: sections
                    .into_iter()
                    .map(|(title, text)| IndexSection {
                        key: title.to_lowercase(),
                        title: title.to_owned(),
                        text,
                    })
                    .collect(),
            }
        });
    let entries: Vec<_> = entries.collect();
    assert!(entries.len() >= 400, "{} articles", entries.len());
    index.replace(&[], &entries, 1).unwrap();
    (index, module, dir)
}

/// Sums of nDCG@10, recall@10, reciprocal rank and queries without a hit.
#[derive(Default, Clone, Copy)]
struct Sums {
    queries: f64,
    ndcg: f64,
    recall: f64,
    rank: f64,
    nothing: usize,
}

impl Sums {
    fn add(&mut self, grades: &HashMap<&str, u32>, found: &[String]) {
        let gain =
            |grade: u32, at: usize| f64::from(2_u32.pow(grade) - 1) / ((at + 2) as f64).log2();
        let grade = |title: &String| grades.get(title.as_str()).copied().unwrap_or(0);
        let mut best: Vec<u32> = grades.values().copied().collect();
        best.sort_by_key(|grade| std::cmp::Reverse(*grade));
        let ideal: f64 = best
            .iter()
            .take(10)
            .enumerate()
            .map(|(at, grade)| gain(*grade, at))
            .sum();
        let real: f64 = found
            .iter()
            .enumerate()
            .map(|(at, title)| gain(grade(title), at))
            .sum();
        let good = grades.values().filter(|grade| **grade >= 2).count();
        let right = found.iter().filter(|title| grade(title) >= 2).count();
        let first = found.iter().position(|title| grade(title) == 3);
        self.queries += 1.0;
        self.ndcg += real / ideal;
        self.recall += right as f64 / good.max(1) as f64;
        self.rank += first.map_or(0.0, |at| 1.0 / (at + 1) as f64);
        self.nothing += usize::from(found.is_empty());
    }

    fn means(&self) -> [f64; 3] {
        [self.ndcg, self.recall, self.rank].map(|sum| sum / self.queries)
    }
}

#[test]
fn search_finds_what_people_look_for() {
    let (index, module, _dir) = library();
    let visible = VisibleModules {
        effective_in: vec![module],
        drafts_in: vec![module],
    };
    let mut sums: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    let queries = queries();
    assert!(queries.len() >= 100, "{} queries", queries.len());
    for judged in &queries {
        let found = index
            .query(&Question::read(judged.typed), &visible, 0..10)
            .unwrap();
        let titles: Vec<String> = found.hits.into_iter().map(|hit| hit.found.title).collect();
        let mut this = Sums::default();
        this.add(&judged.grades, &titles);
        if judged.set == "tune" && this.ndcg < 0.8 {
            println!(
                "{:.2} {:?}: {:?}",
                this.ndcg,
                judged.typed,
                &titles[..titles.len().min(4)]
            );
        }
        for kind in [judged.kind, "all"] {
            sums.entry((judged.set, kind))
                .or_default()
                .add(&judged.grades, &titles);
        }
    }
    println!("set   kind      queries  nDCG@10  recall@10  MRR   nothing");
    for ((set, kind), sums) in &sums {
        let [ndcg, recall, rank] = sums.means();
        println!(
            "{set:5} {kind:9} {:7} {ndcg:8.3} {recall:10.3} {rank:.3} {:7}",
            sums.queries, sums.nothing
        );
    }
    for (set, least) in LEAST {
        let all = sums[&(set, "all")];
        assert_eq!(all.nothing, 0, "{set}: queries that find nothing");
        let fallen = all.means().iter().zip(least).any(|(is, least)| *is < least);
        assert!(!fallen, "{set}: {:.3?} is below {least:?}", all.means());
    }
    for judged in &queries {
        for title in judged.grades.keys() {
            let known = rows(include_str!("articles.txt")).any(|row| row[1] == *title);
            assert!(known, "{title} is no article");
        }
    }
}
