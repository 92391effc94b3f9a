//! Previews of formulas.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_document::render_formula;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{SignedIn, State};

/// A formula.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormulaRequest {
    /// The formula in LaTeX, without dollar signs around it.
    pub latex: String,
    /// Whether it stands on a line of its own.
    #[serde(default)]
    pub display: bool,
}

/// A formula that is set.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormulaReply {
    /// The formula in MathML Core.
    pub mathml: String,
}

/// Sets a formula; the page that is read sets it in the same way.
#[utoipa::path(post, path = "/api/v1/formulas", tag = "articles", request_body = FormulaRequest,
    responses((status = 200, description = "The formula.", body = FormulaReply),
        (status = 422, description = "It is no LaTeX.", body = crate::Problem)))]
pub async fn set(
    app: State,
    _: SignedIn,
    Json(FormulaRequest { latex, display }): Json<FormulaRequest>,
) -> Reply<Json<FormulaReply>> {
    let (size, work) = (latex.len(), move || render_formula(&latex, display));
    let mathml = app.pool.run(size, work).await??;
    Ok(Json(FormulaReply { mathml }))
}
