//! The invariants of review, checked on random histories.

use proptest::prelude::*;

use super::*;

/// Five people, so that roles overlap often.
fn person(index: usize) -> PersonId {
    PersonId::from_bytes(&[u8::try_from(index).unwrap_or(0); 16]).unwrap()
}

/// Six texts, so that hashes often match.
fn text(index: u8) -> Hash {
    Hash::of(&[index])
}

fn anybody() -> impl Strategy<Value = PersonId> {
    (0usize..5).prop_map(person)
}

fn anything() -> impl Strategy<Value = Hash> {
    (0u8..6).prop_map(text)
}

fn some_people() -> impl Strategy<Value = BTreeSet<PersonId>> {
    prop::collection::btree_set(anybody(), 0..5)
}

/// True three times in four, so that guards do not end every history at once.
fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.75)
}

/// Mostly themselves.
fn voters() -> impl Strategy<Value = Voter> {
    (anybody(), prop::option::weighted(0.2, anybody())).prop_map(|(person, seat)| Voter {
        person,
        seat: seat.unwrap_or(person),
    })
}

fn panels() -> impl Strategy<Value = Panel> {
    let quorum = prop_oneof![
        3 => Just(Quorum::Any),
        1 => Just(Quorum::All),
        2 => (1u32..4).prop_map(|n| Quorum::Number { n })
    ];
    (quorum, prop::option::weighted(0.3, some_people())).prop_map(|(quorum, members)| Panel {
        title: "Stage".to_owned(),
        quorum,
        members,
    })
}

fn requests() -> impl Strategy<Value = Request> {
    let missing = prop_oneof![3 => Just(Vec::new()), 1 => Just(vec!["lead".to_owned()])];
    (
        anybody(),
        anything(),
        mostly(),
        missing,
        some_people(),
        some_people(),
        prop::collection::vec(panels(), 1..4),
    )
        .prop_map(
            |(by, hash, summarised, missing, contributors, reviewers, panels)| Request {
                by,
                contributed: true,
                hash,
                summarised,
                missing,
                unfit: Vec::new(),
                suggested: Vec::new(),
                contributors,
                reviewers,
                panels,
            },
        )
}

fn substitutes() -> impl Strategy<Value = SubstituteRequest> {
    (anybody(), anybody(), anybody(), some_people(), mostly()).prop_map(
        |(by, missing, substitute, reviewers, reasoned)| SubstituteRequest {
            by,
            missing,
            substitute,
            reviewers,
            reasoned,
        },
    )
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        7 => requests().prop_map(Event::Request),
        1 => requests().prop_map(Event::Resubmit),
        15 => (voters(), anything(), mostly(), mostly())
            .prop_map(|(by, hash, answered, signed)| Event::Approve { by, hash, answered, signed }),
        1 => (voters(), anything(), mostly())
            .prop_map(|(by, hash, reasoned)| Event::Reject { by, hash, reasoned }),
        1 => (anybody(), mostly()).prop_map(|(by, steward)| Event::Withdraw { by, steward }),
        2 => some_people().prop_map(|reviewers| Event::ReviewersChanged { reviewers }),
        2 => substitutes().prop_map(Event::Substitute),
        1 => Just(Event::Remind),
        1 => Just(Event::Lapse),
        2 => Just(Event::EffectiveTime),
        1 => Just(Event::ReviewDate),
        1 => (anything(), mostly()).prop_map(|(hash, signed)| Event::Reaffirm { hash, signed }),
        2 => (mostly(), mostly())
            .prop_map(|(reasoned, signed)| Event::Unpublish { reasoned, signed }),
        1 => mostly().prop_map(|signed| Event::Reinstate { signed }),
        5 => (0u32..4, mostly()).prop_map(|(version, signed)| Event::Reissue { version, signed }),
        1 => (anybody(), anybody(), mostly())
            .prop_map(|(owner, reviewer, signed)| Event::Retire { owner, reviewer, signed }),
    ]
}

fn policies() -> impl Strategy<Value = Policy> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(at_once, signed, hard_expiry)| {
        Policy {
            at_once,
            signed,
            hard_expiry,
        }
    })
}

/// Aims half of the decisions at the open text, as people do.
fn aimed(event: Event, state: &State, aim: bool) -> Event {
    let Some(open) = state.open.as_ref().filter(|_| aim) else {
        return event;
    };
    match event {
        Event::Approve {
            by,
            answered,
            signed,
            ..
        } => Event::Approve {
            by,
            hash: open.hash,
            answered,
            signed,
        },
        Event::Reject { by, reasoned, .. } => Event::Reject {
            by,
            hash: open.hash,
            reasoned,
        },
        other => other,
    }
}

