//! Reads and sets the review rules of a module.

use lectern_base::{ModuleId, PersonId, Subject};
use lectern_identity::Reviewer;
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table, retrying};

use super::error::ReviewError;
use super::event::ReviewEvent;
use super::module_rules::ModuleRules;
use super::refusal::Refusal;
use super::reviews::{Reviews, checked_reason};

/// The rules of each module that has any.
const RULES: Table<ModuleId, ModuleRules> = Table::new("module_rules");

impl Reviews {
    /// Returns the review rules of a module.
    pub async fn module_rules(&self, module: ModuleId) -> Result<ModuleRules, ReviewError> {
        Ok(RULES.get(&self.store, &module).await?.unwrap_or_default())
    }

    /// Puts the rules of a module that comes from another server into `batch`.
    pub fn adopt_rules(&self, batch: &mut Batch, module: ModuleId, rules: &ModuleRules) {
        if *rules != ModuleRules::default() {
            RULES.insert(batch, &module, rules);
        }
    }

    /// Changes the review rules of a module; the reviewer gives a reason.
    ///
    /// # Errors
    /// [`ReviewError::Rule`], which names what is wrong; [`ReviewError::Refused`] without a reason.
    pub async fn set_module_rules(
        &self,
        by: &Reviewer,
        rules: ModuleRules,
        reason: &str,
    ) -> Result<ModuleRules, ReviewError> {
        rules.check()?;
        let reason = checked_reason(Some(reason.to_owned()))?.ok_or(Refusal::NoReason)?;
        self.check_members(by, &rules).await?;
        let module = by.module();
        retrying(ReviewError::Busy, || async {
            let found = RULES.get_versioned(&self.store, &module).await?;
            let old = found.as_ref().map(|found| &found.value);
            if old == Some(&rules) {
                return Ok(rules.clone());
            }
            let (person, subject) = (by.person().id, Subject::module(module));
            let changed = ReviewEvent::RulesChanged {
                old: old.cloned(),
                new: rules.clone(),
            };
            let event = AuditEvent::new(person, changed, subject)
                .in_module(module)
                .because(&reason);
            let mut batch = Batch::new();
            match &found {
                Some(found) => RULES.put_expecting(&mut batch, &module, &rules, found),
                None => RULES.insert(&mut batch, &module, &rules),
            }
            self.journal.record(batch, vec![event]).await?;
            Ok(rules.clone())
        })
        .await
    }

    /// Refuses groups with members who do not review in the module.
    async fn check_members(&self, by: &Reviewer, rules: &ModuleRules) -> Result<(), ReviewError> {
        let module = self.modules.get(by.module()).await?;
        let module = module.ok_or(ReviewError::NoArticle)?;
        let reviewers = self.identity.reviewers_of(&module.place()).await?;
        let known = |id: &PersonId| reviewers.iter().any(|person| person.id == *id);
        match rules.groups.values().flatten().all(known) {
            true => Ok(()),
            false => Err(ReviewError::Rule {
                field: "groups",
                why: "the members of a group are reviewers of the module".to_owned(),
            }),
        }
    }
}
