//! The pages of a pack: plain HTML without scripts, to be opened from a disk and printed.

use askama::Template;
use serde_json::Value;

use lectern_base::{Hash, Timestamp};
use lectern_journal::{Actor, Entry};
use lectern_reading::Acknowledgement;
use lectern_review::Signature;

/// The list of everything in the pack.
#[derive(Template)]
#[template(path = "pack/index.html")]
pub(crate) struct IndexPage {
    pub title: String,
    pub left_out: Vec<String>,
    pub modules: Vec<ModulePart>,
}

/// A module in the list.
pub(crate) struct ModulePart {
    pub title: String,
    pub purpose: String,
    pub folder: String,
    pub articles: Vec<ArticlePart>,
    pub journal: bool,
}

/// An article in the list.
pub(crate) struct ArticlePart {
    pub title: String,
    pub standing: &'static str,
    pub folder: String,
    pub versions: Vec<VersionPart>,
    pub reviews: Vec<ReviewPart>,
    /// The number of acknowledgements.
    pub readers: usize,
    pub comments: bool,
    pub entries: usize,
}

/// A version in the list.
pub(crate) struct VersionPart {
    pub number: u32,
    pub folder: String,
    pub since: String,
    pub until: Option<String>,
    pub summary: String,
    pub sha256: Hash,
    pub signatures: Vec<SignaturePart>,
}

/// A review that led to no version, in the list.
pub(crate) struct ReviewPart {
    pub folder: String,
    pub state: &'static str,
    pub requested: String,
    pub by: String,
    pub decisions: Vec<DecisionPart>,
    pub text: bool,
}

/// A decision.
pub(crate) struct DecisionPart {
    pub who: String,
    pub verdict: &'static str,
    pub at: String,
    pub stage: String,
    pub reason: Option<String>,
    /// The questions with their answers.
    pub answers: Vec<(String, bool)>,
}

/// A signature with everything that 21 CFR 11.50 requires to be shown.
#[derive(Clone)]
pub(crate) struct SignaturePart {
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

/// An immutable text: a version, or a candidate that did not become one.
#[derive(Template)]
#[template(path = "pack/text.html")]
pub(crate) struct TextPage {
    pub title: String,
    /// "Version 3.0", or the outcome of its review.
    pub what: String,
    /// Why it must not be used for training, such as "SUPERSEDED".
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
pub(crate) struct SectionPart {
    pub key: String,
    pub title: String,
    /// Safe HTML.
    pub html: String,
}

/// An attachment of a text.
pub(crate) struct FilePart {
    pub name: String,
    pub href: String,
    pub sha256: Hash,
}

/// The changes between a version and the previous one.
#[derive(Template)]
#[template(path = "pack/changes.html")]
pub(crate) struct ChangesPage {
    pub title: String,
    pub number: u32,
    pub before: Option<u32>,
    pub summary: String,
    pub sections: Vec<ChangedPart>,
}

/// A section or field with its changes as safe HTML.
pub(crate) struct ChangedPart {
    pub title: String,
    pub changed: bool,
    pub moved: bool,
    pub html: String,
}

/// Who acknowledged which version.
#[derive(Template)]
#[template(path = "pack/acknowledgements.html")]
pub(crate) struct AcknowledgementsPage {
    pub title: String,
    pub rows: Vec<AcknowledgementRow>,
}

/// An acknowledgement, with everything that 21 CFR 11.50 requires of a signed one.
pub(crate) struct AcknowledgementRow {
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

impl AcknowledgementRow {
    /// Makes the row; `day` names the day on which it was due.
    pub fn of(given: &Acknowledgement, day: impl Fn(Timestamp) -> String) -> Self {
        Self {
            printed_name: given.printed_name.clone(),
            version: given.version,
            at: utc(given.completed_at),
            due: given.due.map(day),
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
pub(crate) struct JournalPage {
    pub title: String,
    pub top: &'static str,
    pub rows: Vec<JournalRow>,
}

/// An entry, and how many entries before it are left out.
pub(crate) struct JournalRow {
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

/// Returns a row for each entry of an extract.
pub(crate) fn journal_rows(entries: &[Entry], name: impl Fn(Actor) -> String) -> Vec<JournalRow> {
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

/// Formats a time to the second, such as `2026-05-04 09:30:00 UTC`.
pub(crate) fn utc(moment: Timestamp) -> String {
    format!("{} UTC", &moment.to_string().replace('T', " ")[..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_name_their_zone_and_gaps_are_explained() {
        let at = Timestamp::from_millis(1_777_000_000_123);
        assert_eq!(utc(at), "2026-04-24 03:06:40 UTC");
        assert_eq!(gap(3, 3), None);
        assert_eq!(gap(3, 4).unwrap(), "Entry 3 is about something else.");
        assert_eq!(gap(1, 9).unwrap(), "Entries 1 to 8 are about other things.");
    }
}
