//! Delegation of the right to decide on reviews, to people who can see the drafts.

use std::sync::Arc;

use lectern_base::PersonId;
use lectern_identity::{Caller, Delegation, Identity, IdentityError, NewDelegation, Person};
use lectern_module::{Module, Modules};

use crate::AccessError;

/// Delegations of reviewers.
pub struct Delegations {
    /// People and what they may do.
    pub identity: Arc<Identity>,
    /// Modules.
    pub modules: Arc<Modules>,
}

impl Delegations {
    /// Returns the modules in which the caller decides on reviews in their own right.
    pub async fn reviewed_modules(&self, caller: &Caller) -> Result<Vec<Module>, AccessError> {
        let mut modules = self.modules.all().await?;
        modules.retain(|module| caller.reviewer(&module.place()).is_ok());
        Ok(modules)
    }

    /// Returns the people who could decide for the caller in any of `modules`, sorted by name.
    pub async fn eligible_delegates(
        &self,
        caller: &Caller,
        modules: &[Module],
    ) -> Result<Vec<Person>, AccessError> {
        let places: Vec<_> = modules.iter().map(Module::place).collect();
        let mut people = self.identity.editors_of_any(&places).await?;
        people.retain(|person| person.id != caller.id());
        people.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(people)
    }

    /// Tells whether a person could decide for the caller in any of `modules`.
    async fn is_eligible(&self, caller: &Caller, person: PersonId, modules: &[Module]) -> bool {
        if person == caller.id() {
            return false;
        }
        for module in modules {
            let place = module.place();
            let rights = self.identity.rights_now(person, &place).await;
            if rights.is_some_and(|person| person.editor(&place).is_ok()) {
                return true;
            }
        }
        false
    }

    /// Delegates the caller's right to decide on reviews for a limited time.
    ///
    /// # Errors
    /// Among others, when the delegate cannot see the drafts they would decide on.
    pub async fn delegate(
        &self,
        caller: &Caller,
        new: NewDelegation,
    ) -> Result<Delegation, AccessError> {
        let mut modules = self.reviewed_modules(caller).await?;
        modules.retain(|module| new.module.is_none_or(|only| module.id == only));
        if !modules.is_empty() && !self.is_eligible(caller, new.to, &modules).await {
            let why = "This person could not see the drafts they are to decide on. Choose somebody \
                who takes part in your module, or make them a member first.";
            let (field, why) = ("to", why.to_owned());
            return Err(IdentityError::Invalid { field, why }.into());
        }
        Ok(self.identity.delegate(caller, new).await?)
    }
}
