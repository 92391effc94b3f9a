//! Every service on a temporary store, without HTTP.

use std::sync::Arc;

use lectern_article::{Article, Articles, AttachmentStore, NewArticle};
use lectern_base::{FixedClock, ModuleId, SignatureId, Subject, Timestamp, Zone};
use lectern_document as document;
use lectern_identity::{Caller, Credentials, Grant, Identity, IdentitySettings, NewPerson, Role};
use lectern_journal::{Entry, Journal};
use lectern_live::{LiveError, LiveSettings, Rooms};
use lectern_module::{Control, Module, Modules, NewModule, Visibility};
use lectern_pool::{Pool, PoolSettings};
use lectern_revision::{self as revision, Content, RevisionError, Revisions};
use lectern_store::{self as store, Faults, Store};
use lectern_template::{SectionKind, Templates};

use super::review::*;

const PASSWORD: &str = "correct horse battery";

pub struct House {
    pub store: Store,
    pub clock: Arc<FixedClock>,
    pub journal: Arc<Journal>,
    pub identity: Arc<Identity>,
    pub modules: Arc<Modules>,
    pub templates: Arc<Templates>,
    pub articles: Arc<Articles>,
    pub rooms: Arc<Rooms>,
    pub revisions: Arc<Revisions>,
    pub reviews: Arc<Reviews>,
    pub dir: tempfile::TempDir,
}

pub async fn house() -> House {
    house_with(Faults::default()).await
}

/// The same on a disk that fails as `faults` says.
pub async fn house_with(faults: Faults) -> House {
    let dir = tempfile::tempdir().unwrap();
    let store = store::open_with(dir.path(), faults).unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_777_000_000_000)));
    let journal = Arc::new(Journal::open(store.clone(), clock.clone()).await.unwrap());
    let settings = IdentitySettings {
        argon2_memory_kib: 8,
        ..IdentitySettings::default()
    };
    let (s, j, c) = (&store, &journal, &clock);
    let identity = Arc::new(Identity::new(s.clone(), j.clone(), c.clone(), settings));
    let modules = Arc::new(Modules::new(
        s.clone(),
        j.clone(),
        identity.clone(),
        c.clone(),
    ));
    let templates = Arc::new(Templates::embedded().unwrap());
    let articles = Arc::new(Articles::new(
        s.clone(),
        j.clone(),
        modules.clone(),
        c.clone(),
    ));
    let pool = Arc::new(Pool::new(PoolSettings::default()));
    let rooms = Rooms::new(s.clone(), c.clone(), LiveSettings::default(), pool.clone());
    let revisions = Arc::new(Revisions::new(
        s.clone(),
        j.clone(),
        articles.clone(),
        templates.clone(),
        rooms.clone(),
        Arc::new(AttachmentStore::new(
            s.clone(),
            j.clone(),
            c.clone(),
            pool.clone(),
        )),
        c.clone(),
        pool,
    ));
    let reviews = Arc::new(Reviews::new(
        s.clone(),
        j.clone(),
        identity.clone(),
        modules.clone(),
        articles.clone(),
        revisions.clone(),
        c.clone(),
        Zone::utc(),
    ));
    House {
        store,
        clock,
        journal,
        identity,
        modules,
        templates,
        articles,
        rooms,
        revisions,
        reviews,
        dir,
    }
}

impl House {
    /// Waits until the store accepts a batch again after a failure.
    pub async fn healed(&self) {
        let mut batch = store::Batch::new();
        batch.put("healed", b"once", "");
        self.store.commit(batch).await.unwrap();
    }

    /// Adds a person with these roles everywhere, and signs them in.
    pub async fn person(&self, login: &str, roles: &[Role]) -> Caller {
        let new = NewPerson {
            login: login.to_lowercase(),
            name: login.into(),
            password: PASSWORD.into(),
            roles: roles.iter().copied().map(Grant::everywhere).collect(),
        };
        self.identity.add_person_as_operator(new).await.unwrap();
        let login = login.to_lowercase();
        let signed_in = self.identity.sign_in(&login, PASSWORD, "127.0.0.1").await;
        let secret = signed_in.unwrap().secret;
        self.identity.caller_by_session(&secret).await.unwrap()
    }

    /// Signs a person in anew, with the roles that they have now.
    pub async fn anew(&self, person: &Caller) -> Caller {
        let login = &person.person().login;
        let signed_in = self.identity.sign_in(login, PASSWORD, "127.0.0.1").await;
        let secret = signed_in.unwrap().secret;
        self.identity.caller_by_session(&secret).await.unwrap()
    }

