//! Review rules of a module: stages, signatures, dates. Reviewers change them.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_access::OpenedModule;
use lectern_base::PersonId;
use lectern_identity::Person;
use lectern_module::Control;
use lectern_review::ModuleRules;
use lectern_template::{EffectiveFrom, Expiry, Quorum, Stage};

use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render};
use crate::page::view::{Field, ModuleLink};
use crate::page::visit::Visit;

/// The fewest stages in the form, which always has room for one more.
const ROWS: usize = 3;
/// The default meaning of a signature.
const MEANING: &str = "approved";

#[derive(Template)]
#[template(path = "module_rules.html")]
pub(crate) struct ModuleRulesPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub module: ModuleLink,
    pub may_change: bool,
    pub stages: Vec<StageFields>,
    /// Whether approvals must be signed anyway.
    pub controlled: bool,
    pub signed: bool,
    pub minor: bool,
    pub review_months: Field,
    pub delay: Field,
    pub hard: bool,
    pub remind_days: Field,
    pub stale_days: Field,
    pub reason: Field,
}

/// A stage in the form; without a title it is ignored.
pub(crate) struct StageFields {
    pub number: usize,
    pub title: String,
    /// `any`, `all`, or a number.
    pub quorum: String,
    /// Whether the form does not offer it otherwise.
    pub unusual: bool,
    pub meaning: String,
    /// The module's reviewers, ticked if they belong to the stage's group.
    pub members: Vec<MemberBox>,
    /// The names of the group.
    pub words: String,
}

/// A reviewer who can join a group.
pub(crate) struct MemberBox {
    pub id: String,
    pub name: String,
    pub ticked: bool,
}

/// Shows the rules to those who may write in the module.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    page(visit, &slug, RejectedForm::default()).await
}

