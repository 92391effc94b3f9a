//! The preconditions of each event.

use lectern_base::{ErrorKind, PersonId};
use lectern_template::Quorum;

use super::cast::*;
use crate::Refusal;
use crate::state::{Effect, Event, Request, State, step};

#[test]
fn a_contributor_cannot_decide() {
    let state = after(&[request("1")], &ONE);
    for event in [approve(CAST.ada, "1"), reject(CAST.ada, "1")] {
        let refusal = refused(&state, &event, &ONE);
        assert_eq!(refusal, Refusal::OwnWork);
        assert_eq!(refusal.kind(), ErrorKind::Forbidden);
    }
}

#[test]
fn a_decision_must_name_the_text_under_review() {
    let state = after(&[request("1")], &ONE);
    for event in [approve(CAST.ben, "2"), reject(CAST.ben, "2")] {
        let refusal = refused(&state, &event, &ONE);
        assert_eq!(refusal, Refusal::OtherText);
        assert_eq!(refusal.kind(), ErrorKind::Conflict);
    }
}

#[test]
fn an_approval_needs_the_checklist_and_a_rejection_a_reason() {
    let state = after(&[request("1")], &ONE);
    let hash = text("1");
    let hasty = Event::Approve {
        by: CAST.ben.into(),
        hash,
        answered: false,
        signed: true,
    };
    assert_eq!(refused(&state, &hasty, &ONE), Refusal::ChecklistOpen);
    let silent = Event::Reject {
        by: CAST.ben.into(),
        hash,
        reasoned: false,
    };
    assert_eq!(refused(&state, &silent, &ONE), Refusal::NoReason);
}

#[test]
fn an_approval_is_signed_where_the_policy_requires_it() {
    let state = after(&[request("1")], &SIGNED);
    assert_eq!(
        refused(&state, &approve(CAST.ben, "1"), &SIGNED),
        Refusal::NotSigned
    );
    let signed = Event::Approve {
        by: CAST.ben.into(),
        hash: text("1"),
        answered: true,
        signed: true,
    };
    assert_eq!(
        name(&step(&state, &signed, &SIGNED).unwrap().state),
        "effective 1"
    );
}

#[test]
fn a_request_needs_a_contributor_a_summary_and_a_complete_draft() {
    let with = |change: fn(&mut Request)| {
        let mut request = asking("1");
        change(&mut request);
        refused(&State::default(), &Event::Request(request), &ONE)
    };
    assert_eq!(with(|r| r.contributed = false), Refusal::NotContributor);
    assert_eq!(with(|r| r.summarised = false), Refusal::NoSummary);
    let missing = vec!["lead".to_owned()];
    assert_eq!(
        with(|r| r.missing = vec!["lead".into()]),
        Refusal::Missing(missing)
    );
}

#[test]
fn a_request_without_enough_approvers_is_refused() {
    let with = |contributors: &[PersonId], quorum| {
        let request = Request {
            contributors: contributors.iter().copied().collect(),
            panels: vec![panel("Review", quorum, None)],
            ..asking("1")
        };
        step(&State::default(), &Event::Request(request), &ONE).map(|_| ())
    };
    let refusal = |needed, eligible| Refusal::TooFewApprovers {
        stage: None,
        needed,
        reviewers: 3,
        eligible,
    };
    let (ada, ben, cem) = (CAST.ada, CAST.ben, CAST.cem);
    assert_eq!(with(&[ada, ben, cem], Quorum::Any), Err(refusal(1, 0)));
    assert_eq!(with(&[ada, ben], TWO), Err(refusal(2, 1)));
    assert_eq!(with(&[ada, ben], Quorum::Any), Ok(()));
}

#[test]
fn only_the_requester_or_a_steward_can_withdraw() {
    let state = after(&[request("1")], &ONE);
    let withdraw = |by, steward| step(&state, &Event::Withdraw { by, steward }, &ONE);
    assert_eq!(withdraw(CAST.ben, false).unwrap_err(), Refusal::NotYours);
    assert_eq!(
        withdraw(CAST.dan, true).unwrap().effects,
        [Effect::Withdrawn]
    );
}

#[test]
fn a_resubmission_voids_the_approvals() {
    let state = after(&[request_of("1", TWO), approve(CAST.ben, "1")], &ONE);
    let next = step(&state, &Event::Resubmit(asking("2")), &ONE).unwrap();
    assert_eq!(next.effects, [Effect::Withdrawn, Effect::Requested]);
    let open = next.state.open.unwrap();
    assert_eq!((open.hash, open.votes.len()), (text("2"), 0));
}

#[test]
fn a_review_is_outdated_when_an_earlier_version_is_reissued() {
    let suspended = &states()[6];
    let open = step(suspended, &request("4"), &ONE).unwrap().state;
    let reissue = Event::Reissue {
        version: 1,
        signed: true,
    };
    let next = step(&open, &reissue, &ONE).unwrap();
    assert_eq!(
        next.effects,
        [
            Effect::Superseded { version: 2 },
            Effect::Effective { version: 1 },
            Effect::Outdated,
        ]
    );
    assert_eq!(name(&next.state), "effective 1");
}

#[test]
fn only_an_earlier_version_can_be_reissued() {
    let suspended = &states()[6];
    for version in [0, 2, 3] {
        let event = Event::Reissue {
            version,
            signed: true,
        };
        assert_eq!(
            refused(suspended, &event, &ONE),
            Refusal::NoSuchVersion(version)
        );
    }
}

#[test]
fn a_new_version_revives_a_suspended_or_retired_article() {
    for state in &states()[6..] {
        let open = step(state, &request("4"), &ONE).unwrap().state;
        let next = step(&open, &approve(CAST.ben, "4"), &ONE).unwrap();
        assert_eq!(name(&next.state), "effective 3");
    }
}

#[test]
fn actions_without_their_signature_are_refused() {
    let [.., effective, _, _, suspended, _] = &states()[..] else {
        unreachable!()
    };
    let hash = text("2");
    for (state, event) in [
        (
            effective,
            Event::Reaffirm {
                hash,
                signed: false,
            },
        ),
        (
            effective,
            Event::Unpublish {
                reasoned: true,
                signed: false,
            },
        ),
        (
            effective,
            Event::Retire {
                owner: CAST.dan,
                reviewer: CAST.ben,
                signed: false,
            },
        ),
        (suspended, Event::Reinstate { signed: false }),
        (
            suspended,
            Event::Reissue {
                version: 1,
                signed: false,
            },
        ),
    ] {
        assert_eq!(refused(state, &event, &ONE), Refusal::NotSigned);
    }
}

#[test]
fn retiring_takes_two_people_and_suspending_a_reason() {
    let effective = &states()[3];
    let alone = Event::Retire {
        owner: CAST.ben,
        reviewer: CAST.ben,
        signed: true,
    };
    assert_eq!(refused(effective, &alone, &ONE), Refusal::OnePerson);
    let silent = Event::Unpublish {
        reasoned: false,
        signed: true,
    };
    assert_eq!(refused(effective, &silent, &ONE), Refusal::NoReason);
}

#[test]
fn only_the_effective_text_can_be_reaffirmed() {
    let event = Event::Reaffirm {
        hash: text("1"),
        signed: true,
    };
    assert_eq!(refused(&states()[3], &event, &ONE), Refusal::OtherText);
}
