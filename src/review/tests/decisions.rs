//! How reviewers decide.

use lectern_base::{ErrorKind, Hash, Seek};
use lectern_identity::{Caller, Role};
use lectern_store::{Batch, Range};

use super::house::{House, house};
use crate::{Checklist, DecisionInput, Refusal, Review, ReviewError, ReviewState, Verdict};

/// Ada's article is under review; Rev and Roy may decide, and two must approve.
async fn under_review(template: &str) -> (House, Caller, Caller, Caller, Review) {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let (rev, roy) = (house.reviewer("Rev").await, house.reviewer("Roy").await);
    let article = house.filled(&ada, template).await;
    let review = house.request(&ada, &article).await.unwrap();
    (house, ada, rev, roy, review)
}

fn refusal(result: Result<Review, ReviewError>) -> Refusal {
    match result {
        Err(ReviewError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_quorum_of_two_takes_two_approvals() {
    let (house, _, rev, roy, review) = under_review("sop-module").await;
    let article = house.articles.get(review.article).await.unwrap().unwrap();
    let first = house.approve(&rev, &review).await.unwrap();
    assert_eq!(
        (first.state, first.approved_by().len(), first.needed()),
        (ReviewState::Candidate, 1, 2)
    );
    assert_eq!(house.read(&article, "purpose").await, None);
    let second = house.approve(&roy, &review).await.unwrap();
    assert_eq!(second.state, ReviewState::Effective);
    assert_eq!(second.approved_by(), [rev.id(), roy.id()]);
    assert!(house.read(&article, "purpose").await.is_some());
}

#[tokio::test]
async fn two_approvals_by_one_person_count_once() {
    let (house, _, rev, _, review) = under_review("sop-module").await;
    house.approve(&rev, &review).await.unwrap();
    let again = house.approve(&rev, &review).await.unwrap();
    assert_eq!(again.state, ReviewState::Candidate);
    assert_eq!((again.approved_by().len(), again.decisions.len()), (1, 2));
}

#[tokio::test]
async fn a_reviewer_who_contributed_cannot_decide() {
    let house = house().await;
    let (ada, rev, roy) = (
        house.trainer("Ada").await,
        house.reviewer("Rev").await,
        house.reviewer("Roy").await,
    );
    let article = house.filled(&ada, "topic-article").await;
    house.write(&rev, &article, "lead", "Rev was here.").await;
    let review = house.request(&ada, &article).await.unwrap();
    assert_eq!(review.reviewers, [roy.id()]);
    let refused = house.approve(&rev, &review).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    let silent = House::rejection(&review, "No.");
    assert_eq!(
        refusal(house.decide(&rev, &review, silent).await),
        Refusal::OwnWork
    );
    assert!(house.approve(&roy, &review).await.is_ok());
}

#[tokio::test]
async fn a_reviewer_who_edits_after_the_request_can_still_decide() {
    let (house, _, rev, _, review) = under_review("topic-article").await;
    let article = house.articles.get(review.article).await.unwrap().unwrap();
    house
        .write(&rev, &article, "lead", "A thought for the next version.")
        .await;
    let decided = house.approve(&rev, &review).await.unwrap();
    assert_eq!(decided.state, ReviewState::Effective);
    let lead = house.read(&article, "lead").await;
    assert_eq!(lead.as_deref(), Some("Words about Lead."));
}

#[tokio::test]
async fn an_approval_must_name_the_text_under_review() {
    let (house, _, rev, _, review) = under_review("topic-article").await;
    let other = DecisionInput {
        revision_hash: Hash::of(b"other"),
        ..House::approval(&review)
    };
    let refused = house.decide(&rev, &review, other).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let kept = house.reviews.get(review.id).await.unwrap().unwrap();
    assert!(kept.decisions.is_empty());
}

#[tokio::test]
async fn an_approval_needs_every_answer_and_a_rejection_a_reason() {
    let (house, _, rev, _, review) = under_review("topic-article").await;
    for checklist in [
        Checklist::default(),
        Checklist::InOrder(vec![true, true, false, true]),
    ] {
        let hasty = DecisionInput {
            checklist,
            ..House::approval(&review)
        };
        let error = house.decide(&rev, &review, hasty).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::Invalid, Some("checklist"))
        );
    }
    for reason in ["", "  "] {
        let silent = House::rejection(&review, reason);
        let error = house.decide(&rev, &review, silent).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::Invalid, Some("reason"))
        );
    }
}