async fn page(visit: Visit, slug: &str, rejected: RejectedForm) -> Reply<Response> {
    let OpenedModule { module, place } =
        visit.app.access.open_module_at(&visit.caller, slug).await?;
    visit.caller.editor(&place)?;
    let may_change = visit.caller.reviewer(&place).is_ok();
    let reviewers = visit.app.identity.reviewers_of(&place).await?;
    let kept = visit.app.reviews.module_rules(module.id).await?;
    let rules = match rejected.sent.one("reason").is_empty()
        && rejected.sent.one("review_months").is_empty()
    {
        true => kept,
        false => read(&rejected.sent, kept.clone()).unwrap_or(kept),
    };
    let number = |value: Option<u32>| Field::of(value.map_or_else(String::new, |v| v.to_string()));
    let delay = match rules.effective {
        Some(EffectiveFrom::After { days }) => Some(days),
        _ => None,
    };
    let page = ModuleRulesPage {
        problem: rejected.problem(&["reason"]),
        may_change,
        stages: rows(&rules, &reviewers, may_change),
        controlled: module.control == Control::Controlled,
        signed: rules.signed == Some(true),
        minor: rules.minor.is_some(),
        review_months: number(rules.review_months),
        delay: number(delay),
        hard: rules.expiry == Some(Expiry::Hard),
        remind_days: number(rules.remind_days),
        stale_days: number(rules.stale_days),
        reason: rejected.field("reason"),
        module: ModuleLink {
            slug: module.slug,
            title: module.title,
        },
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

/// Returns the stages, with room for more if the caller may change them.
fn rows(rules: &ModuleRules, reviewers: &[Person], may_change: bool) -> Vec<StageFields> {
    let stages = rules.stages.clone().unwrap_or_default();
    let room = if may_change {
        ROWS.max(stages.len() + 1)
    } else {
        stages.len()
    };
    let row = |number: usize| {
        let stage = stages.get(number);
        let group = stage.and_then(|stage| rules.groups.get(stage.group.as_ref()?));
        let of_group = |id: PersonId| group.is_some_and(|group| group.contains(&id));
        let members: Vec<MemberBox> = reviewers
            .iter()
            .map(|person| MemberBox {
                id: person.id.to_string(),
                name: person.name.clone(),
                ticked: of_group(person.id),
            })
            .collect();
        let ticked = members.iter().filter(|member| member.ticked);
        let names: Vec<&str> = ticked.map(|member| member.name.as_str()).collect();
        let quorum = match stage.map(|stage| stage.quorum) {
            None | Some(Quorum::Any) => "any".to_owned(),
            Some(Quorum::All) => "all".to_owned(),
            Some(Quorum::Number { n }) => n.to_string(),
        };
        StageFields {
            number: number + 1,
            unusual: !["any", "2", "3", "all"].contains(&quorum.as_str()),
            quorum,
            title: stage.map_or_else(String::new, |stage| stage.title.clone()),
            meaning: stage
                .map_or(MEANING, |stage| stage.meaning.as_str())
                .to_owned(),
            words: match stage.is_some_and(|stage| stage.group.is_some()) {
                true => names.join(", "),
                false => "every reviewer of the module".to_owned(),
            },
            members,
        }
    };
    (0..room).map(row).collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RulesForm {
    signed: String,
    minor: String,
    hard: String,
    review_months: String,
    delay: String,
    remind_days: String,
    stale_days: String,
}

/// Changes the rules.
pub async fn change(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    match set(&visit, &slug, &sent).await {
        Ok(()) => Ok(go(format!("/m/{slug}/rules?done=rules"))),
        Err(cause) => page(visit, &slug, RejectedForm::of(sent, cause)?).await,
    }
}

async fn set(visit: &Visit, slug: &str, sent: &FormData) -> Reply<()> {
    let opened = visit.app.access.open_module_at(&visit.caller, slug).await?;
    let reviewer = visit.caller.reviewer(&opened.place)?;
    let reviews = &visit.app.reviews;
    let kept = reviews.module_rules(opened.module.id).await?;
    let rules = read(sent, kept)?;
    reviews
        .set_module_rules(&reviewer, rules, sent.one("reason"))
        .await?;
    Ok(())
}

/// Reads the rules from a form; groups that it does not mention are kept.
fn read(sent: &FormData, kept: ModuleRules) -> Reply<ModuleRules> {
    let mut groups: BTreeMap<_, _> = kept.groups;
    for stage in kept.stages.iter().flatten() {
        stage.group.as_ref().map(|group| groups.remove(group));
    }
    let mut stages = Vec::new();
    for row in 1.. {
        if sent.all(&format!("title-{row}")).next().is_none() {
            break;
        }
        let given = |part: &str| sent.one(&format!("{part}-{row}")).to_owned();
        if given("title").is_empty() {
            continue;
        }
        let ticked = format!("member-{row}");
        let members: Result<Vec<PersonId>, _> = sent.all(&ticked).map(str::parse).collect();
        let members = members.map_err(|_| HttpError::invalid("groups", "Choose reviewers."))?;
        let group = (!members.is_empty()).then(|| given("title"));
        if let Some(group) = &group {
            groups.insert(group.clone(), members);
        }
        stages.push(Stage {
            title: given("title"),
            quorum: quorum(&given("quorum"))?,
            group,
            meaning: Some(given("meaning"))
                .filter(|meaning| !meaning.is_empty())
                .unwrap_or_else(|| MEANING.to_owned()),
        });
    }
    let form: RulesForm = sent.fields()?;
    let ticked = |value: &str| (!value.is_empty()).then_some(true);
    Ok(ModuleRules {
        groups,
        stages: (!stages.is_empty()).then_some(stages),
        signed: ticked(&form.signed),
        minor: ticked(&form.minor).map(|_| Quorum::Any),
        review_months: number("review_months", &form.review_months)?,
        effective: number("delay", &form.delay)?.map(|days| EffectiveFrom::After { days }),
        expiry: ticked(&form.hard).map(|_| Expiry::Hard),
        remind_days: number("remind_days", &form.remind_days)?,
        stale_days: number("stale_days", &form.stale_days)?,
    })
}

fn quorum(text: &str) -> Reply<Quorum> {
    match text {
        "any" | "" => Ok(Quorum::Any),
        "all" => Ok(Quorum::All),
        number => match number.parse() {
            Ok(n) => Ok(Quorum::Number { n }),
            Err(_) => Err(HttpError::invalid("stages", "Choose how many approve.")),
        },
    }
}

/// Parses a whole number, or `None` if the field is empty.
fn number(name: &str, value: &str) -> Reply<Option<u32>> {
    match value {
        "" => Ok(None),
        text => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(HttpError::invalid(
                name,
                "Give a whole number, or leave it empty.",
            )),
        },
    }
}
