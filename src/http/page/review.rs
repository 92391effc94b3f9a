//! A review: what was asked, what changed, the checklist, the decision, who has decided.

use askama::Template;
use axum::response::Response;

use super::diff::{self, SectionChanges};
use super::form::{Again, Sent, go};
use super::layout::{Frame, render};
use super::read::sections_to_read;
use super::signing::{login, signed};
use super::standing::progress;
use super::view::{Field, Html, ModuleLink, Moment, SectionView};
use super::visit::Visit;
use crate::app::Opened;
use crate::base::{ReviewId, Subject};
use crate::http::error::{HttpError, Reply};
use crate::http::extract::Id;
use crate::review::{
    ChangeRequest, Checklist, DecisionInput, Kind as ReviewKind, Review, ReviewState, Signing,
    Verdict,
};

#[derive(Template)]
#[template(path = "review.html")]
pub(super) struct ReviewPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub id: String,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub state: Html,
    /// Still waits for decisions.
    pub open: bool,
    pub change_summary: String,
    pub kind: &'static str,
    pub requested_by: String,
    pub requested_at: Moment,
    pub contributors: String,
    /// "Changes since v2.0", or "The whole text, as no version was approved before".
    pub compared_with: String,
    /// There is no earlier version to compare with.
    pub first: bool,
    pub sections: Vec<SectionChanges>,
    pub hash: String,
    pub checklist: Vec<ChecklistItem>,
    /// What is wrong with the ticks.
    pub unchecked: Field,
    pub reason: Field,
    /// An approval is signed.
    pub signed: bool,
    pub login: Field,
    pub password: Field,
    pub code: Field,
    /// What a signature given now means.
    pub meaning: String,
    pub may_decide: bool,
    /// Why this person cannot decide, when they might expect to.
    pub why_not: Option<String>,
    pub decisions: Vec<DecisionRow>,
    /// "1 of 2 approvals."
    pub quorum: String,
    /// Comments on the draft that are not settled.
    pub open_threads: usize,
    pub may_withdraw: bool,
    pub may_resubmit: bool,
    pub resubmit_summary: Field,
}

/// One point the reviewer has to check.
pub(super) struct ChecklistItem {
    pub text: String,
    pub ticked: bool,
}

/// What somebody decided.
pub(super) struct DecisionRow {
    /// `approve` or `reject`.
    pub verdict: &'static str,
    pub words: &'static str,
    pub person: String,
    pub at: Moment,
    pub reason: String,
}

/// The review, for those who may write or decide.
pub async fn show(visit: Visit, Id(id): Id<ReviewId>) -> Reply<Response> {
    page(visit, id, Again::default()).await
}

async fn page(visit: Visit, id: ReviewId, again: Again) -> Reply<Response> {
    let (review, opened) = visit.app.open_review(&visit.caller, id).await?;
    let open = review.is_open();
    let compared = compare(&visit, &review).await?;
    let may_write = visit.caller.editor(&opened.place).is_ok();
    let may_withdraw =
        review.requested_by == visit.caller.id() || visit.caller.steward(&opened.place).is_ok();
    let refusal = why_not(&visit, &opened, &review);
    let page = ReviewPage {
        problem: again.problem(&[
            "reason",
            "change_summary",
            "checklist",
            "login",
            "password",
            "code",
        ]),
        id: id.to_string(),
        state: state_words(&review),
        open,
        kind: if review.kind == ReviewKind::Minor {
            "Minor"
        } else {
            "Major"
        },
        requested_by: visit.name(review.requested_by).await?,
        requested_at: Moment::day(review.requested_at.date_time()),
        contributors: visit.names(&review.contributors).await?,
        compared_with: compared.with,
        first: compared.first,
        sections: compared.sections,
        hash: review.revision_hash.to_string(),
        checklist: checklist(&review, &again),
        unchecked: again.field("checklist"),
        reason: again.field("reason"),
        signed: review.signed,
        login: login(&visit, &again),
        password: again.secret("password"),
        code: again.field("code"),
        meaning: review.stages()[review.stage()].meaning.clone(),
        may_decide: open && refusal.is_none(),
        why_not: refusal.filter(|_| open),
        decisions: decisions(&visit, &review).await?,
        open_threads: visit.app.threads.open_count(review.article).await?,
        quorum: format!("{} approvals.", progress(&review)),
        may_withdraw: open && may_withdraw,
        may_resubmit: open && may_write,
        resubmit_summary: again.field("change_summary"),
        change_summary: review.change_summary,
        module: ModuleLink {
            slug: opened.module.slug,
            title: opened.module.title,
        },
        slug: opened.article.slug,
        title: opened.article.title,
        frame: visit.frame,
    };
    Ok(render(again.status(), &page))
}

