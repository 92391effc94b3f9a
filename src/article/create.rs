//! Creates articles.

use yrs::{Doc, ReadTxn, StateVector, Transact};

use lectern_base::{ArticleId, ModuleId, Subject, Timestamp};
use lectern_document::{
    DraftContent, doc_from_content, new_doc, replace_section, seed, wiki_titles,
};
use lectern_identity::Author;
use lectern_journal::AuditEvent;
use lectern_module::Visibility;
use lectern_store::{Batch, retrying};
use lectern_template::Template;

use super::articles::{Articles, OF_MODULE, SLUGS};
use super::edit::Edit;
use super::error::ArticleError;
use super::event::{ArticleEvent, NewArticleFacts};
use super::links::{self, LinkBindings, TextKind};
use super::newest;
use super::record::{ARTICLES, Article, LONGEST_TITLE, NewArticle, Standing, is_slug_of, slug_of};

impl Articles {
    /// Creates an article in one commit: its record, a draft laid out by the template, and its
    /// place at the end of its module. Creations queue; a try that meets another change to the
    /// module starts over.
    pub async fn create(
        &self,
        by: &Author,
        template: &Template,
        new: NewArticle,
    ) -> Result<Article, ArticleError> {
        let title = checked(&new.title)?;
        let _turn = self.creating.lock().await;
        retrying(ArticleError::Busy, || self.try_create(by, template, &title)).await
    }

    async fn try_create(
        &self,
        by: &Author,
        template: &Template,
        title: &str,
    ) -> Result<Article, ArticleError> {
        let person = by.person().id;
        let article = Article {
            id: ArticleId::new(),
            slug: self.free_slug(by.module(), title).await?,
            module: by.module(),
            template: template.reference(),
            title: title.to_owned(),
            created_by: person,
            created_at: self.clock.now(),
            owner: person,
            standing: Standing::Draft,
            effective: None,
            open_review: None,
            latest_revision: None,
            notice: None,
        };
        let mut batch = Batch::new();
        ARTICLES.insert(&mut batch, &article.id, &article);
        SLUGS.insert(&mut batch, &article.slug, &article.id);
        OF_MODULE.put(&mut batch, &(article.module, article.id), &());
        self.put_writers(&mut batch, article.id, &[person]);
        let links = LinkBindings::default();
        let text = Some((title, &links));
        self.put_links(&mut batch, article.id, TextKind::Draft, text)
            .await?;
        let modules = &self.modules;
        modules
            .put_in_order(&mut batch, article.module, article.id)
            .await?;
        let first = first_edit(template, title, article.created_at)?;
        batch.append(&Edit::log(article.id), first.encode());
        self.journal.record(batch, vec![created(&article)]).await?;
        Ok(article)
    }

    /// Adds an article imported from another instance to `batch`: its record, its index entries,
    /// and `draft` as the first entry of its edit log, without an author. `effective` is the title
    /// of the effective version and its links; `former_titles` are those of its earlier versions.
    pub fn adopt(
        &self,
        batch: &mut Batch,
        article: &Article,
        draft: &DraftContent,
        effective: Option<(&str, &LinkBindings)>,
        former_titles: &[String],
        at: Timestamp,
    ) -> Result<(), ArticleError> {
        ARTICLES.insert(batch, &article.id, article);
        SLUGS.insert(batch, &article.slug, &article.id);
        OF_MODULE.put(batch, &(article.module, article.id), &());
        newest::put(batch, article);
        let texts = draft.sections.iter();
        let linked: Vec<String> = texts.flat_map(|text| wiki_titles(&text.markdown)).collect();
        let linked = LinkBindings::unbound(&linked);
        let view = (draft.title.as_str(), &linked);
        links::record_new(batch, article.id, view, effective, former_titles);
        let doc = doc_from_content(draft)?;
        let first = whole_edit(&doc, at);
        batch.append(&Edit::log(article.id), first.encode());
        Ok(())
    }

    /// Gives an article a new slug if its slug does not match its approved title: the words of a
    /// draft title are not for readers. Earlier slugs keep working.
    pub async fn readdress(
        &self,
        batch: &mut Batch,
        article: &mut Article,
        title: &str,
    ) -> Result<(), ArticleError> {
        if !is_slug_of(&article.slug, title) {
            article.slug = self.free_slug(article.module, title).await?;
            SLUGS.insert(batch, &article.slug, &article.id);
        }
        Ok(())
    }

    /// Returns a slug that no article has. In a restricted module it has a random number, so that
    /// the slug of an article elsewhere does not tell whether a title is taken there.
    async fn free_slug(&self, module: ModuleId, title: &str) -> Result<String, ArticleError> {
        let wanted = slug_of(title);
        let found = self.modules.get(module).await?;
        if found.is_some_and(|module| module.visibility == Visibility::Restricted) {
            // The last bytes of a version 7 UUID are random.
            let id = ArticleId::new();
            let random = id.as_bytes().iter().rev().take(4);
            let random = random.fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
            return Ok(format!("{wanted}-{}", 10_000_000 + random % 90_000_000));
        }
        let mut slug = wanted.clone();
        let mut count = 1;
        while SLUGS.contains(&self.store, &slug).await? {
            count += 1;
            slug = format!("{wanted}-{count}");
        }
        Ok(slug)
    }
}

fn checked(title: &str) -> Result<String, ArticleError> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    match title.chars().count() {
        0 => Err(ArticleError::NoTitle),
        letters if letters > LONGEST_TITLE => Err(ArticleError::LongTitle(LONGEST_TITLE)),
        _ => Ok(title),
    }
}

/// Lays out the draft. Lectern itself is the author.
fn first_edit(template: &Template, title: &str, at: Timestamp) -> Result<Edit, ArticleError> {
    let doc = new_doc(None);
    let keys: Vec<String> = template.sections.iter().map(|s| s.key.clone()).collect();
    seed(&doc, title, &keys);
    for section in &template.sections {
        if let Some(words) = &section.fixed_text {
            replace_section(&doc, &section.key, words)?;
        }
    }
    Ok(whole_edit(&doc, at))
}

/// Encodes a whole document as one edit by Lectern.
fn whole_edit(doc: &Doc, at: Timestamp) -> Edit {
    let update = doc
        .transact()
        .encode_state_as_update_v1(&StateVector::default());
    Edit {
        author: None,
        at,
        clients: vec![doc.client_id().get()],
        update,
    }
}

fn created(article: &Article) -> AuditEvent {
    let created = ArticleEvent::Created {
        new: NewArticleFacts {
            title: article.title.clone(),
            slug: article.slug.clone(),
            template: article.template.to_string(),
        },
    };
    AuditEvent::new(article.created_by, created, Subject::article(article.id))
        .in_module(article.module)
}
