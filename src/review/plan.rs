//! What a review has to pass: the policy of the template, overridden by the rules of the module.

use std::collections::BTreeSet;

use lectern_article::Article;
use lectern_base::PersonId;
use lectern_module::Control;
use lectern_template::{Quorum, ReviewPolicy, Stage, Template};

use super::change::ChangeKind;
use super::error::ReviewError;
use super::reviews::Reviews;
use super::state::Panel;

/// What a review of an article has to pass, with contributors not yet excluded.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The policy of template and module.
    pub policy: ReviewPolicy,
    /// Whether an approval is signed.
    pub signed: bool,
    /// The stages with their groups.
    pub panels: Vec<Panel>,
}

/// A stage of a review that would be requested now, with contributors not yet excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedStage {
    /// Its title.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// Who could approve there, by id.
    pub approvers: Vec<PersonId>,
}

impl Reviews {
    /// Returns the stages that a review of an article would pass, in order.
    pub async fn expected(
        &self,
        article: &Article,
        template: &Template,
        kind: ChangeKind,
    ) -> Result<Vec<ExpectedStage>, ReviewError> {
        let plan = self.plan(article, template, kind).await?;
        let place = self.module_of(article).await?.place();
        let reviewers = self.identity.reviewers_of(&place).await?;
        let reviewers: BTreeSet<_> = reviewers.iter().map(|person| person.id).collect();
        let expected = plan.panels.into_iter().map(|panel| {
            let members = panel.members.unwrap_or_else(|| reviewers.clone());
            ExpectedStage {
                title: panel.title,
                quorum: panel.quorum,
                approvers: match panel.quorum {
                    // The stage waits for each of them, also for one who left.
                    Quorum::All => members.into_iter().collect(),
                    _ => members.intersection(&reviewers).copied().collect(),
                },
            }
        });
        Ok(expected.collect())
    }

    /// Returns what a change of an article has to pass.
    pub(super) async fn plan(
        &self,
        article: &Article,
        template: &Template,
        kind: ChangeKind,
    ) -> Result<Plan, ReviewError> {
        let module = self.module_of(article).await?;
        let rules = self.module_rules(module.id).await?;
        let policy = rules.applied_to(&template.review);
        let signed = policy.signed || module.control == Control::Controlled;
        let group = |stage: &Stage| -> Option<BTreeSet<PersonId>> {
            let name = stage.group.as_ref()?;
            let members = rules.groups.get(name);
            Some(members.into_iter().flatten().copied().collect())
        };
        let stages = policy.passed_by(kind == ChangeKind::Minor);
        let panels = stages.iter().map(|stage| Panel {
            title: stage.title.clone(),
            quorum: stage.quorum,
            members: group(stage),
        });
        Ok(Plan {
            signed,
            panels: panels.collect(),
            policy,
        })
    }
}
