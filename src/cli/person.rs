//! `lectern person add`.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CliError, DataArgs};
use crate::app::App;
use crate::identity::{Grant, NewPerson, Role};

/// What to do about people.
#[derive(Debug, Args)]
pub(crate) struct PersonCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Adds a person and prints the id on the last line.
    Add(Add),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    data: DataArgs,
    /// What the person signs in with.
    #[arg(long)]
    login: String,
    /// The name as others read it.
    #[arg(long)]
    name: String,
    /// Roles in the whole organisation: learner, trainer, reviewer, lead, admin.
    #[arg(long, value_delimiter = ',', value_name = "ROLE,…")]
    roles: Vec<Role>,
    /// Reads the password from standard input, up to the first line end.
    #[arg(long, required = true)]
    password_stdin: bool,
}

impl PersonCommand {
    /// Does it.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let Verb::Add(add) = self.verb;
        let config = add.data.settings(json!({}))?;
        let new = NewPerson {
            login: add.login,
            name: add.name,
            password: password()?,
            roles: add.roles.into_iter().map(Grant::everywhere).collect(),
        };
        let app: Arc<App> = App::start(config).await?;
        let added = app.identity.add_person_as_operator(new).await;
        app.shutdown().await;
        println!("{}", added?.id);
        Ok(ExitCode::SUCCESS)
    }
}

fn password() -> Result<String, CliError> {
    let mut typed = String::new();
    let read = std::io::stdin().read_to_string(&mut typed);
    read.map_err(|cause| CliError::io("the password cannot be read", cause))?;
    Ok(typed.lines().next().unwrap_or_default().to_owned())
}
