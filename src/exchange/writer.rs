//! Writes a pack, one article after the other.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use lectern_article::{Attachment, Standing, normalised_title};
use lectern_base::{ArticleId, Hash, ModuleId, PersonId, Timestamp};
use lectern_journal::{Actor, AuditEvent, Entry, SignedCheckpoint};
use lectern_module::{Module, Visibility};
use lectern_pack::{
    CONTENTS, Contents, EXPORT, ExportedPack, JOURNAL, ModuleContents, PEOPLE, PackEvent, VERSION,
    write_extract,
};
use lectern_store::Batch;
use lectern_template::TemplateRef;

use crate::archive::Archive;
use crate::context::PageContext;
use crate::dossier::Dossier;
use crate::folders::FolderNames;
use crate::page::{ArticlePart, IndexPage, ModulePart};
use crate::plan::ExportPlan;
use crate::render::{self, Files};
use crate::trail_index::{self, TrailIndex};
use crate::{Exchange, ExchangeError, PackFile};

const README: &str = include_str!("README.txt");
const VERIFY: &str = include_str!("verify.html");
/// The folder of the data directory in which packs are written. A pack is gone once it was read.
const FOLDER: &str = "packs";

/// `export.json`: everything that differs between two packs of the same records.
#[derive(Serialize)]
struct ExportStatement<'e> {
    exported_at: Timestamp,
    exported_by: Value,
    reason: Option<&'e str>,
    lectern: &'static str,
    manifest_sha256: Hash,
    /// The journal entry of the export.
    entry: &'e Entry,
    /// A checkpoint that proves this entry.
    checkpoint: &'e SignedCheckpoint,
}

/// A pack that is being written.
pub(crate) struct PackWriter<'p> {
    exchange: &'p Exchange,
    plan: &'p ExportPlan,
    context: Arc<PageContext>,
    trail: TrailIndex,
    archive: Arc<Mutex<Archive>>,
    contents: Contents,
    /// Every identifier that occurs in a file; some are of people.
    ids: BTreeSet<PersonId>,
    templates: BTreeSet<TemplateRef>,
    policies: Files,
    /// The folder of each article.
    article_folders: HashMap<ArticleId, String>,
    /// The folder of each module.
    module_folders: HashMap<ModuleId, String>,
}

impl<'p> PackWriter<'p> {
    /// Starts a pack in an unnamed file.
    pub async fn begin(
        exchange: &'p Exchange,
        plan: &'p ExportPlan,
    ) -> Result<Self, ExchangeError> {
        let folder = exchange.folder.join(FOLDER);
        let file = exchange
            .run_blocking(move || unnamed_file(&folder).map_err(cannot_write))
            .await?;
        let all = || plan.modules.iter().flat_map(|(_, articles)| articles);
        let mut names = FolderNames::default();
        let article_folders: HashMap<_, _> = all()
            .map(|article| {
                (
                    article.id,
                    format!("articles/{}", names.name(&article.slug)),
                )
            })
            .collect();
        let mut names = FolderNames::default();
        let modules = plan.modules.iter().map(|(module, _)| module);
        let module_folders = modules
            .map(|module| (module.id, format!("modules/{}", names.name(&module.slug))))
            .collect();
        let mut titles = HashMap::new();
        let mut slugs = HashMap::new();
        let mut pages = HashMap::new();
        for article in all() {
            let Some(now) = &article.effective else {
                continue;
            };
            titles.insert(normalised_title(&now.title), article.slug.clone());
            slugs.insert(article.id, article.slug.clone());
            let folder = &article_folders[&article.id];
            let page = format!("{folder}/versions/{}.0/article.html", now.version);
            pages.insert(article.slug.clone(), page);
        }
        let everybody = exchange.identity.everybody().await?;
        let context = PageContext {
            zone: exchange.zone.clone(),
            templates: exchange.templates.clone(),
            names: everybody
                .into_iter()
                .map(|one| (one.id, one.name))
                .collect(),
            titles,
            slugs,
            pages,
        };
        let modules = plan.modules.iter().filter(|_| plan.trails);
        let modules = modules.map(|(module, _)| module.id);
        Ok(Self {
            exchange,
            plan,
            context: Arc::new(context),
            trail: TrailIndex::new(all().map(|article| article.id), modules, plan.rights),
            archive: Arc::new(Mutex::new(Archive::new(file))),
            contents: Contents {
                lectern_pack: VERSION,
                of: plan.of.to_owned(),
                left_out: plan.left_out(),
                modules: Vec::new(),
                articles: Vec::new(),
                templates: Vec::new(),
            },
            ids: BTreeSet::new(),
            templates: BTreeSet::new(),
            policies: Files::new(),
            article_folders,
            module_folders,
        })
    }

