//! A ZIP file as a streamed reply.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures_util::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use lectern_exchange::PackFile;

/// The size of a chunk, in bytes.
const STRETCH: usize = 64 << 10;

/// Returns a download.
pub fn download(pack: PackFile) -> Response {
    let file = File::from_std(pack.file);
    let read = stream::try_unfold(file, |mut file| async move {
        let mut bytes = BytesMut::with_capacity(STRETCH);
        let length = file.read_buf(&mut bytes).await?;
        Ok::<_, std::io::Error>((length > 0).then(|| (bytes.freeze(), file)))
    });
    let mut response = Body::from_stream(read).into_response();
    let name = utf8_percent_encode(&pack.name, NON_ALPHANUMERIC);
    let way = format!("attachment; filename*=UTF-8''{name}");
    let fields = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, pack.bytes.to_string()),
        (header::CONTENT_DISPOSITION, way),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
