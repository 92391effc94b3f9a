//! Content expressions of the schema: sequences of names, groups and alternatives.

/// A parsed expression such as `paragraph block*` or `(tableHeader | tableCell)+`.
#[derive(Debug)]
pub(super) struct ContentExpression(Vec<Term>);

#[derive(Debug)]
struct Term {
    names: Vec<String>,
    min: usize,
    many: bool,
}

impl ContentExpression {
    /// Parses an expression; alternatives are in parentheses.
    pub(super) fn parse(expression: &str) -> Self {
        let mut terms = Vec::new();
        let mut rest = expression.trim();
        while !rest.is_empty() {
            let (names, after) = match rest.strip_prefix('(') {
                Some(inner) => inner.split_once(')').unwrap_or((inner, "")),
                None => rest.split_at(rest.find([' ', '*', '+', '?']).unwrap_or(rest.len())),
            };
            let names = names
                .split('|')
                .map(|name| name.trim().to_owned())
                .collect();
            let (min, many, taken) = match after.chars().next() {
                Some('*') => (0, true, 1),
                Some('+') => (1, true, 1),
                Some('?') => (0, false, 1),
                _ => (1, false, 0),
            };
            terms.push(Term { names, min, many });
            rest = after[taken..].trim_start();
        }
        Self(terms)
    }

    /// Tells whether children match; `is` tells whether a child has a name or belongs to a group.
    ///
    /// Matching is greedy, which suffices when adjacent terms are disjoint or the last term matches
    /// everything.
    pub(super) fn allows<T>(&self, children: &[T], is: impl Fn(&T, &str) -> bool) -> bool {
        let mut at = 0;
        for term in &self.0 {
            let limit = if term.many { usize::MAX } else { 1 };
            let taken = children[at..]
                .iter()
                .take(limit)
                .take_while(|child| term.names.iter().any(|name| is(child, name)))
                .count();
            if taken < term.min {
                return false;
            }
            at += taken;
        }
        at == children.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(expression: &str, children: &[&str]) -> bool {
        ContentExpression::parse(expression).allows(children, |child, name| *child == name)
    }

    #[test]
    fn expressions_match_sequences_and_alternatives() {
        assert!(allows("a b*", &["a", "b", "b"]));
        assert!(!allows("a b*", &["b"]));
        assert!(allows("(a | b)+", &["b", "a"]));
        assert!(!allows("(a | b)+", &[]));
        assert!(allows("a", &["a"]));
        assert!(!allows("a", &["a", "a"]));
        assert!(!allows("", &["a"]));
        assert!(allows("text*", &[]));
    }
}