    pub async fn trainer(&self, login: &str) -> Caller {
        self.person(login, &[Role::Trainer]).await
    }

    pub async fn reviewer(&self, login: &str) -> Caller {
        self.person(login, &[Role::Reviewer]).await
    }

    pub async fn module(&self, by: &Caller) -> Module {
        self.module_under(by, Control::Informal).await
    }

    pub async fn module_under(&self, by: &Caller, control: Control) -> Module {
        let new = NewModule {
            title: "Cold chain".into(),
            purpose: "Keep it cold.".into(),
            visibility: Visibility::Open,
            control,
            learners: Default::default(),
        };
        let founder = by.founder().unwrap();
        self.modules.create(&founder, new).await.unwrap()
    }

    /// Creates an article in its own module.
    pub async fn article(&self, by: &Caller, template: &str, title: &str) -> Article {
        let module = self.module(by).await;
        self.article_in(by, &module, template, title).await
    }

    pub async fn article_in(
        &self,
        by: &Caller,
        module: &Module,
        template: &str,
        title: &str,
    ) -> Article {
        let author = by.author(&module.place()).unwrap();
        let template = self.templates.named(template).unwrap();
        let new = NewArticle {
            title: title.into(),
        };
        self.articles.create(&author, template, new).await.unwrap()
    }

    pub async fn write(&self, by: &Caller, article: &Article, key: &str, markdown: &str) {
        let (key, markdown) = (key.to_owned(), markdown.to_owned());
        let change = move |doc: &_| {
            document::replace_section(doc, &key, &markdown).map_err(RevisionError::from)
        };
        self.rooms.edit(article.id, by.id(), change).await.unwrap();
    }

    pub async fn set_field(&self, by: &Caller, article: &Article, key: &str, value: &str) {
        let (key, value) = (key.to_owned(), value.to_owned());
        let change = move |doc: &_| {
            document::set_field(doc, &key, Some(&value));
            Ok::<_, LiveError>(())
        };
        self.rooms.edit(article.id, by.id(), change).await.unwrap();
    }

    /// Writes something in every required section.
    pub async fn fill(&self, by: &Caller, article: &Article) {
        let template = self.templates.get(&article.template).unwrap();
        let open = template
            .sections
            .iter()
            .filter(|s| s.kind != SectionKind::Fixed);
        for section in open.filter(|section| section.required) {
            let text = format!("Words about {}.", section.title);
            self.write(by, article, &section.key, &text).await;
        }
    }

    /// An article whose sections `by` has filled.
    pub async fn filled(&self, by: &Caller, template: &str) -> Article {
        let article = self.article(by, template, "Cold Chain").await;
        self.fill(by, &article).await;
        article
    }

    /// The current record of an article.
    pub async fn now(&self, article: &Article) -> Article {
        self.articles.get(article.id).await.unwrap().unwrap()
    }

    pub async fn place(&self, article: &Article) -> lectern_identity::Place {
        self.modules
            .get(article.module)
            .await
            .unwrap()
            .unwrap()
            .place()
    }

    pub async fn request(&self, by: &Caller, article: &Article) -> Result<Review, ReviewError> {
        let editor = by.editor(&self.place(article).await).unwrap();
        let change = ChangeRequest {
            change_summary: "First version.".into(),
            kind: ChangeKind::Major,
            justification: None,
        };
        self.reviews.request(&editor, article, change).await
    }

    pub async fn resubmit(&self, by: &Caller, article: &Article) -> Result<Review, ReviewError> {
        let editor = by.editor(&self.place(article).await).unwrap();
        let change = ChangeRequest {
            change_summary: "Corrected.".into(),
            kind: ChangeKind::Minor,
            justification: None,
        };
        self.reviews.resubmit(&editor, article, change).await
    }

    /// An approval of exactly what is under review, with every question answered.
    pub fn approval(review: &Review) -> DecisionInput {
        DecisionInput {
            verdict: Verdict::Approve,
            revision_hash: review.revision_hash,
            reason: None,
            checklist: Checklist::InOrder(vec![true; review.policy.checklist.len()]),
        }
    }

    pub fn rejection(review: &Review, reason: &str) -> DecisionInput {
        DecisionInput {
            verdict: Verdict::Reject,
            reason: Some(reason.into()),
            checklist: Checklist::default(),
            ..Self::approval(review)
        }
    }

