//! Search, limited to what the caller may read.

use std::ops::Range;

use lectern_base::{ModuleId, PersonId};
use lectern_identity::Caller;
use lectern_search::{Filter, Question, Results, VisibleModules};

use crate::{Access, AccessError};

impl Access {
    /// Returns what a caller can find: the effective versions of all modules they can read, and
    /// the drafts of those they can write in.
    pub async fn visible(&self, caller: &Caller) -> Result<VisibleModules, AccessError> {
        let modules = self.modules.visible_to(caller).await?;
        let writable = modules
            .iter()
            .filter(|module| caller.editor(&module.place()).is_ok());
        Ok(VisibleModules {
            drafts_in: writable.map(|module| module.id).collect(),
            effective_in: modules.iter().map(|module| module.id).collect(),
        })
    }

    /// Searches everything that the caller can find; returns the results at these ranks, best
    /// first.
    pub async fn search(
        &self,
        caller: &Caller,
        typed: &str,
        ranks: Range<usize>,
    ) -> Result<Results, AccessError> {
        let mut question = Question::read(typed);
        let mut visible = self.visible(caller).await?;
        for filter in question.filters() {
            if let Filter::Module(name) = filter {
                let named = self.modules_named(caller, name).await?;
                visible.effective_in.retain(|module| named.contains(module));
                visible.drafts_in.retain(|module| named.contains(module));
            }
        }
        let mut people = Vec::new();
        for filter in question.filters() {
            if let Filter::By(name, _) = filter {
                people.push(self.people_named(name).await?);
            }
        }
        question.set_people(people);
        Ok(self.search.query(question, visible, ranks).await?)
    }

    /// Returns the modules that the caller can read and whose title or slug is this name, or else
    /// those whose title has all its words.
    async fn modules_named(
        &self,
        caller: &Caller,
        name: &str,
    ) -> Result<Vec<ModuleId>, AccessError> {
        let modules = self.modules.visible_to(caller).await?;
        let is = |title: &str| title.to_lowercase() == name.to_lowercase();
        let exactly: Vec<_> = modules
            .iter()
            .filter(|module| is(&module.title) || module.slug == name)
            .map(|module| module.id)
            .collect();
        if !exactly.is_empty() {
            return Ok(exactly);
        }
        let named = modules
            .iter()
            .filter(|module| has_words(&module.title, name));
        Ok(named.map(|module| module.id).collect())
    }

    /// Returns the people with this login or with these words in their name.
    async fn people_named(&self, name: &str) -> Result<Vec<PersonId>, AccessError> {
        if let Some(person) = self.identity.find_by_login(name).await? {
            return Ok(vec![person.id]);
        }
        let everybody = self.identity.everybody().await?;
        let named = everybody
            .iter()
            .filter(|person| has_words(&person.name, name));
        Ok(named.map(|person| person.id).collect())
    }
}

/// Tells whether a text has all words of a name.
fn has_words(text: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (there, wanted) = (words(text), words(name));
    !wanted.is_empty() && wanted.iter().all(|word| there.contains(word))
}
