//! Loading templates: those built into the binary and those in a folder.

use std::collections::BTreeMap;
use std::path::Path;

use rust_embed::RustEmbed;

use super::check::check;
use super::{Template, TemplateError, TemplateRef};

/// The standard templates, `<id>/<version>.toml`.
#[derive(RustEmbed)]
#[folder = "../../templates/"]
struct StandardTemplates;

/// All templates by id and version.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    known: BTreeMap<TemplateRef, Template>,
}

impl Templates {
    /// Loads the standard templates and those in `folder`, which add to or replace them. A folder
    /// that does not exist adds nothing.
    ///
    /// # Errors
    /// [`TemplateError::Broken`] for the first invalid file.
    pub fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Self::embedded()?;
        if let Some(folder) = folder.filter(|folder| folder.exists()) {
            for file in files_in(folder)? {
                let source = read(folder, &file)?;
                templates.add(&file, &source)?;
            }
        }
        Ok(templates)
    }

    /// Loads only the standard templates.
    pub fn embedded() -> Result<Self, TemplateError> {
        let mut templates = Self::default();
        for file in StandardTemplates::iter().filter(|file| file.ends_with(".toml")) {
            let found =
                StandardTemplates::get(&file).ok_or_else(|| unreadable(&file, "it is gone"))?;
            let source = std::str::from_utf8(&found.data).map_err(|e| unreadable(&file, e))?;
            templates.add(&file, source)?;
        }
        Ok(templates)
    }

    fn add(&mut self, file: &str, source: &str) -> Result<(), TemplateError> {
        let template = check(file, source)?;
        self.known.insert(template.reference(), template);
        Ok(())
    }

    /// Returns this version of a template.
    pub fn get(&self, reference: &TemplateRef) -> Option<&Template> {
        self.known.get(reference)
    }

    /// Returns the newest version of a template.
    pub fn latest(&self, id: &str) -> Option<&Template> {
        let versions = TemplateRef::new(id, 0)..=TemplateRef::new(id, u32::MAX);
        self.known.range(versions).next_back().map(|(_, t)| t)
    }

    /// Returns a template by name: `topic-article` for its newest version, or `topic-article@1`.
    ///
    /// # Errors
    /// [`TemplateError::Unknown`] if it does not exist.
    pub fn named(&self, name: &str) -> Result<&Template, TemplateError> {
        let found = match name.parse::<TemplateRef>() {
            Ok(reference) => self.get(&reference),
            Err(_) => self.latest(name),
        };
        found.ok_or_else(|| TemplateError::Unknown(name.to_owned()))
    }

    /// Returns the newest version of each template, by title.
    pub fn all(&self) -> Vec<&Template> {
        let newest: BTreeMap<_, _> = self.known.values().map(|t| (t.id.as_str(), t)).collect();
        let mut all: Vec<_> = newest.into_values().collect();
        all.sort_by(|a, b| a.title.cmp(&b.title));
        all
    }
}

/// Returns the files `<id>/<version>.toml` below `folder`, sorted.
fn files_in(folder: &Path) -> Result<Vec<String>, TemplateError> {
    let mut files = Vec::new();
    for id in names_in(folder, "")? {
        if folder.join(&id).is_dir() {
            let versions = names_in(&folder.join(&id), &id)?;
            let versions = versions.into_iter().filter(|name| name.ends_with(".toml"));
            files.extend(versions.map(|name| format!("{id}/{name}")));
        }
    }
    Ok(files)
}

fn names_in(folder: &Path, shown: &str) -> Result<Vec<String>, TemplateError> {
    let entries = std::fs::read_dir(folder).map_err(|e| unreadable(shown, e))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(shown, e))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn read(folder: &Path, file: &str) -> Result<String, TemplateError> {
    std::fs::read_to_string(folder.join(file)).map_err(|e| unreadable(file, e))
}

