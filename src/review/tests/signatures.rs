//! Signatures under approvals, each bound to exactly one text.

use serde_json::json;

use lectern_base::{ErrorKind, SignatureId, Subject};
use lectern_identity::SigningMethod;
use lectern_journal as journal;
use lectern_module::Control;
use lectern_store::{Batch, Table};

use super::house::house;
use crate::{Refusal, ReviewError, ReviewState, Signature, Signing};

/// The table of signatures, to damage its records directly.
const SIGNATURES: Table<SignatureId, Signature> = Table::new("signatures");

#[tokio::test]
async fn an_approval_in_a_controlled_module_is_signed_and_bound_to_its_text() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let module = house.module_under(&ada, Control::Controlled).await;
    let article = house
        .article_in(&ada, &module, "topic-article", "Cold Chain")
        .await;
    house.fill(&ada, &article).await;
    let review = house.request(&ada, &article).await.unwrap();
    assert!(review.signed);
    match house.approve(&rev, &review).await {
        Err(ReviewError::Refused(Refusal::NotSigned)) => {}
        other => panic!("approved without a signature: {other:?}"),
    }

    let before = house.journal.head();
    let signed = house.sign(&rev, &review).await.unwrap();
    assert_eq!(signed.state, ReviewState::Effective);
    assert_eq!(
        house.deeds_after(before).await,
        [
            "signature.given",
            "review.decided",
            "review.approved",
            "version.effective"
        ]
    );
    let [signature] = &house.reviews.signatures(article.id).await.unwrap()[..] else {
        panic!("one signature");
    };
    assert_eq!(signed.decisions[0].signature, Some(signature.id));
    assert_eq!(
        (
            signature.signer,
            signature.printed_name.as_str(),
            signature.login.as_str()
        ),
        (rev.id(), "Rev", "rev")
    );
    assert_eq!(signature.meaning, "approved");
    assert_eq!(signature.content_sha256, review.revision_hash);
    assert_eq!(signature.revision, review.revision);
    assert_eq!(signature.policy_version, Some(review.policy_version()));
    assert_eq!(signature.auth_method, SigningMethod::Password);
    assert_eq!(signature.journal_seq, before + 1);
    let entry = &house.journal.read(before, 1).await.unwrap()[0];
    assert_eq!(entry.subject, Subject::signature(signature.id));
    let told = entry.new.as_ref().unwrap();
    assert_eq!(told["content_sha256"], json!(review.revision_hash));
    assert_eq!(house.signature_fault().await, None);
    assert!(journal::verify(&house.store, None).await.unwrap().is_ok());
}

#[tokio::test]
async fn nobody_signs_for_somebody_else() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let roy = house.reviewer("Roy").await;
    let article = house.filled(&ada, "topic-article").await;
    let review = house.request(&ada, &article).await.unwrap();
    let reviewer = rev.reviewer(&house.place(&article).await).unwrap().into();
    let signing = Some(house.signing(&roy, "approved").await);
    let input = super::house::House::approval(&review);
    let under = house.reviews.under_review(review.id).await.unwrap();
    let decided = house.reviews.decide(&reviewer, &under, input, signing);
    let decided = decided.await;
    assert!(matches!(
        decided,
        Err(ReviewError::Refused(Refusal::NotSigned))
    ));
    assert!(
        house
            .reviews
            .signatures(article.id)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn an_optional_signature_is_kept() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let review = house.request(&ada, &article).await.unwrap();
    assert!(!review.signed);
    house.sign(&rev, &review).await.unwrap();
    let under = house.reviews.signatures_under(article.id, review.revision);
    assert_eq!(under.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_signature_moved_to_another_text_is_detected() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.controlled(&ada, &rev).await;
    house.write(&ada, &article, "lead", "Other words.").await;
    let second = house.request(&ada, &article).await.unwrap();
    house.sign(&rev, &second).await.unwrap();
    let found = |change: fn(&mut Signature, &Signature)| {
        let house = &house;
        async move {
            let signatures = house.reviews.signatures(article.id).await.unwrap();
            let mut changed = signatures[0].clone();
            change(&mut changed, &signatures[1]);
            let mut batch = Batch::new();
            SIGNATURES.put(&mut batch, &changed.id, &changed);
            house.store.commit(batch).await.unwrap();
            let found = house.signature_fault().await;
            let mut batch = Batch::new();
            SIGNATURES.put(&mut batch, &changed.id, &signatures[0]);
            house.store.commit(batch).await.unwrap();
            (found, changed.id)
        }
    };
    let (moved, id) = found(|mine, other| {
        mine.revision = other.revision;
        mine.content_sha256 = other.content_sha256;
    })
    .await;
    assert_eq!(moved, Some((id, "it is not as the journal has it")));
    let (copied, id) = found(|mine, other| mine.journal_seq = other.journal_seq).await;
    assert_eq!(copied, Some((id, "the journal has no entry of it")));
    let (renamed, id) = found(|mine, _| mine.printed_name = "Somebody Else".into()).await;
    assert_eq!(renamed, Some((id, "it is not as the journal has it")));
    assert_eq!(house.signature_fault().await, None);
}

#[tokio::test]
async fn a_signature_needs_a_meaning() {
    let house = house().await;
    let rev = house.reviewer("Rev").await;
    for meaning in ["", "   ", "a\nb", &"x".repeat(121)] {
        let credentials = lectern_identity::Credentials {
            login: None,
            password: "correct horse battery".into(),
            code: None,
        };
        let what = Subject::person(rev.id());
        let signer = house.identity.signer(&rev, credentials, what, None).await;
        let refused = Signing::new(signer.unwrap(), meaning).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid, "{meaning:?}");
        assert_eq!(refused.field(), Some("signature.meaning"));
    }
}
