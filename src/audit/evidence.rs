//! Checks records against the journal.
//!
//! The journal's chain is verified first. These checks then compare every revision, version,
//! decision and signature with the journal, and with the text that it names (21 CFR 11.10(a),
//! 11.70). Imported records are compared with the part of the other journal that came with their
//! pack.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lectern_article::{self as article, Article};
use lectern_base::{ArticleId, Hash, PersonId, ReviewId, RevisionId, SignatureId};
use lectern_journal::{Actor, Entry, Event as _, Journal};
use lectern_pack::Origin;
use lectern_reading::{Acknowledgement, all_acknowledgements};
use lectern_review::{
    self as review, EffectiveVersionFacts, RecordedDecision, Review, ReviewEvent, Signature,
    Verdict, Version,
};
use lectern_revision::{self as revision, Content, Revision, RevisionEvent, SavedRevision};
use lectern_store::{Store, StoreError};

use crate::AuditError;
use crate::files::CheckedFiles;

mod acknowledgements;

/// Entries read at a time.
const PAGE_SIZE: usize = 500;

/// What the journal says about texts, versions, decisions and signatures, each with its source.
#[derive(Default)]
struct JournalFacts {
    saved: BTreeMap<RevisionId, (Source, Hash)>,
    effective: BTreeMap<(ArticleId, u32), EffectiveFact>,
    decided: BTreeMap<ReviewId, Vec<DecisionFact>>,
    acknowledged: BTreeMap<(ArticleId, PersonId, u32), (Source, Acknowledgement)>,
    signed: BTreeMap<SignatureId, (Source, Entry)>,
}

/// An entry of this journal, or of one that came with a pack.
#[derive(Clone, Copy)]
enum Source {
    Here(u64),
    Imported(u64),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(seq) => write!(f, "journal entry {seq}"),
            Self::Imported(seq) => write!(f, "entry {seq} of the journal that came with its pack"),
        }
    }
}

struct EffectiveFact {
    source: Source,
    revision: RevisionId,
    hash: Hash,
    approved_by: Vec<PersonId>,
}

struct DecisionFact {
    source: Source,
    person: Actor,
    verdict: Verdict,
    hash: Hash,
    reason: Option<String>,
    signature: Option<SignatureId>,
}

/// All records, and what the journal says about them.
struct Evidence<'f> {
    store: Store,
    files: &'f CheckedFiles,
    facts: JournalFacts,
    articles: BTreeMap<ArticleId, Article>,
    revisions: BTreeMap<RevisionId, Revision>,
    reviews: BTreeMap<ReviewId, Review>,
    versions: BTreeMap<(ArticleId, u32), Version>,
    acknowledged: BTreeMap<(ArticleId, PersonId, u32), Acknowledgement>,
}

/// Checks all records.
///
/// # Errors
/// [`AuditError::Contradiction`] or [`AuditError::UnsoundSignature`] for the first bad record.
pub(crate) async fn check(
    store: &Store,
    journal: &Journal,
    files: &CheckedFiles,
) -> Result<(), AuditError> {
    let evidence = Evidence::load(store, journal, files).await?;
    evidence.versions().await?;
    evidence.pointers()?;
    evidence.decisions()?;
    evidence.acknowledgements()?;
    evidence.revisions().await?;
    evidence.signatures().await
}

impl<'f> Evidence<'f> {
    async fn load(
        store: &Store,
        journal: &Journal,
        files: &'f CheckedFiles,
    ) -> Result<Self, AuditError> {
        let articles = article::all(store).await?;
        let revisions = revision::all(store).await?;
        let reviews = review::all_reviews(store).await?;
        let versions = review::all_versions(store).await?;
        let acknowledged = all_acknowledgements(store).await?;
        Ok(Self {
            store: store.clone(),
            files,
            facts: JournalFacts::of(store, journal).await?,
            articles: articles.into_iter().map(|one| (one.id, one)).collect(),
            revisions: revisions.into_iter().map(|one| (one.id, one)).collect(),
            reviews: reviews.into_iter().map(|one| (one.id, one)).collect(),
            versions: versions
                .into_iter()
                .map(|one| ((one.article, one.number), one))
                .collect(),
            acknowledged: acknowledgements::by_key(acknowledged),
        })
    }

