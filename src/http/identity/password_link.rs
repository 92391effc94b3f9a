//! The address of a link with which a person chooses a password.

use axum::http::{HeaderMap, header};

use lectern_app::App;
use lectern_identity::PasswordLink;

/// Returns the address: at the public address, or where the request was sent to.
pub fn choose_password_address(app: &App, headers: &HeaderMap, link: &PasswordLink) -> String {
    let base = match &app.config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => {
            let host = headers.get(header::HOST);
            let host = host.and_then(|host| host.to_str().ok());
            format!("http://{}", host.unwrap_or("localhost"))
        }
    };
    format!("{base}/choose-password?code={}", link.code)
}
