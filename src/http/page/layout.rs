//! The frame of every page: masthead, account, theme, footer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use lectern_identity::SignIn;

use crate::assets;
use crate::error::HttpError;
use crate::identity::page::roles::sign_in_words;
use crate::navigation::sidebar::Sidebar;
use crate::page::view::{Choice, Moment};

/// The frame of a page.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The name of the organisation.
    pub organisation: String,
    /// Who is signed in.
    pub account: Option<Account>,
    /// The part of the site this page belongs to.
    pub here: Here,
    /// Light, dark, or the device's choice.
    pub theme: Theme,
    /// The words in the search field.
    pub query: String,
    /// What the form that led here did.
    pub notice: Option<&'static str>,
    /// The path of this page, to come back to.
    pub path: String,
    /// The requested host, named on print-outs.
    pub host: String,
    /// Favourites, recent articles and the tree of modules, for who is signed in.
    pub sidebar: Option<Sidebar>,
    /// A sign-in from a new device that the person has not confirmed yet.
    pub news: Option<News>,
}

/// A sign-in from a new device.
#[derive(Debug, Clone)]
pub struct News {
    /// The session that it opened.
    pub id: String,
    /// When.
    pub at: Moment,
    /// The browser and the address.
    pub with: String,
}

impl News {
    /// Describes a sign-in.
    pub fn of(sign_in: &SignIn) -> Self {
        Self {
            id: sign_in.session.to_string(),
            at: Moment::minute(sign_in.at.date_time()),
            with: sign_in_words(sign_in),
        }
    }
}

impl Frame {
    /// Returns the path of a built style sheet or script.
    pub fn asset(&self, source: &str) -> String {
        assets::url(source)
    }

    /// Returns whether the sidebar is collapsed to icons.
    pub fn is_collapsed(&self) -> bool {
        self.sidebar.as_ref().is_some_and(|side| side.is_collapsed)
    }

    /// Tells whether the person may create articles in some module.
    pub fn writes(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.writes)
    }

    /// Returns the themes to choose from.
    pub fn themes(&self) -> Vec<Choice> {
        [Theme::Device, Theme::Light, Theme::Dark]
            .into_iter()
            .map(|theme| Choice {
                chosen: theme == self.theme,
                ..Choice::new(theme.name(), theme.label())
            })
            .collect()
    }

    /// Marks a part of the site as the current one.
    pub fn at(mut self, here: &'static str) -> Self {
        self.here = Here(here);
        self
    }
}

/// The person who is signed in, as the masthead shows them.
#[derive(Debug, Clone)]
pub struct Account {
    /// The person's name.
    pub name: String,
    /// One or two letters of it.
    pub initials: String,
    /// May create articles in some module.
    pub writes: bool,
    /// Administers people and settings.
    pub admin: bool,
    /// The number of unread notifications.
    pub unread: usize,
}

impl Account {
    /// Returns the label of the inbox: "Inbox, 3 unread".
    pub fn unread_words(&self) -> String {
        match self.unread {
            0 => "Inbox".to_owned(),
            many => format!("Inbox, {many} unread"),
        }
    }

    /// Returns the number beside the inbox, which has room for two digits.
    pub fn unread_number(&self) -> Option<String> {
        match self.unread {
            0 => None,
            few @ 1..=99 => Some(few.to_string()),
            _ => Some("99+".to_owned()),
        }
    }

    /// Returns the first letters of the first and the last word of a name.
    pub fn initials_of(name: &str) -> String {
        let mut words = name.split_whitespace();
        let first = words.next().and_then(|word| word.chars().next());
        let last = words.next_back().and_then(|word| word.chars().next());
        let letters = first.into_iter().chain(last);
        letters.flat_map(char::to_uppercase).collect()
    }
}

/// The part of the site that the navigation marks as current.
#[derive(Debug, Clone, Copy, Default)]
pub struct Here(&'static str);

impl Here {
    /// Tells whether this is that part.
    pub fn is(&self, part: &str) -> bool {
        self.0 == part
    }
}

/// The colour theme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// The device's choice.
    #[default]
    Device,
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

impl Theme {
    /// Parses a name; an unknown one means [`Theme::Device`].
    pub fn named(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Device,
        }
    }

    /// Returns the name in forms and in the cookie.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Returns the value of `data-theme`, or `None` when the device decides.
    pub fn attribute(&self) -> Option<&'static str> {
        (*self != Self::Device).then_some(self.name())
    }

    fn label(self) -> &'static str {
        match self {
            Self::Device => "Same as device",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// Renders a page with a status.
pub fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(cause) => HttpError::internal(&cause).into_response(),
    }
}

/// Renders a page that was found.
pub fn show(page: &impl Template) -> Response {
    render(StatusCode::OK, page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        assert_eq!(Account::initials_of("Ada King Lovelace"), "AL");
        assert_eq!(Account::initials_of("ömer"), "Ö");
        assert_eq!(Account::initials_of(" "), "");
    }

    #[test]
    fn an_unknown_theme_means_the_devices_choice() {
        assert_eq!(Theme::named("dark").attribute(), Some("dark"));
        assert_eq!(Theme::named("\"><script>").attribute(), None);
    }
}
