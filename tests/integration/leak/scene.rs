//! What is written where, and who may see it: a marker word for every place.

use serde_json::{Value, json};
use yrs::{WriteTxn, Xml, XmlElementPrelim, XmlFragment, XmlTextPrelim};

use super::known::{Kind, Known};
use crate::support::{Client, PASSWORD, Person, TestServer, until};

/// Who may see something; each place and each identifier has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Circle {
    /// Everybody, signed in or not.
    World,
    /// Whoever is signed in.
    House,
    /// Those who write in the open module.
    Writers,
    /// The members of the restricted module.
    Members,
    /// Those who write in the restricted module.
    MembersWhoWrite,
    /// The insider alone.
    Insider,
}

/// Where a marker word was written.
#[derive(Debug)]
pub struct Place {
    /// For the one who reads the failure.
    pub what: &'static str,
    pub word: String,
    pub circle: Circle,
    /// Whether it is something that was done, which the audit trail tells administrators.
    pub journalled: bool,
    /// Whether it was approved once, which a pack of records tells those who audit.
    pub on_record: bool,
}

/// Somebody who asks for what they may not see.
pub struct Asker {
    pub who: &'static str,
    pub client: Client,
    /// How they prove on a socket who they are.
    pub proof: Vec<(&'static str, String)>,
    pub circles: Vec<Circle>,
    /// Whether they read the audit trail.
    pub audits: bool,
}

impl Asker {
    fn new(who: &'static str, person: &Person, circles: &[Circle]) -> Self {
        Self {
            who,
            client: (**person).clone(),
            proof: vec![("authorization", format!("Bearer {}", person.token))],
            circles: circles.to_vec(),
            audits: false,
        }
    }

    /// Whether they may see what belongs to this circle.
    pub fn sees(&self, circle: Circle) -> bool {
        circle == Circle::World || self.circles.contains(&circle)
    }
}

/// A server with something to hide.
pub struct Scene {
    pub server: TestServer,
    pub places: Vec<Place>,
    pub known: Vec<Known>,
    /// Sees everything; what even she is not given was never there.
    pub insider: Asker,
    /// The others, those with fewer rights first.
    pub askers: Vec<Asker>,
}

/// The people who write and approve.
struct Cast {
    ada: Person,
    rob: Person,
    ines: Person,
}

struct Builder {
    places: Vec<Place>,
    known: Vec<Known>,
}

impl Builder {
    /// A new marker word, to be written at this place.
    fn word(&mut self, what: &'static str, circle: Circle) -> String {
        self.mark(what, circle, false)
    }

    /// The same for what the audit trail tells as well.
    fn deed(&mut self, what: &'static str, circle: Circle) -> String {
        self.mark(what, circle, true)
    }

    fn mark(&mut self, what: &'static str, circle: Circle, journalled: bool) -> String {
        let word = random_word();
        self.places.push(Place {
            what,
            word: word.clone(),
            circle,
            journalled,
            on_record: false,
        });
        word
    }

    /// A new marker word of a text that was approved, and that readers do not get any more.
    fn record(&mut self, what: &'static str, circle: Circle) -> String {
        let word = self.word(what, circle);
        self.places
            .iter_mut()
            .for_each(|place| place.on_record |= place.word == word);
        word
    }

