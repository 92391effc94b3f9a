//! Building blocks of pages: times and days, form fields, choices, article rows.

use std::fmt;

use askama::filters::HtmlSafe;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use lectern_article::Article;
use lectern_base::{Day, Timestamp, Zone};
use lectern_document::escape_html;

const MINUTE: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");

/// A point in time, shown as `<time>` with day, hour and minute.
///
/// The text is in UTC; a script turns it into the reader's zone and names that. What is a day only
/// is a [`CalendarDay`], the same for everybody.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    at: OffsetDateTime,
}

impl Moment {
    /// Shows day, hour and minute.
    pub fn minute(at: OffsetDateTime) -> Self {
        Self { at }
    }

    /// Returns the words without markup.
    pub fn words(&self) -> String {
        self.at.format(&MINUTE).unwrap_or_default()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.at.format(&Rfc3339).unwrap_or_default();
        let words = self.words();
        write!(f, r#"<time datetime="{exact}" data-moment>{words}</time>"#)
    }
}

impl HtmlSafe for Moment {}

/// A day of the calendar, shown as `<time>`: the same for everybody, wherever they are.
///
/// A script writes it in the reader's words and never changes the day.
#[derive(Debug, Clone, Copy)]
pub struct CalendarDay<'z> {
    day: Day,
    zone: &'z Zone,
    /// Whether only month and year are shown.
    is_month: bool,
    /// Whether the zone is shown beside it.
    is_zoned: bool,
}

impl<'z> CalendarDay<'z> {
    /// Shows the day on which a stored instant falls.
    pub fn of(zone: &'z Zone, instant: Timestamp) -> Self {
        Self::new(zone, zone.day_of(instant))
    }

    /// Shows a day.
    pub fn new(zone: &'z Zone, day: Day) -> Self {
        Self {
            day,
            zone,
            is_month: false,
            is_zoned: false,
        }
    }

    /// Shows month and year only.
    pub fn month(self) -> Self {
        Self {
            is_month: true,
            ..self
        }
    }

    /// Shows the zone beside it.
    pub fn zoned(self) -> Self {
        Self {
            is_zoned: true,
            ..self
        }
    }

    /// Returns the words without markup: "4 May 2026 (Europe/Berlin)".
    pub fn words(&self) -> String {
        match self.is_zoned {
            true => format!("{} ({})", self.bare_words(), self.zone),
            false => self.bare_words(),
        }
    }

    fn bare_words(&self) -> String {
        match self.is_month {
            true => self.day.month_words(),
            false => self.day.words(),
        }
    }
}

impl fmt::Display for CalendarDay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, zone, .. } = self;
        let detail = if self.is_month { "month" } else { "day" };
        let (title, words) = (day.words(), self.bare_words());
        write!(
            f,
            r#"<time datetime="{day}" data-day="{detail}" title="{title} in {zone}">{words}</time>"#
        )?;
        match self.is_zoned {
            true => write!(f, " ({zone})"),
            false => Ok(()),
        }
    }
}

impl HtmlSafe for CalendarDay<'_> {}

/// A form field: what was typed, and its error.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// What was typed, shown again.
    pub value: String,
    /// Why it was not accepted.
    pub error: Option<String>,
}

impl Field {
    /// Makes a field with a value and no error.
    pub fn of(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }
}

/// An option of a select, a radio group or a set of checkboxes.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The value that the form sends.
    pub value: String,
    /// The label.
    pub label: String,
    /// A line of explanation; may be empty.
    pub hint: String,
    /// Whether it is selected.
    pub chosen: bool,
}

impl Choice {
    /// Makes an unselected choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            ..Self::default()
        }
    }
}

/// A link to a module.
#[derive(Debug, Clone)]
pub struct ModuleLink {
    /// The module's slug.
    pub slug: String,
    /// The module's title.
    pub title: String,
}

