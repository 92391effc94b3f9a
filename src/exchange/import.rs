//! Imports a pack into an empty data directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lectern_article::links::LinkBindings;
use lectern_article::{self as article, Article, ArticleEvent, ImportedArticle};
use lectern_audit::{VerificationReport, verify};
use lectern_base::{Hash, ReviewId, Subject, SystemClock, Timestamp};
use lectern_document::{DraftContent, SectionText};
use lectern_identity::Person;
use lectern_journal::{Actor, AuditEvent, Journal};
use lectern_module as module;
use lectern_pack::{ImportedPack, PackEvent};
use lectern_review as review;
use lectern_revision::Content;
use lectern_store::{self as store, Batch};
use lectern_template::{Section, Templates};

use crate::reader::PackReader;
use crate::records::{ArticleRecords, PackRecords, as_draft};
use crate::{Exchange, ExchangeError};

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The SHA-256 of the pack's manifest.
    pub manifest: Hash,
    /// The number of articles.
    pub articles: usize,
    /// The number of their versions.
    pub versions: usize,
    /// The result of the verification.
    pub verified: VerificationReport,
}

/// A verified pack, and the empty data directory that it goes into.
///
/// The steps are: [`Import::open`], [`Import::write_templates`], [`Exchange::import`] with services
/// on that directory, [`Import::verify`] after they were dropped.
pub struct Import {
    folder: PathBuf,
    reader: PackReader,
    records: PackRecords,
}

impl Import {
    /// Opens the pack in `file` for the empty data directory `folder`.
    ///
    /// # Errors
    /// The first thing that is wrong with the pack or the directory. Nothing is written.
    pub async fn open(folder: &Path, file: &Path) -> Result<Self, ExchangeError> {
        refuse_occupied(folder).await?;
        let mut reader = PackReader::open(file)?;
        Ok(Self {
            folder: folder.to_owned(),
            records: PackRecords::read(&mut reader)?,
            reader,
        })
    }

    /// Writes the templates that this release lacks, or has with other content, into `folder`.
    pub fn write_templates(&self, folder: &Path) -> Result<(), ExchangeError> {
        let known = Templates::embedded()?;
        for template in &self.records.templates {
            if known.get(&template.reference()) == Some(template) {
                continue;
            }
            let name = format!("templates/{}.json", template.reference());
            let source = template
                .source()
                .map_err(|what| ExchangeError::wrong(&name, what))?;
            let path = folder.join(&template.id);
            let file = path.join(format!("{}.toml", template.version));
            let written = fs::create_dir_all(&path).and_then(|()| fs::write(&file, source));
            written.map_err(|cause| ExchangeError::io(&file, cause))?;
        }
        Ok(())
    }

    /// Verifies the data directory after the import.
    ///
    /// # Errors
    /// Anything that does not verify; then the directory is emptied again.
    pub async fn verify(self) -> Result<ImportReport, ExchangeError> {
        let verified = match verify(&self.folder, None).await {
            Ok(verified) => verified,
            Err(error) => {
                self.undo();
                return Err(error.into());
            }
        };
        if !verified.findings.is_empty() {
            self.undo();
            let findings = verified.findings.join("; ");
            return Err(ExchangeError::wrong("the whole", findings));
        }
        let articles = &self.records.articles;
        Ok(ImportReport {
            manifest: self.reader.manifest,
            articles: articles.len(),
            versions: articles.iter().map(|one| one.versions.len()).sum(),
            verified,
        })
    }

    /// Empties the data directory again after a failed import. It was empty before, so everything
    /// in it was made by the import.
    pub fn undo(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
            if let Err(cause) = removed {
                tracing::error!(%cause, path = %path.display(), "A failed import left a file behind");
            }
        }
    }
}

/// Fails if a directory is not empty, and says what it contains.
async fn refuse_occupied(folder: &Path) -> Result<(), ExchangeError> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut names: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    if names.is_empty() {
        return Ok(());
    }
    let holds = match names.iter().any(|name| name == "store") {
        true => inventory(folder).await?,
        false => names.join(", "),
    };
    Err(ExchangeError::Occupied {
        folder: folder.display().to_string(),
        holds,
    })
}

/// Describes the contents of an instance.
async fn inventory(folder: &Path) -> Result<String, ExchangeError> {
    let store = store::open(folder)?;
    let clock = Arc::new(SystemClock);
    let journal = Journal::open(store.clone(), clock).await?;
    Ok(format!(
        "modules: {}, articles: {}, journal entries: {}",
        module::all(&store).await?.len(),
        article::all(&store).await?.len(),
        journal.head()
    ))
}

