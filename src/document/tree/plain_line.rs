//! Plain text of a line in which raised and lowered text stays apart from what it belongs to.

use super::Script;

/// A piece of a line: its script and its text.
pub(crate) type Piece<'a> = (Option<Script>, &'a str);

/// The plain text of a line: `10^6`, `m^2`, `Ca^2+`, `H2O`, `log_(10)5`.
///
/// Raised text follows a `^`. Lowered text follows its letter directly, as in a chemical formula;
/// elsewhere it follows a `_`. Parentheses enclose what would otherwise run into its surroundings.
#[derive(Default)]
pub(crate) struct PlainLine(Vec<(Option<Script>, String)>);

impl PlainLine {
    /// Adds text; consecutive pieces with the same script belong together.
    pub(crate) fn push(&mut self, script: Option<Script>, text: &str) {
        match self.0.last_mut() {
            Some((last, run)) if *last == script => run.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push((script, text.to_owned())),
        }
    }

    /// Returns the text.
    pub(crate) fn finish(self) -> String {
        let pieces: Vec<Piece<'_>> = self.0.iter().map(|(s, text)| (*s, text.as_str())).collect();
        let mut out = String::new();
        for ((_, text), (before, behind)) in pieces.iter().zip(signs(&pieces)) {
            out.extend([before, text, behind]);
        }
        out
    }
}

/// Returns what plain text has before and behind each piece of a line.
pub(crate) fn signs(pieces: &[Piece<'_>]) -> Vec<(&'static str, &'static str)> {
    let runs: Vec<_> = pieces.chunk_by(|a, b| a.0 == b.0).collect();
    let on_line = |run: &[Piece<'_>]| run.first().is_some_and(|(script, _)| script.is_none());
    let mut out = Vec::with_capacity(pieces.len());
    for (at, run) in runs.iter().enumerate() {
        let first = out.len();
        out.resize(first + run.len(), ("", ""));
        let Some((Some(script), _)) = run.first() else {
            continue;
        };
        let text: String = run.iter().map(|(_, text)| *text).collect();
        let before = at
            .checked_sub(1)
            .map(|at| runs[at])
            .filter(|run| on_line(run));
        let before = before.and_then(|run| run.last()?.1.chars().next_back());
        let next = runs.get(at + 1).filter(|run| on_line(run));
        let next = next.and_then(|run| run.first()?.1.chars().next());
        let (sign, end) = signs_around(*script, &text, before, next);
        out[first].0 = sign;
        if let Some(last) = out.last_mut() {
            last.1 = end;
        }
    }
    out
}

fn signs_around(
    script: Script,
    run: &str,
    before: Option<char>,
    next: Option<char>,
) -> (&'static str, &'static str) {
    let is_word = run.chars().all(char::is_alphanumeric);
    let follows_letter = before.is_some_and(|c| c.is_alphabetic() || c == ')');
    let digits_touch = next.is_some_and(char::is_numeric) && run.ends_with(char::is_numeric);
    if script == Script::Subscript && is_word && follows_letter && !digits_touch {
        return ("", "");
    }
    let words_touch =
        next.is_some_and(char::is_alphanumeric) && run.ends_with(char::is_alphanumeric);
    match (script, is_one_term(run) && !words_touch) {
        (Script::Superscript, true) => ("^", ""),
        (Script::Superscript, false) => ("^(", ")"),
        (Script::Subscript, true) => ("_", ""),
        (Script::Subscript, false) => ("_(", ")"),
    }
}

/// Tells whether text needs no parentheses: a word with at most one sign before or after it, or a
/// single character.
fn is_one_term(run: &str) -> bool {
    let is_sign = |c: char| matches!(c, '+' | '-' | '\u{2212}' | '\u{2013}' | '*' | '\'');
    let word = match run.strip_prefix(is_sign) {
        Some(word) => word,
        None => run.strip_suffix(is_sign).unwrap_or(run),
    };
    let is_word = !word.is_empty() && word.chars().all(char::is_alphanumeric);
    is_word || run.chars().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `^{…}` as raised and `_{…}` as lowered.
    fn plain(pattern: &str) -> String {
        let mut line = PlainLine::default();
        let mut rest = pattern;
        while let Some(at) = rest.find(['^', '_']) {
            let (before, script) = rest.split_at(at);
            line.push(None, before);
            let raised = script.starts_with('^');
            let (run, after) = script[2..].split_once('}').unwrap();
            let script = if raised {
                Script::Superscript
            } else {
                Script::Subscript
            };
            line.push(Some(script), run);
            rest = after;
        }
        line.push(None, rest);
        line.finish()
    }

    #[test]
    fn scripts_never_run_into_numbers() {
        for (pattern, expected) in [
            ("10^{6} CFU/ml", "10^6 CFU/ml"),
            ("10^{-3} mol", "10^-3 mol"),
            ("10^{\u{2212}3}", "10^\u{2212}3"),
            ("5 m^{2}", "5 m^2"),
            ("H_{2}O", "H2O"),
            ("Ca(OH)_{2}", "Ca(OH)2"),
            ("SO_{4}^{2-}", "SO4^2-"),
            ("C_{max}", "Cmax"),
            ("x^{a}_{1}", "x^a_1"),
            ("2^{3}4", "2^(3)4"),
            ("10^{6}CFU", "10^(6)CFU"),
            ("log_{10}5", "log_(10)5"),
            ("10_{2}", "10_2"),
            ("value^{1, 2}", "value^(1, 2)"),
            ("Brand^{\u{ae}}s", "Brand^\u{ae}s"),
            ("t_{1/2}", "t_(1/2)"),
        ] {
            assert_eq!(plain(pattern), expected);
        }
    }
}
