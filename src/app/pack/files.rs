//! What is on record of an article, as the files of a pack.

use std::collections::BTreeMap;

use serde::Serialize;

use lectern_article::{Attachment, Standing};
use lectern_base::{Hash, canonical};
use lectern_document::{self as document, escape_html};
use lectern_journal::Entry;
use lectern_review::{Review, Version};
use lectern_revision::{ChangeKind, SectionDiff};

use super::contents::{ArticleContents, JOURNAL, ReviewContents, VersionContents};
use super::gather::{Frozen, Held, HeldReview, HeldVersion};
use super::kept::write_extract;
use super::page::{
    ArticlePart, ChangedPart, ChangesPage, FilePart, JournalPage, ReaderRow, ReadersPage,
    ReviewPart, SectionPart, SignaturePart, TextPage, VersionPart, journal_rows, utc,
};
use super::relink::{Places, relink};
use super::setting::{Setting, outcome, standing};
use crate::whole_markdown;

/// Files by their names in the pack.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Readable JSON, ended by a line feed.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text =
        serde_json::to_vec_pretty(value).expect("records have string keys and finite numbers");
    text.push(b'\n');
    text
}

/// A page as text.
pub(super) fn html(page: &impl askama::Template) -> Vec<u8> {
    page.render()
        .expect("writing to memory succeeds")
        .into_bytes()
}

/// The name of an attachment in its article's folder.
pub(super) fn file_name(file: &Attachment) -> String {
    let extension = file.name.rsplit_once('.').map_or("bin", |(_, end)| end);
    format!("attachments/{}.{extension}", file.hash)
}

impl Held {
    /// What `pack.json` says of it.
    pub fn contents(&self) -> ArticleContents {
        let versions = self.versions.iter().map(|held| VersionContents {
            number: held.version.number,
            folder: self.version_folder(held),
            sha256: held.version.hash,
        });
        let reviews = self.reviews.iter().map(|held| ReviewContents {
            id: held.review.id,
            folder: self.review_folder(held),
            text: held.text.is_some(),
        });
        ArticleContents {
            id: self.article.id,
            module: self.article.module,
            title: self.title(),
            standing: self.article.standing,
            folder: self.folder.clone(),
            versions: versions.collect(),
            reviews: reviews.collect(),
            holds: self.holds(),
            journals: self.extracts().into_keys().collect(),
        }
    }

    /// All files but attachments, whose bytes are read one by one.
    pub fn files(&self, setting: &Setting) -> Files {
        let mut files = self.extracts();
        let at = |name: &str| format!("{}/{name}", self.folder);
        files.insert(at("article.json"), json(&self.article));
        files.insert(at("attachments.json"), json(&self.attachments));
        files.insert(at("acknowledgements.json"), json(&self.acknowledgements));
        let readers = ReadersPage {
            title: self.title(),
            rows: self.acknowledgements.iter().map(ReaderRow::of).collect(),
        };
        files.insert(at("acknowledgements.html"), html(&readers));
        if let Some(threads) = &self.threads {
            files.insert(at("comments.json"), json(threads));
        }
        let trail = journal_page(self.title(), "../../", &self.journal, setting);
        files.insert(at("journal.html"), trail);
        let mut before = None;
        for held in &self.versions {
            files.extend(self.version_files(held, before, setting));
            before = Some(held.version.number);
        }
        for held in &self.reviews {
            files.extend(self.review_files(held, setting));
        }
        files
    }

    /// What the list of everything says of it.
    pub fn part(&self, setting: &Setting) -> ArticlePart {
        let version = |held: &HeldVersion| VersionPart {
            number: held.version.number,
            folder: self.version_folder(held),
            since: utc(held.version.effective_at),
            until: held.version.superseded_at.map(utc),
            summary: held.version.change_summary.clone(),
            sha256: held.version.hash,
            signatures: self.signature_parts(&held.text),
        };
        let review = |held: &HeldReview| ReviewPart {
            folder: self.review_folder(held),
            state: outcome(held.review.state),
            requested: utc(held.review.requested_at),
            by: setting.name(held.review.requested_by),
            decisions: setting.decisions(&held.review),
            text: held.text.is_some(),
        };
        ArticlePart {
            title: self.title(),
            standing: standing(self.article.standing),
            folder: self.folder.clone(),
            versions: self.versions.iter().map(version).collect(),
            reviews: self.reviews.iter().map(review).collect(),
            readers: self.acknowledgements.len(),
            comments: self.threads.is_some(),
            entries: self.journal.len(),
        }
    }

