//! Checks that what was approved, by whom, and what the journal says of it agree.
//!
//! The journal's chain is proven first; these checks hold every record of a revision, a version, a
//! decision and a signature against it, and against the text it names (21 CFR 11.10(a), 11.70). What
//! was taken in with a pack is held against the part of the other journal that came along.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::DeserializeOwned;

use lectern_article::{self as article, Article};
use lectern_base::{ArticleId, Hash, PersonId, ReviewId, RevisionId, SignatureId};
use lectern_journal::{Actor, Entry, Journal};
use lectern_reading::{Acknowledgement, all_acknowledgements};
use lectern_review::{self as review, Review, Signature, Verdict, Version};
use lectern_revision::{self as revision, Content, Revision};
use lectern_store::{Store, StoreError};

use super::{AppError, pack};

mod acknowledged;

/// Entries read at a time.
const STRIDE: usize = 500;

/// What the journal says of texts, versions, decisions and signatures, each with where it says so.
#[derive(Default)]
struct Told {
    saved: BTreeMap<RevisionId, (Place, Hash)>,
    effective: BTreeMap<(ArticleId, u32), BecameEffective>,
    decided: BTreeMap<ReviewId, Vec<Decided>>,
    acknowledged: BTreeMap<(ArticleId, PersonId, u32), (Place, Acknowledgement)>,
    signed: BTreeMap<SignatureId, (Place, Entry)>,
}

/// An entry of this journal, or of the one that came with a pack.
#[derive(Clone, Copy)]
enum Place {
    Here(u64),
    Elsewhere(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(seq) => write!(f, "journal entry {seq}"),
            Self::Elsewhere(seq) => write!(f, "entry {seq} of the journal that came with its pack"),
        }
    }
}

struct BecameEffective {
    place: Place,
    revision: RevisionId,
    hash: Hash,
    approved_by: Vec<PersonId>,
}

struct Decided {
    place: Place,
    person: Actor,
    verdict: Verdict,
    hash: Hash,
    reason: Option<String>,
    signature: Option<SignatureId>,
}

/// Everything that is held against each other.
struct Evidence {
    store: Store,
    told: Told,
    articles: BTreeMap<ArticleId, Article>,
    revisions: BTreeMap<RevisionId, Revision>,
    reviews: BTreeMap<ReviewId, Review>,
    versions: BTreeMap<(ArticleId, u32), Version>,
    acknowledged: BTreeMap<(ArticleId, PersonId, u32), Acknowledgement>,
}

/// Names the first record that does not agree with the others.
pub(super) async fn check(store: &Store, journal: &Journal) -> Result<(), AppError> {
    let evidence = Evidence::gather(store, journal).await?;
    evidence.versions().await?;
    evidence.pointers()?;
    evidence.decisions()?;
    evidence.acknowledgements()?;
    evidence.revisions().await?;
    evidence.signatures().await
}

impl Evidence {
    async fn gather(store: &Store, journal: &Journal) -> Result<Self, AppError> {
        let articles = article::all(store).await?;
        let revisions = revision::all(store).await?;
        let reviews = review::all_reviews(store).await?;
        let versions = review::all_versions(store).await?;
        let acknowledged = all_acknowledgements(store).await?;
        Ok(Self {
            store: store.clone(),
            told: Told::of(store, journal).await?,
            articles: articles.into_iter().map(|one| (one.id, one)).collect(),
            revisions: revisions.into_iter().map(|one| (one.id, one)).collect(),
            reviews: reviews.into_iter().map(|one| (one.id, one)).collect(),
            versions: versions
                .into_iter()
                .map(|one| ((one.article, one.number), one))
                .collect(),
            acknowledged: acknowledged::by_key(acknowledged),
        })
    }

