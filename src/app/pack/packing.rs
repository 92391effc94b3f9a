//! A pack while it is written: one article after the other, each as soon as it is read.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use lectern_article::{Attachment, normalised_title};
use lectern_base::{ArticleId, Hash, PersonId, Timestamp};
use lectern_journal::{Actor, AuditEvent, Entry, SignedCheckpoint};
use lectern_module::Module;
use lectern_store::Batch;
use lectern_template::TemplateRef;

use super::archive::Archive;
use super::contents::{CONTENTS, Contents, EXPORT, JOURNAL, ModuleContents, PEOPLE, VERSION};
use super::export::PackFile;
use super::files::{self, Files};
use super::gather::Held;
use super::kept::write_extract;
use super::page::{ArticlePart, IndexPage, ModulePart};
use super::plan::Plan;
use super::setting::Setting;
use super::trail::{self, Trail};
use crate::{App, AppError};

const README: &str = include_str!("README.txt");
const VERIFY: &str = include_str!("verify.html");
/// Where packs are written, in the data directory; each is gone as soon as nobody reads it.
const FOLDER: &str = "packs";

/// Who made a pack and when: all of it that another pack of the same records would not have.
#[derive(Serialize)]
struct Export<'e> {
    exported_at: Timestamp,
    exported_by: Value,
    reason: Option<&'e str>,
    lectern: &'static str,
    manifest_sha256: Hash,
    /// The entry of the journal that tells of it.
    entry: &'e Entry,
    /// The signed proof that the journal ended with that entry.
    checkpoint: &'e SignedCheckpoint,
}

/// A pack that is being written.
pub(super) struct Packing<'p> {
    app: &'p App,
    plan: &'p Plan,
    setting: Arc<Setting>,
    trail: Trail,
    archive: Arc<Mutex<Archive>>,
    contents: Contents,
    /// Every identifier that stands anywhere; some are people.
    named: BTreeSet<PersonId>,
    templates: BTreeSet<TemplateRef>,
    policies: Files,
}

impl<'p> Packing<'p> {
    pub async fn begin(app: &'p App, plan: &'p Plan) -> Result<Self, AppError> {
        let folder = app.config.data.join(FOLDER);
        let file = aside(move || nameless(&folder).map_err(cannot_write)).await?;
        let all = || plan.modules.iter().flat_map(|(_, articles)| articles);
        let mut titles = HashMap::new();
        let mut pages = HashMap::new();
        for article in all() {
            let Some(now) = &article.effective else {
                continue;
            };
            titles.insert(normalised_title(&now.title), article.slug.clone());
            let page = format!(
                "articles/{}/versions/{}.0/article.html",
                article.slug, now.version
            );
            pages.insert(article.slug.clone(), page);
        }
        let everybody = app.identity.everybody().await?;
        let setting = Setting {
            templates: app.templates.clone(),
            names: everybody
                .into_iter()
                .map(|one| (one.id, one.name))
                .collect(),
            titles,
            pages,
        };
        let modules = plan.modules.iter().filter(|_| plan.trails);
        let modules = modules.map(|(module, _)| module.id);
        Ok(Self {
            app,
            plan,
            setting: Arc::new(setting),
            trail: Trail::new(all().map(|article| article.id), modules, plan.rights),
            archive: Arc::new(Mutex::new(Archive::new(file))),
            contents: Contents {
                lectern_pack: VERSION,
                of: plan.of.to_owned(),
                left_out: plan.left_out(),
                modules: Vec::new(),
                articles: Vec::new(),
                templates: Vec::new(),
            },
            named: BTreeSet::new(),
            templates: BTreeSet::new(),
            policies: Files::new(),
        })
    }

    pub async fn add_article(&mut self, id: ArticleId) -> Result<ArticlePart, AppError> {
        let held = self
            .app
            .gather(id, &mut self.trail, self.plan.drafts)
            .await?;
        self.contents.articles.push(held.contents());
        self.policies.extend(held.policies());
        let written = held.texts().map(|text| text.content.template.clone());
        self.templates.extend(written);
        self.templates.insert(held.article.template.clone());
        for file in &held.attachments {
            self.add_attachment(&held, file).await?;
        }
        let setting = self.setting.clone();
        let (files, part) = aside(move || {
            let part = held.part(&setting);
            Ok((held.files(&setting), part))
        })
        .await?;
        self.put(files).await?;
        Ok(part)
    }

    async fn add_attachment(&mut self, held: &Held, file: &Attachment) -> Result<(), AppError> {
        let found = self.app.shelf.read(held.article.id, file.hash).await?;
        let (_, bytes) = found.ok_or(AppError::NotFound("file"))?;
        let name = format!("{}/{}", held.folder, files::file_name(file));
        let is_text = file.media_type.starts_with("text/");
        self.write(move |archive| match is_text {
            true => archive.put(&name, &bytes),
            false => archive.put_as_it_is(&name, &bytes),
        })
        .await
    }

