//! Steps in their order, through the front door: for every state of an article's review, every step
//! that the interface offers, tried by everybody. What is not listed is refused and changes nothing.

use std::fmt;

use serde_json::{Value, json};

use crate::support::{Client, Got, PASSWORD, Person, TestServer};

/// Where an article's review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Written, and never under review.
    Draft,
    /// Under review.
    Candidate,
    /// Under review again, in place of an earlier candidate.
    Resubmitted,
    Rejected,
    Withdrawn,
    /// Approved, and what readers get.
    Effective,
    /// Taken back from readers.
    Suspended,
}

/// What somebody tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Request,
    Resubmit,
    Approve,
    Reject,
    Withdraw,
    Suspend,
    Reinstate,
    Reaffirm,
    /// Signs the retirement; it takes the owner and a reviewer.
    Retire,
}

/// Who tries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// A learner who wrote, and asked for the review.
    Author,
    /// A reviewer who wrote as well.
    WritingReviewer,
    /// A learner who did not write.
    Learner,
    Trainer,
    Reviewer,
    Lead,
    Admin,
    /// A reviewer of another module.
    Outsider,
    SignedOut,
}

use State::*;
use Step::*;
use Who::*;

const STATES: [State; 7] = [
    Draft,
    Candidate,
    Resubmitted,
    Rejected,
    Withdrawn,
    Effective,
    Suspended,
];
const STEPS: [Step; 9] = [
    Request, Resubmit, Approve, Reject, Withdraw, Suspend, Reinstate, Reaffirm, Retire,
];
const EVERYBODY: [Who; 9] = [
    Author,
    WritingReviewer,
    Learner,
    Trainer,
    Reviewer,
    Lead,
    Admin,
    Outsider,
    SignedOut,
];

/// Everything that succeeds.
const LISTED: &[(State, Step, &[Who])] = &[
    (Draft, Request, &[Author, WritingReviewer]),
    (Candidate, Approve, &[Reviewer]),
    (Candidate, Reject, &[Reviewer]),
    (Candidate, Resubmit, &[Author, WritingReviewer]),
    (
        Candidate,
        Withdraw,
        &[Author, WritingReviewer, Trainer, Reviewer],
    ),
    (Resubmitted, Approve, &[Reviewer]),
    (Resubmitted, Reject, &[Reviewer]),
    (Resubmitted, Resubmit, &[Author, WritingReviewer]),
    (
        Resubmitted,
        Withdraw,
        &[Author, WritingReviewer, Trainer, Reviewer],
    ),
    (Rejected, Request, &[Author, WritingReviewer]),
    (Withdrawn, Request, &[Author, WritingReviewer]),
    (Effective, Request, &[Author, WritingReviewer]),
    (Effective, Suspend, &[WritingReviewer, Reviewer]),
    (Effective, Reaffirm, &[WritingReviewer, Reviewer]),
    (Effective, Retire, &[Author, WritingReviewer, Reviewer]),
    (Suspended, Request, &[Author, WritingReviewer]),
    (Suspended, Reinstate, &[WritingReviewer, Reviewer]),
    (Suspended, Retire, &[Author, WritingReviewer, Reviewer]),
];

fn is_listed(state: State, step: Step, who: Who) -> bool {
    LISTED
        .iter()
        .any(|(at, what, people)| (*at, *what) == (state, step) && people.contains(&who))
}

/// A server, a module, and everybody who has an account.
struct House {
    server: TestServer,
    module: String,
    people: Vec<(Who, Client)>,
    author: Person,
    writing_reviewer: Person,
    reviewer: Person,
    admin: Person,
}

/// An article in one of the states.
struct Case {
    article: String,
    /// The newest review; of a draft the one of another article.
    review: Value,
}

/// What must not change: the article, its reviews, and the number of the last entry of the journal that is
/// no sign-in.
#[derive(PartialEq)]
struct Picture(Value, Value, u64);

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries; {}; {}", self.2, self.0, self.1)
    }
}

impl House {
    async fn build() -> Self {
        // Sessions that end meanwhile would save revisions, which are entries as well.
        let server = TestServer::start_with(|config| {
            config.live.session_grace_ms = Some(600_000);
        })
        .await;
        let trainer = server.person("trainer", &["trainer"]).await;
        let module = trainer.creates_module("Cold chain").await;
        let elsewhere = trainer.creates_module("Elsewhere").await;
        let author = server.person("author", &["learner"]).await;
        let writing_reviewer = server.person("writing", &["reviewer"]).await;
        let reviewer = server.person("reviewer", &["reviewer"]).await;
        let admin = server.person("admin", &["admin"]).await;
        let outsider = server.person_within("outsider", "reviewer", &elsewhere);
        let client = |person: &Person| (**person).clone();
        let people = vec![
            (Author, client(&author)),
            (WritingReviewer, client(&writing_reviewer)),
            (
                Learner,
                client(&server.person("learner", &["learner"]).await),
            ),
            (Trainer, client(&trainer)),
            (Reviewer, client(&reviewer)),
            (Lead, client(&server.person("lead", &["lead"]).await)),
            (Admin, client(&admin)),
            (Outsider, client(&outsider.await)),
        ];
        Self {
            server,
            module,
            people,
            author,
            writing_reviewer,
            reviewer,
            admin,
        }
    }

    fn client(&self, who: Who) -> Client {
        let found = self.people.iter().find(|(one, _)| *one == who);
        found.map_or_else(|| self.server.stranger(), |(_, client)| client.clone())
    }

