//! Set-up, sign-in, people, audit trail, me, errors.

use axum::http::StatusCode;

use super::super::error::ErrorPage;
use super::super::journal::{EntryRow, JournalPage};
use super::super::me::{MePage, ShortcutsPage, TokenRow};
use super::super::people::{GrantRow, PeoplePage, PersonPage, PersonRow};
use super::super::setup::SetupPage;
use super::super::sign_in::SignInPage;
use super::super::view::{Choice, Field, Html};
use super::{Pages, add, anonymous, day, frame, minute, roles};

pub(super) fn add_all(pages: &mut Pages) {
    add(pages, "setup", &setup());
    add(pages, "sign_in", &sign_in());
    add(pages, "people", &people());
    add(pages, "person", &person());
    add(pages, "journal", &journal());
    add(pages, "me", &me());
    add(pages, "shortcuts", &ShortcutsPage { frame: frame() });
    add(
        pages,
        "error_404",
        &error(StatusCode::NOT_FOUND, "There is no such article."),
    );
    let forbidden = "This needs the role reviewer in this module.";
    add(pages, "error_403", &error(StatusCode::FORBIDDEN, forbidden));
}

fn setup() -> SetupPage {
    SetupPage {
        frame: anonymous(),
        code: Field::of("7K2M-9QXD"),
        password: Field {
            value: String::new(),
            error: Some("Use at least 12 characters.".into()),
        },
        ..SetupPage::default()
    }
}

fn sign_in() -> SignInPage {
    SignInPage {
        frame: anonymous(),
        problem: Some("Login and password do not belong together.".into()),
        login: Field::of("ada"),
        next: "/a/adverse-events".into(),
        ..SignInPage::default()
    }
}

fn people() -> PeoplePage {
    let person = |name: &str, login: &str, roles: &str, state| PersonRow {
        id: login.into(),
        name: name.into(),
        login: login.into(),
        roles: roles.into(),
        state,
    };
    PeoplePage {
        frame: frame().at("admin"),
        problem: None,
        people: vec![
            person("Ada Lindqvist", "ada", "Administrator, trainer", "Active"),
            person("Ben Okafor", "ben", "Reviewer", "Active"),
            person(
                "Chiara Bellini-Vandenberghe",
                "chiara",
                "Learner in Field basics",
                "Deactivated",
            ),
        ],
        next: Some("x".into()),
        name: Field::default(),
        login: Field::default(),
        password: Field::default(),
        roles: roles(),
    }
}

fn person() -> PersonPage {
    PersonPage {
        frame: frame().at("admin"),
        problem: None,
        id: "1".into(),
        name: "Ben Okafor".into(),
        login: "ben".into(),
        state: "Active",
        active: true,
        created_at: day(),
        roles: roles(),
        grants: vec![GrantRow {
            role: "Trainer".into(),
            role_value: "trainer".into(),
            module: "Field basics".into(),
            module_id: "2".into(),
        }],
        modules: vec![Choice::new("2", "Field basics")],
        module_roles: roles(),
        password: Field::default(),
    }
}

fn journal() -> JournalPage {
    let entry = |number, what: &str, details: &str| EntryRow {
        number,
        at: minute(),
        who: "Ada Lindqvist".into(),
        what: what.into(),
        details: details.into(),
    };
    JournalPage {
        frame: frame().at("admin"),
        entries: vec![
            entry(412, "review.decided", "Recognising adverse events: approve"),
            entry(
                411,
                "revision.saved",
                "Recognising adverse events: revision 14",
            ),
            entry(410, "session.opened", ""),
        ],
        older: Some("409".into()),
    }
}

fn me() -> MePage {
    MePage {
        frame: frame(),
        problem: None,
        name: "Ada Lindqvist".into(),
        login: "ada".into(),
        roles: "administrator, trainer".into(),
        old: Field::default(),
        new: Field::default(),
        label: Field::default(),
        tokens: vec![TokenRow {
            id: "1".into(),
            label: "Nightly export".into(),
            state: Html::text("valid until ").at(day()),
            active: true,
        }],
        secret: Some("lct_4f0c1d2e3b5a69788796a5b4c3d2e1f0".into()),
    }
}

fn error(status: StatusCode, explanation: &str) -> ErrorPage {
    ErrorPage {
        frame: anonymous(),
        headline: status.canonical_reason().unwrap_or_default().into(),
        explanation: explanation.into(),
        offers_search: status == StatusCode::NOT_FOUND,
    }
}
