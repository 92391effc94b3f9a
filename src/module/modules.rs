//! All modules: created, found, changed; each change with its deed in one commit.

use std::sync::Arc;

use serde_json::json;

use lectern_base::{ArticleId, Clock, ModuleId, PersonId, Subject};
use lectern_identity::{Caller, Denied, Founder, Identity, IdentityError, Role, Steward};
use lectern_journal::{AuditEvent, Journal};
use lectern_store::{Batch, Store, Table, Versioned};

use super::record::slug_of;
use super::{Control, Module, ModuleChange, ModuleError, NewModule};

const MODULES: Table<ModuleId, Module> = Table::new("modules");
/// Addresses.
const SLUGS: Table<String, ModuleId> = Table::new("module_slugs");

/// Letters of a title at most.
const LONGEST_TITLE: usize = 120;
/// Letters of a purpose at most.
const LONGEST_PURPOSE: usize = 1_000;
/// Modules of one title that get an address of their own by counting.
const MOST_NAMESAKES: u32 = 1_000;

/// Every module of a store, for whoever takes stock of it.
pub async fn all(store: &Store) -> Result<Vec<Module>, ModuleError> {
    let found = MODULES.all(store).await?;
    Ok(found.into_iter().map(|(_, module)| module).collect())
}

/// All modules.
pub struct Modules {
    store: Store,
    journal: Arc<Journal>,
    identity: Arc<Identity>,
    clock: Arc<dyn Clock>,
}