    /// The policies that were frozen into its reviews, by the hash that signatures name.
    pub fn policies(&self) -> Files {
        let made = self.versions.iter().map(|held| &held.review);
        let reviews = made.chain(self.reviews.iter().map(|held| &held.review));
        let policy = |review: &Review| {
            let name = format!("policy/{}.json", review.policy_version());
            (name, canonical(&review.frozen_policy()))
        };
        reviews.map(policy).collect()
    }

    fn title(&self) -> String {
        let now = self.article.effective.as_ref();
        now.map_or_else(|| self.article.title.clone(), |now| now.title.clone())
    }

    fn version_folder(&self, held: &HeldVersion) -> String {
        format!("{}/versions/{}.0", self.folder, held.version.number)
    }

    fn review_folder(&self, held: &HeldReview) -> String {
        format!("{}/reviews/{}", self.folder, held.review.id)
    }

    fn extracts(&self) -> Files {
        let own = (
            format!("{}/{JOURNAL}", self.folder),
            write_extract(&self.journal),
        );
        let mut files = Files::from([own]);
        if let Some((manifest, extracts)) = &self.origin {
            for (number, extract) in extracts.iter().enumerate() {
                let digits = &manifest.to_string()[..16];
                let name = format!("{}/origin/{digits}-{number}/{JOURNAL}", self.folder);
                files.insert(name, extract.clone());
            }
        }
        files
    }

    fn version_files(&self, held: &HeldVersion, before: Option<u32>, setting: &Setting) -> Files {
        let folder = self.version_folder(held);
        let version = &held.version;
        let mut facts = vec![
            ("Module", self.module.title.clone()),
            ("Effective", utc(version.effective_at)),
        ];
        facts.extend(version.superseded_at.map(|at| ("Superseded", utc(at))));
        facts.extend(version.review_due.map(|at| ("Review due", utc(at))));
        facts.push(("What changed", version.change_summary.clone()));
        facts.push(("Written by", setting.names(&version.contributors)));
        facts.push(("Approved by", setting.names(&version.approved_by)));
        facts.push(("Template", version.template.to_string()));
        let what = format!("Version {}.0", version.number);
        let page = self.text_page(
            &held.text,
            &held.review,
            what,
            self.mark(version),
            facts,
            setting,
        );
        let mut files = self.text_files(&folder, &held.text, &page, setting);
        files.insert(format!("{folder}/version.json"), json(version));
        files.insert(format!("{folder}/review.json"), json(&held.review));
        let changes = ChangesPage {
            title: version.title.clone(),
            number: version.number,
            before,
            summary: version.change_summary.clone(),
            sections: held
                .changes
                .iter()
                .map(|diff| self.changed(diff, setting))
                .collect(),
        };
        files.insert(format!("{folder}/changes.html"), html(&changes));
        files
    }

    /// Why nobody is to be trained with a version, where that is so.
    fn mark(&self, version: &Version) -> Option<String> {
        if let Some(at) = version.superseded_at {
            return Some(format!("SUPERSEDED {}", utc(at)));
        }
        let word = match self.article.standing {
            Standing::Suspended => "SUSPENDED",
            Standing::Retired => "RETIRED",
            Standing::Expired => "EXPIRED",
            Standing::Draft | Standing::Effective | Standing::Due => return None,
        };
        Some(word.to_owned())
    }

    fn review_files(&self, held: &HeldReview, setting: &Setting) -> Files {
        let folder = self.review_folder(held);
        let mut files = match &held.text {
            None => {
                let signatures = self.signatures_under(held.review.revision);
                Files::from([(format!("{folder}/signatures.json"), json(&signatures))])
            }
            Some(text) => {
                let facts = vec![
                    ("Module", self.module.title.clone()),
                    ("Requested", utc(held.review.requested_at)),
                    ("Requested by", setting.name(held.review.requested_by)),
                    ("What changed", held.review.change_summary.clone()),
                ];
                let what = format!("Under review: {}", outcome(held.review.state));
                let mark = Some("NOT APPROVED".to_owned());
                let page = self.text_page(text, &held.review, what, mark, facts, setting);
                self.text_files(&folder, text, &page, setting)
            }
        };
        files.insert(format!("{folder}/review.json"), json(&held.review));
        files
    }

