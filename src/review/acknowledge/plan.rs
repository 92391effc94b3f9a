//! Whom to ask, and whom no longer: pure, from who shall be asked and what was asked before.

use std::collections::{BTreeMap, BTreeSet};

use lectern_base::{PersonId, Timestamp};

use super::record::{Assignment, Reason};

/// Why it is looked at who is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// Roles, members or the audience are other than before.
    People,
    /// The version may be read again.
    Back,
    /// Another version became effective.
    Version,
}

/// One article and the people around it.
pub(super) struct Scene<'s> {
    /// Why it is looked at.
    pub cause: Cause,
    /// The line of the version that is effective.
    pub line: u32,
    /// The day by which whoever is asked now shall have read it.
    pub due: Timestamp,
    /// Those who may read it.
    pub readers: &'s BTreeSet<PersonId>,
    /// Those of them who are of its audience.
    pub audience: &'s BTreeSet<PersonId>,
    /// Who acknowledged a version of which line.
    pub given: &'s BTreeSet<(PersonId, u32)>,
    /// What was asked before.
    pub asked: &'s BTreeMap<PersonId, Assignment>,
}

/// How several people are asked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asking {
    /// Why.
    pub reason: Reason,
    /// By whom, where a person did.
    pub assigner: Option<PersonId>,
    /// By when.
    pub due: Timestamp,
}

/// What is to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Whom to ask, and how.
    pub ask: BTreeMap<Asking, Vec<PersonId>>,
    /// Whom to ask no longer.
    pub release: Vec<PersonId>,
}

impl Plan {
    /// Tells whether everything is as it should be.
    pub fn is_empty(&self) -> bool {
        self.ask.is_empty() && self.release.is_empty()
    }
}

/// Compares who should be asked with who is. Carried out, it leaves nothing to do.
pub(super) fn plan(scene: &Scene<'_>) -> Plan {
    let mut plan = Plan::default();
    let people: BTreeSet<_> = scene.audience.iter().chain(scene.asked.keys()).collect();
    for person in people {
        match step(scene, *person) {
            Some(Step::Ask(asking)) => plan.ask.entry(asking).or_default().push(*person),
            Some(Step::Release) => plan.release.push(*person),
            None => {}
        }
    }
    plan
}

enum Step {
    Ask(Asking),
    Release,
}

