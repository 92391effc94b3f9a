//! Reads and sets audiences.

use lectern_article::Article;
use lectern_base::{ArticleId, ModuleId, PersonId, Subject};
use lectern_identity::{Person, Steward};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Key, Table, retrying};

use super::audience::{Audience, OF_ARTICLE, OF_MODULE};
use super::error::ReadingError;
use super::event::ReadingEvent;
use super::readings::Readings;
use super::refusal::ReadingRefusal;

impl Readings {
    /// Returns the audience of a module; an empty one when none is set.
    pub async fn module_audience(&self, module: ModuleId) -> Result<Audience, ReadingError> {
        let found = OF_MODULE.get(&self.store, &module).await?;
        Ok(found.unwrap_or_default())
    }

    /// Returns an article's own audience, if it has one.
    pub async fn own_audience(&self, article: ArticleId) -> Result<Option<Audience>, ReadingError> {
        Ok(OF_ARTICLE.get(&self.store, &article).await?)
    }

    /// Returns the audience of an article: its own, or else the module's.
    pub async fn audience_of(&self, article: &Article) -> Result<Audience, ReadingError> {
        match self.own_audience(article.id).await? {
            Some(own) => Ok(own),
            None => self.module_audience(article.module).await,
        }
    }

    /// Sets the audience of a module. Its new members are asked to read every effective version.
    ///
    /// # Errors
    /// [`ReadingRefusal`] that says what is wrong with it.
    pub async fn set_module_audience(
        &self,
        by: &Steward,
        audience: Audience,
    ) -> Result<Audience, ReadingError> {
        let module = by.module();
        let subject = Subject::module(module);
        self.set_audience(by, OF_MODULE, module, subject, Some(audience.clone()))
            .await?;
        Ok(audience)
    }

    /// Sets an article's own audience; with `None` the module's applies again.
    ///
    /// # Errors
    /// [`ReadingRefusal`] that says what is wrong with it.
    pub async fn set_own_audience(
        &self,
        by: &Steward,
        article: ArticleId,
        audience: Option<Audience>,
    ) -> Result<(), ReadingError> {
        if self.article(article).await?.value.module != by.module() {
            return Err(ReadingError::NoArticle);
        }
        let subject = Subject::article(article);
        self.set_audience(by, OF_ARTICLE, article, subject, audience)
            .await
    }

    async fn set_audience<K: Key>(
        &self,
        by: &Steward,
        table: Table<K, Audience>,
        key: K,
        subject: Subject,
        audience: Option<Audience>,
    ) -> Result<(), ReadingError> {
        retrying(ReadingError::Busy, || {
            self.try_set_audience(by, &table, &key, &subject, audience.as_ref())
        })
        .await
    }

    async fn try_set_audience<K: Key>(
        &self,
        by: &Steward,
        table: &Table<K, Audience>,
        key: &K,
        subject: &Subject,
        audience: Option<&Audience>,
    ) -> Result<(), ReadingError> {
        let found = table.get_versioned(&self.store, key).await?;
        let old = found.as_ref().map(|found| &found.value);
        if old == audience {
            return Ok(());
        }
        if let Some(audience) = audience {
            audience.check()?;
            self.check_named(by, audience, old).await?;
        }
        let changed = ReadingEvent::AudienceChanged {
            old: old.cloned(),
            new: audience.cloned(),
        };
        let event =
            AuditEvent::new(by.person().id, changed, subject.clone()).in_module(by.module());
        let mut batch = Batch::new();
        match (audience, &found) {
            (Some(audience), Some(found)) => table.put_expecting(&mut batch, key, audience, found),
            (Some(audience), None) => table.insert(&mut batch, key, audience),
            (None, Some(found)) => table.delete_expecting(&mut batch, key, found),
            (None, None) => return Ok(()),
        }
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Refuses a newly named person who may not read in the module.
    async fn check_named(
        &self,
        by: &Steward,
        audience: &Audience,
        old: Option<&Audience>,
    ) -> Result<(), ReadingError> {
        let known = |id: &&PersonId| old.is_some_and(|old| old.people.contains(*id));
        let named = audience.people.iter().filter(|id| !known(id));
        self.check_readers(by, named).await
    }

    /// Refuses people who may not read in the steward's module.
    pub(super) async fn check_readers(
        &self,
        by: &Steward,
        people: impl Iterator<Item = &PersonId>,
    ) -> Result<(), ReadingError> {
        let module = self.modules.get(by.module()).await?;
        let place = module.ok_or(ReadingError::NoArticle)?.place();
        for id in people {
            let person = self.identity.person(*id).await?;
            let reads = |person: &&Person| person.active && place.is_open_to(person);
            if person.as_ref().filter(reads).is_none() {
                let who = person.map_or_else(|| "somebody unknown".to_owned(), |p| p.name);
                return Err(ReadingRefusal::Stranger(who).into());
            }
        }
        Ok(())
    }
}