    pub async fn decide(
        &self,
        by: &Caller,
        review: &Review,
        input: DecisionInput,
    ) -> Result<Review, ReviewError> {
        let module = self.modules.get(review.module).await.unwrap().unwrap();
        let reviewer = by.reviewer(&module.place()).unwrap().into();
        let under = self.reviews.under_review(review.id).await?;
        self.reviews.decide(&reviewer, &under, input, None).await
    }

    pub async fn approve(&self, by: &Caller, review: &Review) -> Result<Review, ReviewError> {
        self.decide(by, review, Self::approval(review)).await
    }

    /// A signature that `by` is about to give.
    pub async fn signing(&self, by: &Caller, meaning: &str) -> Signing {
        let credentials = Credentials {
            login: None,
            password: PASSWORD.into(),
            code: None,
        };
        let what = Subject::person(by.id());
        let signer = self.identity.signer(by, credentials, what, None).await;
        Signing::new(signer.unwrap(), meaning).unwrap()
    }

    /// An approval with a signature.
    pub async fn sign(&self, by: &Caller, review: &Review) -> Result<Review, ReviewError> {
        let module = self.modules.get(review.module).await.unwrap().unwrap();
        let reviewer = by.reviewer(&module.place()).unwrap().into();
        let signing = Some(self.signing(by, "approved").await);
        let input = Self::approval(review);
        let under = self.reviews.under_review(review.id).await?;
        self.reviews.decide(&reviewer, &under, input, signing).await
    }

    /// An article in a controlled module, with version 1.0.
    pub async fn controlled(&self, by: &Caller, reviewer: &Caller) -> Article {
        let module = self.module_under(by, Control::Controlled).await;
        let article = self
            .article_in(by, &module, "topic-article", "Cold Chain")
            .await;
        self.fill(by, &article).await;
        let review = self.request(by, &article).await.unwrap();
        self.sign(reviewer, &review).await.unwrap();
        self.now(&article).await
    }

    /// Changes the rules of an article's module.
    pub async fn rule(&self, by: &Caller, module: ModuleId, rules: ModuleRules) {
        let module = self.modules.get(module).await.unwrap().unwrap();
        let reviewer = by.reviewer(&module.place()).unwrap();
        let changed = self.reviews.set_module_rules(&reviewer, rules, "Our SOP");
        changed.await.unwrap();
    }

    pub async fn take(
        &self,
        by: &Caller,
        article: &Article,
        action: VersionAction,
        reason: Option<&str>,
    ) -> Result<Article, ReviewError> {
        let reviewer = by.reviewer(&self.place(article).await).unwrap();
        let signing = self.signing(by, "approved").await;
        let reason = reason.map(str::to_owned);
        self.reviews
            .act_on_version(&reviewer, article.id, &action, reason, signing)
            .await
    }

    /// Fires the timers of reviews that are due by the clock.
    pub async fn fire_due(&self) -> Result<usize, TimerError> {
        let timers = Timers::new(
            self.store.clone(),
            self.journal.clone(),
            self.clock.clone(),
            vec![self.reviews.clone()],
        );
        timers.fire_due().await
    }

    /// The first signature that is not as it was given.
    pub async fn signature_fault(&self) -> Option<(SignatureId, &'static str)> {
        for signature in all_signatures(&self.store).await.unwrap() {
            let before = signature.journal_seq - 1;
            let given = self.journal.read(before, 1).await.unwrap().pop();
            let text = revision::hash_of(&self.store, signature.revision).await;
            if let Some(fault) = signature.fault(given.as_ref(), text.unwrap()) {
                return Some((signature.id, fault));
            }
        }
        None
    }

    /// Version and text that readers get.
    pub async fn effective(&self, article: &Article) -> Option<(Version, Content)> {
        let article = self.now(article).await;
        self.reviews.effective_content(&article).await.unwrap()
    }

    /// The text of a section as readers get it.
    pub async fn read(&self, article: &Article, key: &str) -> Option<String> {
        let (_, content) = self.effective(article).await?;
        let section = content
            .sections
            .into_iter()
            .find(|section| section.key == key);
        section.map(|section| section.markdown.trim().to_owned())
    }

    pub async fn entries(&self) -> Vec<Entry> {
        self.journal.read(0, 10_000).await.unwrap()
    }

    /// The names of the journal entries after number `seq`.
    pub async fn deeds_after(&self, seq: u64) -> Vec<String> {
        let entries = self.journal.read(seq, 10_000).await.unwrap();
        entries.into_iter().map(|entry| entry.deed).collect()
    }
}