impl Exchange {
    /// Writes the records, texts and files of a pack; `self` works on its data directory, which is
    /// empty.
    pub async fn import(&self, import: &mut Import) -> Result<(), ExchangeError> {
        let Import {
            reader, records, ..
        } = import;
        let blobs = self.store.blobs();
        blobs.put(reader.manifest_text.clone()).await?;
        let texts = records.articles.iter().flat_map(|one| &one.texts);
        let files = records.articles.iter().flat_map(|one| &one.attachments);
        let names = texts.map(|text| &text.file);
        let names = names
            .chain(files.map(|(_, name)| name))
            .chain(&records.evidence);
        for name in names {
            blobs.put(reader.read(name)?).await?;
        }
        let now = self.clock.now();
        let mut batch = Batch::new();
        for person in &records.people {
            self.identity.adopt(
                &mut batch,
                &Person {
                    id: person.id,
                    login: person.login.clone(),
                    name: person.name.clone(),
                    roles: Vec::new(),
                    active: false,
                    created_at: person.created_at,
                    must_change_password: false,
                    password_since: None,
                    self_granted: Vec::new(),
                },
            );
        }
        for (module, rules) in &records.modules {
            self.modules.adopt(&mut batch, module);
            let order = records.order_of(module);
            self.modules.adopt_order(&mut batch, module.id, &order);
            self.reviews.adopt_rules(&mut batch, module.id, rules);
        }
        let subject = Subject::new("pack", reader.manifest);
        let imported = PackEvent::Imported {
            new: ImportedPack {
                files: reader.sums.len(),
                articles: records.articles.len(),
            },
        };
        let mut events = vec![AuditEvent::new(Actor::System, imported, subject)];
        for article_records in &records.articles {
            let closed = self.adopt_article(&mut batch, article_records, now)?;
            let article = &article_records.article;
            let versions = article_records.versions.iter();
            let imported = ArticleEvent::Imported {
                new: ImportedArticle {
                    title: article.title.clone(),
                    versions: versions.map(|version| version.hash).collect(),
                    reviews_closed: closed,
                },
            };
            let event = AuditEvent::new(Actor::System, imported, Subject::article(article.id));
            events.push(event.in_module(article.module));
        }
        self.journal.record(batch, events).await?;
        Ok(())
    }

    /// Adds the records of an article to `batch`. Returns the open reviews, which are closed
    /// because their reviewers cannot sign in here.
    fn adopt_article(
        &self,
        batch: &mut Batch,
        records: &ArticleRecords,
        now: Timestamp,
    ) -> Result<Vec<ReviewId>, ExchangeError> {
        let article = &records.article;
        let newest = records.newest().map(|text| &text.content);
        let draft = match newest {
            Some(content) => as_draft(content),
            None => self.empty_draft(article)?,
        };
        let current = article.readable().map(|now| now.revision);
        let effective = records
            .texts
            .iter()
            .find(|text| Some(text.revision.id) == current);
        let effective = effective.map(|text| &text.content);
        let number = article.readable().map(|now| now.version);
        let links = match number.and_then(|number| records.links.get(&number)) {
            Some(links) => links.clone(),
            None => LinkBindings::unbound(&effective.map(Content::links).unwrap_or_default()),
        };
        let versions = records.versions.iter();
        let titles: Vec<_> = versions.map(|version| version.title.clone()).collect();
        self.articles.adopt(
            batch,
            article,
            &draft,
            effective.map(|text| (text.title.as_str(), &links)),
            &titles,
            now,
        )?;
        for text in &records.texts {
            self.revisions.adopt(batch, &text.revision);
            self.shelf.pin(batch, article.id, &text.content.attachments);
        }
        for (attachment, _) in &records.attachments {
            self.shelf.adopt(batch, attachment);
        }
        for thread in &records.threads {
            self.threads.adopt(batch, thread);
        }
        let adopted = review::AdoptedArticle {
            article,
            versions: &records.versions,
            links: &records.links,
            reviews: &records.reviews,
            signatures: &records.signatures,
        };
        self.readings.adopt(batch, &records.acknowledgements);
        Ok(self.reviews.adopt(batch, &adopted, now))
    }

    fn empty_draft(&self, article: &Article) -> Result<DraftContent, ExchangeError> {
        let template = self.templates.get(&article.template);
        let template = template.ok_or(ExchangeError::NotFound("template"))?;
        let section = |section: &Section| SectionText {
            key: section.key.clone(),
            markdown: section.fixed_text.clone().unwrap_or_default(),
        };
        Ok(DraftContent {
            title: article.title.clone(),
            sections: template.sections.iter().map(section).collect(),
            ..DraftContent::default()
        })
    }
}