    /// Checks that each version is the approved revision.
    async fn versions(&self) -> Result<(), AuditError> {
        for (key, version) in &self.versions {
            let fault = match self.version_fault(key, version) {
                Some(fault) => Some(fault),
                None => {
                    let says = |text: &Content| {
                        text.title == version.title
                            && text.template == version.template
                            && text.contributors == version.contributors
                    };
                    self.text_fault(version.hash, says).await?
                }
            };
            self.expect_none(|| self.describe_version(*key), fault)?;
        }
        let missing = self.facts.effective.iter();
        let missing = missing.filter(|(key, _)| !self.versions.contains_key(*key));
        for (key, fact) in missing {
            let fault = format!("it is missing, and {} speaks of it", fact.source);
            self.expect_none(|| self.describe_version(*key), Some(fault))?;
        }
        Ok(())
    }

    fn version_fault(&self, key: &(ArticleId, u32), version: &Version) -> Option<String> {
        let Some(fact) = self.facts.effective.get(key) else {
            return Some("the journal does not say that it became effective".to_owned());
        };
        let revised = self.revisions.get(&version.revision);
        let reviewed = self.reviews.get(&version.review);
        let fault = match () {
            () if version.hash != fact.hash || version.revision != fact.revision => {
                format!("{} names another text", fact.source)
            }
            () if version.approved_by != fact.approved_by => {
                format!("{} names other approvers", fact.source)
            }
            () if revised.is_none_or(|one| one.hash != version.hash || one.article != key.0) => {
                format!("revision {} does not agree with it", version.revision)
            }
            () if reviewed.is_none_or(|one| !approves(one, version)) => {
                format!("review {} does not approve it", version.review)
            }
            () => return None,
        };
        Some(fault)
    }

    /// Checks that each effective pointer names a version.
    fn pointers(&self) -> Result<(), AuditError> {
        for article in self.articles.values() {
            let Some(pointer) = &article.effective else {
                continue;
            };
            let version = self.versions.get(&(article.id, pointer.version));
            let agree = version.is_some_and(|version| {
                version.hash == pointer.hash && version.revision == pointer.revision
            });
            let fault = (!agree).then(|| "what readers get is not one of its versions".to_owned());
            self.expect_none(|| self.describe_article(article.id), fault)?;
        }
        Ok(())
    }

    /// Checks that the decisions of each review are those in the journal.
    fn decisions(&self) -> Result<(), AuditError> {
        let none = Vec::new();
        for (id, review) in &self.reviews {
            let fact = self.facts.decided.get(id).unwrap_or(&none);
            let same = |(decision, fact): (&review::Decision, &DecisionFact)| {
                Actor::Person(decision.person) == fact.person
                    && decision.verdict == fact.verdict
                    && decision.revision_hash == fact.hash
                    && decision.reason == fact.reason
                    && decision.signature == fact.signature
            };
            let whole = review.decisions.len() == fact.len();
            let other = fact
                .iter()
                .zip(&review.decisions)
                .find(|(fact, decision)| !same((*decision, *fact)));
            let fault = match other {
                Some((fact, _)) => Some(format!("{} says otherwise", fact.source)),
                None if whole => None,
                None => Some("its decisions are not those that the journal speaks of".to_owned()),
            };
            let name = || format!("review {id} of {}", self.describe_article(review.article));
            self.expect_none(name, fault)?;
        }
        let gone = self.facts.decided.iter();
        for (id, fact) in gone.filter(|(id, _)| !self.reviews.contains_key(*id)) {
            let source = fact.first().map(|fact| fact.source);
            let fault = source.map(|source| format!("it is missing, and {source} speaks of it"));
            self.expect_none(|| format!("review {id}"), fault)?;
        }
        Ok(())
    }