/// Why this person cannot decide; nothing when they can.
fn why_not(visit: &Visit, opened: &Opened, review: &Review) -> Option<String> {
    if visit.caller.reviewer(&opened.place).is_err() {
        return Some("Reviewers of this module decide.".to_owned());
    }
    let wrote = review.contributors.contains(&visit.caller.id());
    let wrote = wrote || review.requested_by == visit.caller.id();
    wrote.then(|| "You wrote part of this text, so somebody else decides.".to_owned())
}

fn state_words(review: &Review) -> Html {
    let words = match review.state {
        ReviewState::Candidate => format!("Waits for decisions · {} approvals", progress(review)),
        ReviewState::Approved => "Approved".to_owned(),
        ReviewState::Effective => "Approved and effective".to_owned(),
        ReviewState::Rejected => "Rejected".to_owned(),
        ReviewState::Withdrawn => "Withdrawn".to_owned(),
        ReviewState::Outdated => "Outdated: another version became effective".to_owned(),
        ReviewState::Stale => "Closed, because nobody decided in time".to_owned(),
    };
    let words = Html::text(words);
    match review.outcome_at {
        Some(at) => words.and(" on ").at(Moment::minute(at.date_time())),
        None => words,
    }
}

/// What stands on the page as changed, and since when.
struct Compared {
    with: String,
    first: bool,
    sections: Vec<SectionChanges>,
}

async fn compare(visit: &Visit, review: &Review) -> Reply<Compared> {
    let versions = visit.app.reviews.versions(review.article).await?;
    let base = versions
        .iter()
        .find(|version| Some(version.revision) == review.base);
    if let Some(base) = base {
        return Ok(Compared {
            with: format!("Changes since v{}.0", base.number),
            first: false,
            sections: diff::sections(visit.app.reviews.changes(review).await?),
        });
    }
    let revisions = &visit.app.revisions;
    let frozen = revisions.get(review.revision).await?;
    let frozen = frozen.ok_or_else(|| HttpError::not_found("revision"))?;
    let content = revisions.content(&frozen).await?;
    let whole = |section: SectionView| SectionChanges {
        key: section.key,
        title: section.title,
        pieces: Vec::new(),
        whole: Some(section.html),
    };
    let sections = sections_to_read(visit, &content).await?;
    Ok(Compared {
        with: "The whole text, as no version was approved before".to_owned(),
        first: true,
        sections: sections.into_iter().map(whole).collect(),
    })
}

fn checklist(review: &Review, again: &Again) -> Vec<ChecklistItem> {
    let item = |(at, text): (usize, &String)| ChecklistItem {
        text: text.clone(),
        ticked: again
            .sent
            .all("checklist")
            .any(|ticked| ticked == at.to_string()),
    };
    review
        .policy
        .checklist
        .iter()
        .enumerate()
        .map(item)
        .collect()
}

