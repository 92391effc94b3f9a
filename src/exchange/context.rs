//! Lookups that the pages of a pack need, and states in words.

use std::collections::HashMap;
use std::sync::Arc;

use lectern_article::links::LinkBindings;
use lectern_article::{Standing, normalised_title};
use lectern_base::{ArticleId, PersonId, Timestamp, Zone};
use lectern_document::WikiTarget;
use lectern_journal::Actor;
use lectern_review::{Decision, Review, ReviewState, Verdict};
use lectern_revision::Content;
use lectern_template::Templates;

use crate::page::{DecisionPart, utc};

/// Lookups that the pages of a pack need.
pub(crate) struct PageContext {
    /// The zone in which days begin and end.
    pub zone: Zone,
    pub templates: Arc<Templates>,
    pub names: HashMap<PersonId, String>,
    /// The slugs of the exported articles, by their normalised_title titles.
    pub titles: HashMap<String, String>,
    /// The slugs of the exported articles, by their ids.
    pub slugs: HashMap<ArticleId, String>,
    /// The path of each article's current version in the pack, by slug.
    pub pages: HashMap<String, String>,
}

impl PageContext {
    /// Returns the name of a person.
    pub fn name(&self, id: PersonId) -> String {
        self.names
            .get(&id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }

    /// Returns the day on which an instant falls, with its zone: "4 May 2026 (Europe/Berlin)".
    pub fn day(&self, at: Timestamp) -> String {
        format!("{} ({})", self.zone.day_of(at).words(), self.zone)
    }

    /// Returns the day on which an instant falls, and the exact time in UTC.
    pub fn day_and_time(&self, at: Timestamp) -> String {
        format!("{}, {}", self.day(at), utc(at))
    }

    /// Returns the names of some people, separated by commas.
    pub fn names(&self, ids: &[PersonId]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.name(*id)).collect();
        names.join(", ")
    }

    /// Returns the name of an entry's actor.
    pub fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::Person(id) => self.name(id),
            Actor::System => "Lectern".to_owned(),
        }
    }

    /// Returns the title of a section, or its key when the template is not installed.
    pub fn heading(&self, content: &Content, key: &str) -> String {
        let template = self.templates.get(&content.template);
        let section = template.and_then(|template| template.section(key));
        section.map_or_else(|| key.to_owned(), |section| section.title.clone())
    }

    /// Resolves a wiki link of a text with these `links`; [`crate::relink`] later rewrites it to a path within the pack.
    pub fn target(&self, title: &str, links: &LinkBindings) -> WikiTarget {
        let slug = match links.article(title) {
            Some(bound) => self.slugs.get(&bound),
            None => self.titles.get(&normalised_title(title)),
        };
        slug.map_or(WikiTarget::Missing, |slug| WikiTarget::Found {
            href: format!("/a/{slug}"),
        })
    }

    /// Returns the decisions of a review, as pages show them.
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

/// Returns the outcome of a review in words.
pub(crate) fn outcome(state: ReviewState) -> &'static str {
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

/// Returns the status of an article in words.
pub(crate) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "No version was approved",
        Standing::Effective => "Effective",
        Standing::Due => "Effective, and due to be looked at again",
        Standing::Expired => "Expired",
        Standing::Suspended => "Suspended",
        Standing::Retired => "Retired",
    }
}
