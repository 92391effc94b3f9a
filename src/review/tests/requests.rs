//! Who may request a review, and when a request is refused.

use lectern_base::ErrorKind;
use lectern_identity::Role;
use lectern_revision::Reason;

use super::house::house;
use crate::{ChangeKind, ChangeRequest, Refusal, ReviewError, ReviewState};

fn refusal<T: std::fmt::Debug>(result: Result<T, ReviewError>) -> Refusal {
    match result {
        Err(ReviewError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_request_freezes_the_draft_and_names_its_reviewers() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let before = house.journal.head();
    let review = house.request(&ada, &article).await.unwrap();

    assert_eq!(review.state, ReviewState::Candidate);
    assert_eq!(review.contributors, [ada.id()]);
    assert_eq!(review.reviewers, [rev.id()]);
    assert_eq!(review.policy.checklist.len(), 4);
    assert_eq!(house.now(&article).await.open_review, Some(review.id));
    let revision = house.revisions.get(review.revision).await.unwrap().unwrap();
    assert_eq!(
        (revision.reason, revision.hash),
        (Reason::Review, review.revision_hash)
    );
    assert_eq!(
        house.deeds_after(before).await,
        ["revision.saved", "review.requested"]
    );

    house.write(&ada, &article, "lead", "Still writing.").await;
    let content = house.revisions.content(&revision).await.unwrap();
    assert!(
        !content.sections[0].markdown.contains("Still writing"),
        "the text under review does not change"
    );
}

#[tokio::test]
async fn missing_sections_are_named_by_their_titles() {
    let house = house().await;
    let (ada, _rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    house.fill(&ada, &article).await;
    house.write(&ada, &article, "application", "").await;
    house.write(&ada, &article, "evidence", "").await;
    let before = house.journal.head();
    let refused = refusal(house.request(&ada, &article).await);
    assert_eq!(
        refused,
        Refusal::Missing(vec!["Evidence".into(), "Use at work".into()])
    );
    assert_eq!(house.journal.head(), before, "nothing was written");

    house
        .write(&ada, &article, "application", "In the ward.")
        .await;
    house
        .set_field(&ada, &article, "not_applicable:evidence", "No study yet.")
        .await;
    assert!(house.request(&ada, &article).await.is_ok());
}

#[tokio::test]
async fn a_request_without_an_eligible_reviewer_is_refused_with_a_reason() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.filled(&ada, "topic-article").await;
    let refused = house.request(&ada, &article).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert!(
        refused.to_string().contains("the module has no reviewer"),
        "{refused}"
    );

    let rev = house.reviewer("Rev").await;
    house.write(&rev, &article, "lead", "I wrote this.").await;
    let refused = house.request(&ada, &article).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("every reviewer of the module contributed"),
        "{refused}"
    );

    let _other = house.reviewer("Roy").await;
    assert!(house.request(&ada, &article).await.is_ok());
}

#[tokio::test]
async fn a_request_with_an_unreachable_quorum_is_refused() {
    let house = house().await;
    let (ada, _rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "sop-module").await;
    let refused = refusal(house.request(&ada, &article).await);
    let too_few = Refusal::TooFewApprovers {
        stage: None,
        needed: 2,
        reviewers: 1,
        eligible: 1,
    };
    assert_eq!(refused, too_few);
}

#[tokio::test]
async fn the_requester_counts_as_a_contributor_and_cannot_decide() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let _roy = house.reviewer("Roy").await;
    let stranger = house.person("Sam", &[Role::Learner]).await;
    let article = house.filled(&ada, "topic-article").await;
    assert_eq!(
        refusal(house.request(&stranger, &article).await),
        Refusal::NotContributor
    );

    let own = house.article(&rev, "topic-article", "Fridges").await;
    house.fill(&ada, &own).await;
    let review = house.request(&rev, &own).await.unwrap();
    assert!(
        review.contributors.contains(&rev.id()),
        "the requester counts as a contributor"
    );
    assert_eq!(
        refusal(house.approve(&rev, &review).await),
        Refusal::OwnWork
    );
}

