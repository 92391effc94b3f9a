//! The pages of a pack: plain HTML that opens from a disk and prints, without scripts.

use askama::Template;
use serde_json::Value;

use lectern_base::{Hash, Timestamp};
use lectern_journal::{Actor, Entry};
use lectern_reading::Acknowledgement;
use lectern_review::Signature;

/// The list of everything.
#[derive(Template)]
#[template(path = "pack/index.html")]
pub(super) struct IndexPage {
    pub title: String,
    pub left_out: Vec<String>,
    pub modules: Vec<ModulePart>,
}

/// A module in the list.
pub(super) struct ModulePart {
    pub title: String,
    pub purpose: String,
    pub folder: String,
    pub articles: Vec<ArticlePart>,
    pub journal: bool,
}

/// An article in the list.
pub(super) struct ArticlePart {
    pub title: String,
    pub standing: &'static str,
    pub folder: String,
    pub versions: Vec<VersionPart>,
    pub reviews: Vec<ReviewPart>,
    /// How often a version of it was acknowledged.
    pub readers: usize,
    pub comments: bool,
    pub entries: usize,
}

/// A version in the list.
pub(super) struct VersionPart {
    pub number: u32,
    pub folder: String,
    pub since: String,
    pub until: Option<String>,
    pub summary: String,
    pub sha256: Hash,
    pub signatures: Vec<SignaturePart>,
}

/// A review that made no version, in the list.
pub(super) struct ReviewPart {
    pub folder: String,
    pub state: &'static str,
    pub requested: String,
    pub by: String,
    pub decisions: Vec<DecisionPart>,
    pub text: bool,
}

/// A decision.
pub(super) struct DecisionPart {
    pub who: String,
    pub verdict: &'static str,
    pub at: String,
    pub stage: String,
    pub reason: Option<String>,
    /// The questions with their answers.
    pub answers: Vec<(String, bool)>,
}

/// A signature with all that 21 CFR 11.50 asks to be shown.
#[derive(Clone)]
pub(super) struct SignaturePart {
    pub printed_name: String,
    pub on_behalf_of: Option<String>,
    pub login: String,
    pub meaning: String,
    pub at: String,
}

impl SignaturePart {
    pub fn of(signature: &Signature) -> Self {
        let represented = signature.on_behalf_of.as_ref();
        Self {
            printed_name: signature.printed_name.clone(),
            on_behalf_of: represented.map(|other| other.printed_name.clone()),
            login: signature.login.clone(),
            meaning: signature.meaning.clone(),
            at: utc(signature.signed_at),
        }
    }
}

/// A frozen text: a version, or what was under review and did not become one.
#[derive(Template)]
#[template(path = "pack/text.html")]
pub(super) struct TextPage {
    pub title: String,
    /// "Version 3.0", or what became of it.
    pub what: String,
    /// Why nobody is to be trained with it, where that is so.
    pub mark: Option<String>,
    pub facts: Vec<(&'static str, String)>,
    pub fields: Vec<(String, String)>,
    pub sections: Vec<SectionPart>,
    pub files: Vec<FilePart>,
    pub decisions: Vec<DecisionPart>,
    pub signatures: Vec<SignaturePart>,
    pub sha256: Hash,
}

/// A section of a text.
pub(super) struct SectionPart {
    pub key: String,
    pub title: String,
    /// Safe HTML.
    pub html: String,
}

/// A picture or file of a text.
pub(super) struct FilePart {
    pub name: String,
    pub href: String,
    pub sha256: Hash,
}

/// What is different between a version and the one before it.
#[derive(Template)]
#[template(path = "pack/changes.html")]
pub(super) struct ChangesPage {
    pub title: String,
    pub number: u32,
    pub before: Option<u32>,
    pub summary: String,
    pub sections: Vec<ChangedPart>,
}

/// A part of it with its changes; safe HTML.
pub(super) struct ChangedPart {
    pub title: String,
    pub changed: bool,
    pub moved: bool,
    pub html: String,
}

/// Who has read and understood which version.
#[derive(Template)]
#[template(path = "pack/acknowledgements.html")]
pub(super) struct ReadersPage {
    pub title: String,
    pub rows: Vec<ReaderRow>,
}

/// An acknowledgement, with all that 21 CFR 11.50 asks of one that is signed.
pub(super) struct ReaderRow {
    pub printed_name: String,
    pub version: u32,
    pub at: String,
    pub due: Option<String>,
    pub late: bool,
    pub statement: String,
    pub meaning: String,
    pub signed: bool,
    pub sha256: Hash,
}

impl ReaderRow {
    pub fn of(given: &Acknowledgement) -> Self {
        Self {
            printed_name: given.printed_name.clone(),
            version: given.version,
            at: utc(given.completed_at),
            due: given.due.map(utc),
            late: given.late,
            statement: given.statement.clone(),
            meaning: given.meaning.clone(),
            signed: given.signature.is_some(),
            sha256: given.content_sha256,
        }
    }
}

/// An extract of the journal.
#[derive(Template)]
#[template(path = "pack/journal.html")]
pub(super) struct JournalPage {
    pub title: String,
    pub top: &'static str,
    pub rows: Vec<JournalRow>,
}

/// An entry, and how many are left out before it.
pub(super) struct JournalRow {
    /// "Entries 4 to 9 are about other things."
    pub gap: Option<String>,
    pub seq: u64,
    pub at: String,
    pub who: String,
    pub deed: String,
    pub subject: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub reason: Option<String>,
    pub hash: Hash,
}

/// Rows for the entries of an extract.
pub(super) fn journal_rows(entries: &[Entry], name: impl Fn(Actor) -> String) -> Vec<JournalRow> {
    let mut next = 1;
    let row = |entry: &Entry| {
        let gap = gap(next, entry.seq);
        next = entry.seq + 1;
        JournalRow {
            gap,
            seq: entry.seq,
            at: utc(entry.at),
            who: name(entry.actor),
            deed: entry.deed.clone(),
            subject: format!("{} {}", entry.subject.kind, entry.subject.id),
            old: entry.old.as_ref().map(Value::to_string),
            new: entry.new.as_ref().map(Value::to_string),
            reason: entry.reason.clone(),
            hash: entry.hash,
        }
    };
    entries.iter().map(row).collect()
}

fn gap(next: u64, seq: u64) -> Option<String> {
    match seq.saturating_sub(next) {
        0 => None,
        1 => Some(format!("Entry {next} is about something else.")),
        _ => Some(format!(
            "Entries {next} to {} are about other things.",
            seq - 1
        )),
    }
}

/// A moment to the second, such as `2026-05-04 09:30:00 UTC`.
pub(super) fn utc(moment: Timestamp) -> String {
    format!("{} UTC", &moment.to_string().replace('T', " ")[..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_name_their_zone_and_gaps_are_named() {
        let at = Timestamp::from_millis(1_777_000_000_123);
        assert_eq!(utc(at), "2026-04-24 03:06:40 UTC");
        assert_eq!(gap(3, 3), None);
        assert_eq!(gap(3, 4).unwrap(), "Entry 3 is about something else.");
        assert_eq!(gap(1, 9).unwrap(), "Entries 1 to 8 are about other things.");
    }
}
