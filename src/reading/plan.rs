//! Whom to assign and whom to release: a pure function of the audience and the assignments.

use std::collections::{BTreeMap, BTreeSet};

use lectern_base::{PersonId, Timestamp};

use super::record::{Assignment, AssignmentReason};

/// What made it necessary to check the assignments of an article; later ones take precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trigger {
    /// Roles, members or the audience changed.
    People,
    /// The suspended version was reinstated.
    Reinstated,
    /// Another version became effective.
    NewVersion,
}

/// One article and the people around it.
pub(super) struct PlanInput<'s> {
    /// What made the check necessary.
    pub trigger: Trigger,
    /// The line of the version that is effective.
    pub line: u32,
    /// When an assignment made now is due.
    pub due: Timestamp,
    /// Those who may read it.
    pub readers: &'s BTreeSet<PersonId>,
    /// Those of them who are in its audience.
    pub audience: &'s BTreeSet<PersonId>,
    /// Who acknowledged a version of which line.
    pub acknowledged: &'s BTreeSet<(PersonId, u32)>,
    /// The assignments so far.
    pub assignments: &'s BTreeMap<PersonId, Assignment>,
}

/// What the assignments of several people have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AssignmentTerms {
    /// Why.
    pub reason: AssignmentReason,
    /// Who asks, if it is a person.
    pub assigner: Option<PersonId>,
    /// When it is due.
    pub due: Timestamp,
}

/// The changes that bring assignments up to date.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Whom to assign, on which terms.
    pub assign: BTreeMap<AssignmentTerms, Vec<PersonId>>,
    /// Whom to release.
    pub release: Vec<PersonId>,
}

impl Plan {
    /// Tells whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.assign.is_empty() && self.release.is_empty()
    }
}

/// Compares who should be assigned with who is. Once the plan is carried out, the next one is
/// empty.
pub(super) fn plan(input: &PlanInput<'_>) -> Plan {
    let mut plan = Plan::default();
    let people: BTreeSet<_> = input
        .audience
        .iter()
        .chain(input.assignments.keys())
        .collect();
    for person in people {
        match step(input, *person) {
            Some(PlanStep::Assign(terms)) => plan.assign.entry(terms).or_default().push(*person),
            Some(PlanStep::Release) => plan.release.push(*person),
            None => {}
        }
    }
    plan
}

enum PlanStep {
    Assign(AssignmentTerms),
    Release,
}

