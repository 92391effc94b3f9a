//! Suspending, reinstating, reissuing, reaffirming and retiring versions.

use lectern_article::links::TextKind;
use lectern_article::{Article, Standing};
use lectern_base::ErrorKind;
use lectern_identity::{Caller, Role};

use super::house::{House, house};
use crate::*;

/// An article with versions 1.0 and 2.0; Ada wrote it, Rev approved.
async fn two_versions() -> (House, Caller, Caller, Article) {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.controlled(&ada, &rev).await;
    house
        .write(&ada, &article, "lead", "See [[Freezers]].")
        .await;
    let second = house.request(&ada, &article).await.unwrap();
    house.sign(&rev, &second).await.unwrap();
    let article = house.now(&article).await;
    (house, ada, rev, article)
}

fn refusal(result: Result<Article, ReviewError>) -> Refusal {
    match result {
        Err(ReviewError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn readers_of_a_suspended_version_get_the_reason() {
    let (house, ada, rev, article) = two_versions().await;
    let silent = house
        .take(&rev, &article, VersionAction::Suspend, None)
        .await;
    assert_eq!(refusal(silent), Refusal::NoReason);
    let before = house.journal.head();
    let reason = Some("The dose in step 3 is wrong.");
    let suspended = house
        .take(&rev, &article, VersionAction::Suspend, reason)
        .await;
    let suspended = suspended.unwrap();
    assert_eq!(suspended.standing, Standing::Suspended);
    assert_eq!(suspended.notice.as_deref(), reason);
    assert_eq!(
        house.deeds_after(before).await,
        ["signature.given", "version.suspended"]
    );
    assert_eq!(house.effective(&article).await, None);
    let freezers = house
        .article_in(&ada, &house.module(&ada).await, "topic-article", "Freezers")
        .await;
    let links = house
        .articles
        .backlinks(&freezers, TextKind::Effective)
        .await;
    assert!(links.unwrap().is_empty(), "links are updated");

    let again = house
        .take(&rev, &article, VersionAction::Suspend, reason)
        .await;
    assert!(matches!(refusal(again), Refusal::WrongStanding(_)));
    let back = house
        .take(&rev, &article, VersionAction::Reinstate, None)
        .await;
    let back = back.unwrap();
    assert_eq!((back.standing, back.notice), (Standing::Effective, None));
    let (version, _) = house.effective(&article).await.unwrap();
    assert_eq!(version.number, 2);
    let links = house
        .articles
        .backlinks(&freezers, TextKind::Effective)
        .await;
    assert_eq!(links.unwrap(), [article.id]);
}

#[tokio::test]
async fn an_earlier_version_can_replace_a_suspended_one() {
    let (house, ada, rev, article) = two_versions().await;
    let reissue = VersionAction::Reissue { version: 1 };
    let early = house.take(&rev, &article, reissue.clone(), None).await;
    assert!(matches!(refusal(early), Refusal::WrongStanding(_)));
    let reason = Some("Wrong.");
    house
        .take(&rev, &article, VersionAction::Suspend, reason)
        .await
        .unwrap();
    let none = VersionAction::Reissue { version: 3 };
    let none = house.take(&rev, &article, none, None).await;
    assert_eq!(refusal(none), Refusal::NoSuchVersion(3));

    house.write(&ada, &article, "lead", "Third words.").await;
    let open = house.request(&ada, &article).await.unwrap();
    house.take(&rev, &article, reissue, None).await.unwrap();
    let (version, _) = house.effective(&article).await.unwrap();
    assert_eq!((version.number, version.superseded_at), (1, None));
    let outdated = house.reviews.get(open.id).await.unwrap().unwrap();
    assert_eq!(outdated.state, ReviewState::Outdated);
    assert_eq!(house.now(&article).await.open_review, None);
    let versions = house.reviews.versions(article.id).await.unwrap();
    assert!(versions[0].superseded_at.is_some(), "2.0 gave way");
    let signatures = house.reviews.signatures(article.id).await.unwrap();
    let last = signatures.last().unwrap();
    assert_eq!(last.content_sha256, version.hash, "what was signed is 1.0");
}

#[tokio::test]
async fn only_the_effective_text_can_be_reaffirmed() {
    let (house, _, rev, article) = two_versions().await;
    let versions = house.reviews.versions(article.id).await.unwrap();
    let old = VersionAction::Reaffirm {
        hash: versions[1].hash,
    };
    let refused = house.take(&rev, &article, old, None).await;
    assert_eq!(refusal(refused), Refusal::OtherText);
    let hash = versions[0].hash;
    let action = VersionAction::Reaffirm { hash };
    house.take(&rev, &article, action, None).await.unwrap();
    let (version, _) = house.effective(&article).await.unwrap();
    assert!(version.reaffirmed_at.is_some());
}

impl House {
    async fn retire(&self, by: &Caller, article: &Article) -> Result<Article, ReviewError> {
        let signing = self.signing(by, "approved").await;
        let reason = Some("Replaced by the new SOP.".to_owned());
        self.reviews.retire(by, article.id, reason, signing).await
    }
}

#[tokio::test]
async fn the_owner_and_a_reviewer_retire_an_article_together() {
    let (house, ada, rev, article) = two_versions().await;
    let roy = house.reviewer("Roy").await;
    let ben = house.trainer("Ben").await;
    assert_eq!(article.owner, ada.id());
    let neither = house.retire(&ben, &article).await;
    assert_eq!(refusal(neither), Refusal::NotOwner);

    let half = house.retire(&rev, &article).await.unwrap();
    assert_eq!(
        half.standing,
        Standing::Effective,
        "one signature is not enough"
    );
    let twice = house.retire(&rev, &article).await.unwrap();
    assert_eq!(twice.standing, Standing::Effective);
    let two_reviewers = house.retire(&roy, &article).await;
    assert_eq!(refusal(two_reviewers), Refusal::OwnerMissing);
    let proposed = house.reviews.retirement(&half).await.unwrap().unwrap();
    assert_eq!(proposed.by, rev.id());

    let before = house.journal.head();
    let retired = house.retire(&ada, &article).await.unwrap();
    assert_eq!(retired.standing, Standing::Retired);
    assert_eq!(
        house.deeds_after(before).await,
        ["signature.given", "article.retired"]
    );
    assert_eq!(house.effective(&article).await, None);
    assert_eq!(house.reviews.retirement(&retired).await.unwrap(), None);

    house.write(&ada, &article, "lead", "New life.").await;
    let review = house.request(&ada, &retired).await.unwrap();
    house.sign(&rev, &review).await.unwrap();
    let revived = house.now(&article).await;
    assert_eq!(
        (revived.standing, revived.notice),
        (Standing::Effective, None)
    );
}

#[tokio::test]
async fn a_steward_signs_for_an_owner_who_has_left() {
    let (house, ada, rev, article) = two_versions().await;
    let (ben, cat) = (house.trainer("Ben").await, house.trainer("Cat").await);
    let lea = house.person("Lea", &[Role::Learner]).await;
    let root = house.person("Root", &[Role::Admin]).await;
    let root = root.admin().unwrap();
    let place = house.place(&article).await;
    for (by, may) in [(&ada, true), (&rev, true), (&ben, false), (&lea, false)] {
        let acts = house.reviews.may_act(by, &article, &place).await.unwrap();
        assert_eq!(acts, may, "{}", by.person().login);
    }
    house.identity.deactivate(&root, ada.id()).await.unwrap();
    for (by, may) in [(&ben, true), (&lea, false)] {
        let acts = house.reviews.may_act(by, &article, &place).await.unwrap();
        assert_eq!(acts, may, "{}, as the owner has left", by.person().login);
    }
    assert_eq!(
        refusal(house.retire(&lea, &article).await),
        Refusal::NotOwner
    );
    house.retire(&ben, &article).await.unwrap();
    let two_trainers = house.retire(&cat, &article).await;
    assert_eq!(
        refusal(two_trainers),
        Refusal::NotOwner,
        "a reviewer must agree"
    );
    let retired = house.retire(&rev, &article).await.unwrap();
    assert_eq!(retired.standing, Standing::Retired);
}

#[tokio::test]
async fn an_article_without_a_version_cannot_be_retired() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.filled(&ada, "topic-article").await;
    let refused = house.retire(&ada, &article).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
}