    /// Checks that each revision is the one that was saved.
    async fn revisions(&self) -> Result<(), AuditError> {
        for (id, revision) in &self.revisions {
            let fault = match self.facts.saved.get(id) {
                None => Some("the journal does not say that it was saved".to_owned()),
                Some((source, hash)) if *hash != revision.hash => {
                    Some(format!("{source} names another text"))
                }
                Some(_) => {
                    let says = |text: &Content| {
                        text.title == revision.title
                            && text.template == revision.template
                            && text.contributors == revision.contributors
                    };
                    self.text_fault(revision.hash, says).await?
                }
            };
            self.expect_none(|| self.describe_revision(revision), fault)?;
        }
        let gone = self.facts.saved.iter();
        for (id, (source, _)) in gone.filter(|(id, _)| !self.revisions.contains_key(*id)) {
            let fault = format!("it is missing, and {source} speaks of it");
            self.expect_none(|| format!("revision {id}"), Some(fault))?;
        }
        Ok(())
    }

    /// Checks that each signature is as it was given, under the signed text, and none is missing.
    async fn signatures(&self) -> Result<(), AuditError> {
        let mut known = BTreeSet::new();
        let unsound = |signature, wrong: String| AuditError::UnsoundSignature { signature, wrong };
        for signature in review::all_signatures(&self.store).await? {
            let given = self.facts.signed.get(&signature.id);
            let text = self.revisions.get(&signature.revision);
            let text = text.map(|revision| revision.hash);
            if let Some(wrong) = signature.fault(given.map(|(_, entry)| entry), text) {
                return Err(unsound(signature.id, wrong.to_owned()));
            }
            known.insert(signature.id);
        }
        let gone = self.facts.signed.iter();
        match gone.into_iter().find(|(id, _)| !known.contains(*id)) {
            Some((id, (source, _))) => {
                let wrong = format!("its record is missing, and {source} speaks of it");
                Err(unsound(*id, wrong))
            }
            None => Ok(()),
        }
    }

    /// Returns what is wrong with an immutable text or its attachments, or that the record
    /// disagrees with it.
    async fn text_fault(
        &self,
        hash: Hash,
        agrees: impl Fn(&Content) -> bool,
    ) -> Result<Option<String>, AuditError> {
        let bytes = match self.file(hash).await? {
            Ok(bytes) => bytes,
            Err(what) => return Ok(Some(format!("its text {what} (file {hash})"))),
        };
        let content = serde_json::from_slice::<Content>(&bytes).ok();
        let Some(content) = content.filter(agrees) else {
            let fault = format!("it does not agree with its text (file {hash})");
            return Ok(Some(fault));
        };
        for file in content.attachments {
            if let Some(what) = self.files.fault(file) {
                return Ok(Some(format!("its attachment {what} (file {file})")));
            }
        }
        Ok(None)
    }

    async fn file(&self, hash: Hash) -> Result<Result<bytes::Bytes, &'static str>, AuditError> {
        match self.store.blobs().get(hash).await {
            Ok(Some(bytes)) => Ok(Ok(bytes)),
            Ok(None) => Ok(Err("is missing")),
            Err(StoreError::Damaged { .. }) => Ok(Err("was changed")),
            Err(error) => Err(error.into()),
        }
    }

    fn expect_none(
        &self,
        name: impl FnOnce() -> String,
        fault: Option<String>,
    ) -> Result<(), AuditError> {
        match fault {
            Some(what) => Err(AuditError::Contradiction {
                record: name(),
                what,
            }),
            None => Ok(()),
        }
    }

    fn describe_article(&self, id: ArticleId) -> String {
        let title = self.articles.get(&id).map(|article| article.title.as_str());
        format!("article “{}” ({id})", title.unwrap_or("unknown"))
    }

    fn describe_version(&self, (article, number): (ArticleId, u32)) -> String {
        format!("version {number}.0 of {}", self.describe_article(article))
    }

    fn describe_revision(&self, revision: &Revision) -> String {
        let article = self.describe_article(revision.article);
        format!("revision {} of {article}", revision.number)
    }
}