    /// Writes an article and brings it into a state.
    async fn case(&self, state: State) -> Case {
        let article = self.author.starts(&self.module, "Vaccines").await;
        self.author.fills(&article).await;
        self.writing_reviewer
            .writes(&article, "lead", "Mine.")
            .await
            .expect(200);
        let mut case = Case {
            review: json!({
                "id": "01890000-0000-7000-8000-000000000000",
                "revision_hash": "0".repeat(64),
                "checklist": [],
            }),
            article,
        };
        if state == Draft {
            return case;
        }
        case.review = self
            .author
            .requests_review(&case.article)
            .await
            .expect(201)
            .json();
        let then = match state {
            Resubmitted => {
                self.author
                    .writes(&case.article, "lead", "Better.")
                    .await
                    .expect(200);
                Some((Author, Resubmit))
            }
            Rejected => Some((Reviewer, Reject)),
            Withdrawn => Some((Author, Withdraw)),
            Effective | Suspended => Some((Reviewer, Approve)),
            Draft | Candidate => None,
        };
        if let Some((who, step)) = then {
            let done = self.tries(&case, who, step).await;
            assert!(done.status.is_success(), "{}", done.text);
            case.review = done.json();
        }
        if state == Suspended {
            let done = self.tries(&case, Reviewer, Suspend).await;
            assert!(done.status.is_success(), "{}", done.text);
        }
        case
    }

    async fn tries(&self, case: &Case, who: Who, step: Step) -> Got {
        let client = self.client(who);
        let id = case.review["id"].as_str().unwrap();
        let questions = case.review["checklist"].as_array().unwrap().len();
        let hash = &case.review["revision_hash"];
        let change = json!({"change_summary": "More.", "kind": "major"});
        let signature = json!({"password": PASSWORD, "meaning": "approved"});
        let measure = json!({"reason": "No.", "signature": signature});
        let about = |verb| format!("/api/v1/articles/{}/{verb}", case.article);
        let (path, body) = match step {
            Request => (format!("/api/v1/articles/{}/reviews", case.article), change),
            Resubmit => (format!("/api/v1/reviews/{id}/resubmit"), change),
            Withdraw => (
                format!("/api/v1/reviews/{id}/withdraw"),
                json!({"reason": "No."}),
            ),
            Approve => (
                format!("/api/v1/reviews/{id}/decisions"),
                json!({
                    "verdict": "approve",
                    "revision_hash": hash,
                    "checklist": vec![true; questions],
                    "signature": signature,
                }),
            ),
            Reject => (
                format!("/api/v1/reviews/{id}/decisions"),
                json!({"verdict": "reject", "revision_hash": hash, "reason": "No."}),
            ),
            Suspend => (about("suspend"), measure),
            Reinstate => (about("reinstate"), measure),
            Retire => (about("retire"), measure),
            Reaffirm => (
                about("reaffirm"),
                json!({"revision_hash": hash, "signature": signature}),
            ),
        };
        client.post(&path, body).await
    }

    async fn picture(&self, case: &Case) -> Picture {
        let path = format!("/api/v1/articles/{}", case.article);
        let article = self.author.get(&path).await.expect(200).json();
        let reviews = self.author.get(&format!("{path}/reviews")).await;
        let newest = self
            .admin
            .get("/api/v1/journal?limit=50")
            .await
            .expect(200)
            .json();
        // Somebody who decides signs in first.
        let is_deed = |entry: &&Value| !entry["deed"].as_str().unwrap().starts_with("session.");
        let newest = newest["items"].as_array().unwrap().iter().find(is_deed);
        let entries = newest.unwrap()["seq"].as_u64().unwrap();
        Picture(article, reviews.expect(200).json(), entries)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_listed_steps_succeed_and_all_others_change_nothing() {
    let house = House::build().await;
    for state in STATES {
        let shared = house.case(state).await;
        for (step, who) in STEPS
            .into_iter()
            .flat_map(|step| EVERYBODY.map(|who| (step, who)))
        {
            let what = format!("{state:?}: {step:?} by {who:?}");
            if is_listed(state, step, who) {
                let case = house.case(state).await;
                let before = house.picture(&case).await;
                let got = house.tries(&case, who, step).await;
                assert!(
                    got.status.is_success(),
                    "{what}: {} {}",
                    got.status,
                    got.text
                );
                let after = house.picture(&case).await;
                assert!(after.2 > before.2, "{what} is not in the journal");
                continue;
            }
            let before = house.picture(&shared).await;
            let got = house.tries(&shared, who, step).await;
            let refused = matches!(got.status.as_u16(), 401 | 403 | 404 | 409 | 422);
            assert!(refused, "{what}: {} {}", got.status, got.text);
            let after = house.picture(&shared).await;
            assert_eq!(after, before, "{what} was refused and changed something");
        }
    }
}

#[tokio::test]
async fn who_loses_the_role_signs_nothing_more() {
    let house = House::build().await;
    let case = house.case(Candidate).await;
    let roles = format!("/api/v1/people/{}/roles", house.reviewer.id);
    let trainer = json!({"roles": [{"role": "trainer"}]});
    house.admin.put(&roles, trainer).await.expect(200);
    let refused = house.tries(&case, Reviewer, Approve).await.problem(403);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("review in this module"), "{detail}");
    let reviews = house.picture(&case).await.1;
    assert_eq!(reviews["items"][0]["decisions"], json!([]));
}
