//! Reviews: request one, decide, withdraw, resubmit.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{
    ArticleId, Hash, ModuleId, Page, PersonId, ReviewId, RevisionId, Seek, SignatureId, Subject,
    Timestamp,
};
use lectern_review::{
    Answer, Baseline, ChangeKind, ChangeRequest, Checklist, Decision, DecisionInput, Review,
    ReviewState, StageProgress, Verdict,
};

use crate::body::{Json, MaybeJson, Query};
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};
use crate::review::api::substitute::SubstitutionReply;
use crate::revision::api::{DiffReply, SectionDiffReply};
use crate::version::api::signature::SignatureRequest;

/// A review to be requested.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// What changed since the effective version, for the reviewers.
    pub change_summary: String,
    /// Whether people must read it again (`major`) or not (`minor`).
    pub kind: ChangeKind,
    /// Why a minor change is one; the summary stands for it when nothing else is said.
    pub justification: Option<String>,
}

impl From<ReviewRequest> for ChangeRequest {
    fn from(given: ReviewRequest) -> Self {
        Self {
            change_summary: given.change_summary,
            kind: given.kind,
            justification: given.justification,
        }
    }
}

/// A review: one frozen revision, its policy, and what was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewReply {
    /// Its id.
    pub id: ReviewId,
    /// The article.
    pub article: ArticleId,
    /// The article's module.
    pub module: ModuleId,
    /// The revision under review.
    pub revision: RevisionId,
    /// The hash of its content; a decision names it.
    pub revision_hash: Hash,
    /// The questions that every approval answers with yes.
    pub checklist: Vec<String>,
    /// The stages that it passes, in order.
    pub stages: Vec<StageReply>,
    /// Whether an approval is signed.
    pub signed: bool,
    /// How many approvals the stage takes that is to be passed next.
    pub needed: usize,
    /// Who approved it until now, so that it counts.
    pub approved_by: Vec<PersonId>,
    /// Where it stands.
    pub state: ReviewState,
    /// Major or minor.
    pub kind: ChangeKind,
    /// What changed.
    pub change_summary: String,
    /// Why a minor change is one.
    #[schema(required = true)]
    pub justification: Option<String>,
    /// Who asked for it.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: Timestamp,
    /// Who wrote it, and so cannot approve it.
    pub contributors: Vec<PersonId>,
    /// Who could decide when it was requested.
    pub reviewers: Vec<PersonId>,
    /// What was decided, oldest first.
    pub decisions: Vec<DecisionReply>,
    /// When an approved revision becomes effective, if that is later than its approval.
    #[schema(required = true)]
    pub effective_at: Option<Timestamp>,
    /// When the reviewers were reminded.
    #[schema(required = true)]
    pub reminded_at: Option<Timestamp>,
    /// When it ended.
    #[schema(required = true)]
    pub outcome_at: Option<Timestamp>,
    /// Reviewers whose decision is needed, who can no longer decide, and who have no substitute.
    pub missing: Vec<PersonId>,
    /// The substitutes that were named, oldest first.
    pub substitutions: Vec<SubstitutionReply>,
}

/// One stage of a review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewStageReply)]
pub struct StageReply {
    /// What people call it.
    pub title: String,
    /// How many approvals it takes.
    pub needed: usize,
    /// How many count until now.
    pub approved: usize,
    /// Whether that is enough.
    pub passed: bool,
    /// What a signature given here means, unless the signer says otherwise.
    pub meaning: String,
    /// Who could approve here when the review was requested, and substitutes in the place of those
    /// who can no longer.
    pub approvers: Vec<PersonId>,
    /// Whether they alone may; otherwise whoever reviews in the module by now.
    pub closed: bool,
}

impl From<StageProgress> for StageReply {
    fn from(progress: StageProgress) -> Self {
        Self {
            title: progress.stage.title,
            needed: progress.needed,
            approved: progress.approved,
            passed: progress.passed,
            meaning: progress.stage.meaning,
            approvers: progress.stage.approvers,
            closed: progress.stage.closed,
        }
    }
}

