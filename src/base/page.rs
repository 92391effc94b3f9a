//! Seek pagination: each page names the start of the next, so that concurrent writes cause neither
//! gaps nor duplicates.

use serde::{Deserialize, Serialize};

/// Default number of items on a page.
const DEFAULT_LIMIT: usize = 50;
/// Maximum number of items on a page.
const MAX_LIMIT: usize = 200;

/// Where a page begins and how long it may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Seek {
    /// The `next` of the page before; none for the first.
    pub after: Option<String>,
    /// Items wanted, 1 to 200; 50 when left out.
    pub limit: Option<usize>,
}

impl Seek {
    /// Requests the first page, of `limit` items.
    pub fn first(limit: usize) -> Self {
        Self {
            after: None,
            limit: Some(limit),
        }
    }

    /// Returns the requested number of items, within bounds.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to give as `after` for the next page; none on the last.
    #[schema(required = true)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit` + 1 items; `cursor` returns the cursor of the last on the
    /// page.
    pub fn of(mut found: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(cursor);
        Self { items: found, next }
    }

    /// Converts each item.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_next_cursor_only_if_there_are_more_items() {
        let page = Page::of(vec![1, 2, 3], 2, i32::to_string);
        assert_eq!(
            page,
            Page {
                items: vec![1, 2],
                next: Some("2".into())
            }
        );
        assert_eq!(Page::of(vec![1, 2], 2, i32::to_string).next, None);
    }

    #[test]
    fn limits_stay_within_bounds() {
        assert_eq!(Seek::default().limit(), 50);
        assert_eq!(Seek::first(0).limit(), 1);
        assert_eq!(Seek::first(10_000).limit(), 200);
    }
}