#[tokio::test]
async fn the_first_rejection_ends_the_review() {
    let (house, ada, rev, roy, review) = under_review("sop-module").await;
    let article = house.articles.get(review.article).await.unwrap().unwrap();
    house.approve(&rev, &review).await.unwrap();
    let before = house.journal.head();
    let ended = house
        .decide(&roy, &review, House::rejection(&review, "Step 3 is wrong."))
        .await;
    let ended = ended.unwrap();
    assert_eq!(ended.state, ReviewState::Rejected);
    assert_eq!(
        ended.decisions[1].reason.as_deref(),
        Some("Step 3 is wrong.")
    );
    assert_eq!(
        house.deeds_after(before).await,
        ["review.decided", "review.rejected"]
    );
    let entry = &house.journal.read(before, 1).await.unwrap()[0];
    assert_eq!(entry.reason.as_deref(), Some("Step 3 is wrong."));

    let over = house.approve(&rev, &review).await.unwrap_err();
    assert_eq!(over.to_string(), "this review is over: Roy rejected it");
    assert_eq!(house.read(&article, "purpose").await, None);
    assert!(
        house.request(&ada, &article).await.is_ok(),
        "the draft can be requested again"
    );
}

#[tokio::test]
async fn a_later_decision_replaces_an_earlier_one_and_both_are_kept() {
    let (house, _, rev, _, review) = under_review("sop-module").await;
    house.approve(&rev, &review).await.unwrap();
    let ended = house
        .decide(&rev, &review, House::rejection(&review, "I was wrong."))
        .await;
    let ended = ended.unwrap();
    assert_eq!(ended.state, ReviewState::Rejected);
    let verdicts: Vec<_> = ended.decisions.iter().map(|d| d.verdict).collect();
    assert_eq!(verdicts, [Verdict::Approve, Verdict::Reject]);
    assert!(ended.approved_by().is_empty());
}

#[tokio::test]
async fn the_second_of_two_simultaneous_decisions_is_told_of_the_first() {
    let (house, _, rev, roy, review) = under_review("topic-article").await;
    let rejection = House::rejection(&review, "No.");
    let (a, b) = tokio::join!(
        house.approve(&rev, &review),
        house.decide(&roy, &review, rejection)
    );
    let (won, lost) = match (a, b) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("exactly one decides: {other:?}"),
    };
    assert_eq!(lost.kind(), ErrorKind::Conflict);
    let told = match won.decisions[0].verdict {
        Verdict::Approve => "Rev approved",
        Verdict::Reject => "Roy rejected",
    };
    assert!(lost.to_string().contains(told), "{lost}");
    let kept = house.reviews.get(review.id).await.unwrap().unwrap();
    assert_eq!(kept, won);
}

