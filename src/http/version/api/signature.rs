//! Electronic signatures: the request, and those of an article.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_app::App;
use lectern_base::{ArticleId, Subject};
use lectern_identity::{Caller, Credentials, Place};
use lectern_review::{Signature, Signing};

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// What turns a decision or a measure into a signed one (21 CFR 11.200(a)(1)).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureRequest {
    /// The caller's login; their own when left out.
    pub login: Option<String>,
    /// The caller's password, asked for again.
    pub password: String,
    /// A code of the caller's second factor, where one is set.
    pub code: Option<String>,
    /// What the signature means, such as `approved`.
    pub meaning: String,
}

impl std::fmt::Debug for SignatureRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignatureRequest").finish_non_exhaustive()
    }
}

impl SignatureRequest {
    /// Proves who signs `what`, and says what it shall mean.
    pub async fn signing(
        self,
        app: &App,
        caller: &Caller,
        place: &Place,
        what: Subject,
    ) -> Reply<Signing> {
        let credentials = Credentials {
            login: self.login,
            password: self.password,
            code: self.code,
        };
        let module = Some(place.module);
        let signer = app.identity.signer(caller, credentials, what, module);
        Ok(Signing::new(signer.await?, &self.meaning)?)
    }
}

/// Signatures, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignatureList {
    /// The signatures.
    pub items: Vec<Signature>,
}

/// Lists the signatures under an article's effective version; those who write there get all. Those under
/// acknowledgements of others go to whoever oversees the module.
#[utoipa::path(get, path = "/api/v1/articles/{id}/signatures", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "The signatures.", body = SignatureList)))]
pub async fn of_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<SignatureList>> {
    let opened = app.access.open_article(&caller, id).await?;
    let mut items = app.reviews.signatures(id).await?;
    let mut read = app.reviews.signatures_of_readers(id).await?;
    if caller.overseer(&opened.place).is_err() {
        read.retain(|signature| signature.signer == caller.id());
    }
    items.extend(read);
    items.sort_by_key(|signature| signature.journal_seq);
    if caller.editor(&opened.place).is_err() {
        let current = opened.article.readable().map(|now| now.revision);
        items.retain(|signature| Some(signature.revision) == current);
    }
    Ok(Json(SignatureList { items }))
}
