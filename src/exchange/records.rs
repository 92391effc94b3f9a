//! The records of a pack: read strictly, and checked against each other before any is imported.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use lectern_article::links::LinkBindings;
use lectern_article::{Article, Attachment};
use lectern_base::{ArticleId, Hash, PersonId, Timestamp};
use lectern_document::DraftContent;
use lectern_identity::fold_login;
use lectern_module::Module;
use lectern_pack::{
    self as pack, ArticleContents, CONTENTS, Contents, PEOPLE, VERSION, read_extract,
};
use lectern_reading::Acknowledgement;
use lectern_review::{ModuleRules, Review, Signature, Version};
use lectern_revision::{Content, Revision};
use lectern_social::Thread;
use lectern_template::Template;

use crate::ExchangeError;
use crate::reader::PackReader;
use crate::render::file_name;

/// A person who is mentioned in a pack.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PersonRecord {
    pub id: PersonId,
    pub login: String,
    pub name: String,
    pub created_at: Timestamp,
}

/// An immutable text.
pub(crate) struct TextRecord {
    pub revision: Revision,
    pub content: Content,
    /// The file that holds its bytes.
    pub file: String,
}

/// All records of an article.
pub(crate) struct ArticleRecords {
    pub article: Article,
    pub versions: Vec<Version>,
    /// The links of its versions by number; packs of earlier releases have none.
    pub links: BTreeMap<u32, LinkBindings>,
    pub texts: Vec<TextRecord>,
    pub reviews: Vec<Review>,
    pub signatures: Vec<Signature>,
    pub acknowledgements: Vec<Acknowledgement>,
    pub threads: Vec<Thread>,
    /// Each with the name of its file.
    pub attachments: Vec<(Attachment, String)>,
}

impl ArticleRecords {
    /// Returns the text that its draft starts from: the effective one, or else the newest.
    pub fn newest(&self) -> Option<&TextRecord> {
        let current = self.article.effective.as_ref();
        let is_current =
            |text: &&TextRecord| Some(text.revision.id) == current.map(|now| now.revision);
        let newest = || self.texts.iter().max_by_key(|text| text.revision.number);
        self.texts.iter().find(is_current).or_else(newest)
    }
}

/// All records of a pack.
pub(crate) struct PackRecords {
    pub people: Vec<PersonRecord>,
    pub modules: Vec<(Module, ModuleRules)>,
    pub articles: Vec<ArticleRecords>,
    pub templates: Vec<Template>,
    /// The files that are kept as evidence.
    pub evidence: Vec<String>,
}

impl PackRecords {
    /// Returns the articles of a module in its order, each with whether readers may know of it.
    pub fn order_of(&self, module: &Module) -> Vec<(ArticleId, bool)> {
        let places = module.order.iter().enumerate();
        let places: HashMap<_, _> = places.map(|(at, id)| (*id, at)).collect();
        let articles = self.articles.iter().map(|records| &records.article);
        let mut articles: Vec<_> = articles.filter(|one| one.module == module.id).collect();
        articles.sort_by_key(|article| places.get(&article.id).copied().unwrap_or(usize::MAX));
        let articles = articles.into_iter();
        articles.map(|one| (one.id, one.is_published())).collect()
    }

    /// Reads every record of a pack.
    ///
    /// # Errors
    /// The first file that is malformed or contradicts the others.
    pub fn read(reader: &mut PackReader) -> Result<Self, ExchangeError> {
        #[derive(Deserialize)]
        struct Head {
            lectern_pack: u32,
        }
        let Head { lectern_pack } = reader.json(CONTENTS)?;
        if lectern_pack != VERSION {
            return Err(ExchangeError::OtherVersion {
                found: lectern_pack,
                known: VERSION,
            });
        }
        let contents: Contents = reader.json(CONTENTS)?;
        let people = read_people(reader)?;
        let mut modules = Vec::new();
        for listed in &contents.modules {
            let name = format!("{}/module.json", listed.folder);
            let module: Module = reader.json(&name)?;
            expect(&name, module.id == listed.id, "it is of another module")?;
            modules.push((
                module,
                reader.json(&format!("{}/rules.json", listed.folder))?,
            ));
        }
        let mut templates = Vec::new();
        for name in &contents.templates {
            let file = format!("templates/{name}.json");
            let template: Template = reader.json(&file)?;
            let is_named = template.reference().to_string() == *name;
            expect(&file, is_named, "it is another template")?;
            templates.push(template);
        }
        let mut articles = Vec::new();
        for listed in &contents.articles {
            let known = modules.iter().any(|(module, _)| module.id == listed.module);
            expect(CONTENTS, known, "it names a module that is not here")?;
            articles.push(read_article(reader, listed)?);
        }
        let evidence = reader.sums.keys().filter(|name| pack::is_evidence(name));
        Ok(Self {
            evidence: evidence.cloned().collect(),
            people,
            modules,
            articles,
            templates,
        })
    }
}

fn read_people(reader: &mut PackReader) -> Result<Vec<PersonRecord>, ExchangeError> {
    let people: Vec<PersonRecord> = reader.json(PEOPLE)?;
    let mut logins = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for person in &people {
        let folded = fold_login(&person.login) == person.login && !person.login.is_empty();
        let once = ids.insert(person.id) && logins.insert(person.login.clone());
        expect(PEOPLE, folded && once, "two people have one id or login")?;
    }
    Ok(people)
}