    fn know(&mut self, kind: Kind, circle: Circle, value: impl Into<String>) {
        let value = value.into();
        self.known.push(Known {
            kind,
            value,
            circle,
        });
    }
}

impl Scene {
    /// Writes everything and gathers everybody.
    pub async fn build() -> Self {
        let server = TestServer::start().await;
        let cast = Cast {
            ada: server.person("ada", &["trainer"]).await,
            rob: server.person("rob", &["reviewer"]).await,
            ines: server
                .person("ines", &["trainer", "reviewer", "admin"])
                .await,
        };
        let mut builder = Builder {
            places: Vec::new(),
            known: Vec::new(),
        };
        let secret = builder.restricted_module(&cast).await;
        let askers = people(&server, &cast, &secret).await;
        builder.open_module(&server, &cast).await;
        builder.things(&server, &cast).await;
        let every = [
            Circle::House,
            Circle::Writers,
            Circle::Members,
            Circle::MembersWhoWrite,
            Circle::Insider,
        ];
        Self {
            insider: Asker {
                audits: true,
                ..Asker::new("the insider", &cast.ines, &every)
            },
            server,
            places: builder.places,
            known: builder.known,
            askers,
        }
    }
}

impl Builder {
    async fn open_module(&mut self, server: &TestServer, cast: &Cast) {
        use Circle::{House, Writers};
        let Cast { ada, rob, .. } = cast;
        let title = format!("Cold chain {}", self.word("the open module's title", House));
        let module = ada.creates_module(&title).await;
        self.know_module(ada, &module, House).await;

        let first = self.deed("the title that an article was started with", Writers);
        let article = ada.starts(&module, &format!("Recall {first}")).await;
        let title = format!("Vaccines {}", self.word("an effective title", House));
        let path = format!("/api/v1/articles/{article}/draft/title");
        ada.put(&path, json!({"title": title})).await.expect(200);
        let effective = self.word("an effective text", House);
        ada.writes(&article, "lead", &effective).await.expect(200);
        ada.publishes(&article, &[rob]).await;
        self.judged_texts(cast, &article).await;
        self.beyond_the_candidate(server, ada, &article).await;
        self.know_article(ada, &article, House, House).await;

        let title = format!("Freezers {}", self.word("a suspended title", House));
        let taken = ada.starts(&module, &title).await;
        let text = self.record("a suspended version", Writers);
        ada.writes(&taken, "lead", &text).await.expect(200);
        ada.publishes(&taken, &[rob]).await;
        let why = self.deed("the reason of a suspension", House);
        let signature = json!({"password": PASSWORD, "meaning": "approved"});
        let path = format!("/api/v1/articles/{taken}/suspend");
        rob.post(&path, json!({"reason": why, "signature": signature}))
            .await
            .expect(200);
        self.know_article(ada, &taken, House, House).await;

        let title = format!("Recall {}", self.deed("a never approved title", Writers));
        let young = ada.starts(&module, &title).await;
        let text = self.word("a never approved text", Writers);
        ada.writes(&young, "lead", &text).await.expect(200);
        ada.fills(&young).await;
        ada.requests_review(&young).await.expect(201);
        self.know_article(ada, &young, Writers, Writers).await;
    }

    /// A rejected candidate, a withdrawn one, and one that is under review.
    async fn judged_texts(&mut self, cast: &Cast, article: &str) {
        use Circle::Writers;
        let Cast { ada, rob, .. } = cast;
        let text = self.word("a rejected candidate", Writers);
        ada.writes(article, "lead", &text).await.expect(200);
        let summary = self.deed("the summary of a rejected candidate", Writers);
        let review = asks(ada, article, &summary).await;
        let why = self.deed("the reason of a rejection", Writers);
        rob.rejects(&review, &why).await.expect(201);

        let text = self.word("a withdrawn candidate", Writers);
        ada.writes(article, "lead", &text).await.expect(200);
        let summary = self.deed("the summary of a withdrawn candidate", Writers);
        let review = asks(ada, article, &summary).await;
        let why = self.deed("the reason of a withdrawal", Writers);
        let path = format!(
            "/api/v1/reviews/{}/withdraw",
            review["id"].as_str().unwrap()
        );
        ada.post(&path, json!({"reason": why})).await.expect(200);

        let text = self.word("a candidate under review", Writers);
        ada.writes(article, "lead", &text).await.expect(200);
        let summary = self.deed("the summary of a candidate under review", Writers);
        asks(ada, article, &summary).await;
    }

    /// What came into the draft later, and what stands beside its text.
    async fn beyond_the_candidate(&mut self, server: &TestServer, ada: &Person, article: &str) {
        use Circle::Writers;
        let draft = format!("/api/v1/articles/{article}");
        let word = self.word("a field of a draft", Writers);
        let field = format!("{draft}/draft/fields/product");
        ada.put(&field, json!({"value": word})).await.expect(200);
        let word = self.deed("the title of a draft", Writers);
        let title = format!("{draft}/draft/title");
        ada.put(&title, json!({"title": format!("Later {word}")}))
            .await
            .expect(200);
        let content = self.word("a file of a draft", Writers);
        let name = self.deed("the name of a file of a draft", Writers);
        let link = self.file(ada, article, Writers, &name, &content).await;
        let word = self.word("a draft", Writers);
        ada.writes(article, "background", &format!("{word} {link}"))
            .await
            .expect(200);
        let word = self.deed("the name of a revision", Writers);
        let revisions = format!("{draft}/revisions");
        ada.post(&revisions, json!({"name": word}))
            .await
            .expect(201);
        self.thread(ada, article, Writers).await;
        let word = self.word("a suggestion", Writers);
        suggest(server, ada, article, &word).await;
    }

