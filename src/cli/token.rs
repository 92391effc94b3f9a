//! `lectern token create`.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use lectern_app::App;
use lectern_identity::TokenScope;

use super::{CliError, DataArgs};

const HOUR: u64 = 3_600;

/// The arguments of `token`.
#[derive(Debug, Args)]
pub(crate) struct TokenCommand {
    #[command(subcommand)]
    verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    /// Makes a token and prints it on the last line; it is not shown again.
    Create(Create),
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    data: DataArgs,
    /// Whose token it is.
    #[arg(long)]
    login: String,
    /// What it is for.
    #[arg(long, default_value = "made at the command line")]
    label: String,
    /// What it may be used for.
    #[arg(long, default_value = "write", value_parser = parse_scope)]
    scope: TokenScope,
    /// After how long it stops working, such as 90d or 12h.
    #[arg(long, default_value = "90d", value_parser = parse_duration)]
    expires: Duration,
}

impl TokenCommand {
    /// Runs the subcommand.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let TokenVerb::Create(create) = self.verb;
        let config = create.data.settings(json!({}))?;
        let app = App::start(config).await?;
        let made = app
            .identity
            .create_token_as_operator(&create.login, &create.label, create.expires, create.scope)
            .await;
        app.shutdown().await;
        let (_, token) = made?;
        println!("{token}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Parses `read` or `write`.
fn parse_scope(text: &str) -> Result<TokenScope, String> {
    match text {
        "read" => Ok(TokenScope::Read),
        "write" => Ok(TokenScope::Write),
        _ => Err(format!("“{text}” is no scope; write read or write")),
    }
}

/// Parses a duration such as `90d`, `12h` or `30m`.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("“{text}” is no span of time; write 90d, 12h or 30m");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let number: u64 = text[..text.len() - unit.len_utf8()]
        .parse()
        .map_err(|_| wrong())?;
    let seconds = match unit {
        'd' => 24 * HOUR,
        'h' => HOUR,
        'm' => 60,
        _ => return Err(wrong()),
    };
    let whole = number.checked_mul(seconds).filter(|seconds| *seconds > 0);
    whole.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        assert_eq!(
            parse_duration("90d"),
            Ok(Duration::from_secs(90 * 24 * HOUR))
        );
        assert_eq!(parse_duration("12h"), Ok(Duration::from_secs(12 * HOUR)));
        for wrong in ["", "d", "0d", "90", "-1d", "1y", "99999999999999999999d"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
