//! The questions that an approval answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answer {
    /// The question, as the policy has it.
    pub question: String,
    /// Whether it was answered with yes.
    pub yes: bool,
}

/// Answers as they are handed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Checklist {
    /// One answer for each question, in order.
    InOrder(Vec<bool>),
    /// The questions that were answered with yes.
    Ticked(Vec<String>),
    /// Questions with their answers.
    Named(BTreeMap<String, bool>),
    /// Questions with their answers, in a list.
    Listed(Vec<Answer>),
}

impl Default for Checklist {
    fn default() -> Self {
        Self::InOrder(Vec::new())
    }
}

impl Checklist {
    /// Answers every question of `policy`; what was not answered is a no.
    pub fn answers(&self, policy: &[String]) -> Vec<Answer> {
        let answer = |(place, question): (usize, &String)| Answer {
            question: question.clone(),
            yes: self.says_yes(place, question),
        };
        policy.iter().enumerate().map(answer).collect()
    }

    fn says_yes(&self, place: usize, question: &String) -> bool {
        match self {
            Self::InOrder(answers) => answers.get(place).copied().unwrap_or(false),
            Self::Ticked(questions) => questions.contains(question),
            Self::Named(answers) => answers.get(question).copied().unwrap_or(false),
            Self::Listed(answers) => answers.iter().any(|a| a.question == *question && a.yes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_accepted_in_four_forms() {
        let policy = ["True?".to_owned(), "Clear?".to_owned()];
        for (given, expected) in [
            ("[true, false]", [true, false]),
            ("[true]", [true, false]),
            ("[true, true, true]", [true, true]),
            (r#"["Clear?"]"#, [false, true]),
            (
                r#"{"True?": true, "Clear?": true, "Else?": true}"#,
                [true, true],
            ),
            (r#"[{"question": "Clear?", "yes": true}]"#, [false, true]),
            ("[]", [false, false]),
        ] {
            let checklist: Checklist = serde_json::from_str(given).unwrap();
            let answers = checklist.answers(&policy);
            assert_eq!([answers[0].yes, answers[1].yes], expected, "{given}");
        }
    }
}