/// An article in a list.
#[derive(Debug, Clone)]
pub struct ArticleRow {
    /// The article's id, for forms.
    pub id: String,
    /// The article's slug.
    pub slug: String,
    /// The article's title.
    pub title: String,
    /// The title of its module.
    pub module: String,
    /// Its status line.
    pub standing: Html,
}

/// A section of an article, ready to be shown.
#[derive(Debug, Clone)]
pub struct SectionView {
    /// The stable key of the section.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What belongs in it; empty where no guidance is shown.
    pub guidance: String,
    /// Safe HTML: the text, or the reason why the section does not apply.
    pub html: String,
}

/// A field of an article.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub title: String,
    /// Its value, in words.
    pub value: String,
}

/// Text with times in it: safe HTML, built piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    /// Starts with plain text.
    pub fn text(words: impl AsRef<str>) -> Self {
        Self::default().and(words)
    }

    /// Adds plain text, escaped.
    pub fn and(mut self, words: impl AsRef<str>) -> Self {
        self.0.push_str(&escape_html(words.as_ref()));
        self
    }

    /// Adds a time.
    pub fn at(mut self, moment: Moment) -> Self {
        self.0.push_str(&moment.to_string());
        self
    }

    /// Adds a day.
    pub fn on(mut self, day: CalendarDay<'_>) -> Self {
        self.0.push_str(&day.to_string());
        self
    }

    /// Starts the next part of a status line.
    pub fn dot(self) -> Self {
        if self.0.is_empty() {
            self
        } else {
            self.and(" · ")
        }
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Returns the draft's title for writers, the effective one for readers.
pub fn title_for(article: &Article, writes: bool) -> String {
    match &article.effective {
        Some(now) if !writes => now.title.clone(),
        _ => article.title.clone(),
    }
}

/// Joins names: "Ada, Ben and Cem".
pub fn names(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Counts things: "no article", "1 article", "4 articles".
pub fn count(number: usize, thing: &str) -> String {
    match number {
        0 => format!("no {thing}"),
        1 => format!("1 {thing}"),
        many => format!("{many} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_time_has_text_and_a_machine_readable_attribute() {
        let moment = Moment::minute(datetime!(2026-05-04 10:05 UTC));
        assert_eq!(
            moment.to_string(),
            r#"<time datetime="2026-05-04T10:05:00Z" data-moment>4 May 2026, 10:05 UTC</time>"#
        );
    }

    #[test]
    fn a_day_is_that_of_the_organisation() {
        let due = "2026-12-05T10:59:59.999Z".parse().unwrap();
        let auckland: Zone = "Pacific/Auckland".parse().unwrap();
        let day = CalendarDay::of(&auckland, due);
        assert_eq!(
            day.to_string(),
            r#"<time datetime="2026-12-05" data-day="day" title="5 December 2026 in Pacific/Auckland">5 December 2026</time>"#
        );
        assert_eq!(
            day.month().zoned().to_string(),
            r#"<time datetime="2026-12-05" data-day="month" title="5 December 2026 in Pacific/Auckland">December 2026</time> (Pacific/Auckland)"#
        );
        assert_eq!(day.zoned().words(), "5 December 2026 (Pacific/Auckland)");
        let west: Zone = "America/Los_Angeles".parse().unwrap();
        let due = west.end_of("2026-12-05".parse().unwrap());
        assert_eq!(CalendarDay::of(&west, due).words(), "5 December 2026");
    }

    #[test]
    fn text_put_into_html_is_escaped() {
        let line = Html::text("<b>\"A&B\"</b>").dot().and("v1.0");
        assert_eq!(
            line.to_string(),
            "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt; · v1.0"
        );
    }

    #[test]
    fn names_are_joined_with_and() {
        let given = ["Ada", "Ben", "Cem"].map(String::from);
        assert_eq!(names(&given), "Ada, Ben and Cem");
        assert_eq!(names(&given[..1]), "Ada");
        assert_eq!(names(&[]), "nobody");
        assert_eq!(count(1, "article"), "1 article");
    }
}