async fn decisions(visit: &Visit, review: &Review) -> Reply<Vec<DecisionRow>> {
    let mut rows = Vec::new();
    for decision in &review.decisions {
        let approves = decision.verdict == Verdict::Approve;
        rows.push(DecisionRow {
            verdict: if approves { "approve" } else { "reject" },
            words: if approves { "Approved" } else { "Rejected" },
            person: visit.name(decision.person).await?,
            at: Moment::minute(decision.at.date_time()),
            reason: decision.reason.clone().unwrap_or_default(),
        });
    }
    Ok(rows)
}

/// Records a decision.
pub async fn decide(visit: Visit, Id(id): Id<ReviewId>, sent: Sent) -> Reply<Response> {
    match record(&visit, id, &sent).await {
        Ok(Verdict::Approve) => Ok(go(format!("/reviews/{id}?done=approved"))),
        Ok(Verdict::Reject) => Ok(go(format!("/reviews/{id}?done=rejected"))),
        Err(cause) => page(visit, id, Again::of(sent, cause)?).await,
    }
}

async fn record(visit: &Visit, id: ReviewId, sent: &Sent) -> Reply<Verdict> {
    let (review, opened) = visit.app.open_review(&visit.caller, id).await?;
    let reviewer = visit.caller.reviewer(&opened.place)?;
    let reason = Some(sent.one("reason")).filter(|reason| !reason.is_empty());
    let ticked = |at: usize| sent.all("checklist").any(|given| given == at.to_string());
    let ticks = (0..review.policy.checklist.len()).map(ticked);
    let verdict = match sent.one("verdict") {
        "approve" => Verdict::Approve,
        "reject" => Verdict::Reject,
        _ => return Err(HttpError::invalid("verdict", "Approve or reject.")),
    };
    let input = DecisionInput {
        verdict,
        revision_hash: sent.read("revision_hash")?,
        reason: reason.map(str::to_owned),
        checklist: Checklist::InOrder(ticks.collect()),
    };
    let signing = signing(visit, &opened, &review, verdict, sent).await?;
    visit
        .app
        .reviews
        .decide(&reviewer, id, input, signing)
        .await?;
    Ok(verdict)
}

/// The signature under an approval, where the review asks for one.
async fn signing(
    visit: &Visit,
    opened: &Opened,
    review: &Review,
    verdict: Verdict,
    sent: &Sent,
) -> Reply<Option<Signing>> {
    if !review.signed || verdict == Verdict::Reject {
        return Ok(None);
    }
    let what = Subject::review(review.id);
    let meaning = &review.stages()[review.stage()].meaning;
    signed(visit, opened, what, meaning, sent).await.map(Some)
}

/// Takes the request back.
pub async fn withdraw(visit: Visit, Id(id): Id<ReviewId>) -> Reply<Response> {
    visit.app.open_review(&visit.caller, id).await?;
    match visit.app.reviews.withdraw(&visit.caller, id, None).await {
        Ok(_) => Ok(go(format!("/reviews/{id}?done=withdrawn"))),
        Err(cause) => page(visit, id, Again::of(Sent::default(), cause)?).await,
    }
}

/// Withdraws the request and makes a new one of the draft as it is now.
pub async fn resubmit(visit: Visit, Id(id): Id<ReviewId>, sent: Sent) -> Reply<Response> {
    match again_from_draft(&visit, id, &sent).await {
        Ok(new) => Ok(go(format!("/reviews/{new}?done=resubmitted"))),
        Err(cause) => page(visit, id, Again::of(sent, cause)?).await,
    }
}

async fn again_from_draft(visit: &Visit, id: ReviewId, sent: &Sent) -> Reply<ReviewId> {
    let (review, opened) = visit.app.open_review(&visit.caller, id).await?;
    let editor = visit.caller.editor(&opened.place)?;
    let change = ChangeRequest {
        change_summary: sent.needed("change_summary", "Say what changed since.")?,
        kind: review.kind,
        justification: review.justification,
    };
    Ok(visit
        .app
        .reviews
        .resubmit(&editor, &opened.article, change)
        .await?
        .id)
}
