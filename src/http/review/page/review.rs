//! The page of a review: request, changes, checklist, decisions.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_base::{Hash, PersonId, ReviewId, Subject, Zone};
use lectern_review::{
    Baseline, ChangeKind, ChangeRequest, Checklist, DecisionInput, Review, ReviewState, Verdict,
};
use lectern_social::{Anchor, NewComment};

use crate::article::page::status::{Ahead, ahead, progress};
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::{FormData, RejectedForm, empty_as_none, go, needed};
use crate::page::layout::{Frame, render};
use crate::page::view::{CalendarDay, Choice, Field, Html, Moment, count};
use crate::page::visit::Visit;
use crate::review::page::decisions::{
    ChecklistItem, Deciding, DecisionRow, Next, StageRow, checklist, deciding, decisions, next,
    stages, undecided,
};
use crate::review::page::substitute::{self, MissingReviewer, SubstituteRow, missing, substitutes};
use crate::review::page::text::{Unresolved, text};
use crate::revision::page::comparison::{Compared, ThreadView};
use crate::version::page::signing::{login, signed};

/// Questions of a checklist that a form can answer.
const MOST_QUESTIONS: usize = 1_000;

#[derive(Template)]
#[template(path = "review.html")]
pub(crate) struct ReviewPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub id: String,
    pub title: String,
    pub state: Html,
    /// Whether it waits for decisions.
    pub open: bool,
    pub change_summary: String,
    /// Why the change is minor.
    pub justification: String,
    pub kind: &'static str,
    pub requested_by: String,
    pub requested_on: Html,
    pub contributors: String,
    /// Changes to the draft since, for those who may resubmit.
    pub ahead: Option<Ahead>,
    /// The versions that the text can be compared with.
    pub grounds: Vec<Choice>,
    pub since: &'static str,
    /// "What changed since v2.0".
    pub compared_with: Html,
    pub compared: Compared,
    /// Sections that the caller ticked as seen.
    pub seen: Vec<String>,
    pub commenting: RejectedComment,
    /// Comments that belong to no section.
    pub elsewhere: Vec<ThreadView>,
    /// "3 comments are not resolved", as parts with their links.
    pub unresolved: Vec<Unresolved>,
    pub hash: String,
    pub checklist: Vec<ChecklistItem>,
    /// The error of the checklist.
    pub unchecked: Field,
    pub reason: Field,
    /// Whether an approval must be signed.
    pub signed: bool,
    pub login: Field,
    pub password: Field,
    pub code: Field,
    /// The meaning of a signature given now.
    pub meaning: String,
    pub deciding: Deciding,
    pub may_decide: bool,
    pub decisions: Vec<DecisionRow>,
    /// "1 of 2 approvals."
    pub quorum: String,
    pub stages: Vec<StageRow>,
    /// Who can still decide.
    pub undecided: Option<String>,
    /// The next review.
    pub next: Option<Next>,
    /// Reviewers who can no longer decide.
    pub missing: Vec<MissingReviewer>,
    pub substitutes: Vec<SubstituteRow>,
    pub may_withdraw: bool,
    pub may_resubmit: bool,
    pub resubmit_summary: Field,
}

impl ReviewPage {
    /// Tells whether the caller ticked the section.
    pub fn saw(&self, key: &str) -> bool {
        self.seen.iter().any(|seen| seen == key)
    }

    /// "5 of 8 sections seen".
    pub fn progress(&self) -> String {
        let to_see = self.compared.to_see().count();
        let seen = self.compared.to_see().filter(|one| self.saw(&one.key));
        format!("{} of {} seen", seen.count(), count(to_see, "section"))
    }
}

/// A rejected comment on a section.
pub(crate) struct RejectedComment {
    pub section: String,
    pub quote: Field,
    pub text: Field,
}

impl RejectedComment {
    /// Tells whether the comment was made on this section.
    pub fn at(&self, key: &str) -> bool {
        self.section == key && (self.quote.error.is_some() || self.text.error.is_some())
    }
}

/// Shows a review to those who may write or decide.
pub async fn show(visit: Visit, Id(id): Id<ReviewId>) -> Reply<Response> {
    let since = visit.asked.one("since").to_owned();
    page(visit, id, RejectedForm::default(), &since).await
}

