//! Reviewers who can no longer decide, and who may take their place.

use std::collections::BTreeSet;

use lectern_base::PersonId;
use lectern_template::Quorum;

use super::cast::*;
use crate::Refusal;
use crate::state::{Effect, Event, Request, State, SubstituteRequest, step};

fn people(people: &[PersonId]) -> BTreeSet<PersonId> {
    people.iter().copied().collect()
}

fn left(remaining: &[PersonId]) -> Event {
    Event::ReviewersChanged {
        reviewers: people(remaining),
    }
}

/// Ada names `substitute` for Cem, who is no reviewer any more.
fn named(substitute: PersonId) -> SubstituteRequest {
    SubstituteRequest {
        by: CAST.ada,
        missing: CAST.cem,
        substitute,
        reviewers: people(&[CAST.ada, CAST.ben, CAST.dan]),
        reasoned: true,
    }
}

fn open_stage(quorum: Quorum) -> State {
    after(&[request_of("1", quorum)], &ONE)
}

fn group(quorum: Quorum) -> State {
    let members = [CAST.ben, CAST.cem];
    after(
        &[staged("1", vec![panel("Medical", quorum, Some(&members))])],
        &ONE,
    )
}

#[test]
fn somebody_is_missing_where_the_quorum_cannot_be_reached_without_them() {
    let (ada, ben, cem, dan) = (CAST.ada, CAST.ben, CAST.cem, CAST.dan);
    for (state, remaining, missing) in [
        (open_stage(Quorum::All), &[ada, ben][..], &[cem][..]),
        (open_stage(Quorum::All), &[ada, ben, dan], &[cem]),
        (open_stage(Quorum::All), &[ada, ben, cem], &[]),
        (open_stage(TWO), &[ada, ben], &[cem]),
        // Any reviewer of the module may decide where the stage has no group.
        (open_stage(TWO), &[ada, ben, dan], &[]),
        (open_stage(Quorum::Any), &[ada, ben], &[]),
        (open_stage(Quorum::Any), &[ada], &[ben, cem]),
        (group(TWO), &[ada, ben, dan], &[cem]),
        (group(Quorum::Any), &[ada, ben, dan], &[]),
        (group(Quorum::Any), &[ada, dan], &[ben, cem]),
    ] {
        let open = state.open.as_ref().unwrap();
        assert_eq!(open.missing(0, &people(remaining)), people(missing));
    }
}

#[test]
fn who_has_approved_is_not_missing() {
    let state = after(
        &[request_of("1", Quorum::All), approve(CAST.cem, "1")],
        &ONE,
    );
    let open = state.open.as_ref().unwrap();
    assert_eq!(open.missing(0, &people(&[CAST.ben])), people(&[]));
}

#[test]
fn somebody_missing_is_reported_once_and_for_a_later_stage_as_well() {
    let panels = vec![
        panel("Peers", Quorum::Any, None),
        panel("Medical", Quorum::Any, Some(&[CAST.cem])),
    ];
    let state = after(&[staged("1", panels)], &ONE);
    let next = step(&state, &left(&[CAST.ben]), &ONE).unwrap();
    assert_eq!(next.effects, [Effect::ReviewersMissing { stage: 1 }]);
    assert_eq!(
        next.state.open.as_ref().unwrap().missing,
        people(&[CAST.cem])
    );
    let again = refused(&next.state, &left(&[CAST.ben]), &ONE);
    assert_eq!(again, Refusal::NobodyMissing);
    let complete = refused(&state, &left(&[CAST.ben, CAST.cem]), &ONE);
    assert_eq!(complete, Refusal::NobodyMissing);
}

#[test]
fn a_group_of_which_all_must_approve_waits_for_a_member_who_left_before_the_request() {
    let remaining = [CAST.ada, CAST.ben, CAST.dan];
    let request = Event::Request(Request {
        reviewers: people(&remaining),
        panels: vec![panel("Medical", Quorum::All, Some(&[CAST.ben, CAST.cem]))],
        ..asking("1")
    });
    let state = after(&[request, approve(CAST.ben, "1")], &ONE);
    assert!(state.open.is_some(), "one signature is not two");
    let next = step(&state, &left(&remaining), &ONE).unwrap();
    assert_eq!(next.effects, [Effect::ReviewersMissing { stage: 0 }]);
    let next = step(&next.state, &Event::Substitute(named(CAST.dan)), &ONE).unwrap();
    let done = step(&next.state, &approve(CAST.dan, "1"), &ONE).unwrap();
    assert_eq!(name(&done.state), "effective 1");
}

#[test]
fn a_substitute_completes_the_stage_and_earlier_approvals_stay() {
    for state in [open_stage(Quorum::All), group(Quorum::All), group(TWO)] {
        let state = step(&state, &approve(CAST.ben, "1"), &ONE).unwrap().state;
        let state = step(&state, &left(&[CAST.ben, CAST.dan]), &ONE)
            .unwrap()
            .state;
        let next = step(&state, &Event::Substitute(named(CAST.dan)), &ONE).unwrap();
        assert_eq!(next.effects, [Effect::Substituted { stage: 0 }]);
        let open = next.state.open.as_ref().unwrap();
        assert_eq!(open.approvals(0), people(&[CAST.ben]));
        assert_eq!(open.missing, people(&[]));
        let done = step(&next.state, &approve(CAST.dan, "1"), &ONE).unwrap();
        assert_eq!(name(&done.state), "effective 1");
    }
}

#[test]
fn only_an_eligible_reviewer_takes_the_place_of_one_who_is_missing() {
    let state = after(&[request_of("1", Quorum::All)], &ONE);
    let refusal = |request: SubstituteRequest| refused(&state, &Event::Substitute(request), &ONE);
    let outsider = PersonId::new();
    for (request, why) in [
        (
            SubstituteRequest {
                reasoned: false,
                ..named(CAST.dan)
            },
            Refusal::NoReason,
        ),
        (
            SubstituteRequest {
                missing: CAST.ben,
                ..named(CAST.dan)
            },
            Refusal::NotMissing,
        ),
        (
            SubstituteRequest {
                missing: outsider,
                ..named(CAST.dan)
            },
            Refusal::NotMissing,
        ),
        (
            SubstituteRequest {
                by: CAST.dan,
                ..named(CAST.dan)
            },
            Refusal::NamesThemselves,
        ),
        (named(outsider), Refusal::NoReviewer),
        (
            SubstituteRequest {
                by: CAST.dan,
                ..named(CAST.ada)
            },
            Refusal::SubstituteWrote,
        ),
        (named(CAST.ben), Refusal::DecidesAlready),
    ] {
        assert_eq!(refusal(request), why);
    }
}

#[test]
fn who_approved_beyond_the_quorum_takes_no_second_place() {
    let events = [request_of("1", Quorum::All), approve(CAST.dan, "1")];
    let state = after(&events, &ONE);
    let refusal = refused(&state, &Event::Substitute(named(CAST.dan)), &ONE);
    assert_eq!(refusal, Refusal::DecidesAlready);
}

#[test]
fn nobody_is_named_once_the_review_is_approved() {
    let events = [request_of("1", Quorum::Any), approve(CAST.ben, "1")];
    let state = after(&events, &LATER);
    let refusal = refused(&state, &Event::Substitute(named(CAST.dan)), &LATER);
    assert_eq!(refusal, Refusal::AlreadyApproved);
}
