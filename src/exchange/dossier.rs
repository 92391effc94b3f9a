//! Everything on record of one article, read as a consistent snapshot.

use std::collections::BTreeSet;

use lectern_article::links::LinkBindings;
use lectern_article::{Article, Attachment};
use lectern_base::{ArticleId, Hash, RevisionId, Seek};
use lectern_journal::Entry;
use lectern_module::Module;
use lectern_pack::{self as pack, RecordIds};
use lectern_reading::Acknowledgement;
use lectern_review::{Review, Signature, Version};
use lectern_revision::{Content, Revision, RevisionError, SectionDiff};
use lectern_social::Thread;

use crate::trail_index::{self, TrailIndex};
use crate::{Exchange, ExchangeError};

/// Attempts to read an article that changes meanwhile.
const TRIES: usize = 5;
/// Threads read at a time.
const PAGE_SIZE: usize = 200;

/// An immutable text, with the bytes that were hashed.
pub(crate) struct FrozenText {
    pub revision: Revision,
    pub content: Content,
    pub bytes: Vec<u8>,
}

/// A version with its text and review.
pub(crate) struct VersionDossier {
    pub version: Version,
    pub text: FrozenText,
    pub review: Review,
    /// Its links, as far as those who get the pack may know of their articles.
    pub links: LinkBindings,
    /// The changes since the previous version, by section.
    pub changes: Vec<SectionDiff>,
}

/// A review that led to no version, with its text if the exporter may see drafts.
pub(crate) struct ReviewDossier {
    pub review: Review,
    pub text: Option<FrozenText>,
}

/// The hash of the manifest of the pack that an article was imported with, and the journal extracts
/// of that pack.
pub(crate) type Origin = (Hash, Vec<Vec<u8>>);

/// Everything on record of one article.
pub(crate) struct Dossier {
    pub article: Article,
    pub module: Module,
    pub folder: String,
    pub versions: Vec<VersionDossier>,
    pub reviews: Vec<ReviewDossier>,
    pub signatures: Vec<Signature>,
    /// The acknowledgements of its versions, oldest first.
    pub acknowledgements: Vec<Acknowledgement>,
    /// Comments on its drafts, if the exporter may see drafts.
    pub threads: Option<Vec<Thread>>,
    pub attachments: Vec<Attachment>,
    pub journal: Vec<Entry>,
    /// Extracts of the journals of earlier instances.
    pub origin: Option<Origin>,
}

impl Dossier {
    /// Returns every text.
    pub fn texts(&self) -> impl Iterator<Item = &FrozenText> {
        let versions = self.versions.iter().map(|dossier| &dossier.text);
        versions.chain(self.reviews.iter().filter_map(|one| one.text.as_ref()))
    }

    /// Returns the signatures under a text.
    pub fn signatures_under(&self, revision: RevisionId) -> Vec<&Signature> {
        let all = self.signatures.iter();
        all.filter(|one| one.revision == revision).collect()
    }

    /// Returns the identifiers of all records whose text is exported.
    pub fn holds(&self) -> RecordIds {
        let revisions: BTreeSet<_> = self.texts().map(|text| text.revision.id).collect();
        let made = self.versions.iter().map(|one| one.review.id);
        let others = self.reviews.iter().filter(|one| one.text.is_some());
        let signed = self.signatures.iter();
        RecordIds {
            reviews: made.chain(others.map(|one| one.review.id)).collect(),
            signatures: signed
                .filter(|one| revisions.contains(&one.revision))
                .map(|one| one.id)
                .collect(),
            revisions,
        }
    }
}

impl Exchange {
    /// Reads everything on record of an article, and the journal entries about it. If the article
    /// changes meanwhile, it is read again.
    ///
    /// # Errors
    /// [`ExchangeError::Busy`] when it changes during every attempt.
    pub(crate) async fn dossier(
        &self,
        id: ArticleId,
        trail: &mut TrailIndex,
        drafts: bool,
    ) -> Result<Dossier, ExchangeError> {
        let mut title = String::new();
        for _ in 0..TRIES {
            trail.catch_up(&self.journal).await?;
            let before = trail.of_article(id).len();
            let mut dossier = self.read_dossier(id, drafts).await?;
            trail.catch_up(&self.journal).await?;
            if trail.of_article(id).len() == before {
                dossier.journal = trail_index::entries(&self.journal, trail.of_article(id)).await?;
                dossier.origin = self.origin_of(id).await?;
                return Ok(dossier);
            }
            title = dossier.article.title;
        }
        Err(ExchangeError::Busy(title))
    }