    pub async fn add_module(
        &mut self,
        module: &Module,
        articles: Vec<ArticlePart>,
    ) -> Result<ModulePart, AppError> {
        let folder = format!("modules/{}", module.slug);
        let rules = self.app.reviews.module_rules(module.id).await?;
        let mut files = Files::from([
            (format!("{folder}/module.json"), files::json(module)),
            (format!("{folder}/rules.json"), files::json(&rules)),
        ]);
        if self.plan.trails {
            self.trail.catch_up(&self.app.journal).await?;
            let numbers = self.trail.of_module(module.id);
            let entries = trail::entries(&self.app.journal, numbers).await?;
            let page = files::journal_page(module.title.clone(), "../../", &entries, &self.setting);
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

    /// What is not of one article or module: templates, policies, people, and the pages at the top.
    pub async fn add_rest(&mut self, modules: Vec<ModulePart>) -> Result<(), AppError> {
        let mut files = std::mem::take(&mut self.policies);
        for name in &self.templates {
            if let Some(template) = self.app.templates.get(name) {
                files.insert(format!("templates/{name}.json"), files::json(template));
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
            ("index.html".to_owned(), files::html(&index)),
            ("verify.html".to_owned(), VERIFY.as_bytes().to_vec()),
            (CONTENTS.to_owned(), files::json(&self.contents)),
        ]);
        self.put(files).await?;
        let people = self.people().await?;
        self.put(Files::from([(PEOPLE.to_owned(), people)])).await
    }

    /// Everybody who is named anywhere, as they are called.
    async fn people(&self) -> Result<Vec<u8>, AppError> {
        let mut people = Vec::new();
        for id in &self.named {
            if let Some(person) = self.app.identity.person(*id).await? {
                people.push(json!({
                    "id": person.id,
                    "login": person.login,
                    "name": person.name,
                    "created_at": person.created_at,
                }));
            }
        }
        Ok(files::json(&people))
    }

    async fn put(&mut self, files: Files) -> Result<(), AppError> {
        let mut named = std::mem::take(&mut self.named);
        self.named = self
            .write(move |archive| {
                for (name, bytes) in &files {
                    if name.ends_with(".json") || name.ends_with(".jsonl") {
                        note_people(bytes, &mut named);
                    }
                    archive.put(name, bytes)?;
                }
                Ok(named)
            })
            .await?;
        Ok(())
    }

    /// Writes where it holds nobody up.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Archive) -> io::Result<T> + Send + 'static,
    ) -> Result<T, AppError> {
        let archive = self.archive.clone();
        aside(move || {
            let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut archive).map_err(cannot_write)
        })
        .await
    }

    /// Writes the manifest and the entry that names its hash, and what proves that entry.
    pub async fn end(self, reason: Option<String>) -> Result<PackFile, AppError> {
        let (app, plan) = (self.app, self.plan);
        let manifest = self.write(Archive::put_sums).await?;
        let entry = self.tell(manifest, reason.as_deref()).await?;
        let folder = &app.config.data;
        let checkpoint = app.journal.checkpoint_of(folder, plan.by, &entry).await?;
        let export = files::json(&Export {
            exported_at: entry.at,
            exported_by: self.exporter().await?,
            reason: reason.as_deref(),
            lectern: env!("CARGO_PKG_VERSION"),
            manifest_sha256: manifest,
            entry: &entry,
            checkpoint: &checkpoint,
        });
        let archive = Arc::into_inner(self.archive).expect("nobody writes any more");
        let (file, bytes) = aside(move || {
            let archive = archive.into_inner().unwrap_or_else(PoisonError::into_inner);
            let file = archive.finish(EXPORT, &export).map_err(cannot_write)?;
            let bytes = file.metadata().map_err(cannot_write)?.len();
            Ok((file, bytes))
        })
        .await?;
        let day = &entry.at.to_string()[..10];
        Ok(PackFile {
            file,
            bytes,
            name: format!("{}-{day}.zip", plan.name),
            manifest,
        })
    }

    async fn tell(&self, manifest: Hash, reason: Option<&str>) -> Result<Entry, AppError> {
        let plan = self.plan;
        let mut deed = AuditEvent::new(plan.by, "pack.exported", plan.subject.clone()).to(json!({
            "of": plan.of,
            "manifest": manifest,
            "left_out": self.contents.left_out,
        }));
        if let (true, Some((module, _))) = (plan.of != "all", plan.modules.first()) {
            deed = deed.in_module(module.id);
        }
        if let Some(reason) = reason {
            deed = deed.because(reason);
        }
        let mut told = self.app.journal.record(Batch::new(), vec![deed]).await?;
        Ok(told.remove(0))
    }

    async fn exporter(&self) -> Result<Value, AppError> {
        let Actor::Person(id) = self.plan.by else {
            return Ok(json!("whoever runs the machine, by the command line"));
        };
        let person = self.app.identity.person(id).await?;
        let person = person.ok_or(AppError::NotFound("person"))?;
        Ok(json!({"id": id, "login": person.login, "name": person.name}))
    }
}

/// A new file that nobody can open by a name.
fn nameless(folder: &Path) -> io::Result<File> {
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

/// Collects the identifiers in a file of JSON, or of lines of it.
fn note_people(bytes: &[u8], named: &mut BTreeSet<PersonId>) {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    values.flatten().for_each(|value| note(&value, named));
}

fn note(value: &Value, named: &mut BTreeSet<PersonId>) {
    match value {
        Value::String(text) => named.extend(text.parse::<PersonId>().ok()),
        Value::Array(items) => items.iter().for_each(|item| note(item, named)),
        Value::Object(fields) => fields.values().for_each(|value| note(value, named)),
        _ => {}
    }
}

fn cannot_write(cause: io::Error) -> AppError {
    AppError::io(Path::new(FOLDER), cause)
}

pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|ended| Err(cannot_write(ended.into())))
}