fn unreadable(file: &str, why: impl ToString) -> TemplateError {
    TemplateError::Unreadable {
        file: if file.is_empty() {
            "the templates folder"
        } else {
            file
        }
        .to_owned(),
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Control, Quorum, SectionKind};

    #[test]
    fn there_are_eight_standard_templates() {
        let templates = Templates::embedded().unwrap();
        let ids: Vec<_> = templates.all().iter().map(|t| t.id.clone()).collect();
        assert_eq!(
            ids,
            [
                "ae-refresher",
                "clinical-scenario",
                "disease-product-primer",
                "onboarding",
                "role-play",
                "sop-module",
                "topic-article",
                "unconference-notes"
            ]
        );
    }

    #[test]
    fn a_template_round_trips_through_its_source() {
        for template in Templates::embedded().unwrap().all() {
            let source = template.source().unwrap();
            let file = format!("{}/{}.toml", template.id, template.version);
            let folder = folder_with(&file, &source);
            let templates = Templates::load(Some(folder.path())).unwrap();
            assert_eq!(templates.get(&template.reference()), Some(template));
        }
        let mut astray = Templates::embedded().unwrap().all()[0].clone();
        astray.id = "../astray".to_owned();
        assert!(astray.source().is_err());
    }

    #[test]
    fn every_template_ends_with_references() {
        for template in Templates::embedded().unwrap().all() {
            let last = template.sections.last().unwrap();
            assert_eq!(last.key, "references", "{}", template.id);
            assert_eq!(last.required, template.id != "unconference-notes");
            let least = last.length.map(|length| length.min);
            let controlled = template.control == Control::Controlled;
            assert_eq!(least == Some(2), controlled, "{}", template.id);
        }
    }

    #[test]
    fn controlled_templates_need_two_approvals() {
        for template in Templates::embedded().unwrap().all() {
            let quorum = template.review.quorum;
            match template.control {
                Control::Controlled => assert_eq!(quorum, Quorum::Number { n: 2 }),
                Control::Informal => assert_eq!(quorum, Quorum::Any),
            }
            assert_eq!(template.review.review_months, 24);
            assert!((3..=5).contains(&template.review.checklist.len()));
        }
    }

    #[test]
    fn a_template_is_found_by_id_and_by_version() {
        let templates = Templates::embedded().unwrap();
        let topic = templates.named("topic-article").unwrap();
        assert_eq!(templates.named("topic-article@1").unwrap(), topic);
        assert_eq!(topic.section("application").unwrap().title, "Use at work");
        let missing = templates.named("topic-article@9").unwrap_err();
        assert_eq!(missing.to_string(), "there is no template topic-article@9");
    }

    #[test]
    fn fixed_sections_have_text() {
        let templates = Templates::embedded().unwrap();
        let sop = templates.latest("sop-module").unwrap();
        let statement = sop.section("acknowledge").unwrap();
        assert_eq!(statement.kind, SectionKind::Fixed);
        assert!(statement.fixed_text.as_deref().unwrap().contains("read"));
    }

    fn folder_with(file: &str, source: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source).unwrap();
        folder
    }

    fn standard(file: &str) -> String {
        String::from_utf8(StandardTemplates::get(file).unwrap().data.into_owned()).unwrap()
    }

    #[test]
    fn a_folder_adds_versions_and_replaces_standard_ones() {
        let source = standard("topic-article/1.toml");
        let newer = source.replacen("version = 1", "version = 2", 1);
        let folder = folder_with("topic-article/2.toml", &newer);
        let own = source.replacen("\"Topic Article\"", "\"House Article\"", 1);
        std::fs::write(folder.path().join("topic-article/1.toml"), own).unwrap();
        std::fs::write(folder.path().join("README.md"), "not a template").unwrap();

        let templates = Templates::load(Some(folder.path())).unwrap();
        assert_eq!(templates.latest("topic-article").unwrap().version, 2);
        let first = templates.named("topic-article@1").unwrap();
        assert_eq!(first.title, "House Article");
        assert_eq!(templates.all().len(), 8);
    }

    #[test]
    fn a_missing_folder_adds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("templates");
        assert_eq!(Templates::load(Some(&absent)).unwrap().all().len(), 8);
    }

    #[test]
    fn an_invalid_file_is_an_error_that_names_it() {
        let source = standard("topic-article/1.toml").replacen("\"any\"", "\"some\"", 1);
        let folder = folder_with("topic-article/1.toml", &source);
        let error = Templates::load(Some(folder.path())).unwrap_err();
        let line = 1 + source
            .lines()
            .position(|l| l.starts_with("quorum"))
            .unwrap();
        let start = format!("topic-article/1.toml, line {line}: review/quorum");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
}
