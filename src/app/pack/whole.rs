//! A pack as records: read strictly, and held against each other before any is written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use lectern_article::{Article, Attachment};
use lectern_base::{Hash, PersonId, Timestamp};
use lectern_document::DraftContent;
use lectern_identity::fold_login;
use lectern_module::Module;
use lectern_reading::Acknowledgement;
use lectern_review::{ModuleRules, Review, Signature, Version};
use lectern_revision::{Content, Revision};
use lectern_social::Thread;
use lectern_template::Template;

use super::PackError;
use super::contents::{ArticleContents, CONTENTS, Contents, PEOPLE, VERSION};
use super::files::file_name;
use super::kept::read_extract;
use super::opened::Opened;

/// Somebody who is named in a pack.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    pub id: PersonId,
    pub login: String,
    pub name: String,
    pub created_at: Timestamp,
}

/// A frozen text.
pub(super) struct Text {
    pub revision: Revision,
    pub content: Content,
    /// Where its bytes stand.
    pub file: String,
}

/// Everything of an article.
pub(super) struct ArticleRecords {
    pub article: Article,
    pub versions: Vec<Version>,
    pub texts: Vec<Text>,
    pub reviews: Vec<Review>,
    pub signatures: Vec<Signature>,
    pub acknowledgements: Vec<Acknowledgement>,
    pub threads: Vec<Thread>,
    /// Each with the name of its file.
    pub attachments: Vec<(Attachment, String)>,
}

impl ArticleRecords {
    /// The newest text: what its draft says again.
    pub fn newest(&self) -> Option<&Text> {
        let current = self.article.effective.as_ref();
        let is_current = |text: &&Text| Some(text.revision.id) == current.map(|now| now.revision);
        let newest = || self.texts.iter().max_by_key(|text| text.revision.number);
        self.texts.iter().find(is_current).or_else(newest)
    }
}

/// Everything of a pack.
pub(super) struct Whole {
    pub people: Vec<Named>,
    pub modules: Vec<(Module, ModuleRules)>,
    pub articles: Vec<ArticleRecords>,
    pub templates: Vec<Template>,
    /// Files that stay as evidence.
    pub kept: Vec<String>,
}

impl Whole {
    /// Reads every record of a pack.
    ///
    /// # Errors
    /// The first file that cannot be read, or does not fit the others.
    pub fn read(pack: &mut Opened) -> Result<Self, PackError> {
        #[derive(Deserialize)]
        struct Head {
            lectern_pack: u32,
        }
        let Head { lectern_pack } = pack.json(CONTENTS)?;
        if lectern_pack != VERSION {
            return Err(PackError::OtherVersion {
                found: lectern_pack,
                known: VERSION,
            });
        }
        let contents: Contents = pack.json(CONTENTS)?;
        let people = people(pack)?;
        let mut modules = Vec::new();
        for listed in &contents.modules {
            let name = format!("{}/module.json", listed.folder);
            let module: Module = pack.json(&name)?;
            expect(&name, module.id == listed.id, "it is of another module")?;
            modules.push((module, pack.json(&format!("{}/rules.json", listed.folder))?));
        }
        let mut templates = Vec::new();
        for name in &contents.templates {
            let file = format!("templates/{name}.json");
            let template: Template = pack.json(&file)?;
            let is_named = template.reference().to_string() == *name;
            expect(&file, is_named, "it is another template")?;
            templates.push(template);
        }
        let mut articles = Vec::new();
        for listed in &contents.articles {
            let known = modules.iter().any(|(module, _)| module.id == listed.module);
            expect(CONTENTS, known, "it names a module that is not here")?;
            articles.push(article(pack, listed)?);
        }
        let kept = pack.sums.keys().filter(|name| super::kept::is_kept(name));
        Ok(Self {
            kept: kept.cloned().collect(),
            people,
            modules,
            articles,
            templates,
        })
    }
}

fn people(pack: &mut Opened) -> Result<Vec<Named>, PackError> {
    let people: Vec<Named> = pack.json(PEOPLE)?;
    let mut logins = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for person in &people {
        let folded = fold_login(&person.login) == person.login && !person.login.is_empty();
        let once = ids.insert(person.id) && logins.insert(person.login.clone());
        expect(PEOPLE, folded && once, "two people have one id or login")?;
    }
    Ok(people)
}

