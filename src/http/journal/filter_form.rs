//! The filter form of the audit trail, and the choices it offers.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, PrimitiveDateTime, Time};
use url::form_urlencoded::Serializer;

use lectern_base::{Seek, Timestamp};
use lectern_journal::EntryFilter;
use lectern_module::Module;

use crate::error::Reply;
use crate::journal::event_labels;
use crate::page::view::{Choice, Field, Moment};
use crate::page::visit::Visit;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MINUTE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]");
const SECOND: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// The most people that the form offers in a list; more are looked up by login.
const LISTED_PEOPLE: usize = 200;

/// The filter as entered.
pub(crate) struct JournalFilterForm {
    /// The filter, or `None` if a field is invalid.
    pub wanted: Option<EntryFilter>,
    /// The login of the person.
    pub person: Field,
    /// The name and login of the person.
    person_label: Option<String>,
    pub article: Field,
    pub from: Field,
    pub before: Field,
}

/// The options of the form.
pub(crate) struct Choices {
    /// Everybody; nobody if there are too many to list.
    pub people: Vec<Choice>,
    pub modules: Vec<Choice>,
    pub kinds: Vec<(Choice, Vec<Choice>)>,
}

impl JournalFilterForm {
    /// Reads the filter from the query.
    pub async fn read(visit: &Visit) -> Reply<Self> {
        let asked = &visit.asked;
        let mut wanted = EntryFilter {
            module: asked.one("module").parse().ok(),
            deed: Some(asked.one("deed").to_owned()).filter(|deed| !deed.is_empty()),
            ..EntryFilter::default()
        };
        let mut person = Field::of(asked.one("person"));
        let mut person_label = None;
        if !person.value.is_empty() {
            wanted.person = person.value.parse().ok();
            let identity = &visit.app.identity;
            let found = match wanted.person {
                Some(id) => identity.person(id).await?,
                None => identity.find_by_login(&person.value).await?,
            };
            match found {
                Some(found) => {
                    wanted.person = Some(found.id);
                    person_label = Some(format!("{} ({})", found.name, found.login));
                    person.value = found.login;
                }
                None if wanted.person.is_some() => {}
                None => person.error = Some("Nobody has this login.".to_owned()),
            }
        }
        let mut article = Field::of(asked.one("article"));
        if !article.value.is_empty() {
            let found = visit
                .app
                .audit
                .find_article(&visit.caller, &article.value)
                .await?;
            match found {
                Some((id, called)) => {
                    wanted.article = Some(id);
                    article.value = called;
                }
                None => {
                    let said = "There is no such article. Give its title or its address.";
                    article.error = Some(said.to_owned());
                }
            }
        }
        let (from, first) = time_field(asked.one("from"));
        let (before, end) = time_field(asked.one("before"));
        (wanted.from, wanted.before) = (first, end);
        let fields = [&person, &article, &from, &before];
        let understood = fields.iter().all(|field| field.error.is_none());
        Ok(Self {
            wanted: understood.then_some(wanted),
            person,
            person_label,
            article,
            from,
            before,
        })
    }

    /// Returns the options, with the current ones selected.
    pub async fn choices(&self, visit: &Visit) -> Reply<Choices> {
        let wanted = self.wanted.clone().unwrap_or_default();
        let listed = Seek::first(LISTED_PEOPLE);
        let listed = visit.app.identity.people(&listed).await?;
        let mut people = match listed.next {
            Some(_) => Vec::new(),
            None => listed.items,
        };
        people.sort_by_key(|person| person.name.to_lowercase());
        let people = people.into_iter().map(|person| Choice {
            chosen: wanted.person == Some(person.id),
            ..Choice::new(
                person.id.to_string(),
                format!("{} ({})", person.name, person.login),
            )
        });
        let module = |module: Module| Choice {
            chosen: wanted.module == Some(module.id),
            ..Choice::new(module.id.to_string(), module.title)
        };
        let modules = visit.app.modules.all().await?.into_iter();
        Ok(Choices {
            people: people.collect(),
            modules: modules.map(module).collect(),
            kinds: kinds(wanted.deed.as_deref()),
        })
    }
}