    /// Adds everything on record of an article; returns its part of the index page.
    pub async fn add_article(&mut self, id: ArticleId) -> Result<ArticlePart, ExchangeError> {
        let mut dossier = self
            .exchange
            .dossier(id, &mut self.trail, self.plan.drafts)
            .await?;
        if let Some(folder) = self.article_folders.get(&id) {
            dossier.folder.clone_from(folder);
        }
        for version in &mut dossier.versions {
            let mut unknown = BTreeSet::new();
            for linked in version.links.articles() {
                if !self.may_know(linked).await? {
                    unknown.insert(linked);
                }
            }
            version.links.retain(|linked| !unknown.contains(&linked));
        }
        self.contents.articles.push(dossier.contents());
        self.policies.extend(dossier.policies());
        let written = dossier.texts().map(|text| text.content.template.clone());
        self.templates.extend(written);
        self.templates.insert(dossier.article.template.clone());
        for file in &dossier.attachments {
            self.add_attachment(&dossier, file).await?;
        }
        let context = self.context.clone();
        let written = self.exchange.run_blocking(move || {
            let part = dossier.index_part(&context);
            Ok((dossier.files(&context), part))
        });
        let (files, part) = written.await?;
        self.put(files).await?;
        Ok(part)
    }

    /// Tells whether those who get the pack may know that an article exists. The id of an article
    /// that is not here tells nothing.
    async fn may_know(&self, id: ArticleId) -> Result<bool, ExchangeError> {
        let plan = self.plan;
        let exchange = self.exchange;
        let Some(article) = exchange.articles.get(id).await? else {
            return Ok(true);
        };
        if plan.by == Actor::System {
            return Ok(true);
        }
        let inside = plan.modules.iter();
        let mut inside = inside.map(|(module, _)| module.id);
        if inside.any(|module| module == article.module) {
            return Ok(plan.drafts || article.standing != Standing::Draft);
        }
        let module = exchange.modules.get(article.module).await?;
        let open = module.is_some_and(|module| module.visibility == Visibility::Open);
        Ok(open && article.standing != Standing::Draft)
    }

    async fn add_attachment(
        &mut self,
        dossier: &Dossier,
        file: &Attachment,
    ) -> Result<(), ExchangeError> {
        let found = self
            .exchange
            .shelf
            .read(dossier.article.id, file.hash)
            .await?;
        let (_, bytes) = found.ok_or(ExchangeError::NotFound("file"))?;
        let name = format!("{}/{}", dossier.folder, render::file_name(file));
        let is_text = file.media_type.starts_with("text/");
        self.write(move |archive| match is_text {
            true => archive.put(&name, &bytes),
            false => archive.put_stored(&name, &bytes),
        })
        .await
    }

    /// Adds a module whose articles were added; returns its part of the index page.
    pub async fn add_module(
        &mut self,
        module: &Module,
        articles: Vec<ArticlePart>,
    ) -> Result<ModulePart, ExchangeError> {
        let folder = self.module_folders.get(&module.id).cloned();
        let folder = folder.ok_or(ExchangeError::NotFound("module"))?;
        let rules = self.exchange.reviews.module_rules(module.id).await?;
        let mut files = Files::from([
            (format!("{folder}/module.json"), render::json(module)),
            (format!("{folder}/rules.json"), render::json(&rules)),
        ]);
        if self.plan.trails {
            self.trail.catch_up(&self.exchange.journal).await?;
            let numbers = self.trail.of_module(module.id);
            let entries = trail_index::entries(&self.exchange.journal, numbers).await?;
            let page =
                render::journal_page(module.title.clone(), "../../", &entries, &self.context);
            files.insert(format!("{folder}/journal.html"), page);
            files.insert(format!("{folder}/{JOURNAL}"), write_extract(&entries));
        }
        self.put(files).await?;
        self.contents.modules.push(ModuleContents {
            id: module.id,
            title: module.title.clone(),
            folder: folder.clone(),
        });
        Ok(ModulePart {
            title: module.title.clone(),
            purpose: module.purpose.clone(),
            folder,
            articles,
            journal: self.plan.trails,
        })
    }

    /// Adds the shared files: templates, policies, people, and the top-level pages.
    pub async fn add_shared_files(
        &mut self,
        modules: Vec<ModulePart>,
    ) -> Result<(), ExchangeError> {
        let mut files = std::mem::take(&mut self.policies);
        for name in &self.templates {
            if let Some(template) = self.exchange.templates.get(name) {
                files.insert(format!("templates/{name}.json"), render::json(template));
                self.contents.templates.push(name.to_string());
            }
        }
        self.put(files).await?;
        let index = IndexPage {
            title: format!("Inspector’s pack: {}", self.plan.title),
            left_out: self.contents.left_out.clone(),
            modules,
        };
        let files = Files::from([
            ("README.txt".to_owned(), README.as_bytes().to_vec()),
            ("index.html".to_owned(), render::html(&index)),
            ("verify.html".to_owned(), VERIFY.as_bytes().to_vec()),
            (CONTENTS.to_owned(), render::json(&self.contents)),
        ]);
        self.put(files).await?;
        let people = self.people().await?;
        self.put(Files::from([(PEOPLE.to_owned(), people)])).await
    }

