//! The [`Modules`] service: creating, finding and changing modules.

use std::collections::BTreeSet;
use std::sync::Arc;

use lectern_base::{Clock, ModuleId, Page, PersonId, Seek, Subject};
use lectern_identity::{Admin, Caller, Denied, Founder, Identity, IdentityError, Role, Steward};
use lectern_journal::{AuditEvent, Journal};
use lectern_store::{Batch, Store, Table, Versioned};

use super::event::ModuleEvent;
use super::record::slug_of;
use super::{Control, Module, ModuleChange, ModuleError, NewModule, Visibility};
use super::{order, titles};

pub(super) const MODULES: Table<ModuleId, Module> = Table::new("modules");
/// Modules by slug.
const SLUGS: Table<String, ModuleId> = Table::new("module_slugs");

/// The sample module, under [`SAMPLE`].
const SAMPLES: Table<String, ModuleId> = Table::new("module_sample");
const SAMPLE: &str = "sample";

/// Maximum length of a title, in characters.
const LONGEST_TITLE: usize = 120;
/// Maximum length of a purpose, in characters.
const LONGEST_PURPOSE: usize = 1_000;
/// Number of modules with the same title that get a numbered slug.
const MOST_NAMESAKES: u32 = 1_000;

/// Returns every module of a store.
pub async fn all(store: &Store) -> Result<Vec<Module>, ModuleError> {
    let found = MODULES.all(store).await?;
    Ok(found.into_iter().map(|(_, module)| module).collect())
}

/// The service for modules.
pub struct Modules {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    identity: Arc<Identity>,
    clock: Arc<dyn Clock>,
}

impl Modules {
    /// Makes the service on `store`.
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

    /// Creates a module. Its founder becomes a member with their organisation-wide roles.
    pub async fn create(&self, by: &Founder, new: NewModule) -> Result<Module, ModuleError> {
        self.create_module(by, new, false).await
    }

    /// Creates the sample module, which can be removed.
    pub async fn create_sample(&self, by: &Founder, new: NewModule) -> Result<Module, ModuleError> {
        self.create_module(by, new, true).await
    }

