//! The policy as a table: from which state which event leads where; everything else is refused.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::base::ErrorKind;

/// Ada writes; Ben and Cem review; Dan owns the article.
struct Cast {
    ada: PersonId,
    ben: PersonId,
    cem: PersonId,
    dan: PersonId,
}

static CAST: LazyLock<Cast> = LazyLock::new(|| Cast {
    ada: PersonId::new(),
    ben: PersonId::new(),
    cem: PersonId::new(),
    dan: PersonId::new(),
});

const ONE: Policy = Policy {
    quorum: Quorum::Any,
    at_once: true,
    signed: false,
    hard_expiry: false,
};
const TWO: Policy = Policy {
    quorum: Quorum::Number { n: 2 },
    ..ONE
};
const LATER: Policy = Policy {
    at_once: false,
    ..ONE
};
const HARD: Policy = Policy {
    hard_expiry: true,
    ..ONE
};
const SIGNED: Policy = Policy {
    signed: true,
    ..ONE
};

fn text(content: &str) -> Hash {
    Hash::of(content.as_bytes())
}

fn asking(content: &str) -> Request {
    Request {
        by: CAST.ada,
        contributed: true,
        hash: text(content),
        summarised: true,
        missing: Vec::new(),
        contributors: BTreeSet::new(),
        reviewers: BTreeSet::from([CAST.ada, CAST.ben, CAST.cem]),
    }
}

fn request(content: &str) -> Event {
    Event::Request(asking(content))
}

fn approve(by: PersonId, content: &str) -> Event {
    Event::Approve {
        by,
        hash: text(content),
        answered: true,
        signed: false,
    }
}

fn reject(by: PersonId, content: &str) -> Event {
    Event::Reject {
        by,
        hash: text(content),
        reasoned: true,
    }
}

fn retire() -> Event {
    Event::Retire {
        owner: CAST.dan,
        reviewer: CAST.ben,
        signed: true,
    }
}

/// Goes through `events` from the empty state.
fn after(events: &[Event], policy: &Policy) -> State {
    events.iter().fold(State::default(), |state, event| {
        step(&state, event, policy).unwrap().state
    })
}

fn refused(state: &State, event: &Event, policy: &Policy) -> Refusal {
    step(state, event, policy).unwrap_err()
}

/// The name of a state, as the table calls it.
fn name(state: &State) -> String {
    let current = state.current.map(|current| match current.standing {
        Standing::Effective => format!("effective {}", current.version),
        Standing::Due => "due".to_owned(),
        Standing::Expired => "expired".to_owned(),
        Standing::Suspended => "suspended".to_owned(),
        Standing::Retired => "retired".to_owned(),
    });
    let open = state.open.as_ref().map(|open| match open.approved {
        true => "approved",
        false => "candidate",
    });
    match (current, open) {
        (None, None) => "draft".to_owned(),
        (None, Some(open)) => open.to_owned(),
        (Some(current), None) => current,
        (Some(current), Some(open)) => format!("{current}, {open}"),
    }
}

fn states() -> Vec<State> {
    let one = [request("1"), approve(CAST.ben, "1")];
    let two = [request("2"), approve(CAST.ben, "2")];
    let and = |event: Event| [&one[..], &two[..], &[event]].concat();
    vec![
        after(&[], &ONE),
        after(&one[..1], &ONE),
        after(&one, &LATER),
        after(&[&one[..], &two[..]].concat(), &ONE),
        after(&and(Event::ReviewDate), &ONE),
        after(&and(Event::ReviewDate), &HARD),
        after(
            &and(Event::Unpublish {
                reasoned: true,
                signed: true,
            }),
            &ONE,
        ),
        after(&and(retire()), &ONE),
    ]
}

fn events(state: &State) -> Vec<(&'static str, Event)> {
    let shown = state.current.map_or(text("1"), |current| current.hash);
    vec![
        ("request", request("1")),
        ("resubmit", Event::Resubmit(asking("3"))),
        ("approve", approve(CAST.ben, "1")),
        ("reject", reject(CAST.ben, "1")),
        (
            "withdraw",
            Event::Withdraw {
                by: CAST.ada,
                steward: false,
            },
        ),
        ("remind", Event::Remind),
        ("lapse", Event::Lapse),
        ("effective time", Event::EffectiveTime),
        ("review date", Event::ReviewDate),
        (
            "reaffirm",
            Event::Reaffirm {
                hash: shown,
                signed: true,
            },
        ),
        (
            "unpublish",
            Event::Unpublish {
                reasoned: true,
                signed: true,
            },
        ),
        ("reinstate", Event::Reinstate { signed: true }),
        (
            "reissue",
            Event::Reissue {
                version: 1,
                signed: true,
            },
        ),
        ("retire", retire()),
    ]
}

