//! The review rules of a module: stages, groups, signatures and minor changes.

use std::collections::BTreeMap;

use lectern_base::{ErrorKind, Seek};
use lectern_identity::Caller;
use lectern_template::{Quorum, Stage};

use super::house::{House, house};
use crate::*;

fn stage(title: &str, group: Option<&str>, meaning: &str) -> Stage {
    Stage {
        title: title.into(),
        quorum: Quorum::Any,
        group: group.map(str::to_owned),
        meaning: meaning.into(),
    }
}

/// Medicine decides before quality does.
fn two_stages(medical: &Caller, quality: &Caller) -> ModuleRules {
    ModuleRules {
        groups: BTreeMap::from([
            ("medical".into(), vec![medical.id()]),
            ("quality".into(), vec![quality.id()]),
        ]),
        stages: Some(vec![
            stage("Medical", Some("medical"), "reviewed"),
            stage("Quality", Some("quality"), "approved"),
        ]),
        ..ModuleRules::default()
    }
}

#[tokio::test]
async fn a_review_passes_the_stages_of_its_module() {
    let house = house().await;
    let (ada, med) = (house.trainer("Ada").await, house.reviewer("Med").await);
    let qa = house.reviewer("Qa").await;
    let article = house.filled(&ada, "topic-article").await;
    house
        .rule(&med, article.module, two_stages(&med, &qa))
        .await;
    let review = house.request(&ada, &article).await.unwrap();
    let waiting = |caller: Caller| {
        let reviews = house.reviews.clone();
        async move {
            let seek = Seek::default();
            let waiting = reviews.waiting_for(&caller, &seek).await.unwrap();
            waiting.items.len()
        }
    };
    assert_eq!(
        (waiting(med.clone()).await, waiting(qa.clone()).await),
        (1, 0)
    );
    match house.approve(&qa, &review).await {
        Err(ReviewError::Refused(Refusal::OtherStage(stage))) => assert_eq!(stage, "Medical"),
        other => panic!("{other:?}"),
    }
    let before = house.journal.head();
    let medical = house.approve(&med, &review).await.unwrap();
    assert_eq!(
        house.deeds_after(before).await,
        ["review.decided", "review.stage_passed"]
    );
    assert_eq!(
        (medical.state, medical.stage()),
        (ReviewState::Candidate, 1)
    );
    let passed: Vec<_> = medical.progress().iter().map(|p| p.passed).collect();
    assert_eq!(passed, [true, false]);
    assert_eq!(
        (waiting(med.clone()).await, waiting(qa.clone()).await),
        (0, 1)
    );
    let done = house.approve(&qa, &review).await.unwrap();
    assert_eq!(done.state, ReviewState::Effective);
    assert_eq!(done.approved_by(), [med.id(), qa.id()]);
}

#[tokio::test]
async fn a_request_names_the_stage_that_nobody_could_pass() {
    let house = house().await;
    let (ada, med) = (house.trainer("Ada").await, house.reviewer("Med").await);
    let qa = house.reviewer("Qa").await;
    let article = house.filled(&ada, "topic-article").await;
    house
        .rule(&med, article.module, two_stages(&med, &qa))
        .await;
    // The only member of the group contributed.
    house.write(&qa, &article, "lead", "Quality wrote.").await;
    let refused = house.request(&ada, &article).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let said = refused.to_string();
    assert!(said.contains("the stage “Quality”"), "{said}");
}

#[tokio::test]
async fn a_minor_change_passes_only_the_last_stage_and_is_justified() {
    let house = house().await;
    let (ada, med) = (house.trainer("Ada").await, house.reviewer("Med").await);
    let qa = house.reviewer("Qa").await;
    let article = house.filled(&ada, "topic-article").await;
    let rules = ModuleRules {
        minor: Some(Quorum::Any),
        ..two_stages(&med, &qa)
    };
    house.rule(&med, article.module, rules).await;
    let editor = ada.editor(&house.place(&article).await).unwrap();
    let change = ChangeRequest {
        change_summary: "A comma.".into(),
        kind: ChangeKind::Minor,
        justification: Some(" Only punctuation. ".into()),
    };
    let review = house.reviews.request(&editor, &article, change).await;
    let review = review.unwrap();
    assert_eq!(review.stages.len(), 1);
    assert_eq!(review.justification.as_deref(), Some("Only punctuation."));
    let done = house.approve(&qa, &review).await.unwrap();
    assert_eq!(done.state, ReviewState::Effective);
}

#[tokio::test]
async fn rules_are_frozen_into_a_review() {
    let house = house().await;
    let (ada, med) = (house.trainer("Ada").await, house.reviewer("Med").await);
    let qa = house.reviewer("Qa").await;
    let article = house.filled(&ada, "topic-article").await;
    let review = house.request(&ada, &article).await.unwrap();
    house
        .rule(&med, article.module, two_stages(&med, &qa))
        .await;
    let done = house.approve(&qa, &review).await.unwrap();
    assert_eq!(done.state, ReviewState::Effective, "the old rules apply");
    assert_eq!(done.policy_version(), review.policy_version());
}

#[tokio::test]
async fn a_module_can_require_signatures_and_a_controlled_one_does() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    let signed = |on| ModuleRules {
        signed: Some(on),
        ..ModuleRules::default()
    };
    house.rule(&rev, article.module, signed(true)).await;
    assert!(house.request(&ada, &article).await.unwrap().signed);

    let strict = house.controlled(&ada, &rev).await;
    house.rule(&rev, strict.module, signed(false)).await;
    house.write(&ada, &strict, "lead", "More words.").await;
    assert!(house.request(&ada, &strict).await.unwrap().signed);
}

async fn refused(house: &House, by: &Caller, rules: ModuleRules, reason: &str) -> ReviewError {
    let module = house.module(by).await;
    let reviewer = by.reviewer(&module.place()).unwrap();
    let refused = house.reviews.set_module_rules(&reviewer, rules, reason);
    refused.await.unwrap_err()
}

#[tokio::test]
async fn invalid_rules_are_refused_with_a_reason() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let plain = ModuleRules::default();
    let with_stages = |stages| ModuleRules {
        stages: Some(stages),
        ..ModuleRules::default()
    };
    for (rules, field) in [
        (with_stages(Vec::new()), "stages"),
        (
            with_stages(vec![stage("Medical", Some("medical"), "reviewed")]),
            "stages",
        ),
        (with_stages(vec![stage("", None, "reviewed")]), "stages"),
        (with_stages(vec![stage("Medical", None, " ")]), "stages"),
        (
            ModuleRules {
                groups: BTreeMap::from([("medical".into(), vec![ada.id()])]),
                ..plain.clone()
            },
            "groups",
        ),
        (
            ModuleRules {
                review_months: Some(0),
                ..plain.clone()
            },
            "review_months",
        ),
        (
            ModuleRules {
                minor: Some(Quorum::Number { n: 99 }),
                ..plain.clone()
            },
            "stages",
        ),
    ] {
        let refused = refused(&house, &rev, rules, "Because").await;
        assert_eq!(refused.field(), Some(field), "{refused}");
        assert_eq!(refused.kind(), ErrorKind::Invalid);
    }
    let silent = refused(&house, &rev, plain, "  ").await;
    assert!(matches!(silent, ReviewError::Refused(Refusal::NoReason)));
}
