//! Changes between two texts, section by section, in running text.

use lectern_document::DiffSegment;
use lectern_rendering::ComparedSection;
use lectern_review::contains_quotation;
use lectern_revision::{Change, ChangeKind, DiffSummary, SectionDiff};

use crate::page::view::count;

/// Unchanged blocks shown next to a change.
const IN_SIGHT: usize = 1;
/// The shortest run of unchanged blocks that is folded.
const FOLDED: usize = 3;

/// What changed, or a whole text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compared {
    /// Title, facts and files that changed.
    pub facts: Vec<FactChange>,
    /// The sections with text in either version.
    pub sections: Vec<SectionChanges>,
    /// The number of changes to jump to.
    pub total: usize,
    /// Whether changes are marked; otherwise this is the full text.
    pub marked: bool,
}

/// A fact before and after.
#[derive(Debug, Clone)]
pub(crate) struct FactChange {
    pub title: String,
    pub pieces: Vec<Piece>,
    /// Its number among the page's changes, from 1; 0 if unchanged.
    pub number: usize,
}

/// One section.
#[derive(Debug, Clone)]
pub(crate) struct SectionChanges {
    pub key: String,
    pub title: String,
    /// Whether it moved.
    pub moved: bool,
    /// The number of changes to jump to.
    pub changes: usize,
    /// A one-line summary.
    pub summary: String,
    pub stretches: Vec<Stretch>,
}

/// A stretch of a section's text.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    /// Which change of the page it is, from 1; 0 when nothing changed.
    pub number: usize,
    /// What stands in the place of what is folded; empty when it is in sight.
    pub folded: String,
    /// Safe HTML.
    pub html: String,
    /// What was said about it.
    pub threads: Vec<ThreadView>,
}

/// An open thread of the draft.
#[derive(Debug, Clone)]
pub(crate) struct ThreadView {
    pub href: String,
    pub quote: String,
    pub by: String,
    pub text: String,
    /// "2 replies"; empty when there is none.
    pub replies: String,
}

/// A run of words that were all kept, added or removed.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub kind: &'static str,
    pub text: String,
}

/// A thread on a section: the words it quotes, and its comments.
pub(crate) struct Said {
    pub section: String,
    pub thread: ThreadView,
}

impl Compared {
    /// Prepares changes for a page. Threads are placed below their quotations; those without a
    /// place are returned.
    pub fn of(all: Vec<ComparedSection>, mut said: Vec<Said>, marked: bool) -> (Self, Vec<Said>) {
        let mut compared = Self {
            marked,
            ..Self::default()
        };
        for ComparedSection { diff, parts } in all {
            if !diff.is_section {
                compared.fact(&diff);
                continue;
            }
            if parts.is_empty() {
                continue;
            }
            let here: Vec<Said>;
            (here, said) = said.into_iter().partition(|said| said.section == diff.key);
            let section = section(diff, parts, here, &mut compared.total, marked);
            compared.sections.push(section);
        }
        (compared, said)
    }

    /// A changed field is a change to jump to; next to a full text all fields are listed.
    fn fact(&mut self, diff: &SectionDiff) {
        if !self.marked && diff.key != "title" {
            let text = diff.newer.clone();
            let pieces = vec![Piece { kind: "same", text }];
            self.facts.push(FactChange {
                title: diff.title.clone(),
                pieces,
                number: 0,
            });
        } else if self.marked && diff.is_changed() {
            self.total += 1;
            self.facts.push(fact(diff, self.total));
        }
    }

    /// Returns the sections that a reviewer has to look at.
    pub fn to_see(&self) -> impl Iterator<Item = &SectionChanges> {
        let to_see = |section: &&SectionChanges| !self.marked || section.is_changed();
        self.sections.iter().filter(to_see)
    }
}

impl SectionChanges {
    /// Tells whether it changed.
    pub fn is_changed(&self) -> bool {
        self.changes > 0 || self.moved
    }

    /// Tells whether it has comments.
    pub fn is_talked_of(&self) -> bool {
        self.stretches
            .iter()
            .any(|stretch| !stretch.threads.is_empty())
    }
}

fn fact(diff: &SectionDiff, number: usize) -> FactChange {
    let piece = |change: Change| Piece {
        kind: match change.kind {
            ChangeKind::Same => "same",
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
        },
        text: change.text,
    };
    FactChange {
        title: diff.title.clone(),
        pieces: diff.words().into_iter().map(piece).collect(),
        number,
    }
}

fn section(
    diff: SectionDiff,
    parts: Vec<DiffSegment>,
    said: Vec<Said>,
    total: &mut usize,
    marked: bool,
) -> SectionChanges {
    let threads = placed(&parts, said);
    let changes = parts.iter().filter(|part| part.changed).count();
    let in_sight = in_sight(&parts, &threads, marked);
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut hidden = 0;
    for ((part, threads), seen) in parts.into_iter().zip(threads).zip(in_sight) {
        let number = match part.changed {
            true => {
                *total += 1;
                *total
            }
            false => 0,
        };
        hidden = if seen { 0 } else { hidden + 1 };
        if hidden > 1
            && let Some(last) = stretches.last_mut()
        {
            last.html.push_str(&part.html);
            last.folded = format!("{hidden} unchanged paragraphs");
            continue;
        }
        stretches.push(Stretch {
            number,
            folded: if seen {
                String::new()
            } else {
                "unchanged".to_owned()
            },
            html: part.html,
            threads,
        });
    }
    SectionChanges {
        summary: summary(&diff, changes),
        key: diff.key,
        title: diff.title,
        moved: marked && diff.moved,
        changes,
        stretches,
    }
}

