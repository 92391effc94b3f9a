//! CSV (RFC 4180) without cells that a spreadsheet takes for formulas.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use csv::{Terminator, WriterBuilder};

/// The byte order mark, without which spreadsheets do not expect UTF-8.
pub const MARK: &str = "\u{feff}";

/// Writes a line of cells, ended by CR LF.
pub fn line<'c>(cells: impl IntoIterator<Item = &'c str>) -> Vec<u8> {
    let mut written = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let cells = cells.into_iter().map(harmless);
    written
        .write_record(cells.map(String::into_bytes))
        .expect("writing to memory succeeds");
    written.into_inner().expect("writing to memory succeeds")
}

/// Prefixes a cell that a spreadsheet would take for a formula with an apostrophe (OWASP, CSV
/// injection).
fn harmless(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

/// Returns a download under `name`.
pub fn download(name: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(way) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, way);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        String::from_utf8(line(cells.iter().copied())).unwrap()
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(written(&["a", "b c", ""]), "a,b c,\r\n");
        assert_eq!(
            written(&["a,b", "say \"x\"", "1\n2"]),
            "\"a,b\",\"say \"\"x\"\"\",\"1\n2\"\r\n"
        );
        assert_eq!(written(&[""]), "\"\"\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            let line = written(&[cell]);
            assert!(line.trim_start_matches('"').starts_with('\''), "{line:?}");
        }
        assert_eq!(written(&["2026-05-04", "a=b"]), "2026-05-04,a=b\r\n");
    }
}