    async fn create_module(
        &self,
        by: &Founder,
        new: NewModule,
        sample: bool,
    ) -> Result<Module, ModuleError> {
        let founder = by.person();
        let title = checked_title(&new.title)?;
        let module = Module {
            id: ModuleId::new(),
            slug: self.free_slug(&title, new.visibility).await?,
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
        self.list(&mut batch, &module);
        let mut events = vec![
            AuditEvent::new(
                founder.id,
                ModuleEvent::Created {
                    new: (&module).into(),
                },
                Subject::module(module.id),
            )
            .in_module(module.id),
        ];
        events.push(
            self.identity
                .prepare_founder(&mut batch, by, module.id)
                .await?,
        );
        self.journal.record(batch, events).await?;
        Ok(module)
    }

    /// Adds an imported module to `batch`, without its order; see [`Modules::adopt_order`].
    pub fn adopt(&self, batch: &mut Batch, module: &Module) {
        let module = Module {
            order: Vec::new(),
            ..module.clone()
        };
        MODULES.insert(batch, &module.id, &module);
        SLUGS.insert(batch, &module.slug, &module.id);
        self.list(batch, &module);
    }

    /// Adds a module to the lists in which it is found.
    pub(super) fn list(&self, batch: &mut Batch, module: &Module) {
        titles::put(batch, module);
        if module.sample {
            SAMPLES.put(batch, &SAMPLE.to_owned(), &module.id);
        }
    }

    /// Returns the sample module.
    pub async fn sample(&self) -> Result<Option<Module>, ModuleError> {
        match SAMPLES.get(&self.store, &SAMPLE.to_owned()).await? {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Returns a module.
    pub async fn get(&self, id: ModuleId) -> Result<Option<Module>, ModuleError> {
        Ok(MODULES.get(&self.store, &id).await?)
    }

    /// Returns a module by its slug.
    pub async fn by_slug(&self, slug: &str) -> Result<Option<Module>, ModuleError> {
        match SLUGS.get(&self.store, &slug.to_owned()).await? {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Returns all modules by title, without checking permissions.
    pub async fn all(&self) -> Result<Vec<Module>, ModuleError> {
        let found = MODULES.all(&self.store).await?;
        let mut modules: Vec<Module> = found.into_iter().map(|(_, module)| module).collect();
        modules.sort_by_key(|module| module.title.to_lowercase());
        Ok(modules)
    }

    /// Returns the modules that the caller can read, by title.
    pub async fn visible_to(&self, caller: &Caller) -> Result<Vec<Module>, ModuleError> {
        let mut modules = self.all().await?;
        modules.retain(|module| caller.reader(&module.place()).is_ok());
        Ok(modules)
    }

    /// Returns a page of the modules that the caller can read, by title.
    ///
    /// The cursor is the last module of the page before. One that the caller cannot read yields the
    /// first page.
    pub async fn visible_page(
        &self,
        caller: &Caller,
        seek: &Seek,
    ) -> Result<Page<Module>, ModuleError> {
        let is_visible = |module: &Module| caller.reader(&module.place()).is_ok();
        let after = match seek.after.as_deref().and_then(|text| text.parse().ok()) {
            Some(id) => self.get(id).await?.filter(is_visible),
            None => None,
        };
        let after = after.as_ref().map(titles::key);
        let limit = seek.limit();
        let mut keys = titles::open_after(&self.store, after.as_ref(), limit + 1).await?;
        let roles = caller.person().roles.iter();
        let own: BTreeSet<ModuleId> = roles.filter_map(|grant| grant.module).collect();
        for id in own {
            let module = self.get(id).await?;
            let restricted = module.filter(|one| one.visibility == Visibility::Restricted);
            let key = restricted.as_ref().map(titles::key);
            keys.extend(key.filter(|key| after.as_ref().is_none_or(|after| key > after)));
        }
        keys.sort();
        let page = Page::of(keys, limit, |(_, id)| id.to_string());
        let mut items = Vec::with_capacity(page.items.len());
        for (_, id) in page.items {
            items.extend(self.get(id).await?.filter(is_visible));
        }
        let next = page.next;
        Ok(Page { items, next })
    }

    /// Changes a module's settings.
    ///
    /// # Errors
    /// Changing a controlled module to informal requires a reviewer ([`Denied`]) and a reason
    /// ([`ModuleError::NoReason`]).
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
            if !by.reviews() {
                return Err(IdentityError::from(Denied::Missing { right }).into());
            }
            reason.ok_or(ModuleError::NoReason)?;
        }
        let changed = ModuleEvent::Changed {
            old: (&old).into(),
            new: (&module).into(),
        };
        let mut event = event(by, changed);
        if let Some(reason) = reason {
            event = event.because(reason);
        }
        self.rewrite(&module, &found, event).await?;
        Ok(module)
    }

    /// Grants a person a role in the module.
    pub async fn add_member(
        &self,
        by: &Steward,
        person: PersonId,
        role: Role,
    ) -> Result<(), ModuleError> {
        self.identity.grant_module(by, person, role).await?;
        Ok(())
    }

    /// Revokes all of a person's roles in the module.
    pub async fn remove_member(&self, by: &Steward, person: PersonId) -> Result<(), ModuleError> {
        self.identity.revoke_module(by, person).await?;
        Ok(())
    }

    /// Removes the sample module. Its articles disappear with it, since an article without a module
    /// is visible to no one.
    pub async fn remove_sample(&self, by: &Admin) -> Result<(), ModuleError> {
        let sample = self.sample().await?.ok_or(ModuleError::NoSample)?;
        let found = self.versioned(sample.id).await?;
        let mut batch = Batch::new();
        MODULES.delete_expecting(&mut batch, &found.value.id, &found);
        SLUGS.delete(&mut batch, &found.value.slug);
        SAMPLES.delete(&mut batch, &SAMPLE.to_owned());
        titles::delete(&mut batch, &found.value);
        order::remove(&self.store, &mut batch, found.value.id).await?;
        let removed = ModuleEvent::Removed {
            old: (&found.value).into(),
        };
        let subject = Subject::module(sample.id);
        let event = AuditEvent::new(by.person().id, removed, subject).in_module(sample.id);
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    pub(super) async fn versioned(&self, id: ModuleId) -> Result<Versioned<Module>, ModuleError> {
        let found = MODULES.get_versioned(&self.store, &id).await?;
        found.ok_or(ModuleError::Unknown)
    }

    async fn rewrite(
        &self,
        module: &Module,
        found: &Versioned<Module>,
        event: AuditEvent,
    ) -> Result<(), ModuleError> {
        let mut batch = Batch::new();
        MODULES.put_expecting(&mut batch, &module.id, module, found);
        titles::delete(&mut batch, &found.value);
        titles::put(&mut batch, module);
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Returns a slug that no module has. That of a restricted module has a random number, so that
    /// the slug of another module does not tell whether a title is taken.
    async fn free_slug(&self, title: &str, visibility: Visibility) -> Result<String, ModuleError> {
        let slug = slug_of(title);
        if visibility == Visibility::Restricted {
            // The last bytes of a version 7 UUID are random.
            let id = ModuleId::new();
            let random = id.as_bytes().iter().rev().take(4);
            let random = random.fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
            return Ok(format!("{slug}-{}", 10_000_000 + random % 90_000_000));
        }
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

pub(super) fn event(by: &Steward, what: ModuleEvent) -> AuditEvent {
    let subject = Subject::module(by.module());
    AuditEvent::new(by.person().id, what, subject).in_module(by.module())
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