/// Places each thread below the part that contains its quotation, or below the last part.
fn placed(parts: &[DiffSegment], said: Vec<Said>) -> Vec<Vec<ThreadView>> {
    let mut placed = vec![Vec::new(); parts.len()];
    for Said { thread, .. } in said {
        let holds = |part: &DiffSegment| contains_quotation(&part.text, &thread.quote);
        let at = parts.iter().position(holds).unwrap_or(parts.len() - 1);
        placed[at].push(thread);
    }
    placed
}

/// Tells which parts are not folded.
fn in_sight(parts: &[DiffSegment], threads: &[Vec<ThreadView>], marked: bool) -> Vec<bool> {
    let changes = parts.iter().any(|part| part.changed);
    let mut seen: Vec<bool> = vec![!marked || !changes; parts.len()];
    for (at, part) in parts.iter().enumerate() {
        if part.changed || !threads[at].is_empty() {
            let near = at.saturating_sub(IN_SIGHT)..(at + 1 + IN_SIGHT).min(parts.len());
            seen[near].fill(true);
        }
    }
    let mut from = 0;
    for run in seen.clone().chunk_by(|a, b| a == b) {
        if !run[0] && run.len() < FOLDED {
            seen[from..from + run.len()].fill(true);
        }
        from += run.len();
    }
    seen
}

fn summary(diff: &SectionDiff, changes: usize) -> String {
    if changes == 0 {
        let layout = diff.older != diff.newer;
        return if layout {
            "Only spacing or alignment changed"
        } else {
            "Unchanged"
        }
        .to_owned();
    }
    let changed = count(changes, "change");
    match (diff.older.is_empty(), diff.newer.is_empty()) {
        (true, _) => "New".to_owned(),
        (_, true) => "Removed".to_owned(),
        _ => format!(
            "{changed}{}",
            words(diff.stats().added, diff.stats().removed)
        ),
    }
}

/// " · 14 words added, 3 removed".
fn words(added: usize, removed: usize) -> String {
    match (added, removed) {
        (0, 0) => String::new(),
        (added, 0) => format!(" · {} added", count(added, "word")),
        (0, removed) => format!(" · {} removed", count(removed, "word")),
        (added, removed) => format!(" · {} added, {removed} removed", count(added, "word")),
    }
}

/// "7 changes in 3 sections · 40 words added, 12 removed".
pub(crate) fn extent_words(extent: &DiffSummary) -> String {
    let stats = extent.stats;
    let place = match extent.sections {
        0 => String::new(),
        sections => format!(" in {}", count(sections, "section")),
    };
    let changes = count(stats.passages, "change");
    format!("{changes}{place}{}", words(stats.added, stats.removed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_document::DiffStats;

    fn part(text: &str, changed: bool) -> DiffSegment {
        DiffSegment {
            html: format!("<p>{text}</p>"),
            changed,
            text: text.to_owned(),
        }
    }

    fn diff(older: &str, newer: &str) -> SectionDiff {
        SectionDiff {
            key: "lead".into(),
            title: "Lead".into(),
            is_section: true,
            moved: false,
            older: older.into(),
            newer: newer.into(),
        }
    }

    fn said(quote: &str) -> Said {
        Said {
            section: "lead".into(),
            thread: ThreadView {
                href: String::new(),
                quote: quote.into(),
                by: "Bo".into(),
                text: "Sure?".into(),
                replies: String::new(),
            },
        }
    }

    fn shown(parts: Vec<DiffSegment>, said: Vec<Said>, marked: bool) -> SectionChanges {
        let all = vec![ComparedSection {
            diff: diff("a", "b"),
            parts,
        }];
        let (mut compared, left) = Compared::of(all, said, marked);
        assert!(left.is_empty());
        compared.sections.remove(0)
    }

    #[test]
    fn unchanged_blocks_are_folded_except_next_to_a_change() {
        let parts = ["a", "b", "c", "d", "e", "f"];
        let parts = parts.map(|text| part(text, text == "f")).to_vec();
        let section = shown(parts.clone(), Vec::new(), true);
        let seen: Vec<_> = section
            .stretches
            .iter()
            .map(|s| s.folded.as_str())
            .collect();
        assert_eq!(seen, ["4 unchanged paragraphs", "", ""]);
        assert_eq!(section.stretches[2].number, 1);
        let whole = shown(parts, Vec::new(), false);
        assert!(whole.stretches.iter().all(|s| s.folded.is_empty()));
    }

    #[test]
    fn a_thread_is_shown_below_its_quotation_which_is_not_folded() {
        let parts = [
            "one",
            "two",
            "three\nfour",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
        ];
        let parts = parts.map(|text| part(text, text == "nine")).to_vec();
        let section = shown(parts, vec![said("three four"), said("gone")], true);
        let talked: Vec<_> = section
            .stretches
            .iter()
            .filter(|s| !s.threads.is_empty())
            .collect();
        assert_eq!(talked.len(), 2);
        assert!(talked[0].html.contains("three") && talked[0].folded.is_empty());
        assert!(talked[1].html.contains("nine"));
    }

    #[test]
    fn the_extent_of_a_change_is_described() {
        let mut extent = DiffSummary {
            stats: DiffStats {
                passages: 7,
                added: 40,
                removed: 12,
            },
            sections: 3,
        };
        assert_eq!(
            extent_words(&extent),
            "7 changes in 3 sections · 40 words added, 12 removed"
        );
        extent.stats = DiffStats {
            passages: 1,
            ..DiffStats::default()
        };
        extent.sections = 0;
        assert_eq!(extent_words(&extent), "1 change");
    }
}
