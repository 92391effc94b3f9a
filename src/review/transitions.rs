//! The transitions of the state machine, one function each.

use std::collections::{BTreeMap, BTreeSet};

use lectern_article::Standing;
use lectern_base::{Hash, PersonId};
use lectern_template::Quorum;

use super::refusal::Refusal;
use super::review_state::ReviewState;
use super::state::{
    Current, Effect, OpenReview, Panel, Policy, Request, Stage, SubstituteRequest, Transition,
    Vote, Voter,
};

impl OpenReview {
    /// Returns the filled places in the quorum of a stage: of people whose latest decision there
    /// approves exactly this text, and who did not contribute to it.
    ///
    /// One person fills one place, even when they stand in for several others.
    pub fn approvals(&self, stage: usize) -> BTreeSet<PersonId> {
        let mut filled = BTreeMap::new();
        for vote in self.votes.iter().filter(|vote| vote.stage == stage) {
            let counts = vote.approves && vote.hash == self.hash && !self.wrote(vote.by);
            match counts {
                true => filled.insert(vote.by.person, vote.by.seat),
                false => filled.remove(&vote.by.person),
            };
        }
        filled.into_values().collect()
    }

    /// Returns the stage to be passed next; the last one when all are passed.
    pub fn stage(&self) -> usize {
        let open = (0..self.stages.len()).find(|stage| !self.is_passed(*stage));
        open.unwrap_or(self.stages.len().saturating_sub(1))
    }

    /// Tells whether enough have approved in a stage.
    pub fn is_passed(&self, stage: usize) -> bool {
        let Stage {
            quorum, approvers, ..
        } = &self.stages[stage];
        let approvals = self.approvals(stage);
        match quorum {
            Quorum::All => !approvals.is_empty() && approvals.is_superset(approvers),
            _ => approvals.len() >= quorum.needed(approvers.len()),
        }
    }

    /// Returns the approvers of a stage who can no longer decide and whose decision it needs, when
    /// `reviewers` are the reviewers of the module now.
    pub fn missing(&self, stage: usize, reviewers: &BTreeSet<PersonId>) -> BTreeSet<PersonId> {
        if self.is_passed(stage) {
            return BTreeSet::new();
        }
        let Stage {
            quorum,
            approvers,
            closed,
            ..
        } = &self.stages[stage];
        let approvals = self.approvals(stage);
        let mut able = approvals.clone();
        match closed {
            true => able.extend(approvers.intersection(reviewers)),
            false => able.extend(reviewers.difference(&self.contributors)),
        }
        let needs_them = match quorum {
            Quorum::All => true,
            _ => able.len() < quorum.needed(approvers.len()),
        };
        match needs_them {
            true => approvers.difference(&able).copied().collect(),
            false => BTreeSet::new(),
        }
    }

    /// Returns the first stage that needs a decision of somebody who is missing there.
    fn stage_without(&self, person: PersonId, reviewers: &BTreeSet<PersonId>) -> Option<usize> {
        let lacks = |stage: &usize| self.missing(*stage, reviewers).contains(&person);
        (0..self.stages.len()).find(lacks)
    }

    /// Returns the missing approvers of all stages.
    fn all_missing(&self, reviewers: &BTreeSet<PersonId>) -> BTreeSet<PersonId> {
        let stages = 0..self.stages.len();
        stages
            .flat_map(|stage| self.missing(stage, reviewers))
            .collect()
    }

    /// Tells whether the voter contributed to the text, or stands in for somebody who did.
    fn wrote(&self, by: Voter) -> bool {
        self.contributors.contains(&by.person) || self.contributors.contains(&by.seat)
    }

    fn may_decide(&self, by: Voter, hash: Hash) -> Result<(), Refusal> {
        if self.contributors.contains(&by.person) {
            return Err(Refusal::OwnWork);
        }
        if self.contributors.contains(&by.seat) {
            return Err(Refusal::TheirWork);
        }
        match hash == self.hash {
            true => Ok(()),
            false => Err(Refusal::OtherText),
        }
    }
}

