//! Signature forms, and the signatures of a version.

use serde::Deserialize;

use lectern_access::OpenedArticle;
use lectern_article::Article;
use lectern_base::{RevisionId, Subject, Timestamp};
use lectern_identity::Credentials;
use lectern_review::{Signature, Signing};

use crate::error::Reply;
use crate::page::form::{FormData, RejectedForm, needed};
use crate::page::view::{Field, Moment};
use crate::page::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SignatureForm {
    login: String,
    password: String,
    code: String,
    meaning: String,
}

/// Reads a signature on `what` from a form and verifies the signer.
///
/// The meaning is `usual` unless the form has another.
pub(crate) async fn signed(
    visit: &Visit,
    opened: &OpenedArticle,
    what: Subject,
    usual: &str,
    sent: &FormData,
) -> Reply<Signing> {
    let form: SignatureForm = sent.fields()?;
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let why = "Your login is a part of your signature.";
    let credentials = Credentials {
        login: Some(needed("login", form.login, why)?),
        password: form.password,
        code: given(form.code),
    };
    let module = Some(opened.place.module);
    let identity = &visit.app.identity;
    let signer = identity.signer(&visit.caller, credentials, what, module);
    let meaning = given(form.meaning).unwrap_or_else(|| usual.to_owned());
    Ok(Signing::new(signer.await?, &meaning)?)
}

/// Returns the login field, filled with the caller's own.
pub(crate) fn login(visit: &Visit, rejected: &RejectedForm) -> Field {
    let mut field = rejected.field("login");
    if field.value.is_empty() && field.error.is_none() {
        field.value.clone_from(&visit.caller.person().login);
    }
    field
}

/// A signature as shown (21 CFR 11.50).
pub(crate) struct SignatureRow {
    pub name: String,
    pub on_behalf_of: Option<String>,
    pub meaning: String,
    pub at: Moment,
    /// The same time for print-outs, which name the zone once.
    pub utc: String,
}

/// Returns the signatures of a revision, oldest first.
pub(crate) async fn signatures_under(
    visit: &Visit,
    article: &Article,
    revision: RevisionId,
) -> Reply<Vec<SignatureRow>> {
    let reviews = &visit.app.reviews;
    let signatures = reviews.signatures_under(article.id, revision).await?;
    let row = |signature: Signature| SignatureRow {
        name: signature.printed_name,
        on_behalf_of: signature.on_behalf_of.map(|other| other.printed_name),
        meaning: signature.meaning,
        at: Moment::minute(signature.signed_at.date_time()),
        utc: utc(signature.signed_at),
    };
    Ok(signatures.into_iter().map(row).collect())
}

/// Formats a time for print-outs, such as `2026-05-04 09:30` (UTC).
pub(crate) fn utc(moment: Timestamp) -> String {
    moment.to_string().replace('T', " ")[..16].to_owned()
}