impl From<Review> for ReviewReply {
    fn from(review: Review) -> Self {
        Self {
            stages: review
                .progress()
                .into_iter()
                .map(StageReply::from)
                .collect(),
            signed: review.signed,
            needed: review.needed(),
            approved_by: review.approved_by(),
            id: review.id,
            article: review.article,
            module: review.module,
            revision: review.revision,
            revision_hash: review.revision_hash,
            checklist: review.policy.checklist,
            state: review.state,
            kind: review.kind,
            change_summary: review.change_summary,
            justification: review.justification,
            effective_at: review.effective_at,
            reminded_at: review.reminded_at,
            requested_by: review.requested_by,
            requested_at: review.requested_at,
            contributors: review.contributors,
            reviewers: review.reviewers,
            decisions: review
                .decisions
                .into_iter()
                .map(DecisionReply::from)
                .collect(),
            outcome_at: review.outcome_at,
            missing: review.missing,
            substitutions: review
                .substitutions
                .into_iter()
                .map(SubstitutionReply::from)
                .collect(),
        }
    }
}

/// What one reviewer decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionReply {
    /// The reviewer.
    pub person: PersonId,
    /// For whom, when somebody else's right was used.
    #[schema(required = true)]
    pub on_behalf_of: Option<PersonId>,
    /// In which stage, counted from 0.
    pub stage: usize,
    /// Approve or reject.
    pub verdict: Verdict,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// The answers to the checklist.
    pub checklist: Vec<Answer>,
    /// When.
    pub at: Timestamp,
    /// The hash of what the reviewer saw.
    pub revision_hash: Hash,
    /// The signature that was given with it.
    #[schema(required = true)]
    pub signature: Option<SignatureId>,
}

impl From<Decision> for DecisionReply {
    fn from(decision: Decision) -> Self {
        Self {
            person: decision.person,
            on_behalf_of: decision.on_behalf_of,
            stage: decision.stage,
            signature: decision.signature,
            verdict: decision.verdict,
            reason: decision.reason,
            checklist: decision.checklist,
            at: decision.at,
            revision_hash: decision.revision_hash,
        }
    }
}

/// Reviews.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewList {
    /// The reviews.
    pub items: Vec<ReviewReply>,
}

fn list_of(reviews: Vec<Review>) -> Json<ReviewList> {
    Json(ReviewList {
        items: reviews.into_iter().map(ReviewReply::from).collect(),
    })
}

fn created(review: Review) -> Created<ReviewReply> {
    Created {
        at: format!("/api/v1/reviews/{}", review.id),
        body: ReviewReply::from(review),
    }
}

/// Freezes the draft and asks for its review.
#[utoipa::path(post, path = "/api/v1/articles/{id}/reviews", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = ReviewRequest,
    responses((status = 201, description = "The review.", body = ReviewReply)))]
pub async fn request(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<ReviewRequest>,
) -> Reply<Created<ReviewReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    Ok(created(
        app.reviews
            .request(&editor, &opened.article, given.into())
            .await?,
    ))
}

/// Lists the reviews of an article, newest first.
#[utoipa::path(get, path = "/api/v1/articles/{id}/reviews", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "The reviews.", body = ReviewList)))]
pub async fn of_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<ReviewList>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    Ok(list_of(app.reviews.of_article(id).await?))
}

/// Lists the reviews that wait for the caller, also in the place of somebody for whom they stand in.
/// The oldest comes first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", params(Seek),
    responses((status = 200, description = "Some of them.", body = Page<ReviewReply>)))]
pub async fn waiting(
    app: State,
    SignedIn(caller): SignedIn,
    Query(seek): Query<Seek>,
) -> Reply<Json<Page<ReviewReply>>> {
    let waiting = app.reviews.waiting_for(&caller, &seek).await?;
    Ok(Json(waiting.map(|one| ReviewReply::from(one.review))))
}

/// Shows a review.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review.")),
    responses((status = 200, description = "The review.", body = ReviewReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
) -> Reply<Json<ReviewReply>> {
    let (review, _) = app.access.open_review(&caller, id).await?;
    Ok(Json(ReviewReply::from(review)))
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// `mine`: the caller's last decision on an earlier candidate; `effective`: the version that was
    /// effective when the review was requested; `beginning`: everything. Left out, it is the version
    /// that was effective, or everything where there was none.
    pub since: Option<Baseline>,
}

/// Shows what changed in the text under review.
#[utoipa::path(get, path = "/api/v1/reviews/{id}/changes", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review."), ChangesQuery),
    responses((status = 200, description = "What changed.", body = DiffReply),
        (status = 422, description = "There is nothing to compare with on that ground.",
            body = crate::Problem)))]
