//! What readers get, and that they get nothing but approved text.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lectern_article::Standing;
use lectern_article::links::TextKind;
use lectern_base::{ErrorKind, Hash};
use lectern_journal as journal;
use lectern_revision::ChangeKind;
use lectern_store::{FaultPoint, Faults};

use super::house::{House, house, house_with};
use crate::ReviewState;

/// Alters a stored text directly on disk.
pub fn tamper(house: &House, hash: Hash) {
    let name = hash.to_string();
    let (folder, rest) = name.split_at(2);
    let file = house.dir.path().join("blobs").join(folder).join(rest);
    let mut bytes = std::fs::read(&file).expect("the text is a file");
    bytes[0] ^= 1;
    std::fs::write(&file, bytes).unwrap();
}

#[tokio::test]
async fn the_deciding_approval_publishes_in_one_commit() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    assert_eq!(house.effective(&article).await, None);
    let review = house.request(&ada, &article).await.unwrap();
    assert_eq!(
        house.effective(&article).await,
        None,
        "readers do not see a candidate"
    );
    let before = house.journal.head();
    let decided = house.approve(&rev, &review).await.unwrap();
    assert_eq!(decided.state, ReviewState::Effective);
    assert_eq!(
        house.deeds_after(before).await,
        ["review.decided", "review.approved", "version.effective"]
    );

    let (version, content) = house.effective(&article).await.unwrap();
    assert_eq!((version.number, version.hash), (1, review.revision_hash));
    assert_eq!(version.approved_by, [rev.id()]);
    assert_eq!(
        content.encode().1,
        review.revision_hash,
        "readers get what the approver saw"
    );
    let article = house.now(&article).await;
    assert_eq!(
        (article.standing, article.open_review),
        (Standing::Effective, None)
    );
    let due = version.review_due.unwrap().since(version.effective_at);
    assert_eq!(due.as_secs() / 86_400, 731, "24 months from April 2026");
    let checked = journal::verify(&house.store, None).await.unwrap();
    assert!(checked.is_ok());
}

#[tokio::test]
async fn readers_see_nothing_of_later_edits_to_the_draft() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let review = house.request(&ada, &article).await.unwrap();
    house
        .write(&ada, &article, "lead", "Written during the review.")
        .await;
    house.approve(&rev, &review).await.unwrap();
    let lead = house.read(&article, "lead").await;
    assert_eq!(lead.as_deref(), Some("Words about Lead."));

    house
        .write(&ada, &article, "lead", "Written afterwards.")
        .await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    house
        .revisions
        .save_named(&editor, &article, None)
        .await
        .unwrap();
    house.request(&ada, &article).await.unwrap();
    let lead = house.read(&article, "lead").await;
    assert_eq!(lead.as_deref(), Some("Words about Lead."));
}

#[tokio::test]
async fn a_second_version_supersedes_the_first() {
    let house = house().await;
    let (ada, ben) = (house.trainer("Ada").await, house.trainer("Ben").await);
    let rev = house.reviewer("Rev").await;
    let article = house.filled(&ada, "topic-article").await;
    let first = house.request(&ada, &article).await.unwrap();
    house.approve(&rev, &first).await.unwrap();

    house
        .write(&ben, &article, "lead", "Words about Cold.")
        .await;
    let second = house.request(&ben, &article).await.unwrap();
    assert_eq!(
        second.contributors,
        [ben.id()],
        "only those who wrote since version 1.0"
    );
    assert_eq!(second.base, Some(first.revision));
    let changes = house.reviews.changes(&second).await.unwrap();
    let changed: Vec<_> = changes.iter().filter(|c| c.is_changed()).collect();
    assert_eq!(changed.len(), 1);
    assert!(
        changed[0]
            .words()
            .iter()
            .any(|c| c.kind == ChangeKind::Added && c.text == "Cold")
    );

    let before = house.journal.head();
    house.approve(&rev, &second).await.unwrap();
    assert_eq!(
        house.deeds_after(before).await,
        [
            "review.decided",
            "review.approved",
            "version.superseded",
            "version.effective"
        ]
    );
    let versions = house.reviews.versions(article.id).await.unwrap();
    let shown: Vec<_> = versions
        .iter()
        .map(|v| (v.number, v.superseded_at.is_some()))
        .collect();
    assert_eq!(shown, [(2, false), (1, true)]);
    let lead = house.read(&article, "lead").await;
    assert_eq!(lead.as_deref(), Some("Words about Cold."));
    let reviews = house.reviews.of_article(article.id).await.unwrap();
    assert_eq!(
        reviews.iter().map(|r| r.id).collect::<Vec<_>>(),
        [second.id, first.id]
    );
}