fn read_article(
    reader: &mut PackReader,
    listed: &ArticleContents,
) -> Result<ArticleRecords, ExchangeError> {
    let at = |name: &str| format!("{}/{name}", listed.folder);
    let name = at("article.json");
    let mut article: Article = reader.json(&name)?;
    let fits = article.id == listed.id && article.module == listed.module;
    expect(&name, fits, "it is of another article")?;
    let mut records = ArticleRecords {
        versions: Vec::new(),
        links: BTreeMap::new(),
        texts: Vec::new(),
        reviews: Vec::new(),
        signatures: Vec::new(),
        acknowledgements: reader.json(&at("acknowledgements.json"))?,
        threads: match reader.has(&at("comments.json")) {
            true => reader.json(&at("comments.json"))?,
            false => Vec::new(),
        },
        attachments: Vec::new(),
        article: article.clone(),
    };
    for version in &listed.versions {
        records.add_version(reader, &version.folder)?;
    }
    for review in listed.reviews.iter().filter(|review| review.text) {
        records.add_text(reader, &review.folder)?;
    }
    records.add_attachments(reader, &listed.folder)?;
    let of_version = |given: &Acknowledgement| {
        let same = |version: &Version| {
            version.number == given.version && version.hash == given.content_sha256
        };
        given.article == listed.id && records.versions.iter().any(same)
    };
    let fits = records.acknowledgements.iter().all(of_version);
    expect(
        &at("acknowledgements.json"),
        fits,
        "one is of a text that is no version",
    )?;
    records
        .signatures
        .retain(|one| listed.holds.signatures.contains(&one.id));
    for name in &listed.journals {
        let extract = reader.read(name)?;
        read_extract(&extract).map_err(|what| ExchangeError::wrong(name, what))?;
    }
    let current = article.effective.as_ref();
    let is_version = |now: &lectern_article::Effective| {
        let same = |version: &&Version| version.number == now.version && version.hash == now.hash;
        records.versions.iter().any(|version| same(&version))
    };
    expect(
        &name,
        current.is_none_or(is_version),
        "what readers get is not among its versions",
    )?;
    // An import closes open reviews.
    article.open_review = None;
    article.latest_revision = records
        .texts
        .iter()
        .max_by_key(|text| text.revision.number)
        .map(|text| text.revision.id);
    records.article = article;
    Ok(records)
}

impl ArticleRecords {
    fn add_version(&mut self, reader: &mut PackReader, folder: &str) -> Result<(), ExchangeError> {
        let hash = self.add_text(reader, folder)?;
        let name = format!("{folder}/version.json");
        let version: Version = reader.json(&name)?;
        let text = self.texts.last().map(|text| text.revision.id);
        let fits = version.article == self.article.id && version.hash == hash;
        expect(
            &name,
            fits && Some(version.revision) == text,
            "it is of another text",
        )?;
        let name = format!("{folder}/links.json");
        if reader.has(&name) {
            self.links.insert(version.number, reader.json(&name)?);
        }
        self.versions.push(version);
        Ok(())
    }

    /// Reads an immutable text with its review and signatures.
    fn add_text(&mut self, reader: &mut PackReader, folder: &str) -> Result<Hash, ExchangeError> {
        let id = self.article.id;
        let name = format!("{folder}/revision.json");
        let mut revision: Revision = reader.json(&name)?;
        expect(&name, revision.article == id, "it is of another article")?;
        let file = format!("{folder}/content.json");
        let bytes = reader.read(&file)?;
        let same = Hash::of(&bytes) == revision.hash;
        expect(&file, same, "it is not the text that revision.json names")?;
        let content: Content = reader.json(&file)?;
        let name = format!("{folder}/review.json");
        let review: Review = reader.json(&name)?;
        let fits = review.article == id && review.revision == revision.id;
        expect(&name, fits, "it is about another text")?;
        let name = format!("{folder}/signatures.json");
        let signatures: Vec<Signature> = reader.json(&name)?;
        let theirs = |one: &Signature| one.article == id && one.revision == revision.id;
        expect(
            &name,
            signatures.iter().all(theirs),
            "one is under another text",
        )?;
        // The edit log of the new draft starts here; contributors are counted from this position.
        revision.position = 1;
        let hash = revision.hash;
        self.reviews.push(review);
        self.signatures.extend(signatures);
        self.texts.push(TextRecord {
            revision,
            content,
            file,
        });
        Ok(hash)
    }

    fn add_attachments(
        &mut self,
        reader: &mut PackReader,
        folder: &str,
    ) -> Result<(), ExchangeError> {
        let name = format!("{folder}/attachments.json");
        let attachments: Vec<Attachment> = reader.json(&name)?;
        let mut known = BTreeMap::new();
        for attachment in attachments {
            let file = format!("{folder}/{}", file_name(&attachment));
            let same = reader.sums.get(&file) == Some(&attachment.hash);
            expect(&file, same, "its name is not its SHA-256")?;
            let theirs = attachment.article == self.article.id;
            expect(&name, theirs, "one is of another article")?;
            known.insert(attachment.hash, (attachment, file));
        }
        let counted = self.texts.iter().flat_map(|text| &text.content.attachments);
        let missing = counted.into_iter().find(|hash| !known.contains_key(hash));
        expect(
            &name,
            missing.is_none(),
            "a file is missing that a text counts",
        )?;
        self.attachments = known.into_values().collect();
        Ok(())
    }
}

/// Returns a text as the content of a draft.
pub(crate) fn as_draft(content: &Content) -> DraftContent {
    DraftContent {
        title: content.title.clone(),
        fields: content.fields.clone(),
        sections: content.sections.clone(),
        suggestions: Vec::new(),
    }
}

/// Fails with a reason unless a file fits.
fn expect(file: &str, fits: bool, otherwise: &str) -> Result<(), ExchangeError> {
    match fits {
        true => Ok(()),
        false => Err(ExchangeError::wrong(file, otherwise)),
    }
}