    async fn restricted_module(&mut self, cast: &Cast) -> String {
        use Circle::{Members, MembersWhoWrite};
        let Cast { ada, rob, ines } = cast;
        let title = self.deed("a restricted module's title", Members);
        let purpose = self.deed("a restricted module's purpose", Members);
        let body = json!({
            "title": format!("Secret {title}"),
            "purpose": purpose,
            "visibility": "restricted",
            "control": "informal",
        });
        let module = rob.post("/api/v1/modules", body).await.expect(201).id();
        joins(rob, &module, ada, "trainer").await;
        joins(rob, &module, ines, "trainer").await;
        self.know_module(ada, &module, Members).await;

        let title = self.deed("a restricted title", Members);
        let article = ada.starts(&module, &format!("Formula {title}")).await;
        let content = self.word("a restricted file", Members);
        let name = self.deed("the name of a restricted file", Members);
        let link = self.file(ada, &article, Members, &name, &content).await;
        let text = self.word("a restricted effective text", Members);
        ada.writes(&article, "lead", &format!("{text} {link}"))
            .await
            .expect(200);
        ada.publishes(&article, &[rob]).await;
        let text = self.word("a restricted candidate", MembersWhoWrite);
        ada.writes(&article, "lead", &text).await.expect(200);
        let summary = self.deed("the summary of a restricted candidate", MembersWhoWrite);
        asks(ada, &article, &summary).await;
        let text = self.word("a restricted draft", MembersWhoWrite);
        ada.writes(&article, "background", &text).await.expect(200);
        self.thread(ada, &article, MembersWhoWrite).await;
        self.know_article(ada, &article, Members, Members).await;

        let title = self.deed("a restricted, never approved title", MembersWhoWrite);
        let young = ada.starts(&module, &format!("Failure {title}")).await;
        let text = self.word("a restricted, never approved text", MembersWhoWrite);
        ada.writes(&young, "lead", &text).await.expect(200);
        self.know_article(ada, &young, MembersWhoWrite, MembersWhoWrite)
            .await;
        module
    }

    async fn file(
        &mut self,
        by: &Person,
        article: &str,
        circle: Circle,
        name: &str,
        content: &str,
    ) -> String {
        let content = format!("What {content} says.\n").into_bytes();
        let file = by.brings(article, &format!("{name}.txt"), content).await;
        let file = file.expect(201).json();
        self.know(Kind::Hash, circle, file["hash"].as_str().unwrap());
        format!("[the file]({})", file["address"].as_str().unwrap())
    }

    async fn thread(&mut self, by: &Person, article: &str, circle: Circle) {
        let quote = self.deed("the passage of a comment", circle);
        let text = self.deed("a comment", circle);
        let at = "{\"tname\":\"section:lead\"}";
        let anchor = json!({"section": "lead", "start": at, "end": at, "quote": quote});
        let body = json!({"anchor": anchor, "remark": {"text": text}});
        let path = format!("/api/v1/articles/{article}/threads");
        let thread = by.post(&path, body).await.expect(201).id();
        self.know(Kind::Thread, circle, thread);
    }

    async fn know_module(&mut self, by: &Person, module: &str, circle: Circle) {
        let found = by.get(&format!("/api/v1/modules/{module}")).await;
        self.know(Kind::Module, circle, module);
        self.know(Kind::ModuleSlug, circle, found.expect(200).field("slug"));
    }

    /// Gathers the identifiers of an article; its history is known to exist to `below`.
    async fn know_article(&mut self, by: &Person, article: &str, circle: Circle, below: Circle) {
        let path = format!("/api/v1/articles/{article}");
        let slug = by.get(&path).await.expect(200).field("slug");
        self.know(Kind::Article, circle, article);
        self.know(Kind::ArticleSlug, circle, slug);
        for (part, kind) in [("revisions", Kind::Revision), ("reviews", Kind::Review)] {
            let list = by.get(&format!("{path}/{part}")).await.expect(200).json();
            for one in list["items"].as_array().unwrap() {
                self.know(kind, below, one["id"].as_str().unwrap());
            }
        }
    }

