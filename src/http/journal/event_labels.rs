//! Labels of journal events, for the page, its filter and CSV.

/// A kind of events: its name, its label, and its events with theirs.
type Kind = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const KINDS: &[Kind] = &[
    (
        "article",
        "Articles",
        &[
            ("article.created", "Article started"),
            ("article.imported", "Article taken in from a pack"),
            (
                "article.retirement_signed",
                "Retirement signed by the first of two",
            ),
            ("article.retired", "Article retired"),
        ],
    ),
    (
        "revision",
        "Revisions",
        &[("revision.saved", "Revision saved")],
    ),
    (
        "review",
        "Reviews",
        &[
            ("review.requested", "Review requested"),
            ("review.decided", "Review decided"),
            ("review.stage_passed", "Stage of a review passed"),
            ("review.reminded", "Reviewers reminded"),
            ("review.approved", "Review approved"),
            ("review.rejected", "Review rejected"),
            ("review.withdrawn", "Review withdrawn"),
            ("review.outdated", "Review outdated"),
            ("review.stale", "Review closed, as nobody decided"),
        ],
    ),
    (
        "signature",
        "Signatures",
        &[
            ("signature.given", "Signed"),
            ("signature.refused", "Signature refused"),
        ],
    ),
    (
        "version",
        "Versions",
        &[
            ("version.effective", "Version became effective"),
            ("version.superseded", "Version superseded"),
            ("version.suspended", "Version suspended"),
            ("version.reinstated", "Version reinstated"),
            ("version.reissued", "Earlier version issued again"),
            ("version.reaffirmed", "Version reaffirmed"),
            ("version.review_soon", "Review date near"),
            ("version.due", "Review date passed"),
            ("version.expired", "Version expired"),
        ],
    ),
    (
        "reading",
        "Reading",
        &[
            ("reading.audience_changed", "Audience changed"),
            ("reading.assigned", "People asked to read"),
            ("reading.released", "People asked no longer"),
            ("reading.reminded", "Readers reminded"),
            ("reading.overdue", "Reading overdue"),
            ("reading.acknowledged", "Read and acknowledged"),
        ],
    ),
    (
        "thread",
        "Comments",
        &[
            ("thread.opened", "Comment made"),
            ("thread.replied", "Comment answered"),
            ("thread.resolved", "Comments resolved"),
            ("thread.reopened", "Comments reopened"),
        ],
    ),
    (
        "comment",
        "Own comments",
        &[("comment.edited", "Comment corrected")],
    ),
    (
        "attachment",
        "Pictures and files",
        &[
            ("attachment.added", "File added"),
            ("attachment.removed", "File cleared away"),
        ],
    ),
    (
        "draft",
        "Damaged drafts",
        &[
            ("draft.set_aside", "Damaged part of a draft set aside"),
            ("draft.set_aside_settled", "Damaged draft looked after"),
        ],
    ),
    ("edit", "Refused edits", &[("edit.refused", "Edit refused")]),
    (
        "pack",
        "Inspector’s packs",
        &[
            ("pack.exported", "Inspector’s pack made"),
            ("pack.imported", "Inspector’s pack taken in"),
        ],
    ),
    (
        "module",
        "Modules",
        &[
            ("module.created", "Module created"),
            ("module.changed", "Module changed"),
            ("module.rules_changed", "Rules of review changed"),
            ("module.reordered", "Articles put in order"),
            ("module.member_added", "Member added"),
            ("module.member_removed", "Member removed"),
            ("module.removed", "Module removed"),
        ],
    ),
    (
        "person",
        "People",
        &[
            ("person.added", "Person added"),
            ("person.recovered", "Let back in by the operator"),
            ("person.roles_changed", "Roles changed"),
            ("person.deactivated", "Access ended"),
            ("person.reactivated", "Access given again"),
            ("person.password_changed", "Password changed"),
            (
                "person.password_refused",
                "Wrong password at a confirmation",
            ),
        ],
    ),
    (
        "delegation",
        "Standing in",
        &[
            ("delegation.given", "Right to decide handed over"),
            ("delegation.ended", "Right to decide taken back"),
        ],
    ),
    (
        "account",
        "Locked accounts",
        &[
            ("account.locked", "Account locked"),
            ("account.unlocked", "Account unlocked"),
        ],
    ),
    (
        "second_factor",
        "Second factors",
        &[
            ("second_factor.set", "Second factor set"),
            ("second_factor.removed", "Second factor removed"),
            ("second_factor.recovery_code_used", "Recovery code used"),
        ],
    ),
    ("alert", "Alerts", &[("alert.settled", "Alert settled")]),
    (
        "session",
        "Signing in",
        &[
            ("session.opened", "Signed in"),
            ("session.closed", "Session ended"),
            ("session.throttled", "Sign-in slowed down"),
            ("session.reported", "Sign-in reported as not one's own"),
        ],
    ),
    (
        "token",
        "Tokens",
        &[
            ("token.created", "Token made"),
            ("token.revoked", "Token revoked"),
        ],
    ),
    (
        "organisation",
        "Organisation",
        &[("organisation.founded", "Organisation named")],
    ),
    (
        "checkpoint",
        "Checkpoints",
        &[("checkpoint.key_made", "Key for checkpoints made")],
    ),
];