impl Stage {
    /// Returns how many approvals it takes.
    pub fn needed(&self) -> usize {
        self.quorum.needed(self.approvers.len())
    }
}

impl Panel {
    /// Returns the stage with its approvers: the reviewers in it who did not contribute. Where all
    /// members of a group must approve, a member who can no longer decide keeps the place: the review
    /// waits for a substitute, and never passes with fewer.
    fn seat(
        &self,
        reviewers: &BTreeSet<PersonId>,
        contributors: &BTreeSet<PersonId>,
    ) -> Result<Stage, Refusal> {
        let members = self.members.as_ref().unwrap_or(reviewers);
        let present: BTreeSet<_> = members.intersection(reviewers).copied().collect();
        let eligible: BTreeSet<_> = present.difference(contributors).copied().collect();
        let needed = self.quorum.needed(eligible.len());
        if eligible.len() < needed {
            return Err(Refusal::TooFewApprovers {
                stage: self.members.is_some().then(|| self.title.clone()),
                needed,
                reviewers: present.len(),
                eligible: eligible.len(),
            });
        }
        let approvers = match self.quorum {
            Quorum::All => members.difference(contributors).copied().collect(),
            _ => eligible,
        };
        Ok(Stage {
            title: self.title.clone(),
            quorum: self.quorum,
            approvers,
            closed: self.members.is_some(),
        })
    }
}