fn article(pack: &mut Opened, listed: &ArticleContents) -> Result<ArticleRecords, PackError> {
    let at = |name: &str| format!("{}/{name}", listed.folder);
    let name = at("article.json");
    let mut article: Article = pack.json(&name)?;
    let fits = article.id == listed.id && article.module == listed.module;
    expect(&name, fits, "it is of another article")?;
    let mut records = ArticleRecords {
        versions: Vec::new(),
        texts: Vec::new(),
        reviews: Vec::new(),
        signatures: Vec::new(),
        acknowledgements: pack.json(&at("acknowledgements.json"))?,
        threads: match pack.has(&at("comments.json")) {
            true => pack.json(&at("comments.json"))?,
            false => Vec::new(),
        },
        attachments: Vec::new(),
        article: article.clone(),
    };
    for version in &listed.versions {
        records.add_version(pack, &version.folder)?;
    }
    for review in listed.reviews.iter().filter(|review| review.text) {
        records.add_text(pack, &review.folder)?;
    }
    records.add_attachments(pack, &listed.folder)?;
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
        let extract = pack.read(name)?;
        read_extract(&extract).map_err(|what| PackError::wrong(name, what))?;
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
    // Nothing is under review here, and the draft begins with the newest text.
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
    fn add_version(&mut self, pack: &mut Opened, folder: &str) -> Result<(), PackError> {
        let hash = self.add_text(pack, folder)?;
        let name = format!("{folder}/version.json");
        let version: Version = pack.json(&name)?;
        let text = self.texts.last().map(|text| text.revision.id);
        let fits = version.article == self.article.id && version.hash == hash;
        expect(
            &name,
            fits && Some(version.revision) == text,
            "it is of another text",
        )?;
        self.versions.push(version);
        Ok(())
    }

    /// Reads a frozen text with its review and signatures.
    fn add_text(&mut self, pack: &mut Opened, folder: &str) -> Result<Hash, PackError> {
        let id = self.article.id;
        let name = format!("{folder}/revision.json");
        let mut revision: Revision = pack.json(&name)?;
        expect(&name, revision.article == id, "it is of another article")?;
        let file = format!("{folder}/content.json");
        let bytes = pack.read(&file)?;
        let same = Hash::of(&bytes) == revision.hash;
        expect(&file, same, "it is not the text that revision.json names")?;
        let content: Content = pack.json(&file)?;
        let name = format!("{folder}/review.json");
        let review: Review = pack.json(&name)?;
        let fits = review.article == id && review.revision == revision.id;
        expect(&name, fits, "it is about another text")?;
        let name = format!("{folder}/signatures.json");
        let signatures: Vec<Signature> = pack.json(&name)?;
        let theirs = |one: &Signature| one.article == id && one.revision == revision.id;
        expect(
            &name,
            signatures.iter().all(theirs),
            "one is under another text",
        )?;
        // The draft of this instance begins here, and who wrote in it is counted from here.
        revision.position = 1;
        let hash = revision.hash;
        self.reviews.push(review);
        self.signatures.extend(signatures);
        self.texts.push(Text {
            revision,
            content,
            file,
        });
        Ok(hash)
    }

    fn add_attachments(&mut self, pack: &mut Opened, folder: &str) -> Result<(), PackError> {
        let name = format!("{folder}/attachments.json");
        let attachments: Vec<Attachment> = pack.json(&name)?;
        let mut known = BTreeMap::new();
        for attachment in attachments {
            let file = format!("{folder}/{}", file_name(&attachment));
            let same = pack.sums.get(&file) == Some(&attachment.hash);
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

/// What a text says, as a draft.
pub(super) fn as_draft(content: &Content) -> DraftContent {
    DraftContent {
        title: content.title.clone(),
        fields: content.fields.clone(),
        sections: content.sections.clone(),
        suggestions: Vec::new(),
    }
}

fn expect(file: &str, fits: bool, otherwise: &str) -> Result<(), PackError> {
    match fits {
        true => Ok(()),
        false => Err(PackError::wrong(file, otherwise)),
    }
}
