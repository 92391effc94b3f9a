//! How approvals are counted, and what the last one leads to.

use lectern_template::Quorum;

use super::cast::*;
use crate::state::{Effect, step};

#[test]
fn the_approval_that_completes_the_quorum_makes_the_version_effective() {
    let state = after(&[request_of("1", TWO)], &ONE);
    let first = step(&state, &approve(CAST.ben, "1"), &ONE).unwrap();
    assert_eq!(
        first.effects,
        [Effect::Counted {
            stage: 0,
            approvals: 1,
            needed: 2
        }]
    );
    assert_eq!(name(&first.state), "candidate");

    let second = step(&first.state, &approve(CAST.cem, "1"), &ONE).unwrap();
    assert_eq!(
        second.effects,
        [
            Effect::Counted {
                stage: 0,
                approvals: 2,
                needed: 2
            },
            Effect::Approved,
            Effect::Effective { version: 1 },
        ]
    );
    assert_eq!(second.state.current.unwrap().hash, text("1"));
}

#[test]
fn a_new_version_supersedes_the_one_before() {
    let state = after(&[request("1"), approve(CAST.ben, "1"), request("2")], &ONE);
    let next = step(&state, &approve(CAST.ben, "2"), &ONE).unwrap();
    assert!(next.effects.contains(&Effect::Superseded { version: 1 }));
    assert!(next.effects.contains(&Effect::Effective { version: 2 }));
    assert_eq!(next.state.versions, [text("1"), text("2")]);
}

#[test]
fn a_second_approval_by_the_same_person_counts_once() {
    let state = after(
        &[
            request_of("1", TWO),
            approve(CAST.ben, "1"),
            approve(CAST.ben, "1"),
        ],
        &ONE,
    );
    assert_eq!(name(&state), "candidate");
    assert_eq!(state.open.unwrap().votes.len(), 2, "the history is kept");
}

#[test]
fn a_later_rejection_replaces_an_approval_and_ends_the_review() {
    let state = after(&[request_of("1", TWO), approve(CAST.ben, "1")], &ONE);
    let next = step(&state, &reject(CAST.ben, "1"), &ONE).unwrap();
    assert_eq!(next.effects, [Effect::Rejected]);
    assert_eq!(name(&next.state), "draft");
}

#[test]
fn a_quorum_of_all_needs_every_eligible_approver() {
    let state = after(
        &[request_of("1", Quorum::All), approve(CAST.ben, "1")],
        &ONE,
    );
    assert_eq!(name(&state), "candidate");
    let carried = step(&state, &approve(CAST.cem, "1"), &ONE).unwrap();
    assert_eq!(name(&carried.state), "effective 1");
}

#[test]
fn a_quorum_of_all_is_not_reached_by_anybody_else() {
    let both = [
        request_of("1", Quorum::All),
        approve(CAST.ben, "1"),
        approve(CAST.dan, "1"),
    ];
    assert_eq!(name(&after(&both, &ONE)), "candidate");
}

#[test]
fn a_stand_in_fills_the_place_of_the_represented_reviewer() {
    let begun = [request_of("1", Quorum::All), approve(CAST.ben, "1")];
    let state = after(&begun, &ONE);
    let next = step(&state, &approve(for_(CAST.dan, CAST.cem), "1"), &ONE).unwrap();
    assert_eq!(name(&next.state), "effective 1");
}

#[test]
fn one_person_fills_one_place() {
    let twice = [
        request_of("1", TWO),
        approve(CAST.ben, "1"),
        approve(for_(CAST.ben, CAST.cem), "1"),
    ];
    assert_eq!(name(&after(&twice, &ONE)), "candidate");
    let same_place = [
        request_of("1", TWO),
        approve(CAST.ben, "1"),
        approve(for_(CAST.dan, CAST.ben), "1"),
    ];
    assert_eq!(name(&after(&same_place, &ONE)), "candidate");
}