    /// What belongs to no article.
    async fn things(&mut self, server: &TestServer, cast: &Cast) {
        let entrance = server.stranger().page("/sign-in").await.text;
        let asset = entrance.split("\"/assets/").nth(1).unwrap();
        let asset = asset.split('"').next().unwrap();
        let tokens = cast.ada.get("/api/v1/tokens").await.expect(200).json();
        let token = tokens["items"][0]["id"].as_str().unwrap();
        self.know(Kind::Token, Circle::Insider, token);
        self.know(Kind::Person, Circle::House, cast.ada.id.to_string());
        self.know(Kind::Person, Circle::House, cast.rob.id.to_string());
        self.know(Kind::Template, Circle::House, "topic-article");
        self.know(Kind::Key, Circle::House, "lead");
        self.know(Kind::Key, Circle::House, "product");
        self.know(Kind::Number, Circle::House, "0");
        self.know(Kind::FileName, Circle::House, "file.txt");
        self.know(
            Kind::Line,
            Circle::Insider,
            "0123456789abcdef0123456789abcdef",
        );
        self.know(Kind::Asset, Circle::World, asset);
    }
}

/// Those who ask, in the order in which they may.
async fn people(server: &TestServer, cast: &Cast, secret: &str) -> Vec<Asker> {
    use Circle::{House, Members, MembersWhoWrite, Writers};
    let Cast { ada, ines, .. } = cast;
    let elsewhere = ada.creates_module_that_is("Elsewhere", "restricted").await;
    let gone = server.person("gone", &["trainer"]).await;
    joins(ada, secret, &gone, "trainer").await;
    let browser = gone.in_a_browser(server).await;
    let off = format!("/api/v1/people/{}/deactivate", gone.id);
    ines.post(&off, json!({})).await.expect(204);
    let bare = |who, client| Asker {
        who,
        client,
        proof: Vec::new(),
        circles: Vec::new(),
        audits: false,
    };
    let mut askers = vec![
        bare("somebody signed out", server.stranger()),
        bare("somebody deactivated, by their session", browser),
        Asker::new("somebody deactivated", &gone, &[]),
    ];
    let none = server.person("none", &[]).await;
    askers.push(Asker::new("a person without a role", &none, &[House]));
    let lea = server.person("lea", &["lead"]).await;
    askers.push(Asker::new("a lead", &lea, &[House]));
    let lou = server.person("lou", &[]).await;
    joins(ada, &elsewhere, &lou, "learner").await;
    askers.push(Asker::new("a learner of another module", &lou, &[House]));
    let fay = server.person("fay", &[]).await;
    joins(ada, secret, &fay, "learner").await;
    told_of_everything(ada, secret, &fay).await;
    let member = format!("/api/v1/modules/{secret}/members/{}", fay.id);
    ada.delete(&member).await.expect(204);
    askers.push(Asker::new(
        "a former member, who was told things",
        &fay,
        &[House],
    ));
    let max = server.person("max", &[]).await;
    joins(ada, secret, &max, "lead").await;
    askers.push(Asker::new(
        "a member who only reads",
        &max,
        &[House, Members],
    ));
    let mia = server.person("mia", &[]).await;
    joins(ada, secret, &mia, "learner").await;
    let circles = [House, Members, MembersWhoWrite];
    askers.push(Asker::new("a member who writes", &mia, &circles));
    for (login, role, who) in [
        ("len", "learner", "a learner of the whole house"),
        ("tom", "trainer", "a trainer of the whole house"),
        ("ria", "reviewer", "a reviewer of the whole house"),
    ] {
        let person = server.person(login, &[role]).await;
        askers.push(Asker::new(who, &person, &[House, Writers]));
    }
    let amy = server.person("amy", &["admin"]).await;
    askers.push(Asker {
        audits: true,
        ..Asker::new("an administrator", &amy, &[House])
    });
    askers
}

/// Lets somebody's inbox fill with what happens in a module.
async fn told_of_everything(by: &Person, module: &str, who: &Person) {
    let module = by.get(&format!("/api/v1/modules/{module}")).await.json();
    let at = "{\"tname\":\"section:lead\"}";
    for article in module["articles"].as_array().unwrap() {
        let article = article.as_str().unwrap();
        let body = json!({
            "anchor": {"section": "lead", "start": at, "end": at, "quote": "these words"},
            "remark": {"text": "Look here.", "mentions": [who.id]},
        });
        let path = format!("/api/v1/articles/{article}/threads");
        by.post(&path, body).await.expect(201);
    }
    until("somebody is told of everything", || async {
        let inbox = who.get("/api/v1/me/notifications").await.expect(200).json();
        (inbox["unread"] == 3).then_some(())
    })
    .await;
}

async fn joins(by: &Person, module: &str, person: &Person, role: &str) {
    let path = format!("/api/v1/modules/{module}/members/{}", person.id);
    by.put(&path, json!({"role": role})).await.expect(204);
}

/// Asks for review and says what changed.
async fn asks(by: &Person, article: &str, summary: &str) -> Value {
    let body = json!({"change_summary": summary, "kind": "major"});
    let path = format!("/api/v1/articles/{article}/reviews");
    by.post(&path, body).await.expect(201).json()
}

/// Suggests a paragraph in the lead.
async fn suggest(server: &TestServer, by: &Person, article: &str, word: &str) {
    let tag = format!("s1 {}", by.id);
    let mut peer = server.peer(by, article).await.synced().await;
    peer.edit(|txn| {
        let lead = txn.get_or_insert_xml_fragment("section:lead");
        let block = XmlElementPrelim::new("paragraph", [XmlTextPrelim::new(word).into()]);
        let block = lead.push_back(txn, block);
        block.insert_attribute(txn, "inserted", tag.as_str());
    })
    .await;
    peer.barrier().await;
}

/// Letters that neither stem to another word nor resemble one.
fn random_word() -> String {
    const LETTERS: &[u8] = b"bcdfghjkmnpqtvwxz";
    let letter = |_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    (0..16).map(letter).collect()
}
