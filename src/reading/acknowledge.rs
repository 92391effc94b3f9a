//! Acknowledging: "I have read and understood".

use lectern_article::{Article, Effective};
use lectern_base::{ArticleId, Hash, Timestamp};
use lectern_identity::Reader;
use lectern_journal::Entry;
use lectern_journal::Unnumbered;
use lectern_module::Control;
use lectern_review::{READER_MEANING, Refusal, ReviewError, SignedText, Signing, record_signed};
use lectern_store::{Batch, StoreError, retrying};

use super::entries::reading_event;
use super::error::ReadingError;
use super::event::ReadingEvent;
use super::line::line_of;
use super::lists;
use super::readable::unreadable;
use super::readings::Readings;
use super::record::{
    ACKNOWLEDGEMENTS, ASSIGNMENTS, Acknowledgement, Assignment, AssignmentReason, FirstOpened,
    OPENED, put_acknowledgement,
};
use super::refusal::ReadingRefusal;

/// The wording of the statement; it counts up with every change of [`statement`].
const STATEMENT_VERSION: u32 = 1;

/// Returns the statement that somebody who acknowledges a version confirms, word by word.
pub fn statement(title: &str, version: u32) -> String {
    format!("I have read and understood “{title}”, v{version}.0.")
}

/// The version that somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadVersion {
    /// The n of n.0.
    pub version: u32,
    /// The hash of its text.
    pub hash: Hash,
}

impl Readings {
    /// Records that somebody has read and understood the effective version, asked or not, with a
    /// signature where the module is controlled. A second acknowledgement changes nothing: it
    /// returns the record of the first, and `false`.
    ///
    /// # Errors
    /// [`ReadingRefusal`] when the version is not effective or cannot be read;
    /// [`Refusal::NotSigned`] without the signature that is needed.
    pub async fn acknowledge(
        &self,
        by: &Reader,
        article: ArticleId,
        read: ReadVersion,
        signing: Option<Signing>,
    ) -> Result<(Acknowledgement, bool), ReadingError> {
        retrying(ReadingError::Busy, || {
            self.try_acknowledge(by, article, read, signing.as_ref())
        })
        .await
    }

    async fn try_acknowledge(
        &self,
        by: &Reader,
        id: ArticleId,
        read: ReadVersion,
        signing: Option<&Signing>,
    ) -> Result<(Acknowledgement, bool), ReadingError> {
        let found = self.article(id).await?;
        if found.value.module != by.module() {
            return Err(ReadingError::NoArticle);
        }
        let effective = effective(&found.value, read)?;
        let person = by.person().id;
        let key = (id, person, effective.version);
        if let Some(given) = ACKNOWLEDGEMENTS.get(&self.store, &key).await? {
            return Ok((given, false));
        }
        let at = self.clock.now();
        let signing = self.needed_signing(by, &found.value, signing).await?;
        let signature = signing.map(|signing| {
            let text = SignedText {
                article: id,
                revision: effective.revision,
                hash: effective.hash,
                policy_version: None,
                at,
            };
            signing.under(&text, None)
        });
        let mut given = self
            .acknowledgement(by, &found.value, effective, at)
            .await?;
        given.signature = signature.as_ref().map(|signature| signature.id);
        let mut batch = Batch::new();
        self.articles.expect(&mut batch, &found);
        // An acknowledged article is no task of the reader any more.
        let asked = ASSIGNMENTS
            .get_versioned(&self.store, &(id, person))
            .await?;
        if let Some(asked) = asked {
            ASSIGNMENTS.expect(&mut batch, &(id, person), &asked);
            lists::close(&self.store, &mut batch, &asked.value).await?;
        }
        let is_first = !lists::is_done(&self.store, id, given.line, person).await?;
        let acknowledged = ReadingEvent::Acknowledged {
            new: Unnumbered(given.clone()),
        };
        let events = vec![reading_event(person, acknowledged, &found.value)];
        let signatures = Vec::from_iter(signature);
        let number = move |entries: &[Entry], batch: &mut Batch| {
            let mut record = given.clone();
            record.journal_seq = entries[0].seq;
            put_acknowledgement(batch, &record);
            lists::put_done(batch, &record, is_first);
        };
        record_signed(
            &self.journal,
            batch,
            events,
            signatures,
            by.module(),
            number,
        )
        .await?;
        let given = ACKNOWLEDGEMENTS.get(&self.store, &key).await?;
        Ok((given.ok_or(ReadingError::Damaged(id))?, true))
    }

