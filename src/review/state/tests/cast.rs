//! The people in these tests, and the states they start from.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use lectern_article::Standing;
use lectern_base::{Hash, PersonId};
use lectern_template::Quorum;

use crate::Refusal;
use crate::state::{Event, Panel, Policy, Request, State, Voter, step};

/// Ada writes; Ben and Cem review; Dan owns the article.
pub struct Cast {
    pub ada: PersonId,
    pub ben: PersonId,
    pub cem: PersonId,
    pub dan: PersonId,
}

pub static CAST: LazyLock<Cast> = LazyLock::new(|| Cast {
    ada: PersonId::new(),
    ben: PersonId::new(),
    cem: PersonId::new(),
    dan: PersonId::new(),
});

pub const ONE: Policy = Policy {
    at_once: true,
    signed: false,
    hard_expiry: false,
};
/// Two of the module's reviewers approve.
pub const TWO: Quorum = Quorum::Number { n: 2 };
pub const LATER: Policy = Policy {
    at_once: false,
    ..ONE
};
pub const HARD: Policy = Policy {
    hard_expiry: true,
    ..ONE
};
pub const SIGNED: Policy = Policy {
    signed: true,
    ..ONE
};

pub fn text(content: &str) -> Hash {
    Hash::of(content.as_bytes())
}

pub fn asking(content: &str) -> Request {
    Request {
        by: CAST.ada,
        contributed: true,
        hash: text(content),
        summarised: true,
        missing: Vec::new(),
        unfit: Vec::new(),
        suggested: Vec::new(),
        contributors: BTreeSet::new(),
        reviewers: BTreeSet::from([CAST.ada, CAST.ben, CAST.cem]),
        panels: vec![panel("Review", Quorum::Any, None)],
    }
}

pub fn panel(title: &str, quorum: Quorum, members: Option<&[PersonId]>) -> Panel {
    Panel {
        title: title.to_owned(),
        quorum,
        members: members.map(|members| members.iter().copied().collect()),
    }
}

pub fn request(content: &str) -> Event {
    Event::Request(asking(content))
}

/// A request whose only stage has another quorum.
pub fn request_of(content: &str, quorum: Quorum) -> Event {
    Event::Request(Request {
        panels: vec![panel("Review", quorum, None)],
        ..asking(content)
    })
}

/// A request that passes these stages.
pub fn staged(content: &str, panels: Vec<Panel>) -> Event {
    Event::Request(Request {
        panels,
        ..asking(content)
    })
}

pub fn approve(by: impl Into<Voter>, content: &str) -> Event {
    let by = by.into();
    Event::Approve {
        by,
        hash: text(content),
        answered: true,
        signed: false,
    }
}

/// A person who stands in for another.
pub fn for_(person: PersonId, seat: PersonId) -> Voter {
    Voter { person, seat }
}

pub fn reject(by: PersonId, content: &str) -> Event {
    Event::Reject {
        by: by.into(),
        hash: text(content),
        reasoned: true,
    }
}

pub fn retire() -> Event {
    Event::Retire {
        owner: CAST.dan,
        reviewer: CAST.ben,
        signed: true,
    }
}

/// Applies `events` to the empty state.
pub fn after(events: &[Event], policy: &Policy) -> State {
    events.iter().fold(State::default(), |state, event| {
        step(&state, event, policy).unwrap().state
    })
}

pub fn refused(state: &State, event: &Event, policy: &Policy) -> Refusal {
    step(state, event, policy).unwrap_err()
}

/// The name of a state in the table.
pub fn name(state: &State) -> String {
    let current = state.current.map(|current| match current.standing {
        Standing::Draft => "draft".to_owned(),
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

pub fn states() -> Vec<State> {
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