    fn text_files(&self, folder: &str, text: &Frozen, page: &TextPage, setting: &Setting) -> Files {
        let content = &text.content;
        let headings = content.sections.iter();
        let headings: Vec<_> = headings
            .map(|section| setting.heading(content, &section.key))
            .collect();
        let sections = headings.iter().map(String::as_str).zip(&content.sections);
        let markdown = whole_markdown(&content.title, sections).into_bytes();
        let signatures = self.signatures_under(text.revision.id);
        let at = |name: &str| format!("{folder}/{name}");
        Files::from([
            (at("content.json"), text.bytes.clone()),
            (at("revision.json"), json(&text.revision)),
            (at("article.md"), markdown),
            (at("article.html"), html(page)),
            (at("signatures.json"), json(&signatures)),
        ])
    }

    fn text_page(
        &self,
        text: &Frozen,
        review: &Review,
        what: String,
        mark: Option<String>,
        facts: Vec<(&'static str, String)>,
        setting: &Setting,
    ) -> TextPage {
        let content = &text.content;
        let target = |title: &str| setting.target(title);
        let section = |section: &document::SectionText| SectionPart {
            key: section.key.clone(),
            title: setting.heading(content, &section.key),
            html: relink(
                &document::render(&section.markdown, &section.key, &target),
                &self.places(setting),
            ),
        };
        let files = self.attachments.iter();
        let files = files.filter(|file| content.attachments.contains(&file.hash));
        TextPage {
            title: content.title.clone(),
            what,
            mark,
            facts,
            fields: content.fields.clone().into_iter().collect(),
            sections: content.sections.iter().map(section).collect(),
            files: files
                .map(|file| FilePart {
                    name: file.name.clone(),
                    href: format!("../../{}", file_name(file)),
                    sha256: file.hash,
                })
                .collect(),
            decisions: setting.decisions(review),
            signatures: self.signature_parts(text),
            sha256: text.revision.hash,
        }
    }

    fn signature_parts(&self, text: &Frozen) -> Vec<SignaturePart> {
        let under = self.signatures_under(text.revision.id);
        let decided = under.into_iter().filter(|one| !one.is_of_reader());
        decided.map(SignaturePart::of).collect()
    }

    fn changed(&self, diff: &SectionDiff, setting: &Setting) -> ChangedPart {
        let changed = diff.older != diff.newer;
        let html = match (changed, diff.is_section) {
            (false, _) => String::new(),
            (true, true) => {
                let target = |title: &str| setting.target(title);
                let parts = document::compare(&diff.older, &diff.newer, &diff.key, &target);
                let html: String = parts.into_iter().map(|part| part.html).collect();
                relink(&html, &self.places(setting))
            }
            (true, false) => words_html(diff),
        };
        ChangedPart {
            title: diff.title.clone(),
            changed,
            moved: diff.moved,
            html,
        }
    }

    fn places<'h>(&'h self, setting: &'h Setting) -> Here<'h> {
        Here {
            held: self,
            setting,
        }
    }
}

/// The audit trail of something as a page.
pub(super) fn journal_page(
    title: String,
    top: &'static str,
    entries: &[Entry],
    setting: &Setting,
) -> Vec<u8> {
    html(&JournalPage {
        title,
        top,
        rows: journal_rows(entries, |actor| setting.actor(actor)),
    })
}

/// A page two folders below that of its article, as all texts are.
struct Here<'h> {
    held: &'h Held,
    setting: &'h Setting,
}

impl Places for Here<'_> {
    fn file(&self, hash: Hash) -> Option<String> {
        let files = &self.held.attachments;
        let file = files.iter().find(|file| file.hash == hash)?;
        Some(format!("../../{}", file_name(file)))
    }

    fn article(&self, slug: &str) -> Option<String> {
        let page = self.setting.pages.get(slug)?;
        Some(format!("../../../../{page}"))
    }
}

/// Plain words with what was added and removed.
fn words_html(diff: &SectionDiff) -> String {
    let mut html = String::new();
    for run in diff.words() {
        let text = escape_html(&run.text);
        html += &match run.kind {
            ChangeKind::Same => text,
            ChangeKind::Added => format!("<ins>{text}</ins>"),
            ChangeKind::Removed => format!("<del>{text}</del>"),
        };
    }
    html
}
