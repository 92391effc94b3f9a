//! What is on record of one article, read at one moment.

use std::collections::BTreeSet;

use lectern_article::{Article, Attachment};
use lectern_base::{ArticleId, Hash, RevisionId, Seek};
use lectern_journal::Entry;
use lectern_module::Module;
use lectern_reading::Acknowledgement;
use lectern_review::{Review, Signature, Version};
use lectern_revision::{Content, Revision, RevisionError, SectionDiff};
use lectern_social::Thread;

use super::PackError;
use super::contents::Holds;
use super::kept;
use super::trail::{self, Trail};
use crate::{App, AppError};

/// An article that changes while it is read is read again this often.
const TRIES: usize = 5;
/// Threads read at a time.
const STRIDE: usize = 200;

/// A text that does not change any more, with its bytes as they were hashed.
pub(super) struct Frozen {
    pub revision: Revision,
    pub content: Content,
    pub bytes: Vec<u8>,
}

/// A version with how it came about.
pub(super) struct HeldVersion {
    pub version: Version,
    pub text: Frozen,
    pub review: Review,
    /// What is different from the version before, section by section.
    pub changes: Vec<SectionDiff>,
}

/// A review that made no version; its text only for those who see drafts.
pub(super) struct HeldReview {
    pub review: Review,
    pub text: Option<Frozen>,
}

/// The hash of the manifest that an article came with, and the extracts that came along.
pub(super) type Origin = (Hash, Vec<Vec<u8>>);

/// One article with everything on record of it.
pub(super) struct Held {
    pub article: Article,
    pub module: Module,
    pub folder: String,
    pub versions: Vec<HeldVersion>,
    pub reviews: Vec<HeldReview>,
    pub signatures: Vec<Signature>,
    /// Who has read and understood its versions, oldest first.
    pub acknowledgements: Vec<Acknowledgement>,
    /// What was said about its drafts, for those who see them.
    pub threads: Option<Vec<Thread>>,
    pub attachments: Vec<Attachment>,
    pub journal: Vec<Entry>,
    /// Extracts of the journals of houses it was in before.
    pub origin: Option<Origin>,
}

impl Held {
    /// Every text.
    pub fn texts(&self) -> impl Iterator<Item = &Frozen> {
        let versions = self.versions.iter().map(|held| &held.text);
        versions.chain(self.reviews.iter().filter_map(|held| held.text.as_ref()))
    }

    /// The signatures under a text.
    pub fn signatures_under(&self, revision: RevisionId) -> Vec<&Signature> {
        let all = self.signatures.iter();
        all.filter(|one| one.revision == revision).collect()
    }

    /// The records whose text is here.
    pub fn holds(&self) -> Holds {
        let revisions: BTreeSet<_> = self.texts().map(|text| text.revision.id).collect();
        let made = self.versions.iter().map(|held| held.review.id);
        let others = self.reviews.iter().filter(|held| held.text.is_some());
        let signed = self.signatures.iter();
        Holds {
            reviews: made.chain(others.map(|held| held.review.id)).collect(),
            signatures: signed
                .filter(|one| revisions.contains(&one.revision))
                .map(|one| one.id)
                .collect(),
            revisions,
        }
    }
}

impl App {
    /// Reads what is on record of an article with the entries of the journal that tell of it; while
    /// somebody changes it, it is read again.
    pub(super) async fn gather(
        &self,
        id: ArticleId,
        trail: &mut Trail,
        drafts: bool,
    ) -> Result<Held, AppError> {
        let mut title = String::new();
        for _ in 0..TRIES {
            trail.catch_up(&self.journal).await?;
            let before = trail.of_article(id).len();
            let mut held = self.read_held(id, drafts).await?;
            trail.catch_up(&self.journal).await?;
            if trail.of_article(id).len() == before {
                held.journal = trail::entries(&self.journal, trail.of_article(id)).await?;
                held.origin = self.origin_of(id).await?;
                return Ok(held);
            }
            title = held.article.title;
        }
        Err(PackError::Busy(title).into())
    }

