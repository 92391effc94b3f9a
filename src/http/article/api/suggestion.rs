//! Open suggestions in a draft.

use serde::Serialize;
use utoipa::ToSchema;

use lectern_base::{ArticleId, PersonId};
use lectern_document::{Suggestion, SuggestionKind};
use lectern_identity::Person;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// What is suggested at one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionReply {
    /// The key of the section.
    pub section: String,
    /// The suggestion; one can concern several places.
    pub id: String,
    /// What is to happen.
    pub kind: SuggestionKind,
    /// The words it is about, at most 200 letters of them.
    pub text: String,
    /// Whose it is; none when that cannot be told.
    #[schema(required = true)]
    pub person: Option<Suggester>,
}

/// Somebody who suggested something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggester {
    /// The person.
    pub id: PersonId,
    /// The name as others read it.
    pub name: String,
    /// The colour of what they suggest.
    pub color: &'static str,
}

/// Lists what is suggested in the draft and not decided, in the order of the text.
#[utoipa::path(get, path = "/api/v1/articles/{id}/suggestions", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "What is suggested.", body = [SuggestionReply])))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<Vec<SuggestionReply>>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    let draft = app.rooms.read(opened.article.id).await?;
    let mut replies = Vec::new();
    for suggestion in draft.suggestions {
        let person = match suggestion.person {
            Some(id) => app.identity.person(id).await?,
            None => None,
        };
        replies.push(reply(suggestion, person));
    }
    Ok(Json(replies))
}

fn reply(suggestion: Suggestion, person: Option<Person>) -> SuggestionReply {
    SuggestionReply {
        section: suggestion.section,
        id: suggestion.id,
        kind: suggestion.kind,
        text: suggestion.text,
        person: person.map(|person| Suggester {
            id: person.id,
            color: person.color(),
            name: person.name,
        }),
    }
}
