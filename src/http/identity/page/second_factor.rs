//! Setting up and removing the caller's second factor.

use askama::Template;
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::error::Reply;
use crate::identity::api::second_factor::ProofRequest;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render, show as show_page};
use crate::page::view::{Field, Html, count};
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "second_factor.html")]
pub(crate) struct SecondFactorPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub password: Field,
    pub code: Field,
    pub stands: SecondFactorState,
}

/// The state of the second factor.
pub(crate) enum SecondFactorState {
    /// Not set up: the secret to scan or type.
    Waits {
        secret: String,
        address: String,
        picture: String,
    },
    /// Set up.
    Set { since: Html, left: String },
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(crate) struct RecoveryCodesPage {
    pub frame: Frame,
    pub codes: Vec<String>,
}

/// The page.
pub async fn show(visit: Visit) -> Reply<Response> {
    page(visit, RejectedForm::default()).await
}

async fn page(visit: Visit, rejected: RejectedForm) -> Reply<Response> {
    let identity = &visit.app.identity;
    let stands = match identity.second_factor(visit.caller.id()).await? {
        Some(second) => SecondFactorState::Set {
            since: visit.day(second.since),
            left: count(second.recovery_left, "recovery code"),
        },
        None => {
            let begun = identity.begin_second_factor(&visit.caller).await?;
            SecondFactorState::Waits {
                picture: picture(&begun.address),
                secret: in_groups(&begun.secret),
                address: begun.address,
            }
        }
    };
    let page = SecondFactorPage {
        problem: rejected.problem(&["password", "code"]),
        password: rejected.secret("password"),
        code: rejected.secret("code"),
        stands,
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

/// Draws an address as an SVG QR code without scripts or styles; "" if it is too long.
fn picture(address: &str) -> String {
    let Ok(code) = QrCode::new(address) else {
        return String::new();
    };
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let start = drawn.find("<svg").unwrap_or_default();
    drawn[start..].to_owned()
}

/// Splits letters into groups of four, which are easier to type.
fn in_groups(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

/// Sets the second factor and shows the recovery codes, once.
pub async fn confirm(visit: Visit, sent: FormData) -> Reply<Response> {
    match try_confirm(&visit, &sent).await {
        Ok(codes) => Ok(show_page(&RecoveryCodesPage {
            frame: visit.frame,
            codes,
        })),
        Err(cause) => page(visit, RejectedForm::of(sent, cause)?.beside("password")).await,
    }
}

async fn try_confirm(visit: &Visit, sent: &FormData) -> Reply<Vec<String>> {
    let ProofRequest { password, code } = sent.fields()?;
    let identity = &visit.app.identity;
    let codes = identity.confirm_second_factor(&visit.caller, &password, &code);
    Ok(codes.await?)
}

/// Removes the second factor.
pub async fn remove(visit: Visit, sent: FormData) -> Reply<Response> {
    match try_remove(&visit, &sent).await {
        Ok(()) => Ok(go("/me?done=second-factor-removed")),
        Err(cause) => page(visit, RejectedForm::of(sent, cause)?.beside("password")).await,
    }
}

async fn try_remove(visit: &Visit, sent: &FormData) -> Reply<()> {
    let ProofRequest { password, code } = sent.fields()?;
    let identity = &visit.app.identity;
    let dropped = identity.drop_second_factor(&visit.caller, &password, &code);
    Ok(dropped.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_of_an_address_is_plain_svg() {
        let picture = picture("otpauth://totp/Lectern%20Acme:ada?secret=ABCD&issuer=Lectern");
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"));
        assert!(!picture.contains("style") && !picture.contains("script"));
        assert_eq!(super::picture(&"x".repeat(10_000)), "");
        assert_eq!(in_groups("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
