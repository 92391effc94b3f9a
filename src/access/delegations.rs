//! Delegation of the right to decide on reviews, to people who can see the drafts.

use std::sync::Arc;

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
        let mut people: Vec<Person> = Vec::new();
        for module in modules {
            for person in self.identity.editors_of(&module.place()).await? {
                let known = people.iter().any(|other| other.id == person.id);
                if !known && person.id != caller.id() {
                    people.push(person);
                }
            }
        }
        people.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(people)
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
        let eligible = self.eligible_delegates(caller, &modules).await?;
        if !modules.is_empty() && eligible.iter().all(|person| person.id != new.to) {
            let why = "This person could not see the drafts they are to decide on. Choose somebody \
                who takes part in your module, or make them a member first.";
            let (field, why) = ("to", why.to_owned());
            return Err(IdentityError::Invalid { field, why }.into());
        }
        Ok(self.identity.delegate(caller, new).await?)
    }
}