    /// Each version is the revision that was approved, and says what was approved.
    async fn versions(&self) -> Result<(), AppError> {
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
            self.refuse(|| self.name_of_version(*key), fault)?;
        }
        let missing = self.told.effective.iter();
        let missing = missing.filter(|(key, _)| !self.versions.contains_key(*key));
        for (key, told) in missing {
            let fault = format!("it is missing, and {} speaks of it", told.place);
            self.refuse(|| self.name_of_version(*key), Some(fault))?;
        }
        Ok(())
    }

    fn version_fault(&self, key: &(ArticleId, u32), version: &Version) -> Option<String> {
        let Some(told) = self.told.effective.get(key) else {
            return Some("the journal does not say that it became effective".to_owned());
        };
        let revised = self.revisions.get(&version.revision);
        let reviewed = self.reviews.get(&version.review);
        let fault = match () {
            () if version.hash != told.hash || version.revision != told.revision => {
                format!("{} names another text", told.place)
            }
            () if version.approved_by != told.approved_by => {
                format!("{} names other approvers", told.place)
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

    /// What readers get is a version.
    fn pointers(&self) -> Result<(), AppError> {
        for article in self.articles.values() {
            let Some(pointer) = &article.effective else {
                continue;
            };
            let version = self.versions.get(&(article.id, pointer.version));
            let agree = version.is_some_and(|version| {
                version.hash == pointer.hash && version.revision == pointer.revision
            });
            let fault = (!agree).then(|| "what readers get is not one of its versions".to_owned());
            self.refuse(|| self.name_of_article(article.id), fault)?;
        }
        Ok(())
    }

    /// The decisions of each review are those that were made.
    fn decisions(&self) -> Result<(), AppError> {
        let none = Vec::new();
        for (id, review) in &self.reviews {
            let told = self.told.decided.get(id).unwrap_or(&none);
            let same = |(kept, told): (&review::Decision, &Decided)| {
                Actor::Person(kept.person) == told.person
                    && kept.verdict == told.verdict
                    && kept.revision_hash == told.hash
                    && kept.reason == told.reason
                    && kept.signature == told.signature
            };
            let whole = review.decisions.len() == told.len();
            let other = told
                .iter()
                .zip(&review.decisions)
                .find(|(told, kept)| !same((*kept, *told)));
            let fault = match other {
                Some((told, _)) => Some(format!("{} says otherwise", told.place)),
                None if whole => None,
                None => Some("its decisions are not those that the journal speaks of".to_owned()),
            };
            let name = || format!("review {id} of {}", self.name_of_article(review.article));
            self.refuse(name, fault)?;
        }
        let gone = self.told.decided.iter();
        for (id, told) in gone.filter(|(id, _)| !self.reviews.contains_key(*id)) {
            let place = told.first().map(|told| told.place);
            let fault = place.map(|place| format!("it is missing, and {place} speaks of it"));
            self.refuse(|| format!("review {id}"), fault)?;
        }
        Ok(())
    }

    /// Each revision says what was saved.
    async fn revisions(&self) -> Result<(), AppError> {
        for (id, revision) in &self.revisions {
            let fault = match self.told.saved.get(id) {
                None => Some("the journal does not say that it was saved".to_owned()),
                Some((place, hash)) if *hash != revision.hash => {
                    Some(format!("{place} names another text"))
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
            self.refuse(|| self.name_of_revision(revision), fault)?;
        }
        let gone = self.told.saved.iter();
        for (id, (place, _)) in gone.filter(|(id, _)| !self.revisions.contains_key(*id)) {
            let fault = format!("it is missing, and {place} speaks of it");
            self.refuse(|| format!("revision {id}"), Some(fault))?;
        }
        Ok(())
    }

    /// Each signature is as it was given and under the text that was signed, and none is gone.
    async fn signatures(&self) -> Result<(), AppError> {
        let mut known = BTreeSet::new();
        let unsound = |signature, wrong: String| AppError::UnsoundSignature { signature, wrong };
        for signature in review::all_signatures(&self.store).await? {
            let given = self.told.signed.get(&signature.id);
            let text = self.revisions.get(&signature.revision);
            let text = text.map(|revision| revision.hash);
            if let Some(wrong) = signature.fault(given.map(|(_, entry)| entry), text) {
                return Err(unsound(signature.id, wrong.to_owned()));
            }
            known.insert(signature.id);
        }
        let gone = self.told.signed.iter();
        match gone.into_iter().find(|(id, _)| !known.contains(*id)) {
            Some((id, (place, _))) => {
                let wrong = format!("its record is missing, and {place} speaks of it");
                Err(unsound(*id, wrong))
            }
            None => Ok(()),
        }
    }

    /// Says what is wrong with a frozen text, with a picture or file that it counts, or with a
    /// record that says something else of it.
    async fn text_fault(
        &self,
        hash: Hash,
        agrees: impl Fn(&Content) -> bool,
    ) -> Result<Option<String>, AppError> {
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
            if let Err(what) = self.file(file).await? {
                return Ok(Some(format!("its attachment {what} (file {file})")));
            }
        }
        Ok(None)
    }

    async fn file(&self, hash: Hash) -> Result<Result<bytes::Bytes, &'static str>, AppError> {
        match self.store.blobs().get(hash).await {
            Ok(Some(bytes)) => Ok(Ok(bytes)),
            Ok(None) => Ok(Err("is missing")),
            Err(StoreError::Damaged { .. }) => Ok(Err("was changed")),
            Err(error) => Err(error.into()),
        }
    }

    fn refuse(&self, name: impl FnOnce() -> String, fault: Option<String>) -> Result<(), AppError> {
        match fault {
            Some(what) => Err(AppError::Contradiction {
                record: name(),
                what,
            }),
            None => Ok(()),
        }
    }

    fn name_of_article(&self, id: ArticleId) -> String {
        let title = self.articles.get(&id).map(|article| article.title.as_str());
        format!("article “{}” ({id})", title.unwrap_or("unknown"))
    }

    fn name_of_version(&self, (article, number): (ArticleId, u32)) -> String {
        format!("version {number}.0 of {}", self.name_of_article(article))
    }

    fn name_of_revision(&self, revision: &Revision) -> String {
        let article = self.name_of_article(revision.article);
        format!("revision {} of {article}", revision.number)
    }
}

/// Tells whether `review` is of this text, and those who approved it decided so and wrote none of it.
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

impl Told {
    async fn of(store: &Store, journal: &Journal) -> Result<Self, AppError> {
        let mut told = Self::default();
        let mut after = 0;
        loop {
            let entries = journal.read(after, STRIDE).await?;
            let Some(last) = entries.last() else {
                return Ok(told);
            };
            after = last.seq;
            for entry in &entries {
                told.hear(entry, Place::Here(entry.seq));
                if let Some(origin) = pack::origin(store, entry).await? {
                    let held = origin.entries.iter().filter(|entry| origin.holds(entry));
                    held.for_each(|entry| told.hear(entry, Place::Elsewhere(entry.seq)));
                }
            }
        }
    }

    /// Takes in what an entry says; one that says less than it should leaves its record unheard of.
    fn hear(&mut self, entry: &Entry, place: Place) {
        match entry.deed.as_str() {
            "revision.saved" => self.hear_saved(entry, place),
            "version.effective" => self.hear_effective(entry, place),
            "review.decided" => self.hear_decided(entry, place),
            "reading.acknowledged" => self.hear_acknowledged(entry, place),
            _ => self.hear_signed(entry, place),
        };
    }

    fn hear_saved(&mut self, entry: &Entry, place: Place) -> Option<()> {
        let id = entry.subject.id.parse().ok()?;
        self.saved.insert(id, (place, field(entry, "hash")?));
        Some(())
    }

    fn hear_effective(&mut self, entry: &Entry, place: Place) -> Option<()> {
        let article = entry.subject.id.parse().ok()?;
        let key = (article, field(entry, "version")?);
        let told = BecameEffective {
            place,
            revision: field(entry, "revision")?,
            hash: field(entry, "hash")?,
            approved_by: field(entry, "approved_by")?,
        };
        self.effective.insert(key, told);
        Some(())
    }

    fn hear_decided(&mut self, entry: &Entry, place: Place) -> Option<()> {
        let decided = Decided {
            place,
            person: entry.actor,
            verdict: field(entry, "verdict")?,
            hash: field(entry, "revision_hash")?,
            reason: entry.reason.clone(),
            signature: field::<Option<SignatureId>>(entry, "signature").flatten(),
        };
        let review = entry.subject.id.parse().ok()?;
        self.decided.entry(review).or_default().push(decided);
        Some(())
    }

    fn hear_signed(&mut self, entry: &Entry, place: Place) -> Option<()> {
        let id = Signature::given_in(entry)?;
        self.signed.insert(id, (place, entry.clone()));
        Some(())
    }
}

/// Reads a field of what an entry says is so now.
fn field<T: DeserializeOwned>(entry: &Entry, name: &str) -> Option<T> {
    let value = entry.new.as_ref()?.get(name)?;
    serde_json::from_value(value.clone()).ok()
}