#[tokio::test]
async fn an_author_can_approve_a_later_version_that_others_wrote() {
    let house = house().await;
    let (rev, roy) = (house.reviewer("Rev").await, house.reviewer("Roy").await);
    let ben = house.trainer("Ben").await;
    let article = house.filled(&rev, "topic-article").await;
    let first = house.request(&rev, &article).await.unwrap();
    house.approve(&roy, &first).await.unwrap();
    house.write(&ben, &article, "lead", "Ben's words.").await;
    let second = house.request(&ben, &article).await.unwrap();
    assert!(house.approve(&rev, &second).await.is_ok());
}

#[tokio::test]
async fn an_approved_text_altered_on_disk_is_not_served() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let review = house.request(&ada, &article).await.unwrap();
    house.approve(&rev, &review).await.unwrap();
    tamper(&house, review.revision_hash);
    let article = house.now(&article).await;
    let refused = house.reviews.effective_content(&article).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Internal);
}

#[tokio::test]
async fn a_pointer_to_an_unapproved_text_is_not_served() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let review = house.request(&ada, &article).await.unwrap();
    house.approve(&rev, &review).await.unwrap();
    house
        .write(&ada, &article, "lead", "Nobody approved this.")
        .await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let draft = house
        .revisions
        .save_named(&editor, &article, None)
        .await
        .unwrap();

    let mut forged = house.now(&article).await;
    if let Some(effective) = forged.effective.as_mut() {
        effective.revision = draft.id;
        effective.hash = draft.hash;
    }
    assert!(house.reviews.effective_content(&forged).await.is_err());
}

#[tokio::test]
async fn readers_see_the_links_of_the_effective_text() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let module = house.module(&ada).await;
    let target = house
        .article_in(&ada, &module, "topic-article", "Fridges")
        .await;
    let article = house.filled(&ada, "topic-article").await;
    house
        .write(&ada, &article, "lead", "See [[Fridges]].")
        .await;
    let review = house.request(&ada, &article).await.unwrap();
    let shown = async || {
        house
            .articles
            .backlinks(&target, TextKind::Effective)
            .await
            .unwrap()
    };
    assert_eq!(shown().await, []);
    house.approve(&rev, &review).await.unwrap();
    assert_eq!(shown().await, [article.id]);
}

/// A disk that can be made to fail at one point of a commit.
fn failing_at(point: FaultPoint) -> (Faults, Arc<AtomicBool>) {
    let broken = Arc::new(AtomicBool::new(false));
    let asked = broken.clone();
    let faults = Faults::at(
        move |at| match at == point && asked.load(Ordering::SeqCst) {
            true => Err(std::io::Error::other("no space left")),
            false => Ok(()),
        },
    );
    (faults, broken)
}

#[tokio::test]
async fn a_failing_disk_leaves_no_partial_publication() {
    for point in [FaultPoint::BeforeWrite, FaultPoint::AfterWrite] {
        let (faults, broken) = failing_at(point);
        let house = house_with(faults).await;
        let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
        let article = house.filled(&ada, "topic-article").await;
        let review = house.request(&ada, &article).await.unwrap();
        let before = house.journal.head();

        broken.store(true, Ordering::SeqCst);
        let failed = house.approve(&rev, &review).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Unavailable, "{point:?}");
        broken.store(false, Ordering::SeqCst);
        house.healed().await;

        assert_eq!(house.effective(&article).await, None, "{point:?}");
        let kept = house.reviews.get(review.id).await.unwrap().unwrap();
        assert_eq!(kept, review, "{point:?}");
        assert_eq!(house.deeds_after(before).await, Vec::<String>::new());
        let decided = house.approve(&rev, &review).await.unwrap();
        assert_eq!(decided.state, ReviewState::Effective);
        assert!(house.effective(&article).await.is_some());
    }
}