impl Choices {
    /// Describes the filter; "" if it lets everything through.
    pub fn only(&self, wanted: &EntryFilter, filter: &JournalFilterForm) -> String {
        let chosen = |choices: &[Choice]| {
            let chosen = choices.iter().find(|choice| choice.chosen);
            chosen.map(|choice| choice.label.clone())
        };
        let moment = |at: Timestamp| Moment::minute(at.date_time()).words();
        let parts = [
            filter
                .person_label
                .as_ref()
                .map(|name| format!("by or about {name}")),
            wanted
                .article
                .map(|_| format!("article “{}”", filter.article.value)),
            wanted.deed.as_deref().map(event_labels::label),
            chosen(&self.modules).map(|title| format!("module “{title}”")),
            wanted.from.map(|at| format!("from {}", moment(at))),
            wanted.before.map(|at| format!("before {}", moment(at))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// Returns every kind with its events; a chosen event without a label is added.
fn kinds(chosen: Option<&str>) -> Vec<(Choice, Vec<Choice>)> {
    let choice = |name: &str, words: &str| Choice {
        chosen: chosen == Some(name),
        ..Choice::new(name, words)
    };
    let mut found: Vec<_> = event_labels::groups()
        .map(|group| {
            let events = group.events.iter().map(|(name, label)| choice(name, label));
            let events = events.collect::<Vec<_>>();
            (choice(group.name, group.label), events)
        })
        .collect();
    let offered = found
        .iter()
        .any(|(kind, deeds)| kind.chosen || deeds.iter().any(|deed| deed.chosen));
    if let Some(other) = chosen.filter(|_| !offered) {
        found.push((choice(other, &event_labels::label(other)), Vec::new()));
    }
    found
}

/// Returns a time as its field shows it: in UTC, converted by a script.
fn time_field(text: &str) -> (Field, Option<Timestamp>) {
    if text.is_empty() {
        return (Field::default(), None);
    }
    match moment(text) {
        Some(at) => {
            let shown = at.date_time().format(SECOND).unwrap_or_default();
            (Field::of(shown), Some(at))
        }
        None => {
            let said = "A time is written like 2026-05-04T09:30, in UTC.";
            let field = Field {
                value: text.to_owned(),
                error: Some(said.to_owned()),
            };
            (field, None)
        }
    }
}

/// Parses a time with its zone, or a day, minute or second in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let minute = PrimitiveDateTime::parse(text, MINUTE);
    let local = minute
        .or_else(|_| PrimitiveDateTime::parse(text, SECOND))
        .or_else(|_| Date::parse(text, DAY).map(|day| PrimitiveDateTime::new(day, Time::MIDNIGHT)));
    let milliseconds = local.ok()?.assume_utc().unix_timestamp() * 1_000;
    Some(Timestamp::from_millis(milliseconds))
}

/// Returns an address that can be shared; its times are in UTC.
pub(crate) fn address(path: &str, wanted: &EntryFilter, more: &[(&str, &str)]) -> String {
    let pairs = [
        ("person", wanted.person.map(|id| id.to_string())),
        ("article", wanted.article.map(|id| id.to_string())),
        ("deed", wanted.deed.clone()),
        ("module", wanted.module.map(|id| id.to_string())),
        ("from", wanted.from.map(|at| at.to_string())),
        ("before", wanted.before.map(|at| at.to_string())),
    ];
    let mut query = Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    let query = query.extend_pairs(more).finish();
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::PersonId;

    #[test]
    fn a_time_is_a_day_a_minute_or_a_second_in_utc_or_names_its_zone() {
        for (text, at) in [
            ("2026-05-04", Some("2026-05-04T00:00:00.000Z")),
            ("2026-05-04T09:30", Some("2026-05-04T09:30:00.000Z")),
            ("2026-05-04T09:30:15", Some("2026-05-04T09:30:15.000Z")),
            (
                "2026-05-04T09:30:15+02:00",
                Some("2026-05-04T07:30:15.000Z"),
            ),
            ("yesterday", None),
        ] {
            assert_eq!(
                moment(text).map(|at| at.to_string()).as_deref(),
                at,
                "{text}"
            );
        }
    }

    #[test]
    fn an_address_holds_the_whole_filter() {
        let person = PersonId::new();
        let wanted = EntryFilter {
            person: Some(person),
            deed: Some("review & more".to_owned()),
            from: moment("2026-05-04"),
            ..EntryFilter::default()
        };
        assert_eq!(
            address("/x", &wanted, &[("print", "1")]),
            format!(
                "/x?person={person}&deed=review+%26+more&from=2026-05-04T00%3A00%3A00.000Z&print=1"
            )
        );
        assert_eq!(address("/x", &EntryFilter::default(), &[]), "/x");
    }

    #[test]
    fn an_event_without_a_label_can_be_chosen() {
        let offered = kinds(Some("signature.made"));
        let last = offered.last().unwrap();
        assert_eq!(
            (last.0.label.as_str(), last.0.chosen),
            ("Signature made", true)
        );
        let usual = kinds(Some("review.decided"));
        let chosen: Vec<_> = usual
            .iter()
            .flat_map(|(_, deeds)| deeds)
            .filter(|deed| deed.chosen)
            .collect();
        assert_eq!(chosen.len(), 1);
    }
}