/// Returns whether `review` approves exactly this version, by people who did not contribute to it.
fn approves(review: &Review, version: &Version) -> bool {
    let approved = |person: &PersonId| {
        review.decisions.iter().any(|decision| {
            decision.person == *person
                && !review.is_of(decision.voter())
                && decision.verdict == Verdict::Approve
                && decision.revision_hash == version.hash
        })
    };
    let writers: BTreeSet<_> = review
        .contributors
        .iter()
        .chain(&version.contributors)
        .collect();
    review.article == version.article
        && review.revision == version.revision
        && review.revision_hash == version.hash
        && !version.approved_by.is_empty()
        && version.approved_by.iter().all(approved)
        && version
            .approved_by
            .iter()
            .all(|person| !writers.contains(person))
}

impl JournalFacts {
    async fn of(store: &Store, journal: &Journal) -> Result<Self, AuditError> {
        let mut facts = Self::default();
        let mut after = 0;
        loop {
            let entries = journal.read(after, PAGE_SIZE).await?;
            let Some(last) = entries.last() else {
                return Ok(facts);
            };
            after = last.seq;
            for entry in &entries {
                facts.add(entry, Source::Here(entry.seq));
                if let Some(origin) = Origin::of(store, entry).await? {
                    let covered = origin.entries.iter().filter(|entry| origin.covers(entry));
                    covered.for_each(|entry| facts.add(entry, Source::Imported(entry.seq)));
                }
            }
        }
    }

    /// Adds what an entry says. A malformed entry is skipped, so that its record fails the check.
    fn add(&mut self, entry: &Entry, source: Source) {
        if let Some(RevisionEvent::Saved { new }) = RevisionEvent::of(entry) {
            self.add_saved(entry, source, new)
        } else if let Some(event) = ReviewEvent::of(entry) {
            match event {
                ReviewEvent::VersionEffective { new } => self.add_effective(entry, source, new),
                ReviewEvent::Decided { new } => self.add_decided(entry, source, new),
                ReviewEvent::SignatureGiven { .. } => self.add_signed(entry, source),
                _ => None,
            }
        } else {
            self.add_acknowledged(entry, source)
        };
    }

    fn add_saved(&mut self, entry: &Entry, source: Source, saved: SavedRevision) -> Option<()> {
        let id = entry.subject.id.parse().ok()?;
        self.saved.insert(id, (source, saved.hash));
        Some(())
    }

    fn add_effective(
        &mut self,
        entry: &Entry,
        source: Source,
        version: EffectiveVersionFacts,
    ) -> Option<()> {
        let article = entry.subject.id.parse().ok()?;
        let fact = EffectiveFact {
            source,
            revision: version.revision,
            hash: version.hash,
            approved_by: version.approved_by,
        };
        self.effective.insert((article, version.version), fact);
        Some(())
    }

    fn add_decided(
        &mut self,
        entry: &Entry,
        source: Source,
        decision: RecordedDecision,
    ) -> Option<()> {
        let decided = DecisionFact {
            source,
            person: entry.actor,
            verdict: decision.verdict,
            hash: decision.revision_hash,
            reason: entry.reason.clone(),
            signature: decision.signature,
        };
        let review = entry.subject.id.parse().ok()?;
        self.decided.entry(review).or_default().push(decided);
        Some(())
    }

    fn add_signed(&mut self, entry: &Entry, source: Source) -> Option<()> {
        let id = Signature::given_in(entry)?;
        self.signed.insert(id, (source, entry.clone()));
        Some(())
    }
}
