//! Authorship: the draft's words, each marked with its author.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;

use lectern_base::PersonId;
use lectern_live::{AttributedRun, AttributedSection};

use crate::error::Reply;
use crate::extract::Id;
use crate::page::layout::{self, Frame};
use crate::page::visit::{Visit, name_in};

#[derive(Template)]
#[template(path = "authors.html")]
pub(crate) struct AuthorsPage {
    pub frame: Frame,
    pub slug: String,
    pub title: String,
    pub authors: Vec<Author>,
    pub sections: Vec<WrittenSection>,
}

/// An author of the draft.
pub(crate) struct Author {
    /// The mark of their words; marks repeat after the eighth author.
    pub mark: usize,
    pub name: String,
    /// The number of their words.
    pub words: usize,
}

/// A section with words in it.
pub(crate) struct WrittenSection {
    pub title: String,
    pub lines: Vec<Vec<Run>>,
}

/// Words of one author.
pub(crate) struct Run {
    pub mark: usize,
    pub name: String,
    pub text: String,
}

/// The number of different marks.
const MARKS: usize = 8;

/// Shows the authorship of the draft to those who may write it.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, &slug)
        .await?;
    let (sections, names) = visit.app.drafts.attribution(&visit.caller, &opened).await?;
    let template = visit.app.drafts.template_of(&opened.article)?;
    let authors = count(&sections, &names);
    let mut shown = Vec::new();
    for section in sections
        .into_iter()
        .filter(|section| !section.lines.is_empty())
    {
        let titled = template
            .section(&section.key)
            .map(|section| section.title.clone());
        shown.push(WrittenSection {
            title: titled.unwrap_or_else(|| section.key.clone()),
            lines: marked(section, &names, &authors),
        });
    }
    let page = AuthorsPage {
        authors: authors.into_iter().map(|(_, author)| author).collect(),
        sections: shown,
        slug: opened.article.slug,
        title: opened.article.title,
        frame: visit.frame,
    };
    Ok(layout::show(&page))
}

type Authors = Vec<(Option<PersonId>, Author)>;

/// Counts the words of each author, most first.
fn count(sections: &[AttributedSection], names: &HashMap<PersonId, String>) -> Authors {
    let mut words: HashMap<Option<PersonId>, usize> = HashMap::new();
    for run in sections
        .iter()
        .flat_map(|section| section.lines.iter().flatten())
    {
        *words.entry(run.person).or_default() += run.text.split_whitespace().count();
    }
    let mut counted: Vec<_> = words.into_iter().collect();
    counted.sort_by_key(|(person, words)| (usize::MAX - words, *person));
    let author = |(at, (person, words)): (usize, (Option<PersonId>, usize))| {
        let author = Author {
            mark: at % MARKS,
            name: name_of(person, names),
            words,
        };
        (person, author)
    };
    counted.into_iter().enumerate().map(author).collect()
}

fn marked(
    section: AttributedSection,
    names: &HashMap<PersonId, String>,
    authors: &Authors,
) -> Vec<Vec<Run>> {
    let run = |run: AttributedRun| Run {
        mark: authors
            .iter()
            .find(|(person, _)| *person == run.person)
            .map_or(0, |(_, author)| author.mark),
        name: name_of(run.person, names),
        text: run.text,
    };
    let line = |line: Vec<_>| line.into_iter().map(run).collect();
    section.lines.into_iter().map(line).collect()
}

fn name_of(person: Option<PersonId>, names: &HashMap<PersonId, String>) -> String {
    person.map_or_else(|| "Lectern".to_owned(), |person| name_in(names, &person))
}