/// Checks the approvals of the newest version against the last state of its review.
fn check_new_version(before: &State, event: &Event, after: &State) {
    let mut open = before
        .open
        .clone()
        .expect("a version comes out of a review");
    if let Event::Approve { by, hash, .. } = event {
        open.votes.push(Vote {
            by: *by,
            stage: open.stage(),
            approves: true,
            hash: *hash,
        });
    }
    let newest = after.versions.last().copied();
    assert_eq!(newest, Some(open.hash), "the version is the reviewed text");
    for (at, stage) in open.stages.iter().enumerate() {
        check_stage(&open, at, stage);
    }
}

fn check_stage(open: &OpenReview, at: usize, stage: &Stage) {
    let seats = open.approvals(at);
    assert!(seats.len() >= stage.needed(), "every stage was passed");
    assert!(
        seats.is_disjoint(&open.contributors),
        "no contributor's approval counts"
    );
    assert!(!stage.closed || seats.is_subset(&stage.approvers));
    let counted = |vote: &&Vote| vote.stage == at && seats.contains(&vote.by.seat);
    let mut people = BTreeSet::new();
    for vote in open.votes.iter().filter(counted) {
        assert!(!open.contributors.contains(&vote.by.person));
        assert!(
            open.requested_by != vote.by.person,
            "the requester did not vote"
        );
        assert_eq!(vote.hash, open.hash, "every counted approver saw this hash");
        people.insert(vote.by.person);
    }
    assert!(people.len() >= seats.len(), "one person fills one place");
}

fn check(before: &State, event: &Event, next: &Transition) {
    let after = &next.state;
    assert!(
        after.versions.starts_with(&before.versions),
        "versions are append-only"
    );
    if let Some(current) = after.current {
        let place = current.version as usize - 1;
        assert_eq!(
            after.versions.get(place),
            Some(&current.hash),
            "readers get a version"
        );
    }
    match after.versions.len() - before.versions.len() {
        0 => {}
        1 => check_new_version(before, event, after),
        more => panic!("{more} versions in one step"),
    }
    if let (Some(was), Some(is)) = (&before.open, &after.open)
        && !matches!(event, Event::Resubmit(_))
    {
        assert!(
            is.votes.starts_with(&was.votes),
            "decisions are append-only"
        );
        assert_eq!(
            (is.hash, &is.contributors),
            (was.hash, &was.contributors),
            "frozen"
        );
    }
    if let (Event::Substitute(request), Some(was), Some(is)) = (event, &before.open, &after.open) {
        let who = request.substitute;
        assert!(who != request.by && request.reviewers.contains(&who));
        assert!(!is.contributors.contains(&who), "contributors never decide");
        for stage in 0..is.stages.len() {
            assert_eq!(is.approvals(stage), was.approvals(stage));
            assert_eq!(
                is.is_passed(stage),
                was.is_passed(stage),
                "naming decides nothing"
            );
        }
    }
    if matches!(event, Event::Request(_)) {
        assert!(before.open.is_none(), "one open review at most");
    }
    assert!(!next.effects.is_empty(), "every transition has an entry");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_invariants_hold_in_every_history(
        policy in policies(),
        history in prop::collection::vec((events(), mostly()), 1..80),
    ) {
        let mut state = State::default();
        for (event, aim) in history {
            let event = aimed(event, &state, aim);
            if let Ok(next) = step(&state, &event, &policy) {
                check(&state, &event, &next);
                state = next.state;
            }
        }
    }
}

#[test]
fn random_histories_reach_every_outcome() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (policies(), prop::collection::vec((events(), mostly()), 80));
    let mut seen = BTreeSet::new();
    for _ in 0..1500 {
        let (policy, history) = strategy.new_tree(&mut runner).unwrap().current();
        let mut state = State::default();
        for (event, aim) in history {
            let event = aimed(event, &state, aim);
            if let Ok(next) = step(&state, &event, &policy) {
                seen.extend(
                    next.effects
                        .iter()
                        .map(|h| format!("{h:?}").split(' ').next().map(str::to_owned)),
                );
                state = next.state;
            }
        }
    }
    assert_eq!(seen.len(), 19, "{seen:?}");
}
