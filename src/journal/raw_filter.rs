//! Filtering stored bytes before they are decoded.

use super::EntryFilter;

/// A necessary condition on the stored bytes of an entry. Most entries need not be decoded, which
/// makes filtering a long journal several times faster.
pub(super) struct RawFilter {
    words: Vec<String>,
    from: Option<String>,
    before: Option<String>,
}

impl RawFilter {
    pub(super) fn of(filter: &EntryFilter) -> Self {
        let ids = [
            filter.person.map(|id| id.to_string()),
            filter.article.map(|id| id.to_string()),
            filter.module.map(|id| id.to_string()),
            filter.deed.clone(),
        ];
        Self {
            words: ids.into_iter().flatten().collect(),
            from: filter.from.map(|moment| moment.to_string()),
            before: filter.before.map(|moment| moment.to_string()),
        }
    }

    /// Returns whether an entry can match. Stored timestamps sort as text.
    pub(super) fn may_match(&self, raw: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(raw) else {
            return true;
        };
        let at = text
            .split_once(r#""at":""#)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(at, _)| at);
        let in_time = at.is_none_or(|at| {
            self.from.as_deref().is_none_or(|from| at >= from)
                && self.before.as_deref().is_none_or(|before| at < before)
        });
        in_time && self.words.iter().all(|word| text.contains(word.as_str()))
    }
}
