//! Timers, each of which fires once.

use std::time::Duration;

use lectern_article::{Article, Standing};
use lectern_base::{Timestamp, Zone};
use lectern_identity::Caller;
use lectern_template::{EffectiveFrom, Expiry};

use super::house::{House, house};
use crate::*;

const DAY: Duration = Duration::from_secs(86_400);

/// Advances the clock and fires due timers; returns the names of their journal entries.
async fn pass(house: &House, days: u32) -> Vec<String> {
    house.clock.advance(DAY * days);
    let before = house.journal.head();
    house.fire_due().await.unwrap();
    let deeds = house.deeds_after(before).await;
    house.fire_due().await.unwrap();
    assert_eq!(
        house.deeds_after(before).await,
        deeds,
        "each timer fires once"
    );
    deeds
}

async fn asked(rules: ModuleRules) -> (House, Caller, Caller, Article, Review) {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let article = house.filled(&ada, "topic-article").await;
    house.rule(&rev, article.module, rules).await;
    let review = house.request(&ada, &article).await.unwrap();
    (house, ada, rev, article, review)
}

#[tokio::test]
async fn reviewers_are_reminded_once_and_an_undecided_review_lapses() {
    let (house, ada, _, article, review) = asked(ModuleRules {
        remind_days: Some(5),
        stale_days: Some(20),
        ..ModuleRules::default()
    })
    .await;
    assert!(pass(&house, 4).await.is_empty());
    assert_eq!(pass(&house, 1).await, ["review.reminded"]);
    let reminded = house.reviews.get(review.id).await.unwrap().unwrap();
    assert!(reminded.reminded_at.is_some() && reminded.is_open());
    assert!(pass(&house, 14).await.is_empty());
    assert_eq!(pass(&house, 1).await, ["review.stale"]);
    let closed = house.reviews.get(review.id).await.unwrap().unwrap();
    assert_eq!(closed.state, ReviewState::Stale);
    let now = house.now(&article).await;
    assert_eq!(now.open_review, None);
    house.request(&ada, &now).await.expect("requested again");
}

#[tokio::test]
async fn a_decided_review_has_no_reminder_and_does_not_lapse() {
    let (house, _, rev, _, review) = asked(ModuleRules::default()).await;
    house.approve(&rev, &review).await.unwrap();
    assert!(pass(&house, 300).await.is_empty());
}

#[tokio::test]
async fn an_approved_version_waits_for_its_time() {
    let (house, ada, rev, article, review) = asked(ModuleRules {
        effective: Some(EffectiveFrom::After { days: 14 }),
        ..ModuleRules::default()
    })
    .await;
    let approved = house.approve(&rev, &review).await.unwrap();
    assert_eq!(approved.state, ReviewState::Approved);
    let due = approved.effective_at.unwrap();
    let zone = Zone::utc();
    let day = zone.day_of(approved.decisions[0].at).plus_days(14);
    assert_eq!(due, zone.start_of(day));
    assert_eq!(house.effective(&article).await, None);
    let again = house.approve(&rev, &review).await.unwrap_err();
    assert!(matches!(again, ReviewError::Over { .. }), "{again:?}");
    house
        .request(&ada, &article)
        .await
        .expect_err("it is still waiting");

    assert!(pass(&house, 13).await.is_empty());
    assert_eq!(pass(&house, 1).await, ["version.effective"]);
    let (version, _) = house.effective(&article).await.unwrap();
    assert_eq!(zone.day_of(version.effective_at), day);
    let review = house.reviews.get(review.id).await.unwrap().unwrap();
    assert_eq!(review.state, ReviewState::Effective);
}

#[tokio::test]
async fn the_owner_is_reminded_and_the_review_date_changes_the_standing() {
    for (expiry, standing, deed) in [
        (Expiry::Soft, Standing::Due, "version.due"),
        (Expiry::Hard, Standing::Expired, "version.expired"),
    ] {
        let (house, _, rev, article, review) = asked(ModuleRules {
            review_months: Some(12),
            expiry: Some(expiry),
            ..ModuleRules::default()
        })
        .await;
        house.approve(&rev, &review).await.unwrap();
        assert!(pass(&house, 365 - 31).await.is_empty());
        assert_eq!(pass(&house, 1).await, ["version.review_soon"]);
        assert!(pass(&house, 22).await.is_empty());
        assert_eq!(pass(&house, 1).await, ["version.review_soon"]);
        assert!(pass(&house, 7).await.is_empty(), "it is due on this day");
        assert_eq!(pass(&house, 1).await, [deed]);
        let now = house.now(&article).await;
        assert_eq!(now.standing, standing);
        assert!(
            house.read(&article, "lead").await.is_some(),
            "readers still get it"
        );
    }
}

#[tokio::test]
async fn timers_missed_while_the_server_was_down_fire_once() {
    let (house, _, rev, article, review) = asked(ModuleRules {
        effective: Some(EffectiveFrom::After { days: 1 }),
        review_months: Some(1),
        ..ModuleRules::default()
    })
    .await;
    house.approve(&rev, &review).await.unwrap();
    let deeds = pass(&house, 400).await;
    assert_eq!(
        deeds,
        ["version.effective"],
        "its review date counts from now"
    );
    let late = pass(&house, 40).await;
    assert_eq!(late, ["version.due"], "no reminder after the date");
    assert_eq!(house.now(&article).await.standing, Standing::Due);
}

#[tokio::test]
async fn a_new_review_date_replaces_the_old_one() {
    let (house, _, rev, article, review) = asked(ModuleRules {
        review_months: Some(12),
        ..ModuleRules::default()
    })
    .await;
    house.approve(&rev, &review).await.unwrap();
    pass(&house, 360).await;
    let hash = house.now(&article).await.effective.unwrap().hash;
    let action = VersionAction::Reaffirm { hash };
    house.take(&rev, &article, action, None).await.unwrap();
    let due: Timestamp = house
        .now(&article)
        .await
        .effective
        .unwrap()
        .review_due
        .unwrap();
    assert!(due.since(house_now(&house)) > DAY * 364);
    assert!(
        pass(&house, 10).await.is_empty(),
        "the old date no longer applies"
    );
    assert_eq!(house.now(&article).await.standing, Standing::Effective);
}

fn house_now(house: &House) -> Timestamp {
    use lectern_base::Clock;
    house.clock.now()
}