fn step(scene: &Scene<'_>, person: PersonId) -> Option<Step> {
    let has_given = |line| scene.given.contains(&(person, line));
    let asked = scene.asked.get(&person);
    if has_given(scene.line) {
        return None;
    }
    let wanted = scene.audience.contains(&person);
    let by_hand = asked.filter(|asked| {
        asked.reason == Reason::Assigned
            && scene.readers.contains(&person)
            // What was asked by hand and done is done; it is not asked for another version.
            && !has_given(asked.line)
    });
    match asked {
        Some(asked) if asked.line == scene.line && (wanted || by_hand.is_some()) => {
            // Nobody comes back to less time than whoever is asked now.
            let short = scene.cause == Cause::Back && asked.due < scene.due;
            short.then_some(Step::Ask(Asking {
                reason: asked.reason,
                assigner: asked.assigner,
                due: scene.due,
            }))
        }
        _ if wanted => Some(Step::Ask(Asking {
            reason: match scene.cause {
                Cause::Version => Reason::NewVersion,
                Cause::Back | Cause::People => Reason::Role,
            },
            assigner: None,
            due: scene.due,
        })),
        Some(_) if let Some(asked) = by_hand => Some(Step::Ask(Asking {
            reason: Reason::Assigned,
            assigner: asked.assigner,
            due: asked.due.max(scene.due),
        })),
        Some(asked) if !has_given(asked.line) => Some(Step::Release),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::ArticleId;

    const DUE: i64 = 1_000;

    struct Set {
        readers: BTreeSet<PersonId>,
        audience: BTreeSet<PersonId>,
        given: BTreeSet<(PersonId, u32)>,
        asked: BTreeMap<PersonId, Assignment>,
        line: u32,
    }

    fn at(moment: i64) -> Timestamp {
        Timestamp::from_millis(moment)
    }

    impl Set {
        /// Ann is of the audience, Ben may read, Cem may not.
        fn new() -> (Self, [PersonId; 3]) {
            let people = [PersonId::new(), PersonId::new(), PersonId::new()];
            let set = Self {
                readers: BTreeSet::from([people[0], people[1]]),
                audience: BTreeSet::from([people[0]]),
                given: BTreeSet::new(),
                asked: BTreeMap::new(),
                line: 1,
            };
            (set, people)
        }

        fn plan(&self, cause: Cause) -> Plan {
            plan(&Scene {
                cause,
                line: self.line,
                due: at(DUE),
                readers: &self.readers,
                audience: &self.audience,
                given: &self.given,
                asked: &self.asked,
            })
        }

        fn ask(&mut self, person: PersonId, reason: Reason, line: u32, due: i64) {
            let assigner = (reason == Reason::Assigned).then_some(person);
            let assignment = Assignment {
                article: ArticleId::new(),
                person,
                version: line,
                line,
                reason,
                assigner,
                assigned_at: at(0),
                due: at(due),
            };
            self.asked.insert(person, assignment);
        }

        /// Carries a plan out.
        fn done(&mut self, plan: &Plan) {
            for (asking, people) in &plan.ask {
                for person in people {
                    self.ask(*person, asking.reason, self.line, asking.due.millis());
                }
            }
            for person in &plan.release {
                self.asked.remove(person);
            }
        }
    }

    fn asks(plan: &Plan) -> Vec<(Reason, i64, Vec<PersonId>)> {
        let asks = plan.ask.iter();
        asks.map(|(asking, people)| (asking.reason, asking.due.millis(), people.clone()))
            .collect()
    }

    #[test]
    fn a_version_asks_its_audience_once() {
        let (mut set, [ann, ..]) = Set::new();
        let plan = set.plan(Cause::Version);
        assert_eq!(asks(&plan), [(Reason::NewVersion, DUE, vec![ann])]);
        set.done(&plan);
        for cause in [Cause::Version, Cause::People, Cause::Back] {
            assert!(set.plan(cause).is_empty(), "{cause:?}");
        }
    }

    #[test]
    fn who_comes_later_is_asked_for_what_is_effective_and_who_has_read_it_is_not() {
        let (mut set, [ann, ben, _]) = Set::new();
        set.given.insert((ann, 1));
        set.audience.insert(ben);
        let plan = set.plan(Cause::People);
        assert_eq!(asks(&plan), [(Reason::Role, DUE, vec![ben])]);
    }

    #[test]
    fn a_new_line_asks_those_who_acknowledged_the_one_before() {
        let (mut set, [ann, ..]) = Set::new();
        set.ask(ann, Reason::NewVersion, 1, 10);
        set.given.insert((ann, 1));
        set.line = 2;
        let plan = set.plan(Cause::Version);
        assert_eq!(asks(&plan), [(Reason::NewVersion, DUE, vec![ann])]);
    }

    #[test]
    fn who_leaves_the_audience_or_may_not_read_is_released_unless_it_is_done() {
        let (mut set, [ann, ben, cem]) = Set::new();
        set.ask(ben, Reason::Role, 1, 10);
        set.ask(cem, Reason::Assigned, 1, 10);
        assert_eq!(set.plan(Cause::People).release.len(), 2);
        set.given.insert((ben, 1));
        set.given.insert((cem, 1));
        set.given.insert((ann, 1));
        assert!(set.plan(Cause::People).is_empty());
        set.line = 2;
        set.audience.clear();
        assert!(
            set.plan(Cause::Version).is_empty(),
            "what is done stays done"
        );
    }

    #[test]
    fn who_was_asked_by_hand_stays_asked_until_it_is_done() {
        let (mut set, [_, ben, _]) = Set::new();
        set.audience.clear();
        set.ask(ben, Reason::Assigned, 1, 10);
        assert!(set.plan(Cause::People).is_empty());
        set.line = 2;
        let plan = set.plan(Cause::Version);
        assert_eq!(asks(&plan), [(Reason::Assigned, DUE, vec![ben])]);
        let asking = plan.ask.keys().next().unwrap();
        assert_eq!(asking.assigner, Some(ben), "who asked is kept");
        set.given.insert((ben, 1));
        assert!(set.plan(Cause::Version).is_empty());
    }

    #[test]
    fn who_comes_back_to_a_reinstated_text_gets_time_for_it() {
        let (mut set, [ann, ben, _]) = Set::new();
        set.audience.insert(ben);
        set.ask(ann, Reason::NewVersion, 1, 10);
        set.ask(ben, Reason::Role, 1, DUE + 5);
        let plan = set.plan(Cause::Back);
        assert_eq!(asks(&plan), [(Reason::NewVersion, DUE, vec![ann])]);
        set.done(&plan);
        assert!(set.plan(Cause::Back).is_empty());
    }
}
