//! Who may stand in for a reviewer: those who see the drafts that are to be decided on.

use lectern_identity::{Caller, Delegation, IdentityError, NewDelegation, Person};
use lectern_module::Module;

use super::{App, AppError};

impl App {
    /// The modules in which the caller decides on reviews by their own right.
    pub async fn reviewed_by(&self, caller: &Caller) -> Result<Vec<Module>, AppError> {
        let mut modules = self.modules.all().await?;
        modules.retain(|module| caller.reviewer(&module.place()).is_ok());
        Ok(modules)
    }

    /// The people who could stand in for the caller in one of `modules`, by name.
    pub async fn could_stand_in(
        &self,
        caller: &Caller,
        modules: &[Module],
    ) -> Result<Vec<Person>, AppError> {
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

    /// Hands the caller's right to decide on reviews over to somebody else, for a time.
    ///
    /// # Errors
    /// Also when the other could not see a draft where they are to decide.
    pub async fn delegate(
        &self,
        caller: &Caller,
        new: NewDelegation,
    ) -> Result<Delegation, AppError> {
        let mut modules = self.reviewed_by(caller).await?;
        modules.retain(|module| new.module.is_none_or(|only| module.id == only));
        let others = self.could_stand_in(caller, &modules).await?;
        if !modules.is_empty() && others.iter().all(|other| other.id != new.to) {
            let why = "This person could not see the drafts they are to decide on. Choose somebody \
                who takes part in your module, or make them a member first.";
            let (field, why) = ("to", why.to_owned());
            return Err(IdentityError::Invalid { field, why }.into());
        }
        Ok(self.identity.delegate(caller, new).await?)
    }
}
