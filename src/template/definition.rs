//! The definition of a template.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TemplateRef;

/// One version of an article template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Template)]
pub struct Template {
    /// Names the template through all its versions.
    pub id: String,
    /// Counts up from 1.
    pub version: u32,
    /// What people call it.
    pub title: String,
    /// What an article of this kind is for, in one sentence.
    pub purpose: String,
    /// Who uses it.
    pub audience: String,
    /// Whether its articles are controlled documents wherever they stand.
    pub control: Control,
    /// How its articles are reviewed.
    pub review: ReviewPolicy,
    /// What is asked beside the text.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// The parts of an article, in order.
    pub sections: Vec<Section>,
}

impl Template {
    /// Returns the reference to this version.
    pub fn reference(&self) -> TemplateRef {
        TemplateRef::new(&self.id, self.version)
    }

    /// Finds a section by its key.
    pub fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }
}

/// Whether a document is under document control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TemplateControl)]
pub enum Control {
    /// No signature is asked for.
    Informal,
    /// Everything a controlled document needs.
    Controlled,
}

/// Something asked beside the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateField)]
pub struct Field {
    /// Stable name.
    pub key: String,
    /// What people read.
    pub title: String,
    /// What may be entered.
    pub kind: FieldKind,
    /// The only answers possible; empty when any will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The value that every article of this template has; it cannot be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub fixed: Option<Value>,
}

/// What may be entered in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TemplateFieldKind)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several short entries.
    List,
    /// A day.
    Date,
    /// Yes or no.
    Flag,
    /// A number.
    Number,
    /// The name of somebody.
    Person,
}

/// One part of an article, fixed by the template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateSection)]
pub struct Section {
    /// Stable name.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// What belongs there; shown as ghost text while it is empty.
    pub guidance: String,
    /// How it may sound, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Whether a review can only be requested once it is filled or "not applicable".
    #[serde(default)]
    pub required: bool,
    /// What it mostly consists of.
    pub kind: SectionKind,
    /// How long it should be; a suggestion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    /// The words of a section of kind `fixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_text: Option<String>,
}

/// What a section mostly consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// Running text.
    Prose,
    /// A list of items.
    List,
    /// A table.
    Table,
    /// Words given by the template.
    Fixed,
}

/// A suggested length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// At least so many.
    pub min: u32,
    /// At most so many; open-ended when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Of what.
    pub unit: Unit,
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Words of text.
    Words,
    /// Items of a list, or criteria.
    Items,
}

/// How the articles of a template are reviewed; frozen into each review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPolicy {
    /// How many must approve where no stages are named: any of the module's reviewers.
    pub quorum: Quorum,
    /// The stages that a review passes, one after the other; none is one stage with `quorum`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// Questions that an approval answers, each with yes.
    pub checklist: Vec<String>,
    /// Months until the effective version is looked at again.
    pub review_months: u32,
    /// When an approved version becomes effective.
    #[serde(default)]
    pub effective: EffectiveFrom,
    /// Whether approvals are signed also in modules that are informal.
    #[serde(default)]
    pub signed: bool,
    /// How many must approve a minor change, in the last stage alone; none treats it as a major
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<Quorum>,
    /// What happens at the review date.
    #[serde(default)]
    pub expiry: Expiry,
    /// Days without a decision until the reviewers are reminded.
    #[serde(default = "default_remind_days")]
    pub remind_days: u32,
    /// Days without a decision until a review is closed.
    #[serde(default = "default_stale_days")]
    pub stale_days: u32,
}

fn default_remind_days() -> u32 {
    7
}

fn default_stale_days() -> u32 {
    60
}

impl ReviewPolicy {
    /// Returns the stages of a review: all of them, or only the last for a minor change if the
    /// policy has a lane for minor changes.
    pub fn passed_by(&self, minor: bool) -> Vec<Stage> {
        let mut stages = match self.stages.is_empty() {
            true => vec![Stage::only(self.quorum)],
            false => self.stages.clone(),
        };
        if let (true, Some(quorum)) = (minor, self.minor) {
            stages.drain(..stages.len() - 1);
            stages[0].quorum = quorum;
        }
        stages
    }
}

