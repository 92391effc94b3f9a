//! The invariants of review on a real store, under random histories with simultaneous decisions,
//! disks that fail in the middle of a commit, and clocks that jump.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use lectern_article::{Article, Standing};
use lectern_base::ErrorKind;
use lectern_identity::Caller;
use lectern_journal as journal;
use lectern_store::{FaultPoint, Faults};

use super::house::{House, house_with};
use crate::*;

/// What somebody does; people are numbered, Ada and Ben write, Rev, Roy and Sue review.
#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize),
    Request(usize),
    Resubmit(usize),
    Withdraw(usize),
    Decide(usize, bool),
    /// Two people decide at the same moment.
    DecideBoth([(usize, bool); 2]),
    /// Two people request a review at the same moment.
    RequestBoth([usize; 2]),
    Suspend(usize),
    Reinstate(usize),
    /// Days pass, and due timers fire.
    Wait(u8),
    /// Timers fire on two threads at once.
    WaitTwice(u8),
}

fn steps() -> impl Strategy<Value = Step> {
    let (writer, reviewer) = (0usize..3, 1usize..5);
    let vote = || (1usize..5, prop::bool::weighted(0.8));
    prop_oneof![
        3 => (0usize..2).prop_map(Step::Write),
        4 => writer.clone().prop_map(Step::Request),
        1 => writer.clone().prop_map(Step::Resubmit),
        1 => writer.prop_map(Step::Withdraw),
        6 => vote().prop_map(|(who, approves)| Step::Decide(who, approves)),
        3 => [vote(), vote()].prop_map(Step::DecideBoth),
        1 => [0usize..2, 0usize..2].prop_map(Step::RequestBoth),
        2 => reviewer.clone().prop_map(Step::Suspend),
        1 => reviewer.prop_map(Step::Reinstate),
        2 => (1u8..6).prop_map(Step::Wait),
        2 => (31u8..60).prop_map(Step::Wait),
        1 => (1u8..40).prop_map(Step::WaitTwice),
    ]
}

/// A step, and at which of its writes the disk fails, before or after they were made.
type Move = (Step, Option<(usize, bool)>);

fn history() -> impl Strategy<Value = Vec<Move>> {
    let fails = prop::option::weighted(0.15, (0usize..2, any::<bool>()));
    prop::collection::vec((steps(), fails), 15..50)
}

/// A disk that fails once, at a chosen write.
#[derive(Clone, Default)]
struct Disk(Arc<[AtomicUsize; 2]>);

impl Disk {
    fn faults(&self) -> Faults {
        let left = self.0.clone();
        Faults::at(move |point| {
            let place = match point {
                FaultPoint::BeforeWrite => 0,
                FaultPoint::AfterWrite => 1,
                _ => return Ok(()),
            };
            let strikes = left[place].fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                (left > 0).then(|| left - 1)
            });
            match strikes {
                Ok(1) => Err(std::io::Error::other("the disk is full")),
                _ => Ok(()),
            }
        })
    }

    /// Fails at write number `number` from now on, counted from 0.
    fn fails_at(&self, (number, after): (usize, bool)) {
        self.0[usize::from(after)].store(number + 1, Ordering::SeqCst);
    }

    fn is_well(&self) {
        for left in self.0.iter() {
            left.store(0, Ordering::SeqCst);
        }
    }
}

/// All records of review about an article.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    article: Article,
    reviews: Vec<Review>,
    versions: Vec<Version>,
    head: u64,
}

struct Story {
    house: House,
    people: Vec<Caller>,
    article: Article,
}

impl Story {
    async fn begin(disk: &Disk) -> Self {
        let house = house_with(disk.faults()).await;
        let mut people = Vec::new();
        for name in ["Ada", "Ben"] {
            people.push(house.trainer(name).await);
        }
        for name in ["Rev", "Roy", "Sue"] {
            people.push(house.reviewer(name).await);
        }
        let article = house.filled(&people[0], "topic-article").await;
        let rules = ModuleRules {
            stages: Some(vec![lectern_template::Stage {
                title: "Quality".into(),
                quorum: lectern_template::Quorum::Number { n: 2 },
                group: None,
                meaning: "approved".into(),
            }]),
            remind_days: Some(5),
            stale_days: Some(20),
            review_months: Some(1),
            effective: Some(lectern_template::EffectiveFrom::After { days: 2 }),
            ..ModuleRules::default()
        };
        house.rule(&people[2], article.module, rules).await;
        Self {
            house,
            people,
            article,
        }
    }