/// Returns the label of an event; without one it is made of the name.
pub fn words(deed: &str) -> String {
    if let Some(words) = own_words(deed) {
        return words.to_owned();
    }
    if let Some((_, words, _)) = KINDS.iter().find(|(kind, ..)| *kind == deed) {
        return (*words).to_owned();
    }
    spoken(deed)
}

fn own_words(deed: &str) -> Option<&'static str> {
    let mut known = KINDS.iter().flat_map(|(_, _, deeds)| *deeds);
    let found = known.find(|(name, _)| *name == deed);
    found.map(|(_, words)| *words)
}

/// Returns the kinds with their labels, and the events of each with theirs.
pub fn kinds() -> &'static [Kind] {
    KINDS
}

/// Turns a name into words: `review.more_time` is "Review more time".
pub fn spoken(name: &str) -> String {
    let words = name.replace(['.', '_'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.map_or_else(String::new, |first| format!("{first}{}", letters.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn an_event_without_a_label_gets_one_from_its_name() {
        assert_eq!(words("session.opened"), "Signed in");
        assert_eq!(words("session"), "Signing in");
        assert_eq!(words("review.more_time"), "Review more time");
        assert_eq!(words(""), "");
    }

    /// Quoted words with a point that are not events.
    const OTHERS: [&str; 5] = [
        "checkpoint.key",
        "http.body_limit",
        "signature.meaning",
        "store.aside",
        "store.partial",
    ];
    /// Endings of file names.
    const FILES: [&str; 11] = [
        "html", "json", "jsonl", "md", "pdf", "png", "rs", "sock", "svg", "toml", "txt",
    ];

    #[test]
    fn every_event_in_the_sources_has_a_label() {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
        let (mut seen, mut wordless) = (0, BTreeSet::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let is = |name| path.file_stem().is_some_and(|stem| stem == name);
                if is("tests") || is("http") {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|kind| kind == "rs") {
                    let text = fs::read_to_string(path).unwrap();
                    for deed in named(&text) {
                        seen += 1;
                        if own_words(&deed).is_none() {
                            wordless.insert(deed);
                        }
                    }
                }
            }
        }
        assert!(seen > 60, "the sources name deeds: {seen}");
        assert!(
            wordless.is_empty(),
            "deeds without words in src/http/deeds.rs (or, if they are none, without a place in \
             OTHERS): {wordless:?}"
        );
    }

    /// Finds the quoted event names in a source, without its tests.
    fn named(source: &str) -> Vec<String> {
        let source = source
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        let is_deed = |text: &&str| {
            let parts = text.split_once('.');
            parts.is_some_and(|(kind, what)| {
                is_word(kind) && is_word(what) && !FILES.contains(&what) && !OTHERS.contains(text)
            })
        };
        source
            .split('"')
            .filter(is_deed)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_event_belongs_to_its_kind() {
        for (kind, _, deeds) in kinds() {
            for (deed, _) in *deeds {
                assert_eq!(deed.split('.').next(), Some(*kind), "{deed}");
            }
        }
    }
}