/// Renders the page, with a rejected form if there was one.
pub(crate) async fn page(
    visit: Visit,
    id: ReviewId,
    rejected: RejectedForm,
    since: &str,
) -> Reply<Response> {
    let (review, opened) = visit.app.access.open_review(&visit.caller, id).await?;
    let open = review.is_open();
    let may_write = visit.caller.editor(&opened.place).is_ok();
    let may_withdraw =
        review.requested_by == visit.caller.id() || visit.caller.steward(&opened.place).is_ok();
    let deciding = deciding(&visit, &opened, &review, &rejected).await?;
    let may_decide = !deciding.rights.is_empty();
    let text = text(&visit, &opened, &review, since).await?;
    let page = ReviewPage {
        problem: rejected.problem(&[
            "reason",
            "change_summary",
            "checklist",
            "login",
            "password",
            "code",
            "quote",
            "text",
            "substitute",
            "substitute_reason",
        ]),
        id: id.to_string(),
        state: state_words(&review, visit.app.zone()),
        open,
        kind: if review.kind == ChangeKind::Minor {
            "Minor"
        } else {
            "Major"
        },
        requested_by: visit.name(review.requested_by).await?,
        requested_on: visit.day(review.requested_at),
        contributors: visit.names(&review.contributors).await?,
        ahead: match may_write {
            true => ahead(&visit, &opened.article, &review).await?,
            false => None,
        },
        grounds: text.grounds,
        since: text.since.word(),
        compared_with: text.with,
        compared: text.compared,
        elsewhere: text.elsewhere,
        unresolved: text.unresolved,
        seen: match may_decide {
            true => {
                visit
                    .app
                    .reviews
                    .seen_sections(&review, visit.caller.id())
                    .await?
            }
            false => Default::default(),
        }
        .into_iter()
        .collect(),
        commenting: RejectedComment {
            section: rejected.sent.one("section").to_owned(),
            quote: rejected.field("quote"),
            text: rejected.field("text"),
        },
        hash: review.revision_hash.to_string(),
        checklist: checklist(&review, &rejected),
        unchecked: rejected.field("checklist"),
        reason: rejected.field("reason"),
        signed: review.signed,
        login: login(&visit, &rejected),
        password: rejected.secret("password"),
        code: rejected.field("code"),
        meaning: review.stages()[review.stage()].meaning.clone(),
        deciding,
        may_decide,
        decisions: decisions(&visit, &review).await?,
        quorum: format!("{} approvals.", progress(&review)),
        stages: stages(&review),
        undecided: undecided(&visit, &review).await?,
        next: next(&visit, &review).await?,
        missing: missing(&visit, &opened, &review, &rejected).await?,
        substitutes: substitutes(&visit, &review).await?,
        may_withdraw: open && may_withdraw,
        may_resubmit: open && may_write,
        resubmit_summary: rejected.field("change_summary"),
        change_summary: review.change_summary,
        justification: review.justification.unwrap_or_default(),
        title: opened.article.title,
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

fn state_words(review: &Review, zone: &Zone) -> Html {
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
    let words = match review.outcome_at {
        Some(at) => words.and(" on ").at(Moment::minute(at.date_time())),
        None => words,
    };
    match review.effective_at {
        Some(at) if review.state == ReviewState::Approved => words
            .and(" · becomes effective on ")
            .on(CalendarDay::of(zone, at).zoned()),
        _ => words,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SeenForm {
    section: String,
    seen: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CommentForm {
    section: String,
    quote: String,
    text: String,
}

#[derive(Debug, Deserialize)]
struct DecisionForm {
    #[serde(default)]
    verdict: String,
    revision_hash: Hash,
    #[serde(default)]
    reason: String,
    /// The numbers of the items that were ticked, from 0.
    #[serde(default)]
    checklist: Vec<usize>,
    #[serde(default, deserialize_with = "empty_as_none")]
    on_behalf_of: Option<PersonId>,
}

impl DecisionForm {
    fn decision(self) -> Reply<DecisionInput> {
        let ticked = |number: &usize| *number < MOST_QUESTIONS;
        let ticks: BTreeSet<_> = self.checklist.into_iter().filter(ticked).collect();
        let count = ticks.last().map_or(0, |last| last + 1);
        let answers = (0..count).map(|number| ticks.contains(&number));
        Ok(DecisionInput {
            verdict: match self.verdict.as_str() {
                "approve" => Verdict::Approve,
                "reject" => Verdict::Reject,
                _ => return Err(HttpError::invalid("verdict", "Approve or reject.")),
            },
            revision_hash: self.revision_hash,
            checklist: Checklist::InOrder(answers.collect()),
            reason: Some(self.reason).filter(|reason| !reason.is_empty()),
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResubmitForm {
    change_summary: String,
}

/// Ticks or unticks a section as seen.
pub async fn see(visit: Visit, Id(id): Id<ReviewId>, sent: FormData) -> Reply<Response> {
    let (review, opened) = visit.app.access.open_review(&visit.caller, id).await?;
    let editor = visit.caller.editor(&opened.place)?;
    let SeenForm { section, seen } = sent.fields()?;
    let reviews = &visit.app.reviews;
    let seen = reviews.mark_seen(&editor, &review, &section, seen == "yes");
    seen.await?;
    Ok(go(place(id, &sent, &format!("#section-{section}"))))
}

/// Returns the address of the review with the same comparison.
fn place(id: ReviewId, sent: &FormData, rest: &str) -> String {
    match Baseline::named(sent.one("since")) {
        Some(since) => format!("/reviews/{id}?since={}{rest}", since.word()),
        None => format!("/reviews/{id}{rest}"),
    }
}

/// Opens a thread about the text under review; writers see it in the draft.
pub async fn comment(visit: Visit, Id(id): Id<ReviewId>, sent: FormData) -> Reply<Response> {
    match say(&visit, id, &sent).await {
        Ok(()) => {
            let section = format!("#section-{}", sent.one("section"));
            Ok(go(place(id, &sent, &section)))
        }
        Err(cause) => {
            let since = sent.one("since").to_owned();
            page(visit, id, RejectedForm::of(sent, cause)?, &since).await
        }
    }
}

async fn say(visit: &Visit, id: ReviewId, sent: &FormData) -> Reply<()> {
    let (review, opened) = visit.app.access.open_review(&visit.caller, id).await?;
    let editor = visit.caller.editor(&opened.place)?;
    let form: CommentForm = sent.fields()?;
    let reviews = &visit.app.reviews;
    let quote = reviews.quotation(&review, &form.section, &form.quote);
    let quote = quote.await?;
    let remark = NewComment {
        text: needed("text", form.text, "Say what you think about it.")?,
        mentions: Vec::new(),
    };
    let anchor = Anchor::quoting(&form.section, &quote);
    let threads = &visit.app.threads;
    threads
        .open(&editor, &opened.article, anchor, remark)
        .await?;
    Ok(())
}

/// Records a decision.
pub async fn decide(visit: Visit, Id(id): Id<ReviewId>, sent: FormData) -> Reply<Response> {
    match record(&visit, id, &sent).await {
        Ok(Verdict::Approve) => Ok(go(format!("/reviews/{id}?done=approved"))),
        Ok(Verdict::Reject) => Ok(go(format!("/reviews/{id}?done=rejected"))),
        Err(cause) => {
            let since = sent.one("since").to_owned();
            page(visit, id, RejectedForm::of(sent, cause)?, &since).await
        }
    }
}

async fn record(visit: &Visit, id: ReviewId, sent: &FormData) -> Reply<Verdict> {
    let form: DecisionForm = sent.fields()?;
    let on_behalf_of = form.on_behalf_of;
    let input = form.decision()?;
    let verdict = input.verdict;
    let (app, caller) = (&visit.app, &visit.caller);
    let open = app.access.open_to_decide(caller, id, on_behalf_of).await?;
    let review = open.review();
    let signing = match review.signed && verdict == Verdict::Approve {
        true => {
            let meaning = &review.stages()[review.stage()].meaning;
            let signing = signed(visit, &open.place, Subject::review(id), meaning, sent);
            Some(signing.await?)
        }
        false => None,
    };
    let reviews = &app.reviews;
    let decided = reviews.decide(&open.approver, &open.under, input, signing);
    decided.await?;
    Ok(verdict)
}

/// Names a substitute for a reviewer who can no longer decide.
pub async fn substitute(visit: Visit, Id(id): Id<ReviewId>, sent: FormData) -> Reply<Response> {
    match substitute::name(&visit, id, &sent).await {
        Ok(()) => Ok(go(format!("/reviews/{id}?done=substituted"))),
        Err(cause) => page(visit, id, RejectedForm::of(sent, cause)?, "").await,
    }
}

/// Withdraws the request.
pub async fn withdraw(visit: Visit, Id(id): Id<ReviewId>) -> Reply<Response> {
    visit.app.access.open_review(&visit.caller, id).await?;
    match visit.app.reviews.withdraw(&visit.caller, id, None).await {
        Ok(_) => Ok(go(format!("/reviews/{id}?done=withdrawn"))),
        Err(cause) => page(visit, id, RejectedForm::of(FormData::default(), cause)?, "").await,
    }
}

/// Replaces the request by one for the current draft.
pub async fn resubmit(visit: Visit, Id(id): Id<ReviewId>, sent: FormData) -> Reply<Response> {
    match again_from_draft(&visit, id, &sent).await {
        Ok(new) => Ok(go(format!("/reviews/{new}?done=resubmitted"))),
        Err(cause) => page(visit, id, RejectedForm::of(sent, cause)?, "").await,
    }
}

async fn again_from_draft(visit: &Visit, id: ReviewId, sent: &FormData) -> Reply<ReviewId> {
    let (review, opened) = visit.app.access.open_review(&visit.caller, id).await?;
    let editor = visit.caller.editor(&opened.place)?;
    let ResubmitForm { change_summary } = sent.fields()?;
    let change = ChangeRequest {
        change_summary: needed("change_summary", change_summary, "Say what changed since.")?,
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