    /// Returns the people who are mentioned in any file.
    async fn people(&self) -> Result<Vec<u8>, ExchangeError> {
        let mut people = Vec::new();
        for id in &self.ids {
            if let Some(person) = self.exchange.identity.person(*id).await? {
                people.push(json!({
                    "id": person.id,
                    "login": person.login,
                    "name": person.name,
                    "created_at": person.created_at,
                }));
            }
        }
        Ok(render::json(&people))
    }

    async fn put(&mut self, files: Files) -> Result<(), ExchangeError> {
        let mut ids = std::mem::take(&mut self.ids);
        self.ids = self
            .write(move |archive| {
                for (name, bytes) in &files {
                    if name.ends_with(".json") || name.ends_with(".jsonl") {
                        collect_ids(bytes, &mut ids);
                    }
                    archive.put(name, bytes)?;
                }
                Ok(ids)
            })
            .await?;
        Ok(())
    }

    /// Writes on a blocking thread.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Archive) -> io::Result<T> + Send + 'static,
    ) -> Result<T, ExchangeError> {
        let archive = self.archive.clone();
        let written = self.exchange.run_blocking(move || {
            let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut archive).map_err(cannot_write)
        });
        written.await
    }

    /// Writes the manifest, records the export in the journal, and completes the pack.
    pub async fn finish(self, reason: Option<String>) -> Result<PackFile, ExchangeError> {
        let (exchange, plan) = (self.exchange, self.plan);
        let manifest = self.write(Archive::put_sums).await?;
        let entry = self.record(manifest, reason.as_deref()).await?;
        let folder = &exchange.folder;
        let checkpoint = exchange
            .journal
            .checkpoint_of(folder, plan.by, &entry)
            .await?;
        let export = render::json(&ExportStatement {
            exported_at: entry.at,
            exported_by: self.exporter().await?,
            reason: reason.as_deref(),
            lectern: env!("CARGO_PKG_VERSION"),
            manifest_sha256: manifest,
            entry: &entry,
            checkpoint: &checkpoint,
        });
        let archive = Arc::into_inner(self.archive).expect("every write has ended");
        let finished = exchange.run_blocking(move || {
            let archive = archive.into_inner().unwrap_or_else(PoisonError::into_inner);
            let file = archive.finish(EXPORT, &export).map_err(cannot_write)?;
            let bytes = file.metadata().map_err(cannot_write)?.len();
            Ok((file, bytes))
        });
        let (file, bytes) = finished.await?;
        let day = &entry.at.to_string()[..10];
        Ok(PackFile {
            file,
            bytes,
            name: format!("{}-{day}.zip", plan.name),
            manifest,
        })
    }

    async fn record(&self, manifest: Hash, reason: Option<&str>) -> Result<Entry, ExchangeError> {
        let plan = self.plan;
        let exported = PackEvent::Exported {
            new: ExportedPack {
                of: plan.of.to_owned(),
                manifest,
                left_out: self.contents.left_out.clone(),
            },
        };
        let mut event = AuditEvent::new(plan.by, exported, plan.subject.clone());
        if let (true, Some((module, _))) = (plan.of != "all", plan.modules.first()) {
            event = event.in_module(module.id);
        }
        if let Some(reason) = reason {
            event = event.because(reason);
        }
        let mut entries = self
            .exchange
            .journal
            .record(Batch::new(), vec![event])
            .await?;
        Ok(entries.remove(0))
    }

    async fn exporter(&self) -> Result<Value, ExchangeError> {
        let Actor::Person(id) = self.plan.by else {
            return Ok(json!("the operator, on the command line"));
        };
        let person = self.exchange.identity.person(id).await?;
        let person = person.ok_or(ExchangeError::NotFound("person"))?;
        Ok(json!({"id": id, "login": person.login, "name": person.name}))
    }
}

/// Creates a file that has no name any more, so that it vanishes once it is closed.
fn unnamed_file(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let path = folder.join(Uuid::now_v7().to_string());
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Collects the identifiers in a JSON or JSON Lines file.
fn collect_ids(bytes: &[u8], ids: &mut BTreeSet<PersonId>) {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    values
        .flatten()
        .for_each(|value| collect_ids_in(&value, ids));
}

fn collect_ids_in(value: &Value, ids: &mut BTreeSet<PersonId>) {
    match value {
        Value::String(text) => ids.extend(text.parse::<PersonId>().ok()),
        Value::Array(items) => items.iter().for_each(|item| collect_ids_in(item, ids)),
        Value::Object(fields) => fields.values().for_each(|value| collect_ids_in(value, ids)),
        _ => {}
    }
}

fn cannot_write(cause: io::Error) -> ExchangeError {
    ExchangeError::io(Path::new(FOLDER), cause)
}

impl Exchange {
    /// Does a part of an export that renders texts or writes files.
    pub(crate) async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ExchangeError> + Send + 'static,
    ) -> Result<T, ExchangeError> {
        self.pool.run_patiently(work).await?
    }
}
