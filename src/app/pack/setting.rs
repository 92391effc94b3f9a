//! What the pages of a pack need to know of the house, and its words for how things stand.

use std::collections::HashMap;
use std::sync::Arc;

use lectern_article::{Standing, normalised_title};
use lectern_base::PersonId;
use lectern_document::WikiTarget;
use lectern_journal::Actor;
use lectern_review::{Decision, Review, ReviewState, Verdict};
use lectern_revision::Content;
use lectern_template::Templates;

use super::page::{DecisionPart, utc};

/// What pages need to know of the house.
pub(super) struct Setting {
    pub templates: Arc<Templates>,
    pub names: HashMap<PersonId, String>,
    /// The articles of the pack, by their titles as those are compared.
    pub titles: HashMap<String, String>,
    /// The page of the version that stands for each of them.
    pub pages: HashMap<String, String>,
}

impl Setting {
    /// What somebody is called.
    pub fn name(&self, id: PersonId) -> String {
        self.names
            .get(&id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }

    pub fn names(&self, ids: &[PersonId]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.name(*id)).collect();
        names.join(", ")
    }

    /// Who an entry is by.
    pub fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::Person(id) => self.name(id),
            Actor::System => "Lectern".to_owned(),
        }
    }

    pub fn heading(&self, content: &Content, key: &str) -> String {
        let template = self.templates.get(&content.template);
        let section = template.and_then(|template| template.section(key));
        section.map_or_else(|| key.to_owned(), |section| section.title.clone())
    }

    /// Where wiki links lead: relinking makes them lead within the pack.
    pub fn target(&self, title: &str) -> WikiTarget {
        let slug = self.titles.get(&normalised_title(title));
        slug.map_or(WikiTarget::Missing, |slug| WikiTarget::Found {
            href: format!("/a/{slug}"),
        })
    }

    pub fn decisions(&self, review: &Review) -> Vec<DecisionPart> {
        let stages = review.stages();
        let part = |decision: &Decision| DecisionPart {
            who: match decision.on_behalf_of {
                Some(other) => format!("{} for {}", self.name(decision.person), self.name(other)),
                None => self.name(decision.person),
            },
            verdict: match decision.verdict {
                Verdict::Approve => "approved",
                Verdict::Reject => "rejected",
            },
            at: utc(decision.at),
            stage: stages
                .get(decision.stage)
                .map_or_else(String::new, |stage| stage.title.clone()),
            reason: decision.reason.clone(),
            answers: decision
                .checklist
                .iter()
                .map(|answer| (answer.question.clone(), answer.yes))
                .collect(),
        };
        review.decisions.iter().map(part).collect()
    }
}

/// What became of a review, in words.
pub(super) fn outcome(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Candidate => "not decided yet",
        ReviewState::Approved => "approved, and not effective yet",
        ReviewState::Effective => "became effective",
        ReviewState::Rejected => "rejected",
        ReviewState::Withdrawn => "withdrawn",
        ReviewState::Outdated => "outdated by another version",
        ReviewState::Stale => "closed, as nobody decided",
    }
}

/// Where an article stands, in words.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "No version was approved",
        Standing::Effective => "Effective",
        Standing::Due => "Effective, and due to be looked at again",
        Standing::Expired => "Expired",
        Standing::Suspended => "Suspended",
        Standing::Retired => "Retired",
    }
}
