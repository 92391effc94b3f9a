//! Taking a pack into an empty instance: records, texts and files, and what proves them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use lectern_article as article;
use lectern_base::{Clock, Hash, ReviewId, Subject, SystemClock, Timestamp};
use lectern_config::Config;
use lectern_document::{DraftContent, SectionText};
use lectern_identity::Person;
use lectern_journal::{Actor, AuditEvent, Journal};
use lectern_module as module;
use lectern_review as review;
use lectern_store::{self as store, Batch, Faults};
use lectern_template::{Template, Templates};

use super::PackError;
use super::kept::IMPORTED;
use super::opened::Opened;
use super::whole::{ArticleRecords, Whole, as_draft};
use crate::start::TEMPLATES;
use crate::verify::{Verified, verify};
use crate::{App, AppError};

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The SHA-256 of the pack's manifest.
    pub manifest: Hash,
    /// Articles.
    pub articles: usize,
    /// Versions of them.
    pub versions: usize,
    /// What was found when all of it was verified.
    pub verified: Verified,
}

/// Takes the pack in `file` into the empty data directory of `config`, and verifies what is there then.
///
/// # Errors
/// The first thing that is wrong with the pack or the directory; nothing is written then.
pub async fn import(
    config: Config,
    file: &Path,
    clock: Arc<dyn Clock>,
) -> Result<Imported, AppError> {
    let folder = config.data.clone();
    refuse_occupied(&folder).await?;
    let mut pack = Opened::open(file)?;
    let whole = Whole::read(&mut pack)?;
    let done = take_in(config, &mut pack, &whole, clock).await;
    let verified = match done {
        Ok(()) => verify(&folder, None).await,
        Err(error) => Err(error),
    };
    // The directory was empty: all that is in it was made here.
    let verified = match verified {
        Ok(verified) if verified.findings.is_empty() => verified,
        Ok(verified) => {
            clear(&folder);
            return Err(PackError::wrong("the whole", verified.findings.join("; ")).into());
        }
        Err(error) => {
            clear(&folder);
            return Err(error);
        }
    };
    Ok(Imported {
        manifest: pack.manifest,
        articles: whole.articles.len(),
        versions: whole.articles.iter().map(|one| one.versions.len()).sum(),
        verified,
    })
}

/// Refuses a directory that holds anything, and says what.
async fn refuse_occupied(folder: &Path) -> Result<(), AppError> {
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
    Err(PackError::Occupied {
        folder: folder.display().to_string(),
        holds,
    }
    .into())
}

/// What an instance holds, in words.
async fn inventory(folder: &Path) -> Result<String, AppError> {
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

fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let removed = match path.is_dir() {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        if let Err(cause) = removed {
            tracing::error!(%cause, path = %path.display(), "A pack that was refused left something behind");
        }
    }
}

async fn take_in(
    config: Config,
    pack: &mut Opened,
    whole: &Whole,
    clock: Arc<dyn Clock>,
) -> Result<(), AppError> {
    write_templates(&config.data.join(TEMPLATES), &whole.templates)?;
    let app = App::build(config, clock, Faults::default()).await?;
    let blobs = app.store.blobs();
    blobs.put(pack.manifest_text.clone()).await?;
    let texts = whole.articles.iter().flat_map(|one| &one.texts);
    let files = whole.articles.iter().flat_map(|one| &one.attachments);
    let names = texts.map(|text| &text.file);
    let names = names.chain(files.map(|(_, name)| name)).chain(&whole.kept);
    for name in names {
        blobs.put(pack.read(name)?).await?;
    }
    let now = app.clock.now();
    let mut batch = Batch::new();
    for named in &whole.people {
        app.identity.adopt(
            &mut batch,
            &Person {
                id: named.id,
                login: named.login.clone(),
                name: named.name.clone(),
                roles: Vec::new(),
                active: false,
                created_at: named.created_at,
                must_change_password: false,
                password_since: None,
            },
        );
    }
    for (module, rules) in &whole.modules {
        app.modules.adopt(&mut batch, module);
        app.reviews.adopt_rules(&mut batch, module.id, rules);
    }
    let subject = Subject::new("pack", pack.manifest);
    let mut deeds = vec![AuditEvent::new(Actor::System, IMPORTED, subject).to(json!({
        "files": pack.sums.len(),
        "articles": whole.articles.len(),
    }))];
    for records in &whole.articles {
        let closed = app.adopt(&mut batch, records, now)?;
        let article = &records.article;
        let told = json!({
            "title": article.title,
            "versions": records.versions.iter().map(|one| one.hash).collect::<Vec<_>>(),
            "reviews_closed": closed,
        });
        let subject = Subject::article(article.id);
        let deed = AuditEvent::new(Actor::System, "article.imported", subject);
        deeds.push(deed.in_module(article.module).to(told));
    }
    app.journal.record(batch, deeds).await?;
    Ok(())
}

impl App {
    /// Puts the records of an article into `batch`; returns the reviews that were open and are closed
    /// now, as those who could decide are not here.
    fn adopt(
        &self,
        batch: &mut Batch,
        records: &ArticleRecords,
        now: Timestamp,
    ) -> Result<Vec<ReviewId>, AppError> {
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
        self.articles.adopt(
            batch,
            article,
            &draft,
            effective.map(|text| (text.title.as_str(), text.links())),
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
            reviews: &records.reviews,
            signatures: &records.signatures,
        };
        self.readings.adopt(batch, &records.acknowledgements);
        Ok(self.reviews.adopt(batch, &adopted, now))
    }

    fn empty_draft(&self, article: &article::Article) -> Result<DraftContent, AppError> {
        let template = self.template_of(article)?;
        let section = |section: &lectern_template::Section| SectionText {
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

/// Writes the templates that this Lectern does not have, or has otherwise.
fn write_templates(folder: &Path, templates: &[Template]) -> Result<(), AppError> {
    let known = Templates::embedded()?;
    for template in templates {
        if known.get(&template.reference()) == Some(template) {
            continue;
        }
        let name = format!("templates/{}.json", template.reference());
        let source = template
            .source()
            .map_err(|what| PackError::wrong(&name, what))?;
        let path = folder.join(&template.id);
        let file = path.join(format!("{}.toml", template.version));
        let written = fs::create_dir_all(&path).and_then(|()| fs::write(&file, source));
        written.map_err(|cause| AppError::io(&file, cause))?;
    }
    Ok(())
}
