//! Renders the dossier of an article as the files of a pack.

use std::collections::BTreeMap;

use serde::Serialize;

use lectern_article::links::LinkBindings;
use lectern_article::{Attachment, Standing};
use lectern_authoring::markdown_document;
use lectern_base::{Hash, canonical};
use lectern_document::{self as document, escape_html};
use lectern_journal::Entry;
use lectern_pack::{ArticleContents, JOURNAL, ReviewContents, VersionContents, write_extract};
use lectern_review::{Review, Version};
use lectern_revision::{ChangeKind, SectionDiff};

use crate::context::{PageContext, outcome, standing};
use crate::dossier::{Dossier, FrozenText, ReviewDossier, VersionDossier};
use crate::page::{
    AcknowledgementRow, AcknowledgementsPage, ArticlePart, ChangedPart, ChangesPage, FilePart,
    JournalPage, ReviewPart, SectionPart, SignaturePart, TextPage, VersionPart, journal_rows, utc,
};
use crate::relink::{LinkTargets, relink};

/// Files by their paths in the pack.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Returns indented JSON that ends with a line feed.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text =
        serde_json::to_vec_pretty(value).expect("records have string keys and finite numbers");
    text.push(b'\n');
    text
}

/// Renders a page.
pub(crate) fn html(page: &impl askama::Template) -> Vec<u8> {
    page.render()
        .expect("writing to memory succeeds")
        .into_bytes()
}

/// Returns the path of an attachment in its article's folder.
pub(crate) fn file_name(file: &Attachment) -> String {
    let extension = file.name.rsplit_once('.').map_or("bin", |(_, end)| end);
    format!("attachments/{}.{extension}", file.hash)
}

