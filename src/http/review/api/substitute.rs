//! Substitutes for reviewers who can no longer decide.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::{PersonId, ReviewId, Timestamp};
use lectern_review::Substitution;

use crate::body::Json;
use crate::created::Created;
use crate::error::{HttpError, Reply};
use crate::extract::{Id, SignedIn, State};

/// A substitute to be named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubstituteRequest {
    /// The reviewer who can no longer decide: one of the review's `missing`.
    pub missing: PersonId,
    /// Who decides instead: a reviewer of the module who did not contribute, and not the caller.
    pub substitute: PersonId,
    /// Why.
    pub reason: String,
}

/// A substitute for a reviewer who can no longer decide.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubstitutionReply {
    /// In which stage, counted from 0.
    pub stage: usize,
    /// Who can no longer decide.
    pub missing: PersonId,
    /// Who decides instead.
    pub substitute: PersonId,
    /// Who named them.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl From<Substitution> for SubstitutionReply {
    fn from(named: Substitution) -> Self {
        Self {
            stage: named.stage,
            missing: named.missing,
            substitute: named.substitute,
            by: named.by,
            reason: named.reason,
            at: named.at,
        }
    }
}

/// Names a substitute for a reviewer whose decision a stage needs and who was deactivated or lost the
/// role. People who manage the module may, and administrators who can see it. The frozen policy and
/// the approvals given until now stay.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/substitutes", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review.")), request_body = SubstituteRequest,
    responses((status = 201, description = "The substitute.", body = SubstitutionReply),
        (status = 409, description = "The reviewer can still decide, or their decision is not \
            needed.", body = crate::Problem),
        (status = 422, description = "The substitute is no reviewer of the module, contributed, \
            or decides at this stage already.", body = crate::Problem)))]
pub async fn name(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Json(given): Json<SubstituteRequest>,
) -> Reply<Created<SubstitutionReply>> {
    let appointer = app.access.open_to_appoint(&caller, id).await?;
    let SubstituteRequest {
        missing,
        substitute,
        reason,
    } = given;
    let reviews = &app.reviews;
    let review = reviews.name_substitute(&appointer, id, missing, substitute, Some(reason));
    let named = review.await?.substitutions.pop();
    let named = named.ok_or_else(|| HttpError::not_found("substitute"))?;
    Ok(Created {
        at: format!("/api/v1/reviews/{id}"),
        body: SubstitutionReply::from(named),
    })
}