    async fn kept(&self) -> Kept {
        let id = self.article.id;
        Kept {
            article: self.house.now(&self.article).await,
            reviews: self.house.reviews.of_article(id).await.unwrap(),
            versions: self.house.reviews.versions(id).await.unwrap(),
            head: self.house.journal.head(),
        }
    }

    async fn last_review(&self) -> Option<Review> {
        let reviews = self.house.reviews.of_article(self.article.id).await;
        reviews.unwrap().into_iter().next()
    }

    async fn decide(&self, (who, approves): (usize, bool)) -> Result<(), ReviewError> {
        let Some(review) = self.last_review().await else {
            return Err(ReviewError::NotFound);
        };
        let by = &self.people[who];
        let Ok(reviewer) = by.reviewer(&self.house.place(&self.article).await) else {
            return Err(ReviewError::NotFound);
        };
        let input = match approves {
            true => House::approval(&review),
            false => House::rejection(&review, "Step 3 is wrong."),
        };
        let (reviews, by) = (&self.house.reviews, reviewer.into());
        let under = reviews.under_review(review.id).await?;
        let decided = reviews.decide(&by, &under, input, None);
        decided.await.map(drop)
    }

    async fn wait(&self, days: u8) -> Result<(), ReviewError> {
        self.house
            .clock
            .advance(Duration::from_secs(u64::from(days) * 86_400));
        let fired = self.house.fire_due().await;
        fired.map(drop).map_err(of_timer)
    }

    async fn action(&self, who: usize, action: VersionAction) -> Result<(), ReviewError> {
        let by = &self.people[who];
        if by.reviewer(&self.house.place(&self.article).await).is_err() {
            return Err(ReviewError::NotFound);
        }
        let reason = Some("The dose in step 3 is wrong.");
        let taken = self.house.take(by, &self.article, action, reason).await;
        taken.map(drop)
    }

    /// Carries out a step; returns the error if it was refused.
    async fn act(&self, step: Step) -> Result<(), ReviewError> {
        let (house, people, article) = (&self.house, &self.people, &self.article);
        match step {
            Step::Write(who) => {
                let text = format!("{who} at {}", house.journal.head());
                house.write(&people[who], article, "lead", &text).await;
                Ok(())
            }
            Step::Request(who) => house.request(&people[who], article).await.map(drop),
            Step::Resubmit(who) => house.resubmit(&people[who], article).await.map(drop),
            Step::Withdraw(who) => match self.last_review().await {
                Some(review) => {
                    let withdrawn = house.reviews.withdraw(&people[who], review.id, None);
                    withdrawn.await.map(drop)
                }
                None => Err(ReviewError::NotFound),
            },
            Step::Decide(who, approves) => self.decide((who, approves)).await,
            Step::DecideBoth([first, second]) => {
                let (first, second) = tokio::join!(self.decide(first), self.decide(second));
                first.and(second)
            }
            Step::RequestBoth([first, second]) => {
                let (first, second) = tokio::join!(
                    house.request(&people[first], article),
                    house.request(&people[second], article)
                );
                assert!(first.is_err() || second.is_err(), "one review at a time");
                first.and(second).map(drop)
            }
            Step::Suspend(who) => self.action(who, VersionAction::Suspend).await,
            Step::Reinstate(who) => self.action(who, VersionAction::Reinstate).await,
            Step::Wait(days) => self.wait(days).await,
            Step::WaitTwice(days) => {
                self.wait(days).await?;
                let (first, second) = tokio::join!(house.fire_due(), house.fire_due());
                let fired = (first.map_err(of_timer)?, second.map_err(of_timer)?);
                assert_eq!(fired, (0, 0), "each timer fires once");
                Ok(())
            }
        }
    }
}

/// Converts the error of a timer into that of a command.
fn of_timer(error: TimerError) -> ReviewError {
    match error {
        TimerError::Journal(error) => error.into(),
        TimerError::Store(error) => error.into(),
        TimerError::Handler(_) | TimerError::Unhandled(_) => ReviewError::Busy,
    }
}

/// Tells whether a step makes several commits, some of which may succeed when another fails.
fn is_several(step: Step) -> bool {
    matches!(
        step,
        Step::DecideBoth(_) | Step::RequestBoth(_) | Step::Wait(_) | Step::WaitTwice(_)
    )
}