impl Dossier {
    /// Returns what `pack.json` lists of the article.
    pub fn contents(&self) -> ArticleContents {
        let versions = self.versions.iter().map(|dossier| VersionContents {
            number: dossier.version.number,
            folder: self.version_folder(dossier),
            sha256: dossier.version.hash,
        });
        let reviews = self.reviews.iter().map(|dossier| ReviewContents {
            id: dossier.review.id,
            folder: self.review_folder(dossier),
            text: dossier.text.is_some(),
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

    /// Renders all files except attachments, which are copied one by one.
    pub fn files(&self, context: &PageContext) -> Files {
        let mut files = self.extracts();
        let at = |name: &str| format!("{}/{name}", self.folder);
        files.insert(at("article.json"), json(&self.article));
        files.insert(at("attachments.json"), json(&self.attachments));
        files.insert(at("acknowledgements.json"), json(&self.acknowledgements));
        let readers = AcknowledgementsPage {
            title: self.title(),
            rows: self
                .acknowledgements
                .iter()
                .map(|given| AcknowledgementRow::of(given, |due| context.day(due)))
                .collect(),
        };
        files.insert(at("acknowledgements.html"), html(&readers));
        if let Some(threads) = &self.threads {
            files.insert(at("comments.json"), json(threads));
        }
        let trail = journal_page(self.title(), "../../", &self.journal, context);
        files.insert(at("journal.html"), trail);
        let mut before = None;
        for dossier in &self.versions {
            files.extend(self.version_files(dossier, before, context));
            before = Some(dossier.version.number);
        }
        for dossier in &self.reviews {
            files.extend(self.review_files(dossier, context));
        }
        files
    }

    /// Returns what the index page shows of the article.
    pub fn index_part(&self, context: &PageContext) -> ArticlePart {
        let version = |dossier: &VersionDossier| VersionPart {
            number: dossier.version.number,
            folder: self.version_folder(dossier),
            since: context.day(dossier.version.effective_at),
            until: dossier.version.superseded_at.map(|at| context.day(at)),
            summary: dossier.version.change_summary.clone(),
            sha256: dossier.version.hash,
            signatures: self.signature_parts(&dossier.text),
        };
        let review = |dossier: &ReviewDossier| ReviewPart {
            folder: self.review_folder(dossier),
            state: outcome(dossier.review.state),
            requested: utc(dossier.review.requested_at),
            by: context.name(dossier.review.requested_by),
            decisions: context.decisions(&dossier.review),
            text: dossier.text.is_some(),
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

    /// Returns the policies that were frozen into its reviews, named by the hashes that signatures
    /// refer to.
    pub fn policies(&self) -> Files {
        let made = self.versions.iter().map(|dossier| &dossier.review);
        let reviews = made.chain(self.reviews.iter().map(|dossier| &dossier.review));
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

    /// Returns the links of the newest version, which drafts keep.
    fn newest_links(&self) -> LinkBindings {
        let newest = self.versions.last();
        newest.map_or_else(LinkBindings::default, |version| version.links.clone())
    }

    fn version_folder(&self, dossier: &VersionDossier) -> String {
        format!("{}/versions/{}.0", self.folder, dossier.version.number)
    }

    fn review_folder(&self, dossier: &ReviewDossier) -> String {
        format!("{}/reviews/{}", self.folder, dossier.review.id)
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

    fn version_files(
        &self,
        dossier: &VersionDossier,
        before: Option<u32>,
        context: &PageContext,
    ) -> Files {
        let folder = self.version_folder(dossier);
        let version = &dossier.version;
        let mut facts = vec![
            ("Module", self.module.title.clone()),
            ("Effective", context.day_and_time(version.effective_at)),
        ];
        let superseded = version.superseded_at;
        facts.extend(superseded.map(|at| ("Superseded", context.day_and_time(at))));
        facts.extend(version.review_due.map(|at| ("Review due", context.day(at))));
        facts.push(("What changed", version.change_summary.clone()));
        facts.push(("Written by", context.names(&version.contributors)));
        facts.push(("Approved by", context.names(&version.approved_by)));
        facts.push(("Template", version.template.to_string()));
        let what = format!("Version {}.0", version.number);
        let page = self.text_page(
            (&dossier.text, &dossier.links),
            &dossier.review,
            what,
            self.mark(version, context),
            facts,
            context,
        );
        let mut files = self.text_files(&folder, &dossier.text, &page, context);
        files.insert(format!("{folder}/version.json"), json(version));
        files.insert(format!("{folder}/links.json"), json(&dossier.links));
        files.insert(format!("{folder}/review.json"), json(&dossier.review));
        let changes = ChangesPage {
            title: version.title.clone(),
            number: version.number,
            before,
            summary: version.change_summary.clone(),
            sections: dossier
                .changes
                .iter()
                .map(|diff| self.changed(diff, &dossier.links, context))
                .collect(),
        };
        files.insert(format!("{folder}/changes.html"), html(&changes));
        files
    }

    /// Returns why a version must not be used for training, if so.
    fn mark(&self, version: &Version, context: &PageContext) -> Option<String> {
        if let Some(at) = version.superseded_at {
            return Some(format!("SUPERSEDED {}", context.day(at)));
        }
        let word = match self.article.standing {
            Standing::Suspended => "SUSPENDED",
            Standing::Retired => "RETIRED",
            Standing::Expired => "EXPIRED",
            Standing::Draft | Standing::Effective | Standing::Due => return None,
        };
        Some(word.to_owned())
    }

    fn review_files(&self, dossier: &ReviewDossier, context: &PageContext) -> Files {
        let folder = self.review_folder(dossier);
        let mut files = match &dossier.text {
            None => {
                let signatures = self.signatures_under(dossier.review.revision);
                Files::from([(format!("{folder}/signatures.json"), json(&signatures))])
            }
            Some(text) => {
                let facts = vec![
                    ("Module", self.module.title.clone()),
                    ("Requested", utc(dossier.review.requested_at)),
                    ("Requested by", context.name(dossier.review.requested_by)),
                    ("What changed", dossier.review.change_summary.clone()),
                ];
                let what = format!("Under review: {}", outcome(dossier.review.state));
                let mark = Some("NOT APPROVED".to_owned());
                let links = self.newest_links();
                let text_and_links = (text, &links);
                let page =
                    self.text_page(text_and_links, &dossier.review, what, mark, facts, context);
                self.text_files(&folder, text, &page, context)
            }
        };
        files.insert(format!("{folder}/review.json"), json(&dossier.review));
        files
    }

    fn text_files(
        &self,
        folder: &str,
        text: &FrozenText,
        page: &TextPage,
        context: &PageContext,
    ) -> Files {
        let content = &text.content;
        let headings = content.sections.iter();
        let headings: Vec<_> = headings
            .map(|section| context.heading(content, &section.key))
            .collect();
        let sections = headings.iter().map(String::as_str).zip(&content.sections);
        let markdown = markdown_document(&content.title, sections).into_bytes();
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
        (text, links): (&FrozenText, &LinkBindings),
        review: &Review,
        what: String,
        mark: Option<String>,
        facts: Vec<(&'static str, String)>,
        context: &PageContext,
    ) -> TextPage {
        let content = &text.content;
        let target = |title: &str| context.target(title, links);
        let section = |section: &document::SectionText| SectionPart {
            key: section.key.clone(),
            title: context.heading(content, &section.key),
            html: relink(
                &document::render(&section.markdown, &section.key, &target),
                &self.link_targets(context),
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
            decisions: context.decisions(review),
            signatures: self.signature_parts(text),
            sha256: text.revision.hash,
        }
    }

    fn signature_parts(&self, text: &FrozenText) -> Vec<SignaturePart> {
        let under = self.signatures_under(text.revision.id);
        let decided = under.into_iter().filter(|one| !one.is_of_reader());
        decided.map(SignaturePart::of).collect()
    }

    fn changed(
        &self,
        diff: &SectionDiff,
        links: &LinkBindings,
        context: &PageContext,
    ) -> ChangedPart {
        let changed = diff.older != diff.newer;
        let html = match (changed, diff.is_section) {
            (false, _) => String::new(),
            (true, true) => {
                let target = |title: &str| context.target(title, links);
                let parts = document::compare(&diff.older, &diff.newer, &diff.key, &target);
                let html: String = parts.into_iter().map(|part| part.html).collect();
                relink(&html, &self.link_targets(context))
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

    fn link_targets<'h>(&'h self, context: &'h PageContext) -> ArticleLinks<'h> {
        ArticleLinks {
            dossier: self,
            context,
        }
    }
}

/// Renders an extract of the journal as a page.
pub(crate) fn journal_page(
    title: String,
    top: &'static str,
    entries: &[Entry],
    context: &PageContext,
) -> Vec<u8> {
    html(&JournalPage {
        title,
        top,
        rows: journal_rows(entries, |actor| context.actor(actor)),
    })
}

/// Link targets as seen from a text, two folders below that of its article.
struct ArticleLinks<'h> {
    dossier: &'h Dossier,
    context: &'h PageContext,
}

impl LinkTargets for ArticleLinks<'_> {
    fn file(&self, hash: Hash) -> Option<String> {
        let files = &self.dossier.attachments;
        let file = files.iter().find(|file| file.hash == hash)?;
        Some(format!("../../{}", file_name(file)))
    }

    fn article(&self, slug: &str) -> Option<String> {
        let page = self.context.pages.get(slug)?;
        Some(format!("../../../../{page}"))
    }
}

/// Renders plain text with additions and deletions marked.
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