#[tokio::test]
async fn a_request_needs_a_summary_of_the_changes() {
    let house = house().await;
    let (ada, _rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let change = ChangeRequest {
        change_summary: "  ".into(),
        kind: ChangeKind::Minor,
        justification: None,
    };
    let error = house
        .reviews
        .request(&editor, &article, change)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::Invalid, Some("change_summary"))
    );
}

#[tokio::test]
async fn only_one_review_is_open_and_resubmitting_replaces_it() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let (rev, roy) = (house.reviewer("Rev").await, house.reviewer("Roy").await);
    let article = house.filled(&ada, "sop-module").await;
    assert_eq!(
        refusal(house.resubmit(&ada, &article).await),
        Refusal::NoReview
    );
    let first = house.request(&ada, &article).await.unwrap();
    house.approve(&rev, &first).await.unwrap();
    assert_eq!(
        refusal(house.request(&ada, &article).await),
        Refusal::ReviewOpen
    );

    house
        .write(&ada, &article, "purpose", "Better words.")
        .await;
    let before = house.journal.head();
    let second = house.resubmit(&ada, &article).await.unwrap();
    assert_ne!(second.revision_hash, first.revision_hash);
    assert!(second.decisions.is_empty(), "approvals are void");
    let first = house.reviews.get(first.id).await.unwrap().unwrap();
    assert_eq!(
        (first.state, first.decisions.len()),
        (ReviewState::Withdrawn, 1)
    );
    assert_eq!(
        house.deeds_after(before).await,
        ["revision.saved", "review.withdrawn", "review.requested"]
    );
    let over = house.approve(&roy, &first).await.unwrap_err();
    assert_eq!(over.to_string(), "this review is over: it was withdrawn");
    house.approve(&rev, &second).await.unwrap();
    house.approve(&roy, &second).await.unwrap();
    assert_eq!(
        house.read(&article, "purpose").await.as_deref(),
        Some("Better words.")
    );
}

#[tokio::test]
async fn one_of_two_simultaneous_requests_opens_the_review() {
    let house = house().await;
    let (ada, ben) = (house.trainer("Ada").await, house.trainer("Ben").await);
    let _rev = house.reviewer("Rev").await;
    let article = house.filled(&ada, "topic-article").await;
    house.write(&ben, &article, "lead", "Ben was here.").await;
    let (a, b) = tokio::join!(house.request(&ada, &article), house.request(&ben, &article));
    let refused: Vec<_> = [a, b].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].kind(), ErrorKind::Conflict);
    assert_eq!(house.reviews.of_article(article.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_requester_or_a_steward_can_withdraw() {
    let house = house().await;
    let ada = house.person("Ada", &[Role::Learner]).await;
    let tess = house.trainer("Tess").await;
    let sam = house.person("Sam", &[Role::Learner]).await;
    let _rev = house.reviewer("Rev").await;
    let article = house.filled(&tess, "topic-article").await;
    house.write(&ada, &article, "lead", "Ada was here.").await;
    for withdraws in [&ada, &tess] {
        let review = house.request(&ada, &article).await.unwrap();
        let refused = house.reviews.withdraw(&sam, review.id, None).await;
        assert_eq!(refusal(refused), Refusal::NotYours);
        let gone = house
            .reviews
            .withdraw(withdraws, review.id, Some("Later.".into()))
            .await;
        assert_eq!(gone.unwrap().state, ReviewState::Withdrawn);
        assert_eq!(house.now(&article).await.open_review, None);
        let entry = house.entries().await.into_iter().last().unwrap();
        assert_eq!(
            (entry.deed.as_str(), entry.reason.as_deref()),
            ("review.withdrawn", Some("Later."))
        );
        let again = house
            .reviews
            .withdraw(withdraws, review.id, None)
            .await
            .unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);
    }
}