    /// Returns the caller's own signature where the module is controlled; in any other module a
    /// signature is optional.
    async fn needed_signing<'s>(
        &self,
        by: &Reader,
        article: &Article,
        signing: Option<&'s Signing>,
    ) -> Result<Option<&'s Signing>, ReadingError> {
        let controlled = self.module_of(article).await?.control == Control::Controlled;
        match signing {
            Some(signing) if signing.person() == by.person().id => Ok(Some(signing)),
            None if !controlled => Ok(None),
            _ => Err(ReviewError::from(Refusal::NotSigned).into()),
        }
    }

    async fn acknowledgement(
        &self,
        by: &Reader,
        article: &Article,
        effective: &Effective,
        at: Timestamp,
    ) -> Result<Acknowledgement, ReadingError> {
        let person = by.person();
        let versions = self.reviews.versions(article.id).await?;
        let line = line_of(&versions, effective.version);
        let key = (article.id, person.id);
        let assignment = ASSIGNMENTS.get(&self.store, &key).await?;
        let assignment = assignment.filter(|one| one.line == line);
        let opened = OPENED.get(&self.store, &key).await?;
        let opened = opened.filter(|opened| opened.line == line);
        let due = assignment.as_ref().map(|one| one.due);
        let unasked = AssignmentReason::Unasked;
        Ok(Acknowledgement {
            person: person.id,
            printed_name: person.name.clone(),
            article: article.id,
            module: article.module,
            version: effective.version,
            line,
            revision: effective.revision,
            content_sha256: effective.hash,
            title: effective.title.clone(),
            reason: assignment.as_ref().map_or(unasked, |one| one.reason),
            assigner: assignment.as_ref().and_then(|one| one.assigner),
            assigned_at: assignment.as_ref().map(|one| one.assigned_at),
            due,
            first_opened: opened.map(|opened| opened.at),
            statement: statement(&effective.title, effective.version),
            statement_version: STATEMENT_VERSION,
            meaning: READER_MEANING.to_owned(),
            completed_at: at,
            late: due.is_some_and(|due| at > due),
            signature: None,
            journal_seq: 0,
        })
    }

    /// Notes the first time a reader opens the line of versions they are assigned.
    pub(super) async fn note_opened(&self, assignment: &Assignment) -> Result<(), ReadingError> {
        let key = (assignment.article, assignment.person);
        let found = OPENED.get_versioned(&self.store, &key).await?;
        let line = assignment.line;
        if found.as_ref().is_some_and(|found| found.value.line == line) {
            return Ok(());
        }
        let opened = FirstOpened {
            line,
            at: self.clock.now(),
        };
        let mut batch = Batch::new();
        match &found {
            Some(found) => OPENED.put_expecting(&mut batch, &key, &opened, found),
            None => OPENED.insert(&mut batch, &key, &opened),
        }
        match self.store.commit(batch).await {
            // Another window of the same reader was faster.
            Err(StoreError::Conflict { .. }) => Ok(()),
            done => Ok(done.map(drop)?),
        }
    }
}

/// Returns the effective version, provided it is the one that was read.
fn effective(article: &Article, read: ReadVersion) -> Result<&Effective, ReadingRefusal> {
    let effective = article.readable().ok_or_else(|| unreadable(article))?;
    match () {
        () if effective.version != read.version => Err(ReadingRefusal::OtherVersion {
            asked: read.version,
            effective: effective.version,
        }),
        () if effective.hash != read.hash => Err(ReadingRefusal::OtherText(effective.version)),
        () => Ok(effective),
    }
}
