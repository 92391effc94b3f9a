//! The text under review, its changes and its comments.

use lectern_access::OpenedArticle;
use lectern_base::{PersonId, Zone};
use lectern_review::{Baseline, Baselines, Review};

use crate::error::Reply;
use crate::page::view::{CalendarDay, Choice, Html, count};
use crate::page::visit::Visit;
use crate::revision::page::comparison::{Compared, Said, ThreadView};

/// The text under review with its changes and comments.
pub(crate) struct ReviewedText {
    pub grounds: Vec<Choice>,
    pub since: Baseline,
    pub with: Html,
    pub compared: Compared,
    pub elsewhere: Vec<ThreadView>,
    pub unresolved: Vec<Unresolved>,
}

/// Something unresolved in the draft.
pub(crate) struct Unresolved {
    pub words: String,
    pub href: String,
}

/// Compares the text under review with the requested version, or with the most useful one.
pub(crate) async fn text(
    visit: &Visit,
    opened: &OpenedArticle,
    review: &Review,
    asked: &str,
) -> Reply<ReviewedText> {
    let (app, caller) = (&visit.app, &visit.caller);
    let grounds = app.reviews.baselines(review, caller.id()).await?;
    let asked = Baseline::named(asked).filter(|since| grounds.has(*since));
    let since = asked.unwrap_or(grounds.best());
    let marked = since != Baseline::Beginning;
    let diffs = app.reviews.changes_since(review, &grounds, since).await?;
    let links = app
        .reviews
        .links_of(&opened.article, Some(review.revision))
        .await?;
    let all = app
        .renderer
        .compare_sections(caller, diffs, &links, marked)
        .await?;
    let (said, unresolved) = said(visit, opened, review).await?;
    let (compared, left) = Compared::of(all, said, marked);
    Ok(ReviewedText {
        grounds: choices(&grounds, since),
        with: heading(&grounds, since, caller.id(), app.zone()),
        elsewhere: left.into_iter().map(|said| said.thread).collect(),
        since,
        compared,
        unresolved,
    })
}

fn choices(grounds: &Baselines, chosen: Baseline) -> Vec<Choice> {
    let all = [
        (Baseline::Mine, "Since my last decision".to_owned()),
        (
            Baseline::Effective,
            match &grounds.effective {
                Some(version) => format!("Since v{}.0", version.number),
                None => String::new(),
            },
        ),
        (Baseline::Beginning, "The whole text".to_owned()),
    ];
    let offered = all.into_iter().filter(|(since, _)| grounds.has(*since));
    let choice = |(since, label): (Baseline, String)| Choice {
        chosen: since == chosen,
        ..Choice::new(since.word(), label)
    };
    offered.map(choice).collect()
}

fn heading(grounds: &Baselines, since: Baseline, person: PersonId, zone: &Zone) -> Html {
    let mine = grounds.mine.as_ref();
    let decision = mine.and_then(|mine| mine.decision_of(person));
    match (since, decision, &grounds.effective) {
        (Baseline::Mine, Some(decision), _) => Html::text("What changed since your decision of ")
            .on(CalendarDay::of(zone, decision.at)),
        (Baseline::Effective, _, Some(version)) => {
            Html::text(format!("What changed since v{}.0", version.number))
        }
        (_, _, None) => Html::text("The whole text, as no version was approved before"),
        _ => Html::text("The whole text"),
    }
}

/// Returns the open threads of the draft, or none once the review is over.
async fn said(
    visit: &Visit,
    opened: &OpenedArticle,
    review: &Review,
) -> Reply<(Vec<Said>, Vec<Unresolved>)> {
    if !review.is_open() {
        return Ok((Vec::new(), Vec::new()));
    }
    let slug = &opened.article.slug;
    let mut said = Vec::new();
    for thread in visit.app.threads.open_threads(review.article).await? {
        let Some(first) = thread.comments.first() else {
            continue;
        };
        said.push(Said {
            thread: ThreadView {
                href: format!("/a/{slug}/edit?thread={}", thread.id),
                by: visit.name(first.by).await?,
                text: first.text.clone(),
                replies: match thread.comments.len() - 1 {
                    0 => String::new(),
                    1 => "1 reply".to_owned(),
                    many => format!("{many} replies"),
                },
                quote: thread.anchor.quote,
            },
            section: thread.anchor.section,
        });
    }
    let mut unresolved = Vec::new();
    let mut note = |number: usize, thing: &str, place: &str| {
        if number > 0 {
            unresolved.push(Unresolved {
                words: format!("{} on the draft", count(number, thing)),
                href: format!("/a/{slug}/edit{place}"),
            });
        }
    };
    note(said.len(), "open comment", "?comments");
    let draft = visit.app.rooms.read(review.article).await?;
    let mut suggestions: Vec<_> = draft.suggestions.iter().map(|one| &one.id).collect();
    suggestions.sort();
    suggestions.dedup();
    note(suggestions.len(), "open suggestion", "");
    Ok((said, unresolved))
}
