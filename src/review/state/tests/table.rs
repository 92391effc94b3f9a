//! The policy as a table: from which state which event leads where; everything else is refused.

use std::collections::BTreeSet;

use super::cast::*;
use crate::state::{Event, State, step};

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
        (
            "reviewers changed",
            Event::ReviewersChanged {
                reviewers: BTreeSet::from([CAST.ada]),
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

/// From, event, to. Anything not listed is refused.
const TABLE: &[(&str, &str, &str)] = &[
    ("draft", "request", "candidate"),
    ("candidate", "resubmit", "candidate"),
    ("candidate", "approve", "effective 1"),
    ("candidate", "reject", "draft"),
    ("candidate", "withdraw", "draft"),
    ("candidate", "reviewers changed", "candidate"),
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