/// One of the stages of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewStage)]
pub struct Stage {
    /// What people call it, such as "Medical".
    pub title: String,
    /// How many must approve.
    pub quorum: Quorum,
    /// The group of the module whose members alone approve here; none is every reviewer of the
    /// module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What a signature given here means, such as "reviewed" or "approved" (21 CFR 11.50(a)(3)).
    #[serde(default = "default_meaning")]
    pub meaning: String,
}

fn default_meaning() -> String {
    "approved".to_owned()
}

impl Stage {
    /// Makes the single stage of a review without named stages.
    pub fn only(quorum: Quorum) -> Self {
        Self {
            title: "Review".to_owned(),
            quorum,
            group: None,
            meaning: default_meaning(),
        }
    }
}

/// What happens when the review date of a version has passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Expiry {
    /// It is read on, with a banner that says so.
    #[default]
    Soft,
    /// It is no longer valid, which a stern banner says.
    Hard,
}

/// How many of the reviewers must approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Quorum {
    /// One of them, whoever it is.
    Any,
    /// Each of those who were reviewers when the review was requested.
    All,
    /// This many.
    #[serde(untagged)]
    Number {
        /// How many.
        n: u32,
    },
}

impl Quorum {
    /// Returns how many approvals are needed when there are `reviewers`.
    pub fn needed(self, reviewers: usize) -> usize {
        match self {
            Self::Any => 1,
            Self::All => reviewers.max(1),
            Self::Number { n } => n.max(1) as usize,
        }
    }
}

/// When an approved version becomes effective.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectiveFrom {
    /// With the approval that completes the last stage.
    #[default]
    AtOnce,
    /// So many days later, so that people can be trained first.
    #[serde(untagged)]
    After {
        /// How many.
        days: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_round_trips_through_its_notation() {
        let read = |text: &str| serde_json::from_str::<Quorum>(text).unwrap();
        assert_eq!(read(r#""any""#), Quorum::Any);
        assert_eq!(read(r#""all""#), Quorum::All);
        assert_eq!(read(r#"{"n": 2}"#), Quorum::Number { n: 2 });
        assert_eq!(
            serde_json::to_string(&Quorum::Number { n: 2 }).unwrap(),
            r#"{"n":2}"#
        );
    }

    #[test]
    fn a_quorum_determines_the_number_of_approvals() {
        assert_eq!(Quorum::Any.needed(5), 1);
        assert_eq!(Quorum::All.needed(3), 3);
        assert_eq!(Quorum::All.needed(0), 1);
        assert_eq!(Quorum::Number { n: 2 }.needed(5), 2);
    }

    fn policy(text: &str) -> ReviewPolicy {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_policy_without_stages_has_a_single_stage_with_its_quorum() {
        let plain = policy(r#"{"quorum": {"n": 2}, "checklist": [], "review_months": 24}"#);
        assert_eq!(
            plain.passed_by(false),
            [Stage::only(Quorum::Number { n: 2 })]
        );
        assert_eq!(plain.passed_by(true), plain.passed_by(false));
        assert_eq!(plain.effective, EffectiveFrom::AtOnce);
    }

    #[test]
    fn a_minor_change_passes_only_the_last_stage_if_there_is_a_lane() {
        let staged = policy(
            r#"{"quorum": "any", "checklist": [], "review_months": 24, "minor": "any",
                "effective": {"days": 14},
                "stages": [{"title": "Peer", "quorum": "any", "meaning": "reviewed"},
                           {"title": "Quality", "quorum": {"n": 2}, "group": "quality"}]}"#,
        );
        assert_eq!(staged.passed_by(false).len(), 2);
        let minor = staged.passed_by(true);
        assert_eq!((minor.len(), minor[0].title.as_str()), (1, "Quality"));
        assert_eq!(minor[0].quorum, Quorum::Any);
        assert_eq!(staged.effective, EffectiveFrom::After { days: 14 });
        assert_eq!(staged.stages[0].meaning, "reviewed");
    }
}