    async fn read_held(&self, id: ArticleId, drafts: bool) -> Result<Held, AppError> {
        let article = self.articles.get(id).await?;
        let mut article = article.ok_or(AppError::NotFound("article"))?;
        let module = self.modules.get(article.module).await?;
        let module = module.ok_or(AppError::NotFound("module"))?;
        let mut all = self.reviews.of_article(id).await?;
        all.reverse();
        let mut versions = Vec::new();
        for version in self.reviews.versions(id).await?.into_iter().rev() {
            let made = all.iter().position(|review| review.id == version.review);
            let made = made.ok_or(AppError::NotFound("review"))?;
            let before = versions
                .last()
                .map(|held: &HeldVersion| held.version.revision);
            versions.push(self.held_version(version, all.remove(made), before).await?);
        }
        let mut reviews = Vec::new();
        for review in all {
            let text = match drafts {
                true => Some(self.frozen(review.revision).await?),
                false => None,
            };
            reviews.push(HeldReview { review, text });
        }
        if !drafts && let Some(now) = &article.effective {
            article.title.clone_from(&now.title);
        }
        let mut held = Held {
            folder: format!("articles/{}", article.slug),
            module,
            versions,
            reviews,
            signatures: self.all_signatures(id).await?,
            acknowledgements: self.readings.acknowledgements(id).await?,
            threads: match drafts {
                true => Some(self.all_threads(id).await?),
                false => None,
            },
            attachments: self.shelf.of_article(id).await?,
            journal: Vec::new(),
            origin: None,
            article,
        };
        let counted: BTreeSet<Hash> = held
            .texts()
            .flat_map(|text| text.content.attachments.iter().copied())
            .collect();
        held.attachments.retain(|file| counted.contains(&file.hash));
        Ok(held)
    }

    async fn all_signatures(&self, article: ArticleId) -> Result<Vec<Signature>, AppError> {
        let mut signatures = self.reviews.signatures(article).await?;
        signatures.extend(self.reviews.signatures_of_readers(article).await?);
        signatures.sort_by_key(|signature| signature.journal_seq);
        Ok(signatures)
    }

    async fn held_version(
        &self,
        version: Version,
        review: Review,
        before: Option<RevisionId>,
    ) -> Result<HeldVersion, AppError> {
        let text = self.frozen(version.revision).await?;
        Ok(HeldVersion {
            changes: self.revisions.diff_since(before, &text.revision).await?,
            version,
            text,
            review,
        })
    }

    async fn frozen(&self, id: RevisionId) -> Result<Frozen, AppError> {
        let revision = self.revisions.get(id).await?;
        let revision = revision.ok_or(AppError::NotFound("revision"))?;
        let content = self.revisions.content(&revision).await?;
        let bytes = self.store.blobs().get(revision.hash).await?;
        let bytes = bytes.ok_or(RevisionError::Damaged(id))?;
        Ok(Frozen {
            revision,
            content,
            bytes: bytes.to_vec(),
        })
    }

    async fn all_threads(&self, article: ArticleId) -> Result<Vec<Thread>, AppError> {
        let mut threads = Vec::new();
        let mut seek = Seek::first(STRIDE);
        loop {
            let page = self.threads.of_article(article, &seek).await?;
            threads.extend(page.items);
            match page.next {
                Some(next) => seek.after = Some(next),
                None => return Ok(threads),
            }
        }
    }

    /// What the pack that this instance began with brought along of the journals of other houses.
    async fn origin_of(&self, article: ArticleId) -> Result<Option<Origin>, AppError> {
        // A pack is taken into an empty instance only, so its entry is the first.
        let first = self.journal.read(0, 1).await?.pop();
        match first.filter(|entry| entry.deed == kept::IMPORTED) {
            Some(entry) => Ok(Some(kept::extracts_of(&self.store, &entry, article).await?)),
            None => Ok(None),
        }
    }
}