pub async fn changes(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Query(asked): Query<ChangesQuery>,
) -> Reply<Json<DiffReply>> {
    let (review, opened) = app.access.open_review(&caller, id).await?;
    let diffs = match asked.since {
        Some(since) => {
            let grounds = app.reviews.baselines(&review, caller.id()).await?;
            app.reviews.changes_since(&review, &grounds, since).await?
        }
        None => app.reviews.changes(&review).await?,
    };
    let links = app
        .reviews
        .links_of(&opened.article, Some(review.revision))
        .await?;
    let sections = app
        .renderer
        .compare_sections(&caller, diffs, &links, true)
        .await?;
    let sections = sections.into_iter().map(SectionDiffReply::from).collect();
    Ok(Json(DiffReply { sections }))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Approve or reject.
    pub verdict: Verdict,
    /// The hash of what the reviewer saw: the review's `revision_hash`.
    pub revision_hash: Hash,
    /// Why; a rejection needs it.
    pub reason: Option<String>,
    /// The answers to the checklist, in one of four forms: `[true, true]` in order, the questions
    /// that were ticked, an object of question and answer, or a list of
    /// `{"question": …, "yes": true}`. An approval answers every question with yes.
    #[serde(default)]
    pub checklist: Checklist,
    /// The reviewer for whom the caller stands in; the caller decides by their own right when left
    /// out.
    pub on_behalf_of: Option<PersonId>,
    /// Id, password and meaning; needed where the review is `signed` and the verdict approves.
    pub signature: Option<SignatureRequest>,
}

/// Decides on a review. The approval that completes the quorum makes the version effective.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/decisions", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review.")), request_body = DecisionRequest,
    responses((status = 201, description = "The review with the decision.", body = ReviewReply),
        (status = 401, description = "The password is wrong.", body = crate::Problem),
        (status = 409, description = "Somebody else decided at the same moment, or the text is \
            not the one that was seen.", body = crate::Problem)))]
pub async fn decide(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Json(given): Json<DecisionRequest>,
) -> Reply<Created<ReviewReply>> {
    let input = DecisionInput {
        verdict: given.verdict,
        revision_hash: given.revision_hash,
        reason: given.reason,
        checklist: given.checklist,
    };
    let open = app
        .access
        .open_to_decide(&caller, id, given.on_behalf_of)
        .await?;
    let signing = match given.signature {
        Some(signature) => {
            let signing = signature.signing(&app, &caller, &open.place, Subject::review(id));
            Some(signing.await?)
        }
        None => None,
    };
    let reviews = &app.reviews;
    let decided = reviews.decide(&open.approver, &open.under, input, signing);
    Ok(created(decided.await?))
}

/// Why a review is taken back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// Why.
    pub reason: Option<String>,
}

/// Takes a review back.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/withdraw", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review.")), request_body = WithdrawRequest,
    responses((status = 200, description = "The review.", body = ReviewReply)))]
pub async fn withdraw(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    MaybeJson(given): MaybeJson<WithdrawRequest>,
) -> Reply<Json<ReviewReply>> {
    let (review, _) = app.access.open_review(&caller, id).await?;
    let review = app
        .reviews
        .withdraw(&caller, review.id, given.reason)
        .await?;
    Ok(Json(ReviewReply::from(review)))
}

/// Freezes the draft again in place of this review; approvals given until now are void.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/resubmit", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review.")), request_body = ReviewRequest,
    responses((status = 201, description = "The new review.", body = ReviewReply)))]
pub async fn resubmit(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Json(given): Json<ReviewRequest>,
) -> Reply<Created<ReviewReply>> {
    let (_, opened) = app.access.open_review(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    Ok(created(
        app.reviews
            .resubmit(&editor, &opened.article, given.into())
            .await?,
    ))
}
