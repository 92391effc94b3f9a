//! How drafts are saved, compared and restored.

use lectern_base::{ErrorKind, Hash, Seek};
use lectern_revision::{ChangeKind, Reason, RevisionError};

use super::house::house;

#[tokio::test]
async fn a_session_leaves_one_revision_with_all_its_contributors() {
    let house = house().await;
    let (ada, ben) = (house.trainer("Ada").await, house.trainer("Ben").await);
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    let save = || {
        house
            .revisions
            .save(&article, Reason::SessionEnd, None, None)
    };
    assert_eq!(save().await.unwrap(), None, "nobody has written anything");

    house.write(&ada, &article, "lead", "Cold is good.").await;
    house
        .write(&ben, &article, "background", "Warm is bad.")
        .await;
    let revision = save().await.unwrap().unwrap();
    let mut both = vec![ada.id(), ben.id()];
    both.sort();
    assert_eq!(revision.contributors, both);
    assert_eq!((revision.number, revision.created_by), (1, None));
    assert_eq!(save().await.unwrap(), None, "nothing changed since");

    let entry = house.entries().await.into_iter().last().unwrap();
    assert_eq!(entry.deed, "revision.saved");
    assert_eq!(entry.subject.id, revision.id.to_string());
    let told = entry.new.unwrap();
    assert_eq!(told["hash"], revision.hash.to_string());
    assert_eq!(told["contributors"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn edits_that_were_undone_make_no_revision() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    house.write(&ada, &article, "lead", "Cold is good.").await;
    let save = || {
        house
            .revisions
            .save(&article, Reason::SessionEnd, None, None)
    };
    save().await.unwrap().unwrap();
    house.write(&ada, &article, "lead", "Cold is bad.").await;
    house.write(&ada, &article, "lead", "Cold is good.").await;
    assert_eq!(save().await.unwrap(), None);
}

#[tokio::test]
async fn the_hash_of_a_revision_is_that_of_its_text() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.filled(&ada, "topic-article").await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let named = house
        .revisions
        .save_named(&editor, &article, Some(" First ".into()));
    let revision = named.await.unwrap();
    assert_eq!(revision.name.as_deref(), Some("First"));
    let bytes = house
        .store
        .blobs()
        .get(revision.hash)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Hash::of(&bytes), revision.hash);
    let content = house.revisions.content(&revision).await.unwrap();
    assert_eq!(content.encode().1, revision.hash);
    assert_eq!(content.title, "Cold Chain");
}

#[tokio::test]
async fn history_is_paged_newest_first() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    for _ in 0..3 {
        house
            .revisions
            .save_named(&editor, &article, None)
            .await
            .unwrap();
    }
    let first = house
        .revisions
        .history(article.id, &Seek::first(2))
        .await
        .unwrap();
    let numbers: Vec<_> = first.items.iter().map(|r| r.number).collect();
    assert_eq!(numbers, [3, 2]);
    let seek = Seek {
        after: first.next,
        limit: Some(2),
    };
    let second = house.revisions.history(article.id, &seek).await.unwrap();
    assert_eq!(second.items.len(), 1);
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn two_revisions_are_compared_word_by_word() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    house
        .write(&ada, &article, "lead", "Keep it at 5 degrees.")
        .await;
    let older = house
        .revisions
        .save_named(&editor, &article, None)
        .await
        .unwrap();
    house
        .write(&ada, &article, "lead", "Keep it at 8 degrees.")
        .await;
    let newer = house
        .revisions
        .save_named(&editor, &article, None)
        .await
        .unwrap();

    let found = house.revisions.diff(&older, &newer).await.unwrap();
    let changed: Vec<_> = found.iter().filter(|d| d.is_changed()).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (changed[0].key.as_str(), changed[0].title.as_str()),
        ("lead", "Lead")
    );
    let words = changed[0].words();
    let words: Vec<_> = words.iter().map(|c| (c.kind, c.text.as_str())).collect();
    assert!(words.contains(&(ChangeKind::Removed, "5")));
    assert!(words.contains(&(ChangeKind::Added, "8")));

    let other = house.article(&ada, "topic-article", "Fridges").await;
    let editor = ada.editor(&house.place(&other).await).unwrap();
    let foreign = house
        .revisions
        .save_named(&editor, &other, None)
        .await
        .unwrap();
    let refused = house.revisions.diff(&older, &foreign).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn restoring_a_revision_is_an_edit_by_the_restorer() {
    let house = house().await;
    let (ada, ben) = (house.trainer("Ada").await, house.trainer("Ben").await);
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    let place = house.place(&article).await;
    house.write(&ada, &article, "lead", "The old words.").await;
    house.set_field(&ada, &article, "language", "en").await;
    let editor = ada.editor(&place).unwrap();
    let old = house
        .revisions
        .save_named(&editor, &article, None)
        .await
        .unwrap();
    house.write(&ada, &article, "lead", "Something new.").await;
    house.set_field(&ada, &article, "language", "de").await;
    house.set_field(&ada, &article, "country", "DE").await;

    let steward = ben.steward(&place).unwrap();
    let restored = house
        .revisions
        .restore(&steward, &article, old.id)
        .await
        .unwrap();
    assert_eq!(
        (restored.reason, restored.created_by),
        (Reason::Restore, Some(ben.id()))
    );
    assert!(restored.contributors.contains(&ben.id()));
    let draft = house.rooms.read(article.id).await.unwrap();
    let lead = draft.sections.iter().find(|s| s.key == "lead").unwrap();
    assert_eq!(lead.markdown.trim(), "The old words.");
    assert_eq!(draft.fields.get("language").map(String::as_str), Some("en"));
    assert_eq!(draft.fields.get("country"), None);
    assert!(
        house.revisions.get(old.id).await.unwrap().is_some(),
        "history is append-only"
    );
}

#[tokio::test]
async fn a_revision_of_another_article_cannot_be_restored() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let (one, two) = (
        house.article(&ada, "topic-article", "One").await,
        house.article(&ada, "topic-article", "Two").await,
    );
    let editor = ada.editor(&house.place(&one).await).unwrap();
    let revision = house
        .revisions
        .save_named(&editor, &one, None)
        .await
        .unwrap();
    let steward = ada.steward(&house.place(&two).await).unwrap();
    let refused = house.revisions.restore(&steward, &two, revision.id).await;
    assert!(matches!(refused, Err(RevisionError::NotFound)));
}

#[tokio::test]
async fn simultaneous_saves_all_succeed_with_distinct_numbers() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.article(&ada, "topic-article", "Cold Chain").await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let save = || house.revisions.save_named(&editor, &article, None);
    let (a, b, c) = tokio::join!(save(), save(), save());
    let mut numbers = [a.unwrap().number, b.unwrap().number, c.unwrap().number];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
}

#[tokio::test]
async fn a_text_altered_on_disk_is_not_shown() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.filled(&ada, "topic-article").await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let revision = house
        .revisions
        .save_named(&editor, &article, None)
        .await
        .unwrap();
    super::publication::tamper(&house, revision.hash);
    assert!(house.revisions.content(&revision).await.is_err());
}