/// Checks what holds for every article at every moment.
async fn check(story: &Story, kept: &Kept) {
    let (article, house) = (&kept.article, &story.house);
    let open = kept
        .reviews
        .iter()
        .filter(|review| matches!(review.state, ReviewState::Candidate | ReviewState::Approved));
    let open: Vec<_> = open.map(|review| review.id).collect();
    assert_eq!(open, Vec::from_iter(article.open_review), "one open review");
    let standing = kept
        .versions
        .iter()
        .filter(|version| version.superseded_at.is_none());
    let standing: Vec<_> = standing.map(|version| version.number).collect();
    let effective = article.effective.as_ref();
    let number = effective.map(|now| now.version);
    assert_eq!(standing, Vec::from_iter(number), "one version is current");
    for version in &kept.versions {
        let review = kept
            .reviews
            .iter()
            .find(|review| review.id == version.review);
        let review = review.expect("a version has its review");
        assert_eq!(review.revision_hash, version.hash);
        let approvals = review.decisions.iter().filter(|decision| {
            decision.verdict == Verdict::Approve && decision.revision_hash == version.hash
        });
        let mut approvers: Vec<_> = approvals.map(|decision| decision.person).collect();
        approvers.sort();
        approvers.dedup();
        assert!(approvers.len() >= 2, "the quorum is two");
        for writer in review.contributors.iter().chain(&version.contributors) {
            assert!(!version.approved_by.contains(writer), "four eyes");
        }
    }
    let read = house.reviews.effective_content(article).await.unwrap();
    let shown = article.standing != Standing::Draft && article.standing.is_readable();
    assert_eq!(
        read.is_some(),
        shown,
        "readers get the current version or nothing"
    );
    if let Some((version, _)) = read {
        assert_eq!(Some(version.hash), effective.map(|now| now.hash));
    }
}

/// Checks that versions and decisions are append-only, and that nothing changes without an entry.
fn check_growth(before: &Kept, after: &Kept) {
    for (old, new) in before
        .versions
        .iter()
        .rev()
        .zip(after.versions.iter().rev())
    {
        assert_eq!((old.number, old.hash), (new.number, new.hash));
        assert_eq!(old.approved_by, new.approved_by);
    }
    assert!(after.versions.len() >= before.versions.len());
    for (old, new) in before.reviews.iter().rev().zip(after.reviews.iter().rev()) {
        assert_eq!((old.id, old.revision_hash), (new.id, new.revision_hash));
        assert!(new.decisions.starts_with(&old.decisions));
    }
    assert!(after.reviews.len() >= before.reviews.len());
    if before.head == after.head {
        assert_eq!(before, after, "nothing changes without an entry");
    }
}

/// Runs a history; returns the states that it reached.
async fn run(history: Vec<Move>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let disk = Disk::default();
    let story = Story::begin(&disk).await;
    let mut before = story.kept().await;
    for (step, failure) in history {
        // Edits belong to the live core, whose own tests inject failures.
        let failure = failure.filter(|_| !matches!(step, Step::Write(_)));
        if let Some(failure) = failure {
            disk.fails_at(failure);
        }
        let done = story.act(step).await;
        disk.is_well();
        if failure.is_some() {
            story.house.healed().await;
        }
        let after = story.kept().await;
        check(&story, &after).await;
        check_growth(&before, &after);
        seen.extend(
            after
                .reviews
                .iter()
                .map(|review| format!("{:?}", review.state)),
        );
        seen.insert(format!("{:?}", after.article.standing));
        if matches!(&done, Err(cause) if cause.kind() == ErrorKind::Unavailable) {
            seen.insert("a disk that failed".to_owned());
        }
        if let Err(refused) = done
            && !is_several(step)
        {
            let same = (&before.article, &before.reviews, &before.versions)
                == (&after.article, &after.reviews, &after.versions);
            // A commit that failed may be on disk as a whole or not at all, never in part.
            assert!(
                same || failure.is_some(),
                "{step:?} was refused ({refused}) and did something"
            );
        }
        before = after;
    }
    let store = &story.house.store;
    assert!(journal::verify(store, None).await.unwrap().is_ok());
    assert_eq!(story.house.signature_fault().await, None);
    seen
}

#[test]
fn invariants_hold_under_random_histories_disk_failures_and_clock_changes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    let seeded = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seeded);
    let seen = RefCell::new(BTreeSet::new());
    let outcome = runner.run(&history(), |history| {
        seen.borrow_mut().extend(runtime.block_on(run(history)));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let seen = seen.into_inner();
    for wanted in [
        "Candidate",
        "Approved",
        "Effective",
        "Rejected",
        "Withdrawn",
        "Stale",
        "Due",
        "Suspended",
        "a disk that failed",
    ] {
        assert!(
            seen.contains(wanted),
            "no history comes to {wanted}: {seen:?}"
        );
    }
}