fn step(input: &PlanInput<'_>, person: PersonId) -> Option<PlanStep> {
    let has_acknowledged = |line| input.acknowledged.contains(&(person, line));
    let asked = input.assignments.get(&person);
    if has_acknowledged(input.line) {
        return None;
    }
    let wanted = input.audience.contains(&person);
    let by_name = asked.filter(|asked| {
        asked.reason == AssignmentReason::Assigned
            && input.readers.contains(&person)
            // An assignment by name ends with its acknowledgement and covers no later line.
            && !has_acknowledged(asked.line)
    });
    match asked {
        Some(asked) if asked.line == input.line && (wanted || by_name.is_some()) => {
            // A reinstated version gives everybody at least the time of a new assignment.
            let short = input.trigger == Trigger::Reinstated && asked.due < input.due;
            short.then_some(PlanStep::Assign(AssignmentTerms {
                reason: asked.reason,
                assigner: asked.assigner,
                due: input.due,
            }))
        }
        _ if wanted => Some(PlanStep::Assign(AssignmentTerms {
            reason: match input.trigger {
                Trigger::NewVersion => AssignmentReason::NewVersion,
                Trigger::Reinstated | Trigger::People => AssignmentReason::Role,
            },
            assigner: None,
            due: input.due,
        })),
        Some(_) if let Some(asked) = by_name => Some(PlanStep::Assign(AssignmentTerms {
            reason: AssignmentReason::Assigned,
            assigner: asked.assigner,
            due: asked.due.max(input.due),
        })),
        Some(asked) if !has_acknowledged(asked.line) => Some(PlanStep::Release),
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
        /// Ann is in the audience, Ben may read, Cem may not.
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

        fn plan(&self, trigger: Trigger) -> Plan {
            plan(&PlanInput {
                trigger,
                line: self.line,
                due: at(DUE),
                readers: &self.readers,
                audience: &self.audience,
                acknowledged: &self.given,
                assignments: &self.asked,
            })
        }

        fn ask(&mut self, person: PersonId, reason: AssignmentReason, line: u32, due: i64) {
            let assigner = (reason == AssignmentReason::Assigned).then_some(person);
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
            for (terms, people) in &plan.assign {
                for person in people {
                    self.ask(*person, terms.reason, self.line, terms.due.millis());
                }
            }
            for person in &plan.release {
                self.asked.remove(person);
            }
        }
    }

    fn asks(plan: &Plan) -> Vec<(AssignmentReason, i64, Vec<PersonId>)> {
        let asks = plan.assign.iter();
        asks.map(|(terms, people)| (terms.reason, terms.due.millis(), people.clone()))
            .collect()
    }

    #[test]
    fn a_version_is_assigned_to_its_audience_once() {
        let (mut set, [ann, ..]) = Set::new();
        let plan = set.plan(Trigger::NewVersion);
        assert_eq!(
            asks(&plan),
            [(AssignmentReason::NewVersion, DUE, vec![ann])]
        );
        set.done(&plan);
        for trigger in [Trigger::NewVersion, Trigger::People, Trigger::Reinstated] {
            assert!(set.plan(trigger).is_empty(), "{trigger:?}");
        }
    }

    #[test]
    fn a_new_member_is_assigned_the_effective_version_unless_it_is_acknowledged() {
        let (mut set, [ann, ben, _]) = Set::new();
        set.given.insert((ann, 1));
        set.audience.insert(ben);
        let plan = set.plan(Trigger::People);
        assert_eq!(asks(&plan), [(AssignmentReason::Role, DUE, vec![ben])]);
    }

    #[test]
    fn a_new_line_is_assigned_to_those_who_acknowledged_the_last() {
        let (mut set, [ann, ..]) = Set::new();
        set.ask(ann, AssignmentReason::NewVersion, 1, 10);
        set.given.insert((ann, 1));
        set.line = 2;
        let plan = set.plan(Trigger::NewVersion);
        assert_eq!(
            asks(&plan),
            [(AssignmentReason::NewVersion, DUE, vec![ann])]
        );
    }

    #[test]
    fn a_person_who_leaves_or_may_not_read_is_released_unless_it_is_acknowledged() {
        let (mut set, [ann, ben, cem]) = Set::new();
        set.ask(ben, AssignmentReason::Role, 1, 10);
        set.ask(cem, AssignmentReason::Assigned, 1, 10);
        assert_eq!(set.plan(Trigger::People).release.len(), 2);
        set.given.insert((ben, 1));
        set.given.insert((cem, 1));
        set.given.insert((ann, 1));
        assert!(set.plan(Trigger::People).is_empty());
        set.line = 2;
        set.audience.clear();
        assert!(
            set.plan(Trigger::NewVersion).is_empty(),
            "an acknowledged assignment stays"
        );
    }

    #[test]
    fn who_was_asked_by_name_stays_asked_until_it_is_done() {
        let (mut set, [_, ben, _]) = Set::new();
        set.audience.clear();
        set.ask(ben, AssignmentReason::Assigned, 1, 10);
        assert!(set.plan(Trigger::People).is_empty());
        set.line = 2;
        let plan = set.plan(Trigger::NewVersion);
        assert_eq!(asks(&plan), [(AssignmentReason::Assigned, DUE, vec![ben])]);
        let terms = plan.assign.keys().next().unwrap();
        assert_eq!(terms.assigner, Some(ben), "the assigner is kept");
        set.given.insert((ben, 1));
        assert!(set.plan(Trigger::NewVersion).is_empty());
    }

    #[test]
    fn a_reinstated_version_gives_its_readers_new_time() {
        let (mut set, [ann, ben, _]) = Set::new();
        set.audience.insert(ben);
        set.ask(ann, AssignmentReason::NewVersion, 1, 10);
        set.ask(ben, AssignmentReason::Role, 1, DUE + 5);
        let plan = set.plan(Trigger::Reinstated);
        assert_eq!(
            asks(&plan),
            [(AssignmentReason::NewVersion, DUE, vec![ann])]
        );
        set.done(&plan);
        assert!(set.plan(Trigger::Reinstated).is_empty());
    }
}
