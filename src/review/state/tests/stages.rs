//! Reviews with several stages, each with its own group.

use lectern_base::ErrorKind;
use lectern_template::Quorum;

use super::cast::*;
use crate::Refusal;
use crate::state::{Effect, Event, State, step};

/// Ben decides first, then Cem, then any two.
fn three_stages() -> Event {
    staged(
        "1",
        vec![
            panel("Peer", Quorum::Any, Some(&[CAST.ben])),
            panel("Medical", Quorum::All, Some(&[CAST.cem])),
            panel("Quality", TWO, None),
        ],
    )
}

#[test]
fn stages_are_passed_in_order() {
    let state = after(&[three_stages()], &ONE);
    let early = refused(&state, &approve(CAST.cem, "1"), &ONE);
    assert_eq!(early, Refusal::OtherStage("Peer".into()));
    assert_eq!(early.kind(), ErrorKind::Forbidden);

    let peer = step(&state, &approve(CAST.ben, "1"), &ONE).unwrap();
    let counted = |stage, approvals, needed| Effect::Counted {
        stage,
        approvals,
        needed,
    };
    assert_eq!(
        peer.effects,
        [counted(0, 1, 1), Effect::Passed { stage: 0 }]
    );
    let again = refused(&peer.state, &approve(CAST.ben, "1"), &ONE);
    assert_eq!(again, Refusal::OtherStage("Medical".into()));

    let medical = step(&peer.state, &approve(CAST.cem, "1"), &ONE).unwrap();
    assert_eq!(medical.effects.last(), Some(&Effect::Passed { stage: 1 }));
    let one = step(&medical.state, &approve(CAST.ben, "1"), &ONE).unwrap();
    assert_eq!(one.effects, [counted(2, 1, 2)]);
    let two = step(&one.state, &approve(CAST.cem, "1"), &ONE).unwrap();
    assert_eq!(name(&two.state), "effective 1");
}

#[test]
fn a_reviewer_of_any_stage_may_reject_at_every_stage() {
    let state = after(&[three_stages()], &ONE);
    let next = step(&state, &reject(CAST.cem, "1"), &ONE).unwrap();
    assert_eq!(next.effects, [Effect::Rejected]);
}

#[test]
fn a_request_names_the_stage_that_nobody_could_pass() {
    let nobody = |members: &[_], needed: Quorum| {
        let stages = vec![
            panel("Peer", Quorum::Any, None),
            panel("Medical", needed, Some(members)),
        ];
        refused(&State::default(), &staged("1", stages), &ONE)
    };
    let refusal = |needed, reviewers, eligible| Refusal::TooFewApprovers {
        stage: Some("Medical".into()),
        needed,
        reviewers,
        eligible,
    };
    assert_eq!(nobody(&[], Quorum::Any), refusal(1, 0, 0));
    // Ada contributed; Dan is not a reviewer of the module.
    assert_eq!(nobody(&[CAST.ada, CAST.dan], Quorum::Any), refusal(1, 1, 0));
    assert_eq!(nobody(&[CAST.ben], TWO), refusal(2, 1, 1));
}

#[test]
fn neither_a_contributor_nor_their_stand_in_can_decide() {
    let state = after(&[three_stages()], &ONE);
    let theirs = refused(&state, &approve(for_(CAST.ben, CAST.ada), "1"), &ONE);
    assert_eq!(theirs, Refusal::TheirWork);
    let own = refused(&state, &approve(for_(CAST.ada, CAST.ben), "1"), &ONE);
    assert_eq!(own, Refusal::OwnWork);
}

#[test]
fn a_stand_in_decides_at_the_stage_of_the_member() {
    let state = after(&[three_stages()], &ONE);
    let next = step(&state, &approve(for_(CAST.dan, CAST.ben), "1"), &ONE).unwrap();
    assert_eq!(next.effects.last(), Some(&Effect::Passed { stage: 0 }));
    let outsider = refused(&state, &approve(CAST.dan, "1"), &ONE);
    assert_eq!(outsider, Refusal::OtherStage("Peer".into()));
}
