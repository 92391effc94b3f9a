//! The web bundle, embedded in the binary: styles, scripts, fonts, icons.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Bundle;

/// An entry of the bundler's manifest.
#[derive(Debug, Clone, Default, Deserialize)]
struct Entry {
    file: String,
    #[serde(default)]
    imports: Vec<String>,
}

type Manifest = BTreeMap<String, Entry>;

/// Returns the path of a built file by its source: `url("styles/main.css")`.
///
/// A source that is not in the bundle gets a path that answers 404.
pub fn url(source: &str) -> String {
    let file = manifest().get(source).map(|entry| entry.file.clone());
    file.map_or_else(|| format!("/assets/{source}"), |file| format!("/{file}"))
}

/// Serves a file of the bundle. Files with hashed names may be cached for ever.
pub async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    answer(&format!("assets/{path}"), &headers)
}

/// The sources of the editing page, without what it loads later.
const WRITING: [&str; 4] = [
    "styles/main.css",
    "editor/editor.css",
    "editor/main.ts",
    "behaviours/main.ts",
];

/// Serves the service worker that caches editing pages for offline use. It is at the root because
/// its scope is the paths below it. Its first line names what it caches, so it differs per build.
pub async fn worker() -> Response {
    let manifest = manifest();
    let script = manifest.get("worker/sw.ts").map(|entry| &*entry.file);
    let Some(script) = script.and_then(Bundle::get) else {
        return Problem::new(StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let parts = parts(&manifest, &WRITING);
    let mut text = format!("const PARTS={};\n", serde_json::json!(parts)).into_bytes();
    text.extend_from_slice(&script.data);
    let headers = [
        (header::CONTENT_TYPE, "text/javascript"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// Returns the paths of some sources and of everything they import.
fn parts(manifest: &Manifest, sources: &[&str]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut open: Vec<&str> = sources.to_vec();
    while let Some(source) = open.pop() {
        if let Some(entry) = manifest.get(source)
            && known.insert(format!("/{}", entry.file))
        {
            open.extend(entry.imports.iter().map(String::as_str));
        }
    }
    known.into_iter().collect()
}

/// Serves the icon that browsers request unasked.
pub async fn icon(headers: HeaderMap) -> Response {
    answer("favicon.svg", &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Bundle::get(path) else {
        return Problem::new(StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, caching(path, &tag)).into_response();
    }
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = [(header::CONTENT_TYPE, kind.to_string())];
    (kind, caching(path, &tag), body(file)).into_response()
}

fn caching(path: &str, tag: &str) -> HeaderMap {
    let policy = if is_hashed(path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut headers = HeaderMap::new();
    // The frame that draws diagrams has an opaque origin, so its requests are cross-origin.
    let anybody = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

/// Tells whether a name ends with a dash and eight characters of a hash.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let hash = stem
        .len()
        .checked_sub(9)
        .and_then(|at| stem.get(at..))
        .unwrap_or("");
    hash.starts_with('-')
        && hash[1..]
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Returns the manifest. A release embeds the bundle and reads it once; a development build reads
/// the folder each time and sees a new bundle without a restart.
fn manifest() -> Cow<'static, Manifest> {
    static MANIFEST: OnceLock<Manifest> = OnceLock::new();
    if cfg!(debug_assertions) {
        return Cow::Owned(read_manifest());
    }
    Cow::Borrowed(MANIFEST.get_or_init(read_manifest))
}

fn read_manifest() -> Manifest {
    let file = Bundle::get(".vite/manifest.json").or_else(|| Bundle::get("manifest.json"));
    file.and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_names_are_cached_for_ever() {
        assert!(is_hashed("assets/main-B7yLw3_k.css"));
        assert!(!is_hashed("assets/main.css"));
        assert!(!is_hashed("favicon.svg"));
        let headers = caching("assets/editor-0123abCD.js", "\"t\"");
        assert!(
            headers[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
    }

    #[test]
    fn a_source_that_was_not_built_still_has_a_path() {
        assert_eq!(url("no/such.css"), "/assets/no/such.css");
    }

    #[test]
    fn the_parts_of_a_page_include_all_its_imports() {
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "a.ts": {"file": "assets/a.js", "imports": ["_b"]},
            "_b": {"file": "assets/b.js", "imports": ["a.ts", "_c"]},
            "_c": {"file": "assets/c.js"},
            "d.ts": {"file": "assets/d.js"},
        }))
        .unwrap();
        let found = parts(&manifest, &["a.ts", "gone.ts"]);
        assert_eq!(found, ["/assets/a.js", "/assets/b.js", "/assets/c.js"]);
    }

    #[tokio::test]
    async fn a_missing_file_gives_404() {
        let reply = serve(Path("no-such-file.js".into()), HeaderMap::new()).await;
        assert_eq!(reply.status(), StatusCode::NOT_FOUND);
    }
}
