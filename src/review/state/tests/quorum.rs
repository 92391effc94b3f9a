//! How approvals are counted, and what follows from the last of them.

use super::cast::*;
use crate::review::state::{Happened, Policy, step};
use crate::template::Quorum;

#[test]
fn the_approval_that_completes_the_quorum_makes_the_version_effective() {
    let state = after(&[request("1")], &TWO);
    let first = step(&state, &approve(CAST.ben, "1"), &TWO).unwrap();
    assert_eq!(
        first.happened,
        [Happened::Counted {
            approvals: 1,
            needed: 2
        }]
    );
    assert_eq!(name(&first.state), "candidate");

    let second = step(&first.state, &approve(CAST.cem, "1"), &TWO).unwrap();
    assert_eq!(
        second.happened,
        [
            Happened::Counted {
                approvals: 2,
                needed: 2
            },
            Happened::Approved,
            Happened::Effective { version: 1 },
        ]
    );
    assert_eq!(second.state.current.unwrap().hash, text("1"));
}

#[test]
fn a_new_version_supersedes_the_one_before() {
    let state = after(&[request("1"), approve(CAST.ben, "1"), request("2")], &ONE);
    let next = step(&state, &approve(CAST.ben, "2"), &ONE).unwrap();
    assert!(next.happened.contains(&Happened::Superseded { version: 1 }));
    assert!(next.happened.contains(&Happened::Effective { version: 2 }));
    assert_eq!(next.state.versions, [text("1"), text("2")]);
}

#[test]
fn a_second_approval_by_the_same_person_counts_once() {
    let state = after(
        &[request("1"), approve(CAST.ben, "1"), approve(CAST.ben, "1")],
        &TWO,
    );
    assert_eq!(name(&state), "candidate");
    assert_eq!(state.open.unwrap().votes.len(), 2, "the history is kept");
}

#[test]
fn a_later_rejection_replaces_an_approval_and_ends_the_review() {
    let state = after(&[request("1"), approve(CAST.ben, "1")], &TWO);
    let next = step(&state, &reject(CAST.ben, "1"), &TWO).unwrap();
    assert_eq!(next.happened, [Happened::Rejected]);
    assert_eq!(name(&next.state), "draft");
}

#[test]
fn all_means_each_of_those_who_could_approve() {
    let all = Policy {
        quorum: Quorum::All,
        ..ONE
    };
    let state = after(&[request("1"), approve(CAST.ben, "1")], &all);
    assert_eq!(name(&state), "candidate");
    let carried = step(&state, &approve(CAST.cem, "1"), &all).unwrap();
    assert_eq!(name(&carried.state), "effective 1");
}

#[test]
fn all_is_not_reached_by_somebody_else_in_their_place() {
    let all = Policy {
        quorum: Quorum::All,
        ..ONE
    };
    let both = [request("1"), approve(CAST.ben, "1"), approve(CAST.dan, "1")];
    assert_eq!(name(&after(&both, &all)), "candidate");
}