impl Transition {
    fn note(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Returns the open review while it can be decided.
    fn candidate(&mut self) -> Result<&mut OpenReview, Refusal> {
        let open = self.state.open.as_mut().ok_or(Refusal::NoReview)?;
        match open.approved {
            true => Err(Refusal::AlreadyApproved),
            false => Ok(open),
        }
    }

    /// Returns the current version if it has one of these standings.
    fn current(&mut self, standings: &[Standing]) -> Result<&mut Current, Refusal> {
        let current = self.state.current.as_mut();
        let standing = current
            .as_ref()
            .map_or(Standing::Draft, |current| current.standing);
        current
            .filter(|current| standings.contains(&current.standing))
            .ok_or(Refusal::WrongStanding(standing))
    }

    pub(super) fn request(&mut self, request: &Request) -> Result<(), Refusal> {
        if self.state.open.is_some() {
            return Err(Refusal::ReviewOpen);
        }
        if !request.contributed {
            return Err(Refusal::NotContributor);
        }
        if !request.summarised {
            return Err(Refusal::NoSummary);
        }
        if !request.missing.is_empty() {
            return Err(Refusal::Missing(request.missing.clone()));
        }
        if !request.unfit.is_empty() {
            return Err(Refusal::Unfit(request.unfit.clone()));
        }
        if !request.suggested.is_empty() {
            return Err(Refusal::Suggested(request.suggested.clone()));
        }
        let mut contributors = request.contributors.clone();
        contributors.insert(request.by);
        let seated = request.panels.iter();
        let seated = seated.map(|panel| panel.seat(&request.reviewers, &contributors));
        let stages = seated.collect::<Result<Vec<_>, _>>()?;
        self.state.open = Some(OpenReview {
            hash: request.hash,
            requested_by: request.by,
            contributors,
            stages,
            votes: Vec::new(),
            approved: false,
            reminded: false,
            missing: BTreeSet::new(),
        });
        self.note(Effect::Requested);
        Ok(())
    }

    pub(super) fn resubmit(&mut self, request: &Request) -> Result<(), Refusal> {
        self.end(ReviewState::Withdrawn, Effect::Withdrawn)?;
        self.request(request)
    }

    pub(super) fn approve(
        &mut self,
        by: Voter,
        hash: Hash,
        answered: bool,
        signed: bool,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        let open = self.candidate()?;
        open.may_decide(by, hash)?;
        let stage = open.stage();
        let Stage {
            title,
            approvers,
            closed,
            ..
        } = &open.stages[stage];
        if *closed && !approvers.contains(&by.seat) {
            return Err(Refusal::OtherStage(title.clone()));
        }
        if !answered {
            return Err(Refusal::ChecklistOpen);
        }
        if !signed {
            return Err(Refusal::NotSigned);
        }
        open.votes.push(Vote {
            by,
            stage,
            approves: true,
            hash,
        });
        let passed = open.is_passed(stage);
        open.approved = passed && stage + 1 == open.stages.len();
        let (approvals, approved) = (open.approvals(stage).len(), open.approved);
        let needed = open.stages[stage].needed();
        self.note(Effect::Counted {
            stage,
            approvals,
            needed,
        });
        if approved {
            self.note(Effect::Approved);
        } else if passed {
            self.note(Effect::Passed { stage });
        }
        match approved && policy.at_once {
            true => self.effective_time(),
            false => Ok(()),
        }
    }

    pub(super) fn reject(&mut self, by: Voter, hash: Hash, reasoned: bool) -> Result<(), Refusal> {
        let open = self.candidate()?;
        open.may_decide(by, hash)?;
        if !reasoned {
            return Err(Refusal::NoReason);
        }
        let stage = open.stage();
        open.votes.push(Vote {
            by,
            stage,
            approves: false,
            hash,
        });
        self.end(ReviewState::Rejected, Effect::Rejected)
    }

    pub(super) fn withdraw(&mut self, by: PersonId, steward: bool) -> Result<(), Refusal> {
        if self.candidate()?.requested_by != by && !steward {
            return Err(Refusal::NotYours);
        }
        self.end(ReviewState::Withdrawn, Effect::Withdrawn)
    }

    /// Each missing approver is reported once.
    pub(super) fn reviewers_changed(
        &mut self,
        reviewers: &BTreeSet<PersonId>,
    ) -> Result<(), Refusal> {
        let open = self.candidate()?;
        let missing = open.all_missing(reviewers);
        let mut new = missing.difference(&open.missing);
        let stage = new
            .next()
            .and_then(|one| open.stage_without(*one, reviewers));
        let stage = stage.ok_or(Refusal::NobodyMissing)?;
        open.missing = missing;
        self.note(Effect::ReviewersMissing { stage });
        Ok(())
    }

    /// A substitute is a reviewer already: naming somebody gives nobody a right, and nobody names
    /// themselves.
    pub(super) fn substitute(&mut self, request: &SubstituteRequest) -> Result<(), Refusal> {
        let SubstituteRequest {
            by,
            missing,
            substitute,
            reviewers,
            reasoned,
        } = request;
        let open = self.candidate()?;
        if !reasoned {
            return Err(Refusal::NoReason);
        }
        let stage = open.stage_without(*missing, reviewers);
        let stage = stage.ok_or(Refusal::NotMissing)?;
        if by == substitute {
            return Err(Refusal::NamesThemselves);
        }
        if !reviewers.contains(substitute) {
            return Err(Refusal::NoReviewer);
        }
        if open.contributors.contains(substitute) {
            return Err(Refusal::SubstituteWrote);
        }
        let votes = open.votes.iter().filter(|vote| vote.stage == stage);
        let mut votes = votes.filter(|vote| [vote.by.person, vote.by.seat].contains(substitute));
        if open.stages[stage].approvers.contains(substitute) || votes.next().is_some() {
            return Err(Refusal::DecidesAlready);
        }
        open.stages[stage].approvers.remove(missing);
        open.stages[stage].approvers.insert(*substitute);
        let still = open.all_missing(reviewers);
        open.missing.retain(|person| still.contains(person));
        self.note(Effect::Substituted { stage });
        Ok(())
    }

    pub(super) fn remind(&mut self) -> Result<(), Refusal> {
        self.candidate()?.reminded = true;
        self.note(Effect::Reminded);
        Ok(())
    }

    /// Ends the open review without a version.
    pub(super) fn end(&mut self, outcome: ReviewState, effect: Effect) -> Result<(), Refusal> {
        self.candidate()?;
        self.close(outcome);
        self.note(effect);
        Ok(())
    }

    fn close(&mut self, outcome: ReviewState) {
        self.state.open = None;
        self.outcome = Some(outcome);
    }

    /// Makes the approved revision the next version, and the current one.
    pub(super) fn effective_time(&mut self) -> Result<(), Refusal> {
        let open = self.state.open.as_ref().filter(|open| open.approved);
        let hash = open.ok_or(Refusal::NotApproved)?.hash;
        self.close(ReviewState::Effective);
        self.state.versions.push(hash);
        let version = u32::try_from(self.state.versions.len()).unwrap_or(u32::MAX);
        self.make_current(version, hash);
        Ok(())
    }

    fn make_current(&mut self, version: u32, hash: Hash) {
        let standing = Standing::Effective;
        let current = Current {
            version,
            hash,
            standing,
        };
        let before = self.state.current.replace(current);
        if let Some(before) = before.filter(|b| b.standing != Standing::Retired) {
            self.note(Effect::Superseded {
                version: before.version,
            });
        }
        self.note(Effect::Effective { version });
    }

    pub(super) fn review_date(&mut self, policy: &Policy) -> Result<(), Refusal> {
        let current = self.current(&[Standing::Effective])?;
        current.standing = match policy.hard_expiry {
            true => Standing::Expired,
            false => Standing::Due,
        };
        self.note(match policy.hard_expiry {
            true => Effect::Expired,
            false => Effect::Due,
        });
        Ok(())
    }

    pub(super) fn reaffirm(&mut self, hash: Hash, signed: bool) -> Result<(), Refusal> {
        let current = self.current(&[Standing::Effective, Standing::Due, Standing::Expired])?;
        if current.hash != hash {
            return Err(Refusal::OtherText);
        }
        if !signed {
            return Err(Refusal::NotSigned);
        }
        current.standing = Standing::Effective;
        self.note(Effect::Reaffirmed);
        Ok(())
    }

    pub(super) fn unpublish(&mut self, reasoned: bool, signed: bool) -> Result<(), Refusal> {
        let current = self.current(&[Standing::Effective, Standing::Due])?;
        if !reasoned {
            return Err(Refusal::NoReason);
        }
        if !signed {
            return Err(Refusal::NotSigned);
        }
        current.standing = Standing::Suspended;
        self.note(Effect::Suspended);
        Ok(())
    }

    pub(super) fn reinstate(&mut self, signed: bool) -> Result<(), Refusal> {
        let current = self.current(&[Standing::Suspended])?;
        if !signed {
            return Err(Refusal::NotSigned);
        }
        current.standing = Standing::Effective;
        self.note(Effect::Reinstated);
        Ok(())
    }

    /// An open review is outdated then: it was requested on the basis of another version.
    pub(super) fn reissue(&mut self, version: u32, signed: bool) -> Result<(), Refusal> {
        let suspended = self.current(&[Standing::Suspended])?.version;
        let place = usize::try_from(version).unwrap_or(0).wrapping_sub(1);
        let earlier = self.state.versions.get(place).copied();
        let hash = earlier
            .filter(|_| version < suspended)
            .ok_or(Refusal::NoSuchVersion(version))?;
        if !signed {
            return Err(Refusal::NotSigned);
        }
        self.make_current(version, hash);
        if self.state.open.is_some() {
            self.close(ReviewState::Outdated);
            self.note(Effect::Outdated);
        }
        Ok(())
    }

    pub(super) fn retire(
        &mut self,
        owner: PersonId,
        reviewer: PersonId,
        signed: bool,
    ) -> Result<(), Refusal> {
        let readable = [Standing::Effective, Standing::Due, Standing::Expired];
        let current = self.current(&[&readable[..], &[Standing::Suspended]].concat())?;
        if owner == reviewer {
            return Err(Refusal::OnePerson);
        }
        if !signed {
            return Err(Refusal::NotSigned);
        }
        current.standing = Standing::Retired;
        self.note(Effect::Retired);
        Ok(())
    }
}
