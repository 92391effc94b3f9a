//! The people side of a review: who may decide, who has, and what is next.

use lectern_access::OpenedArticle;
use lectern_base::Seek;
use lectern_identity::Approver;
use lectern_review::{PendingReview, Refusal, Review, ReviewError, StageProgress, Verdict};

use crate::error::Reply;
use crate::page::form::RejectedForm;
use crate::page::view::{Choice, Moment};
use crate::page::visit::Visit;

/// An item of the checklist.
pub(crate) struct ChecklistItem {
    pub text: String,
    pub ticked: bool,
}

/// A decision.
pub(crate) struct DecisionRow {
    /// `approve` or `reject`.
    pub verdict: &'static str,
    pub words: &'static str,
    pub person: String,
    /// For whom it was decided, by delegation.
    pub on_behalf_of: Option<String>,
    /// The stage; empty if there is only one.
    pub stage: String,
    pub at: Moment,
    pub reason: String,
}

/// The progress of one of several stages.
pub(crate) struct StageRow {
    pub title: String,
    /// "1 of 2 approvals", "passed".
    pub words: String,
}

/// Returns the stages if there are several.
pub(crate) fn stages(review: &Review) -> Vec<StageRow> {
    let row = |progress: StageProgress| StageRow {
        words: match progress.passed {
            true => "passed".to_owned(),
            false => format!("{} of {} approvals", progress.approved, progress.needed),
        },
        title: progress.stage.title,
    };
    let stages = review.progress();
    match stages.len() {
        1 => Vec::new(),
        _ => stages.into_iter().map(row).collect(),
    }
}

/// The next review for somebody who has decided on this one.
pub(crate) struct Next {
    /// `None` when nothing else waits.
    pub id: Option<String>,
    pub title: String,
    /// How many reviews wait, including that one.
    pub waiting: usize,
    /// Whether there are more than these.
    pub more: bool,
}

/// The number of waiting reviews that are counted.
const COUNTED: usize = 10;

/// The rights by which the caller may decide.
pub(crate) struct Deciding {
    /// Their own and delegated ones; empty if they may not decide.
    pub rights: Vec<Choice>,
    /// Why they may not decide, where they might expect to.
    pub why_not: Option<String>,
}

impl Deciding {
    /// For whom they decide, if they have no right of their own.
    pub fn only_for(&self) -> Option<&Choice> {
        match &self.rights[..] {
            [only] if !only.value.is_empty() => Some(only),
            _ => None,
        }
    }
}

pub(crate) async fn deciding(
    visit: &Visit,
    opened: &OpenedArticle,
    review: &Review,
    rejected: &RejectedForm,
) -> Reply<Deciding> {
    let (reviews, caller) = (&visit.app.reviews, &visit.caller);
    let why = match reviews.rights_on(caller, &opened.place, review).await {
        Ok(_) if !review.is_open() => None,
        Ok(rights) => {
            let mut rights: Vec<_> = rights.iter().map(right).collect();
            let chosen = rejected.sent.one("on_behalf_of");
            let chosen = rights.iter().position(|right| right.value == chosen);
            rights[chosen.unwrap_or(0)].chosen = true;
            let why_not = None;
            return Ok(Deciding { rights, why_not });
        }
        Err(ReviewError::Refused(Refusal::TheirWork)) => Some(
            "The person for whom you stand in wrote part of this text, so somebody else decides.",
        ),
        Err(ReviewError::Refused(_)) => {
            Some("You wrote part of this text, so somebody else decides.")
        }
        Err(ReviewError::Denied(_)) => Some("Reviewers of this module decide."),
        Err(error) => return Err(error.into()),
    };
    Ok(Deciding {
        rights: Vec::new(),
        why_not: why.filter(|_| review.is_open()).map(str::to_owned),
    })
}

fn right(by: &Approver) -> Choice {
    match by.represented() {
        None => Choice::new("", "In my own name"),
        Some(reviewer) => Choice {
            hint: reviewer.name.clone(),
            ..Choice::new(reviewer.id.to_string(), format!("For {}", reviewer.name))
        },
    }
}

pub(crate) fn checklist(review: &Review, rejected: &RejectedForm) -> Vec<ChecklistItem> {
    let item = |(at, text): (usize, &String)| ChecklistItem {
        text: text.clone(),
        ticked: rejected
            .sent
            .all("checklist")
            .any(|ticked| ticked == at.to_string()),
    };
    let questions = review.policy.checklist.iter().enumerate();
    questions.map(item).collect()
}

pub(crate) async fn decisions(visit: &Visit, review: &Review) -> Reply<Vec<DecisionRow>> {
    let mut rows = Vec::new();
    for decision in &review.decisions {
        let approves = decision.verdict == Verdict::Approve;
        rows.push(DecisionRow {
            verdict: if approves { "approve" } else { "reject" },
            words: if approves { "Approved" } else { "Rejected" },
            person: visit.name(decision.person).await?,
            on_behalf_of: match decision.on_behalf_of {
                Some(other) => Some(visit.name(other).await?),
                None => None,
            },
            stage: match &review.stages()[..] {
                [_] => String::new(),
                all => all
                    .get(decision.stage)
                    .map_or_else(String::new, |stage| stage.title.clone()),
            },
            at: Moment::minute(decision.at.date_time()),
            reason: decision.reason.clone().unwrap_or_default(),
        });
    }
    Ok(rows)
}

/// Names those who can still decide; `None` once the review is over.
pub(crate) async fn undecided(visit: &Visit, review: &Review) -> Reply<Option<String>> {
    let named = review.substitutions.iter().map(|named| named.substitute);
    let mut people: Vec<_> = review.reviewers.iter().copied().chain(named).collect();
    people.retain(|person| review.waits_for(*person) && !review.missing.contains(person));
    people.sort();
    people.dedup();
    if !review.is_open() || people.is_empty() {
        return Ok(None);
    }
    Ok(Some(visit.names(&people).await?))
}

/// Finds the next review for a reviewer who is done with this one.
pub(crate) async fn next(visit: &Visit, review: &Review) -> Reply<Option<Next>> {
    let (reviews, caller) = (&visit.app.reviews, &visit.caller);
    if let Some(module) = visit.app.modules.get(review.module).await?
        && reviews
            .is_waiting_for(caller, &module.place(), review)
            .await?
    {
        return Ok(None);
    }
    let waiting = reviews.waiting_for(caller, &Seek::first(COUNTED)).await?;
    let Some(PendingReview { review: first, .. }) = waiting.items.first() else {
        let decided = review.decision_of(visit.caller.id()).is_some();
        return Ok(decided.then(|| Next {
            id: None,
            title: String::new(),
            waiting: 0,
            more: false,
        }));
    };
    let article = visit.app.articles.get(first.article).await?;
    Ok(Some(Next {
        id: Some(first.id.to_string()),
        title: article.map_or_else(String::new, |article| article.title),
        waiting: waiting.items.len(),
        more: waiting.next.is_some(),
    }))
}