impl Modules {
    /// Keeps modules in `store`.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        identity: Arc<Identity>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            journal,
            identity,
            clock,
        }
    }

    /// Creates a module; its founder becomes a member with the roles held everywhere.
    pub async fn create(&self, by: &Founder, new: NewModule) -> Result<Module, ModuleError> {
        self.found(by, new, false).await
    }

    /// Creates the sample module, which can be removed again.
    pub async fn create_sample(&self, by: &Founder, new: NewModule) -> Result<Module, ModuleError> {
        self.found(by, new, true).await
    }

    async fn found(
        &self,
        by: &Founder,
        new: NewModule,
        sample: bool,
    ) -> Result<Module, ModuleError> {
        let founder = by.person();
        let title = checked_title(&new.title)?;
        let module = Module {
            id: ModuleId::new(),
            slug: self.free_slug(&title).await?,
            title,
            purpose: checked_purpose(&new.purpose)?,
            visibility: new.visibility,
            control: new.control,
            learners: new.learners,
            order: Vec::new(),
            created_by: founder.id,
            created_at: self.clock.now(),
            sample,
        };
        let mut batch = Batch::new();
        MODULES.insert(&mut batch, &module.id, &module);
        SLUGS.insert(&mut batch, &module.slug, &module.id);
        let mut deeds = vec![
            AuditEvent::new(founder.id, "module.created", Subject::module(module.id))
                .in_module(module.id)
                .to(told(&module)),
        ];
        deeds.push(
            self.identity
                .prepare_founder(&mut batch, by, module.id)
                .await?,
        );
        self.journal.record(batch, deeds).await?;
        Ok(module)
    }

    /// Puts a module into `batch` that comes from another instance.
    pub fn adopt(&self, batch: &mut Batch, module: &Module) {
        MODULES.insert(batch, &module.id, module);
        SLUGS.insert(batch, &module.slug, &module.id);
    }

    /// Returns a module.
    pub async fn get(&self, id: ModuleId) -> Result<Option<Module>, ModuleError> {
        Ok(MODULES.get(&self.store, &id).await?)
    }

    /// Returns the module at an address.
    pub async fn by_slug(&self, slug: &str) -> Result<Option<Module>, ModuleError> {
        match SLUGS.get(&self.store, &slug.to_owned()).await? {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Returns all modules by title; who may know of them is for the asker to check.
    pub async fn all(&self) -> Result<Vec<Module>, ModuleError> {
        let found = MODULES.all(&self.store).await?;
        let mut modules: Vec<Module> = found.into_iter().map(|(_, module)| module).collect();
        modules.sort_by_key(|module| module.title.to_lowercase());
        Ok(modules)
    }

    /// Returns the modules that a person may read, by title.
    pub async fn visible_to(&self, caller: &Caller) -> Result<Vec<Module>, ModuleError> {
        let mut modules = self.all().await?;
        modules.retain(|module| caller.reader(&module.place()).is_ok());
        Ok(modules)
    }

    /// Changes what a module says of itself.
    ///
    /// # Errors
    /// That approvals need no signature any more is for a reviewer to say, with a reason
    /// ([`Denied`], [`ModuleError::NoReason`]).
    pub async fn update(&self, by: &Steward, change: ModuleChange) -> Result<Module, ModuleError> {
        let found = self.versioned(by.module()).await?;
        let old = found.value.clone();
        let module = Module {
            title: match &change.title {
                Some(title) => checked_title(title)?,
                None => old.title.clone(),
            },
            purpose: match &change.purpose {
                Some(purpose) => checked_purpose(purpose)?,
                None => old.purpose.clone(),
            },
            visibility: change.visibility.unwrap_or(old.visibility),
            control: change.control.unwrap_or(old.control),
            learners: change.learners.unwrap_or(old.learners),
            ..old.clone()
        };
        let reason = change.reason.as_deref().map(str::trim);
        let reason = reason.filter(|reason| !reason.is_empty());
        if old.control == Control::Controlled && module.control == Control::Informal {
            let right = "relax the control of this module; a reviewer may";
            if !by.person().holds_in(Role::Reviewer, module.id) {
                return Err(IdentityError::from(Denied::Missing { right }).into());
            }
            reason.ok_or(ModuleError::NoReason)?;
        }
        let mut deed = deed(by, "module.changed")
            .from(told(&old))
            .to(told(&module));
        if let Some(reason) = reason {
            deed = deed.because(reason);
        }
        self.rewrite(&module, &found, deed).await?;
        Ok(module)
    }

    /// Puts the articles of a module in another order.
    pub async fn reorder(&self, by: &Steward, order: Vec<ArticleId>) -> Result<(), ModuleError> {
        let found = self.versioned(by.module()).await?;
        let sorted = |ids: &[ArticleId]| {
            let mut ids = ids.to_vec();
            ids.sort();
            ids
        };
        if sorted(&order) != sorted(&found.value.order) {
            return Err(ModuleError::OtherArticles);
        }
        let deed = deed(by, "module.reordered")
            .from(&found.value.order)
            .to(&order);
        let module = Module {
            order,
            ..found.value.clone()
        };
        self.rewrite(&module, &found, deed).await
    }

    /// Adds an article at the end of a module's order, in the batch that creates the article.
    pub async fn put_in_order(
        &self,
        batch: &mut Batch,
        id: ModuleId,
        article: ArticleId,
    ) -> Result<(), ModuleError> {
        let found = self.versioned(id).await?;
        let mut module = found.value.clone();
        module.order.push(article);
        MODULES.put_expecting(batch, &id, &module, &found);
        Ok(())
    }

    /// Makes somebody a member, with a role in the module.
    pub async fn add_member(
        &self,
        by: &Steward,
        person: PersonId,
        role: Role,
    ) -> Result<(), ModuleError> {
        self.identity.grant_module(by, person, role).await?;
        Ok(())
    }

    /// Takes a membership away, with all roles in the module.
    pub async fn remove_member(&self, by: &Steward, person: PersonId) -> Result<(), ModuleError> {
        self.identity.revoke_module(by, person).await?;
        Ok(())
    }

    /// Removes the sample module. Its articles go with it: what belongs to no module is known to
    /// nobody.
    pub async fn remove_sample(&self, by: &Steward) -> Result<(), ModuleError> {
        let found = self.versioned(by.module()).await?;
        if !found.value.sample {
            return Err(ModuleError::NoSample);
        }
        let mut batch = Batch::new();
        MODULES.delete_expecting(&mut batch, &found.value.id, &found);
        SLUGS.delete(&mut batch, &found.value.slug);
        let deed = deed(by, "module.removed").from(told(&found.value));
        self.journal.record(batch, vec![deed]).await?;
        Ok(())
    }

    async fn versioned(&self, id: ModuleId) -> Result<Versioned<Module>, ModuleError> {
        let found = MODULES.get_versioned(&self.store, &id).await?;
        found.ok_or(ModuleError::Unknown)
    }

    async fn rewrite(
        &self,
        module: &Module,
        found: &Versioned<Module>,
        deed: AuditEvent,
    ) -> Result<(), ModuleError> {
        let mut batch = Batch::new();
        MODULES.put_expecting(&mut batch, &module.id, module, found);
        self.journal.record(batch, vec![deed]).await?;
        Ok(())
    }

    async fn free_slug(&self, title: &str) -> Result<String, ModuleError> {
        let slug = slug_of(title);
        if !SLUGS.contains(&self.store, &slug).await? {
            return Ok(slug);
        }
        for number in 2..MOST_NAMESAKES {
            let numbered = format!("{slug}-{number}");
            if !SLUGS.contains(&self.store, &numbered).await? {
                return Ok(numbered);
            }
        }
        Ok(format!("{slug}-{}", ModuleId::new()))
    }
}

fn deed(by: &Steward, what: &str) -> AuditEvent {
    let subject = Subject::module(by.module());
    AuditEvent::new(by.person().id, what, subject).in_module(by.module())
}

/// What the journal tells of a module.
fn told(module: &Module) -> serde_json::Value {
    json!({
        "title": module.title,
        "purpose": module.purpose,
        "visibility": module.visibility,
        "control": module.control,
        "learners": module.learners,
    })
}

fn checked_title(title: &str) -> Result<String, ModuleError> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_TITLE).contains(&title.chars().count());
    let most = LONGEST_TITLE;
    if fits {
        Ok(title)
    } else {
        Err(ModuleError::BadTitle { most })
    }
}

fn checked_purpose(purpose: &str) -> Result<String, ModuleError> {
    let purpose = purpose.trim();
    let most = LONGEST_PURPOSE;
    let fits = purpose.chars().count() <= most;
    if fits {
        Ok(purpose.to_owned())
    } else {
        Err(ModuleError::LongPurpose { most })
    }
}
