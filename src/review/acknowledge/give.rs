//! Acknowledging: "I have read and understood".

use lectern_article::{Article, Effective};
use lectern_base::{ArticleId, Hash, Timestamp};
use lectern_identity::Reader;
use lectern_journal::JournalError;
use lectern_module::Control;
use lectern_store::{Batch, Versioned};

use super::assign::unreadable;
use super::error::Unacknowledged;
use super::line::line_of;
use super::record::{
    ASSIGNMENTS, Acknowledgement, Assignment, GIVEN, OF_PERSON, OPENED, Opened, Reason, put,
};
use super::settle::deed;
use crate::Refusal;
use crate::error::ReviewError;
use crate::reviews::{Reviews, TRIES};
use crate::signature::{Signed, Signing};

/// What an acknowledgement means, signed or not.
pub const MEANING: &str = "read and understood";
/// The wording of the statement; it counts up with every change of [`statement`].
const STATEMENT_VERSION: u32 = 1;

/// What whoever acknowledges a version confirms, word by word.
pub fn statement(title: &str, version: u32) -> String {
    format!("I have read and understood “{title}”, v{version}.0.")
}

/// What somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The n of n.0.
    pub version: u32,
    /// The hash of its text.
    pub hash: Hash,
}

impl Reviews {
    /// Records that somebody has read and understood the effective version, asked or not; signed
    /// where the module is controlled. Whoever says so twice gets the record of the first time,
    /// and `false`.
    ///
    /// # Errors
    /// [`Unacknowledged`] when it is not effective or cannot be read; [`Refusal::NotSigned`]
    /// without the signature that is needed.
    pub async fn acknowledge(
        &self,
        by: &Reader,
        article: ArticleId,
        seen: Seen,
        signing: Option<Signing>,
    ) -> Result<(Acknowledgement, bool), ReviewError> {
        for _ in 0..TRIES {
            match self
                .try_acknowledge(by, article, seen, signing.as_ref())
                .await
            {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_acknowledge(
        &self,
        by: &Reader,
        id: ArticleId,
        seen: Seen,
        signing: Option<&Signing>,
    ) -> Result<(Acknowledgement, bool), ReviewError> {
        let found = self.article(id).await?;
        if found.value.module != by.module() {
            return Err(ReviewError::NoArticle);
        }
        let now = effective(&found.value, seen)?;
        let person = by.person().id;
        let key = (id, person, now.version);
        if let Some(given) = GIVEN.get(&self.store, &key).await? {
            return Ok((given, false));
        }
        let at = self.clock.now();
        let signing = self.needed_signing(by, &found.value, signing).await?;
        let signature = signing.map(|signing| {
            let text = Signed {
                article: id,
                revision: now.revision,
                hash: now.hash,
                policy_version: None,
                at,
            };
            signing.under(&text, None)
        });
        let mut given = self.acknowledgement(by, &found.value, now, at).await?;
        given.signature = signature.as_ref().map(|signature| signature.id);
        let mut batch = Batch::new();
        self.articles.expect(&mut batch, &found);
        // What is done need not be looked through for what is to be read.
        OF_PERSON.delete(&mut batch, &(person, id));
        let told = deed(person, "reading.acknowledged", &found.value).to(given.told());
        let record = given.clone();
        let signatures = Vec::from_iter(signature);
        self.record_signed_numbered(
            batch,
            vec![told],
            signatures,
            by.module(),
            move |entries, batch| {
                let mut record = record.clone();
                record.journal_seq = entries[0].seq;
                put(batch, &record);
            },
        )
        .await?;
        let given = GIVEN.get(&self.store, &key).await?;
        Ok((given.ok_or(ReviewError::Damaged(id))?, true))
    }

    /// The caller's own signature where the module is controlled; elsewhere one that was given is
    /// taken as well.
    async fn needed_signing<'s>(
        &self,
        by: &Reader,
        article: &Article,
        signing: Option<&'s Signing>,
    ) -> Result<Option<&'s Signing>, ReviewError> {
        let controlled = self.module_of(article).await?.control == Control::Controlled;
        match signing {
            Some(signing) if signing.person() == by.person().id => Ok(Some(signing)),
            None if !controlled => Ok(None),
            _ => Err(Refusal::NotSigned.into()),
        }
    }

    async fn acknowledgement(
        &self,
        by: &Reader,
        article: &Article,
        now: &Effective,
        at: Timestamp,
    ) -> Result<Acknowledgement, ReviewError> {
        let person = by.person();
        let line = line_of(&self.versions(article.id).await?, now.version);
        let key = (article.id, person.id);
        let asked = ASSIGNMENTS.get(&self.store, &key).await?;
        let asked = asked.filter(|asked| asked.line == line);
        let opened = OPENED.get(&self.store, &key).await?;
        let opened = opened.filter(|opened| opened.line == line);
        let due = asked.as_ref().map(|asked| asked.due);
        Ok(Acknowledgement {
            person: person.id,
            printed_name: person.name.clone(),
            article: article.id,
            module: article.module,
            version: now.version,
            line,
            revision: now.revision,
            content_sha256: now.hash,
            title: now.title.clone(),
            reason: asked.as_ref().map_or(Reason::Unasked, |asked| asked.reason),
            assigner: asked.as_ref().and_then(|asked| asked.assigner),
            assigned_at: asked.as_ref().map(|asked| asked.assigned_at),
            due,
            first_opened: opened.map(|opened| opened.at),
            statement: statement(&now.title, now.version),
            statement_version: STATEMENT_VERSION,
            meaning: MEANING.to_owned(),
            completed_at: at,
            late: due.is_some_and(|due| at > due),
            signature: None,
            journal_seq: 0,
        })
    }

    /// Remembers that somebody who is asked to read the effective version has opened it, the first
    /// time alone.
    pub(super) async fn note_opened(&self, asked: &Assignment) -> Result<(), ReviewError> {
        let key = (asked.article, asked.person);
        let found = OPENED.get_versioned(&self.store, &key).await?;
        let known = found.as_ref().is_some_and(|f| f.value.line == asked.line);
        if known {
            return Ok(());
        }
        let opened = Opened {
            line: asked.line,
            at: self.clock.now(),
        };
        let mut batch = Batch::new();
        put_opened(&mut batch, asked, &opened, found.as_ref());
        match self.store.commit(batch).await {
            // Another window of theirs was faster.
            Err(lectern_store::StoreError::Conflict { .. }) => Ok(()),
            done => Ok(done.map(drop)?),
        }
    }
}

fn put_opened(
    batch: &mut Batch,
    asked: &Assignment,
    opened: &Opened,
    found: Option<&Versioned<Opened>>,
) {
    let key = (asked.article, asked.person);
    match found {
        Some(found) => OPENED.put_expecting(batch, &key, opened, found),
        None => OPENED.insert(batch, &key, opened),
    }
}

/// The version that readers get, if it is what was read.
fn effective(article: &Article, seen: Seen) -> Result<&Effective, Unacknowledged> {
    let now = article.readable().ok_or_else(|| unreadable(article))?;
    match () {
        () if now.version != seen.version => Err(Unacknowledged::OtherVersion {
            asked: seen.version,
            effective: now.version,
        }),
        () if now.hash != seen.hash => Err(Unacknowledged::OtherText(now.version)),
        () => Ok(now),
    }
}
