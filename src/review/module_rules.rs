//! The review rules of a module, which override its templates, and its groups of reviewers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use lectern_base::PersonId;
use lectern_template::{EffectiveFrom, Expiry, Quorum, ReviewPolicy, Stage};

use super::error::ReviewError;

/// Stages of a review.
const MOST_STAGES: usize = 8;
/// Groups of a module.
const MOST_GROUPS: usize = 20;
/// Letters of the name of a stage, a group or a meaning.
const LONGEST_NAME: usize = 120;

/// What a module asks of the reviews of its articles, over what their templates ask.
///
/// What is `None` is left to the template. Rules count for reviews that are requested from then
/// on: a policy is frozen into each review.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModuleRules {
    /// The groups of reviewers that stages name, each with its members.
    pub groups: BTreeMap<String, Vec<PersonId>>,
    /// Other stages.
    pub stages: Option<Vec<Stage>>,
    /// Whether approvals are signed; in a controlled module they are in any case.
    pub signed: Option<bool>,
    /// How many approve a minor change, in the last stage alone.
    pub minor: Option<Quorum>,
    /// Months until a version is looked at again.
    pub review_months: Option<u32>,
    /// When an approved version becomes effective.
    pub effective: Option<EffectiveFrom>,
    /// What happens at the review date.
    pub expiry: Option<Expiry>,
    /// Days without a decision until the reviewers are reminded.
    pub remind_days: Option<u32>,
    /// Days without a decision until a review is closed.
    pub stale_days: Option<u32>,
}

impl ModuleRules {
    /// Returns the policy of a template, overridden by these rules.
    pub fn applied_to(&self, policy: &ReviewPolicy) -> ReviewPolicy {
        let theirs = policy.clone();
        ReviewPolicy {
            stages: self.stages.clone().unwrap_or(theirs.stages),
            signed: self.signed.unwrap_or(theirs.signed),
            minor: self.minor.or(theirs.minor),
            review_months: self.review_months.unwrap_or(theirs.review_months),
            effective: self.effective.unwrap_or(theirs.effective),
            expiry: self.expiry.unwrap_or(theirs.expiry),
            remind_days: self.remind_days.unwrap_or(theirs.remind_days),
            stale_days: self.stale_days.unwrap_or(theirs.stale_days),
            quorum: theirs.quorum,
            checklist: theirs.checklist,
        }
    }

    pub(super) fn check(&self) -> Result<(), ReviewError> {
        let wrong = |field, why: &str| {
            let why = why.to_owned();
            Err(ReviewError::Rule { field, why })
        };
        let named = |name: &String| {
            (1..=LONGEST_NAME).contains(&name.trim().chars().count())
                && !name.chars().any(char::is_control)
        };
        let fits = |value: Option<u32>, most: u32| value.is_none_or(|v| (1..=most).contains(&v));
        if self.groups.len() > MOST_GROUPS || !self.groups.keys().all(named) {
            return wrong(
                "groups",
                "a module has at most 20 groups, each with a short name",
            );
        }
        if let Some(stages) = &self.stages {
            if stages.is_empty() || stages.len() > MOST_STAGES {
                return wrong("stages", "a review has one to eight stages");
            }
            if !stages.iter().all(|s| named(&s.title) && named(&s.meaning)) {
                return wrong("stages", "each stage has a short title and a short meaning");
            }
            let known = |stage: &Stage| {
                let group = stage.group.as_ref();
                group.is_none_or(|group| self.groups.contains_key(group))
            };
            if let Some(stage) = stages.iter().find(|stage| !known(stage)) {
                let why = format!(
                    "the stage “{}” names a group that is not there",
                    stage.title
                );
                return wrong("stages", &why);
            }
        }
        let quorums = self.stages.iter().flatten().map(|stage| stage.quorum);
        let few =
            |quorum: Quorum| !matches!(quorum, Quorum::Number { n } if !(1..=20).contains(&n));
        if !quorums.chain(self.minor).all(few) {
            return wrong("stages", "a quorum is any, all, or a number from 1 to 20");
        }
        if !fits(self.review_months, 120) {
            return wrong(
                "review_months",
                "a version is looked at again after 1 to 120 months",
            );
        }
        let days = match self.effective {
            Some(EffectiveFrom::After { days }) => Some(days),
            _ => None,
        };
        if !fits(days, 365) {
            return wrong(
                "effective",
                "a version becomes effective after 1 to 365 days",
            );
        }
        match fits(self.remind_days, 365) && fits(self.stale_days, 730) {
            true => Ok(()),
            false => wrong(
                "remind_days",
                "reminders come after 1 to 365 days, the end after 1 to 730",
            ),
        }
    }
}
