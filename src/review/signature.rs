//! Electronic signatures: who signed which text, when, and what it means.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use lectern_base::{ArticleId, Hash, PersonId, RevisionId, SignatureId, Timestamp};
use lectern_identity::{Signer, SigningMethod};
use lectern_store::{Batch, Store, StoreError, Table};

use super::error::ReviewError;
use super::reviews::Reviews;

/// All signatures.
const SIGNATURES: Table<SignatureId, Signature> = Table::new("signatures");
/// The signatures under decisions about each article, oldest first.
const OF_ARTICLE: Table<(ArticleId, SignatureId), ()> = Table::new("signatures_of_article");
/// The signatures of its readers, kept apart because there can be thousands.
const OF_READERS: Table<(ArticleId, SignatureId), ()> = Table::new("signatures_of_readers");
/// What the signature of somebody who read a version means.
pub const READER_MEANING: &str = "read and understood";
/// Letters of a meaning.
const LONGEST_MEANING: usize = 120;

/// A signature under one frozen text (21 CFR 11.50, 11.70).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signature {
    /// Its name for good.
    pub id: SignatureId,
    /// Who signed.
    pub signer: PersonId,
    /// The signer's name as it was then.
    pub printed_name: String,
    /// The signer's login.
    pub login: String,
    /// For whom, when somebody else's right was used.
    #[schema(required = true)]
    pub on_behalf_of: Option<RepresentedPerson>,
    /// What it means, such as `approved`.
    pub meaning: String,
    /// When, by the server's clock.
    pub signed_at: Timestamp,
    /// The article.
    pub article: ArticleId,
    /// The revision that was signed.
    pub revision: RevisionId,
    /// The SHA-256 of exactly what it says.
    pub content_sha256: Hash,
    /// How the signer proved who they are.
    pub auth_method: SigningMethod,
    /// When they proved it.
    pub auth_time: Timestamp,
    /// The policy it was given under, by the SHA-256 of its canonical JSON; none where no review
    /// asked for it.
    #[schema(required = true)]
    pub policy_version: Option<Hash>,
    /// The number of the journal's entry that holds it.
    pub journal_seq: u64,
}

/// Somebody whose right was used by whoever stood in for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Represented)]
pub struct RepresentedPerson {
    /// Who.
    pub person: PersonId,
    /// Their name as it was then.
    pub printed_name: String,
}

/// A signature about to be given: the proof of who signs, and its meaning.
#[derive(Debug)]
pub struct Signing {
    signer: Signer,
    meaning: String,
}

impl Signing {
    /// Creates a signature of this meaning, to be put under a text.
    ///
    /// # Errors
    /// [`ReviewError::Meaning`] when the meaning is empty or too long.
    pub fn new(signer: Signer, meaning: &str) -> Result<Self, ReviewError> {
        let meaning = meaning.trim().to_owned();
        let fits = (1..=LONGEST_MEANING).contains(&meaning.chars().count());
        match fits && !meaning.chars().any(char::is_control) {
            true => Ok(Self { signer, meaning }),
            false => Err(ReviewError::Meaning(LONGEST_MEANING)),
        }
    }

    /// Returns who signs.
    pub fn person(&self) -> PersonId {
        self.signer.person().id
    }

    /// Puts the signature under a text; [`record_signed`] fills in the number of its journal entry.
    pub fn under(&self, text: &SignedText, on_behalf_of: Option<RepresentedPerson>) -> Signature {
        let person = self.signer.person();
        Signature {
            id: SignatureId::new(),
            signer: person.id,
            printed_name: person.name.clone(),
            login: person.login.clone(),
            on_behalf_of,
            meaning: self.meaning.clone(),
            signed_at: text.at,
            article: text.article,
            revision: text.revision,
            content_sha256: text.hash,
            auth_method: self.signer.method(),
            auth_time: self.signer.at(),
            policy_version: text.policy_version,
            journal_seq: 0,
        }
    }
}

/// What is signed, and when.
#[derive(Debug, Clone, Copy)]
pub struct SignedText {
    /// The article.
    pub article: ArticleId,
    /// The revision.
    pub revision: RevisionId,
    /// The hash of its content.
    pub hash: Hash,
    /// The policy of the review; none for the signature of a reader.
    pub policy_version: Option<Hash>,
    /// When it is signed.
    pub at: Timestamp,
}

impl Signature {
    /// Tells whether a reader gave it, not somebody who decided about the text. There can be
    /// thousands of these, and only the reader and the module's overseers see them.
    pub fn is_of_reader(&self) -> bool {
        self.policy_version.is_none() && self.meaning == READER_MEANING
    }

    /// Puts a new signature into `batch`.
    pub(super) fn put(&self, batch: &mut Batch) {
        SIGNATURES.insert(batch, &self.id, self);
        let index = match self.is_of_reader() {
            true => &OF_READERS,
            false => &OF_ARTICLE,
        };
        index.put(batch, &(self.article, self.id), &());
    }

    /// Returns what its journal entry holds: everything except the entry's own number.
    pub(super) fn as_entry(&self) -> Value {
        let mut new = serde_json::to_value(self).expect("a signature is plain JSON");
        if let Some(fields) = new.as_object_mut() {
            fields.remove("journal_seq");
        }
        new
    }
}

impl Reviews {
    /// Returns the signatures under decisions about an article, oldest first, without those of its
    /// readers.
    pub async fn signatures(&self, article: ArticleId) -> Result<Vec<Signature>, ReviewError> {
        self.signatures_in(&OF_ARTICLE, article).await
    }

    /// Returns the signatures under acknowledgements of an article, oldest first.
    pub async fn signatures_of_readers(
        &self,
        article: ArticleId,
    ) -> Result<Vec<Signature>, ReviewError> {
        self.signatures_in(&OF_READERS, article).await
    }

    async fn signatures_in(
        &self,
        index: &Table<(ArticleId, SignatureId), ()>,
        article: ArticleId,
    ) -> Result<Vec<Signature>, ReviewError> {
        let mut signatures = Vec::new();
        for ((_, id), ()) in index.scan_under(&self.store, &article).await? {
            signatures.extend(SIGNATURES.get(&self.store, &id).await?);
        }
        Ok(signatures)
    }

    /// Returns the signatures under decisions about one revision, oldest first.
    pub async fn signatures_under(
        &self,
        article: ArticleId,
        revision: RevisionId,
    ) -> Result<Vec<Signature>, ReviewError> {
        let mut signatures = self.signatures(article).await?;
        signatures.retain(|signature| signature.revision == revision);
        Ok(signatures)
    }
}

/// Returns every signature in a store, for verification.
pub async fn all_signatures(store: &Store) -> Result<Vec<Signature>, StoreError> {
    let found = SIGNATURES.all(store).await?;
    Ok(found.into_iter().map(|(_, signature)| signature).collect())
}