    async fn read_dossier(&self, id: ArticleId, drafts: bool) -> Result<Dossier, ExchangeError> {
        let article = self.articles.get(id).await?;
        let mut article = article.ok_or(ExchangeError::NotFound("article"))?;
        let module = self.modules.get(article.module).await?;
        let module = module.ok_or(ExchangeError::NotFound("module"))?;
        let mut all = self.reviews.of_article(id).await?;
        all.reverse();
        let mut versions = Vec::new();
        for version in self.reviews.versions(id).await?.into_iter().rev() {
            let made = all.iter().position(|review| review.id == version.review);
            let made = made.ok_or(ExchangeError::NotFound("review"))?;
            let before = versions
                .last()
                .map(|one: &VersionDossier| one.version.revision);
            versions.push(
                self.version_dossier(version, all.remove(made), before)
                    .await?,
            );
        }
        let mut reviews = Vec::new();
        for review in all {
            let text = match drafts {
                true => Some(self.frozen(review.revision).await?),
                false => None,
            };
            reviews.push(ReviewDossier { review, text });
        }
        if !drafts && let Some(now) = &article.effective {
            article.title.clone_from(&now.title);
        }
        let mut dossier = Dossier {
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
        let counted: BTreeSet<Hash> = dossier
            .texts()
            .flat_map(|text| text.content.attachments.iter().copied())
            .collect();
        dossier
            .attachments
            .retain(|file| counted.contains(&file.hash));
        Ok(dossier)
    }

    async fn all_signatures(&self, article: ArticleId) -> Result<Vec<Signature>, ExchangeError> {
        let mut signatures = self.reviews.signatures(article).await?;
        signatures.extend(self.reviews.signatures_of_readers(article).await?);
        signatures.sort_by_key(|signature| signature.journal_seq);
        Ok(signatures)
    }

    async fn version_dossier(
        &self,
        version: Version,
        review: Review,
        before: Option<RevisionId>,
    ) -> Result<VersionDossier, ExchangeError> {
        let text = self.frozen(version.revision).await?;
        let reviews = &self.reviews;
        Ok(VersionDossier {
            links: reviews
                .version_links(version.article, version.number)
                .await?,
            changes: self.revisions.diff_since(before, &text.revision).await?,
            version,
            text,
            review,
        })
    }

    async fn frozen(&self, id: RevisionId) -> Result<FrozenText, ExchangeError> {
        let revision = self.revisions.get(id).await?;
        let revision = revision.ok_or(ExchangeError::NotFound("revision"))?;
        let content = self.revisions.content(&revision).await?;
        let bytes = self.store.blobs().get(revision.hash).await?;
        let bytes = bytes.ok_or(RevisionError::Damaged(id))?;
        Ok(FrozenText {
            revision,
            content,
            bytes: bytes.to_vec(),
        })
    }

    async fn all_threads(&self, article: ArticleId) -> Result<Vec<Thread>, ExchangeError> {
        let mut threads = Vec::new();
        let mut seek = Seek::first(PAGE_SIZE);
        loop {
            let page = self.threads.of_article(article, &seek).await?;
            threads.extend(page.items);
            match page.next {
                Some(next) => seek.after = Some(next),
                None => return Ok(threads),
            }
        }
    }

    /// Returns what the pack that this instance began with contains of other journals.
    async fn origin_of(&self, article: ArticleId) -> Result<Option<Origin>, ExchangeError> {
        // A pack is imported into an empty instance only, so its entry is the first.
        let first = self.journal.read(0, 1).await?.pop();
        match first.filter(pack::is_import) {
            Some(entry) => Ok(Some(pack::extracts_of(&self.store, &entry, article).await?)),
            None => Ok(None),
        }
    }
}