/// From, event, to. Whatever is not listed is refused.
const TABLE: &[(&str, &str, &str)] = &[
    ("draft", "request", "candidate"),
    ("candidate", "resubmit", "candidate"),
    ("candidate", "approve", "effective 1"),
    ("candidate", "reject", "draft"),
    ("candidate", "withdraw", "draft"),
    ("candidate", "remind", "candidate"),
    ("candidate", "lapse", "draft"),
    ("approved", "effective time", "effective 1"),
    ("effective 2", "request", "effective 2, candidate"),
    ("effective 2", "review date", "due"),
    ("effective 2", "reaffirm", "effective 2"),
    ("effective 2", "unpublish", "suspended"),
    ("effective 2", "retire", "retired"),
    ("due", "request", "due, candidate"),
    ("due", "reaffirm", "effective 2"),
    ("due", "unpublish", "suspended"),
    ("due", "retire", "retired"),
    ("expired", "request", "expired, candidate"),
    ("expired", "reaffirm", "effective 2"),
    ("expired", "retire", "retired"),
    ("suspended", "request", "suspended, candidate"),
    ("suspended", "reinstate", "effective 2"),
    ("suspended", "reissue", "effective 1"),
    ("suspended", "retire", "retired"),
    ("retired", "request", "retired, candidate"),
];

#[test]
fn only_the_listed_transitions_succeed() {
    let mut found = Vec::new();
    for state in states() {
        for (event_name, event) in events(&state) {
            if let Ok(next) = step(&state, &event, &ONE) {
                found.push((name(&state), event_name, name(&next.state)));
            }
        }
    }
    let listed: Vec<_> = TABLE
        .iter()
        .map(|(from, event, to)| ((*from).to_owned(), *event, (*to).to_owned()))
        .collect();
    assert_eq!(found, listed);
}

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
fn a_decision_names_exactly_the_text_under_review() {
    let state = after(&[request("1")], &ONE);
    for event in [approve(CAST.ben, "2"), reject(CAST.ben, "2")] {
        let refusal = refused(&state, &event, &ONE);
        assert_eq!(refusal, Refusal::OtherText);
        assert_eq!(refusal.kind(), ErrorKind::Conflict);
    }
}

#[test]
fn an_approval_answers_the_checklist_and_a_rejection_gives_a_reason() {
    let state = after(&[request("1")], &ONE);
    let hash = text("1");
    let hasty = Event::Approve {
        by: CAST.ben,
        hash,
        answered: false,
        signed: true,
    };
    assert_eq!(refused(&state, &hasty, &ONE), Refusal::ChecklistOpen);
    let silent = Event::Reject {
        by: CAST.ben,
        hash,
        reasoned: false,
    };
    assert_eq!(refused(&state, &silent, &ONE), Refusal::NoReason);
}

#[test]
fn where_the_policy_asks_for_it_an_approval_is_signed() {
    let state = after(&[request("1")], &SIGNED);
    assert_eq!(
        refused(&state, &approve(CAST.ben, "1"), &SIGNED),
        Refusal::NotSigned
    );
    let signed = Event::Approve {
        by: CAST.ben,
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
fn a_request_is_made_by_a_contributor_says_what_changed_and_is_complete() {
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
fn a_request_that_nobody_could_carry_is_refused() {
    let with = |contributors: &[PersonId], policy: &Policy| {
        let mut request = asking("1");
        request.contributors = contributors.iter().copied().collect();
        step(&State::default(), &Event::Request(request), policy).map(|_| ())
    };
    let (ada, ben, cem) = (CAST.ada, CAST.ben, CAST.cem);
    let nobody = Refusal::TooFewApprovers {
        needed: 1,
        reviewers: 3,
        eligible: 0,
    };
    assert_eq!(with(&[ada, ben, cem], &ONE), Err(nobody));
    let too_few = Refusal::TooFewApprovers {
        needed: 2,
        reviewers: 3,
        eligible: 1,
    };
    assert_eq!(with(&[ada, ben], &TWO), Err(too_few));
    assert_eq!(with(&[ada, ben], &ONE), Ok(()));
}

#[test]
fn only_the_requester_or_a_steward_withdraws() {
    let state = after(&[request("1")], &ONE);
    let withdraw = |by, steward| step(&state, &Event::Withdraw { by, steward }, &ONE);
    assert_eq!(withdraw(CAST.ben, false).unwrap_err(), Refusal::NotYours);
    assert_eq!(
        withdraw(CAST.dan, true).unwrap().happened,
        [Happened::Withdrawn]
    );
}

#[test]
fn a_resubmission_voids_the_approvals() {
    let state = after(&[request("1"), approve(CAST.ben, "1")], &TWO);
    let next = step(&state, &Event::Resubmit(asking("2")), &TWO).unwrap();
    assert_eq!(next.happened, [Happened::Withdrawn, Happened::Requested]);
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
        next.happened,
        [
            Happened::Superseded { version: 2 },
            Happened::Effective { version: 1 },
            Happened::Outdated,
        ]
    );
    assert_eq!(name(&next.state), "effective 1");
}

#[test]
fn only_an_earlier_version_is_reissued() {
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
fn a_new_version_revives_what_was_suspended_or_retired() {
    for state in &states()[6..] {
        let open = step(state, &request("4"), &ONE).unwrap().state;
        let next = step(&open, &approve(CAST.ben, "4"), &ONE).unwrap();
        assert_eq!(name(&next.state), "effective 3");
    }
}

#[test]
fn what_must_be_signed_is_refused_without() {
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
fn an_article_is_retired_by_two_people_and_unpublished_with_a_reason() {
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
fn only_the_text_that_is_effective_is_reaffirmed() {
    let event = Event::Reaffirm {
        hash: text("1"),
        signed: true,
    };
    assert_eq!(refused(&states()[3], &event, &ONE), Refusal::OtherText);
}
