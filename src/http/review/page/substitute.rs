//! Reviewers who can no longer decide, and naming their substitutes.

use serde::Deserialize;

use lectern_access::OpenedArticle;
use lectern_base::{PersonId, ReviewId};
use lectern_review::Review;

use crate::error::Reply;
use crate::page::form::{FormData, RejectedForm, needed, parsed};
use crate::page::view::{Choice, Field, Moment};
use crate::page::visit::Visit;

/// A reviewer who can no longer decide and has no substitute.
pub(crate) struct MissingReviewer {
    pub id: String,
    pub name: String,
    /// Who can be named; `None` if the caller may not name anybody.
    pub substitutes: Option<Vec<Choice>>,
    pub substitute: Field,
    pub reason: Field,
}

/// A substitute who was named.
pub(crate) struct SubstituteRow {
    pub substitute: String,
    pub missing: String,
    pub by: String,
    pub reason: String,
    pub at: Moment,
}

/// Returns the reviewers who can no longer decide on an open review.
pub(crate) async fn missing(
    visit: &Visit,
    opened: &OpenedArticle,
    review: &Review,
    rejected: &RejectedForm,
) -> Reply<Vec<MissingReviewer>> {
    let appointer = visit.caller.appointer(&opened.place).ok();
    let mut missing = Vec::new();
    for person in review.missing.iter().filter(|_| review.is_open()) {
        let id = person.to_string();
        let sent = rejected.sent.one("missing") == id;
        let field = |name| match sent {
            true => rejected.field(name),
            false => Field::default(),
        };
        let substitutes = match &appointer {
            Some(by) => {
                let reviews = &visit.app.reviews;
                let found = reviews.possible_substitutes(by, &opened.place, review, *person);
                Some(choices(visit, found.await?, rejected.sent.one("substitute")).await?)
            }
            None => None,
        };
        missing.push(MissingReviewer {
            name: visit.name(*person).await?,
            substitutes,
            substitute: field("substitute"),
            reason: field("substitute_reason"),
            id,
        });
    }
    Ok(missing)
}

async fn choices(visit: &Visit, people: Vec<PersonId>, chosen: &str) -> Reply<Vec<Choice>> {
    let mut choices = Vec::new();
    for person in people {
        let id = person.to_string();
        choices.push(Choice {
            chosen: id == chosen,
            ..Choice::new(id, visit.name(person).await?)
        });
    }
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    Ok(choices)
}

/// Returns the substitutes who were named.
pub(crate) async fn substitutes(visit: &Visit, review: &Review) -> Reply<Vec<SubstituteRow>> {
    let mut rows = Vec::new();
    for named in &review.substitutions {
        rows.push(SubstituteRow {
            substitute: visit.name(named.substitute).await?,
            missing: visit.name(named.missing).await?,
            by: visit.name(named.by).await?,
            reason: named.reason.clone(),
            at: Moment::minute(named.at.date_time()),
        });
    }
    Ok(rows)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SubstituteForm {
    missing: String,
    substitute: String,
    substitute_reason: String,
}

/// Names the substitute that a form asks for.
pub(crate) async fn name(visit: &Visit, id: ReviewId, sent: &FormData) -> Reply<()> {
    visit.app.access.open_review(&visit.caller, id).await?;
    let appointer = visit.app.access.open_to_appoint(&visit.caller, id).await?;
    let form: SubstituteForm = sent.fields()?;
    let missing = parsed("missing", &form.missing)?;
    let substitute = parsed("substitute", &form.substitute)?;
    let why = "Say why this person decides instead.";
    let reason = needed("substitute_reason", form.substitute_reason, why)?;
    let reviews = &visit.app.reviews;
    let named = reviews.name_substitute(&appointer, id, missing, substitute, Some(reason));
    named.await?;
    Ok(())
}
