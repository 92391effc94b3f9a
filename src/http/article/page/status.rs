//! The status line of an article.

use lectern_article::{Article, Standing};
use lectern_base::Zone;
use lectern_review::Review;

use crate::error::Reply;
use crate::page::view::{CalendarDay, Html};
use crate::page::visit::Visit;
use crate::revision::page::comparison::extent_words;

/// "Effective v3.0 since 4 May 2026 · v4.0 in review (1 of 2)".
///
/// Those who cannot write the article see its effective version only.
pub async fn standing(visit: &Visit, article: &Article, writes: bool) -> Reply<Html> {
    let mut words = effective(article, visit.app.zone());
    if let Some(review) = open_review(visit, article).await?.filter(|_| writes) {
        words = words.dot().and(in_review(article, &review));
    }
    Ok(words)
}

/// Returns the open review, if there is one.
pub async fn open_review(visit: &Visit, article: &Article) -> Reply<Option<Review>> {
    match article.open_review {
        Some(id) => Ok(visit.app.reviews.get(id).await?),
        None => Ok(None),
    }
}

/// Changes to the draft since its review was requested.
pub struct Ahead {
    /// The review.
    pub review: String,
    /// "7 changes in 3 sections · 40 words added, 12 removed".
    pub words: String,
}

/// Compares the draft with the text under review, in passages as reviewers count them. Returns
/// `None` if both say the same.
pub async fn ahead(visit: &Visit, article: &Article, review: &Review) -> Reply<Option<Ahead>> {
    if !review.is_open() {
        return Ok(None);
    }
    let extent = visit.app.drafts.ahead_of(article, review).await?;
    Ok((extent.stats.passages > 0).then(|| Ahead {
        review: review.id.to_string(),
        words: extent_words(&extent),
    }))
}

/// "v4.0 in review (1 of 2)".
pub fn in_review(article: &Article, review: &Review) -> String {
    let next = article.effective.as_ref().map_or(0, |now| now.version) + 1;
    format!("v{next}.0 in review ({})", progress(review))
}

/// "1 of 2", with the stage where there are several: "Medical, 1 of 2".
pub fn progress(review: &Review) -> String {
    let count = format!("{} of {}", review.approvals(), review.needed());
    match &review.stages()[..] {
        [_] => count,
        stages => format!("{}, {count}", stages[review.stage()].title),
    }
}

fn effective(article: &Article, zone: &Zone) -> Html {
    let Some(now) = &article.effective else {
        return Html::text("Draft, no approved version yet");
    };
    let version = format!("v{}.0", now.version);
    match article.standing {
        Standing::Suspended => Html::text(format!("{version} is suspended")),
        Standing::Retired => Html::text(format!("{version} is retired")),
        Standing::Due => Html::text(format!("Effective {version}, due to be looked at again")),
        Standing::Expired => Html::text(format!("{version} has expired")),
        _ => {
            let since = CalendarDay::of(zone, now.since);
            Html::text(format!("Effective {version} since ")).on(since)
        }
    }
}