#[tokio::test]
async fn a_review_is_pending_for_those_who_can_still_decide() {
    let (house, ada, rev, roy, review) = under_review("sop-module").await;
    let waiting = async |who: &Caller| {
        let seek = Seek::default();
        let found = house.reviews.waiting_for(who, &seek).await.unwrap();
        found
            .items
            .into_iter()
            .map(|waiting| waiting.review.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(waiting(&ada).await, []);
    assert_eq!(waiting(&rev).await, [review.id]);
    house.approve(&rev, &review).await.unwrap();
    assert_eq!(waiting(&rev).await, []);
    assert_eq!(waiting(&roy).await, [review.id]);
    house.approve(&roy, &review).await.unwrap();
    assert_eq!(waiting(&roy).await, []);
}

#[tokio::test]
async fn saving_the_draft_does_not_disturb_a_decision() {
    let (house, ada, rev, _, review) = under_review("topic-article").await;
    let article = house.articles.get(review.article).await.unwrap().unwrap();
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let (decided, saved) = tokio::join!(
        house.approve(&rev, &review),
        house.revisions.save_named(&editor, &article, None)
    );
    assert_eq!(decided.unwrap().state, ReviewState::Effective);
    let article = house.now(&article).await;
    assert_eq!(article.latest_revision, Some(saved.unwrap().id));
    assert_eq!(article.effective.map(|e| e.revision), Some(review.revision));
}

#[tokio::test]
async fn simultaneous_approvals_both_count_or_the_second_is_told() {
    let (house, _, rev, roy, review) = under_review("sop-module").await;
    let (a, b) = tokio::join!(house.approve(&rev, &review), house.approve(&roy, &review));
    let kept = house.reviews.get(review.id).await.unwrap().unwrap();
    let made = usize::from(a.is_ok()) + usize::from(b.is_ok());
    assert_eq!(
        kept.decisions.len(),
        made,
        "the reply equals the stored record"
    );
    assert!(made >= 1);
    for lost in [a, b].into_iter().filter_map(Result::err) {
        assert_eq!(lost.kind(), ErrorKind::Conflict);
        assert!(
            lost.to_string()
                .contains("approved this at the same moment"),
            "{lost}"
        );
    }
}

#[tokio::test]
async fn a_decision_has_the_time_of_the_server() {
    let (house, _, rev, _, review) = under_review("topic-article").await;
    house.clock.advance(std::time::Duration::from_secs(3_600));
    let decided = house.approve(&rev, &review).await.unwrap();
    let decision = decided.decision_of(rev.id()).unwrap();
    assert_eq!(decision.at.since(review.requested_at).as_secs(), 3_600);
    assert_eq!(decided.outcome_at, Some(decision.at));
}

#[tokio::test]
async fn waiting_reviews_come_a_page_at_a_time_from_where_a_reviewer_decides() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let (rev, mia) = (
        house.reviewer("Rev").await,
        house.person("Mia", &[Role::Learner]).await,
    );
    let mut reviews = Vec::new();
    for _ in 0..3 {
        let article = house.filled(&ada, "topic-article").await;
        reviews.push(house.request(&ada, &article).await.unwrap());
    }
    let modules = &house.modules;
    let module = modules.get(reviews[1].module).await.unwrap().unwrap();
    let steward = rev.steward(&module.place()).unwrap();
    let member = modules.add_member(&steward, mia.id(), Role::Reviewer);
    member.await.unwrap();
    let mia = house.anew(&mia).await;
    // An earlier release had no list for each module.
    let mut batch = Batch::new();
    let table = "reviews_open_of_module";
    for (key, _) in house.store.scan(table, Range::all()).await.unwrap() {
        batch.delete(table, &key);
    }
    house.store.commit(batch).await.unwrap();
    assert_eq!(house.reviews.list_earlier_open().await.unwrap(), 3);
    assert_eq!(house.reviews.list_earlier_open().await.unwrap(), 0);

    let waiting = async |who: &Caller| {
        let mut found = Vec::new();
        let mut seek = Seek::first(1);
        loop {
            let page = house.reviews.waiting_for(who, &seek).await.unwrap();
            found.extend(page.items.into_iter().map(|waiting| waiting.review.id));
            seek.after = page.next;
            if seek.after.is_none() {
                return found;
            }
        }
    };
    let ids: Vec<_> = reviews.iter().map(|review| review.id).collect();
    assert_eq!(waiting(&rev).await, ids);
    assert_eq!(waiting(&mia).await, ids[1..2]);
    assert_eq!(waiting(&ada).await, []);
    house.approve(&rev, &reviews[0]).await.unwrap();
    assert_eq!(waiting(&rev).await, ids[1..]);
}
