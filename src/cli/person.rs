//! `lectern person add` and `recover`.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use lectern_app::App;
use lectern_identity::{Grant, NewPerson, Role};

use super::{CliError, DataArgs};

/// The arguments of `person`.
#[derive(Debug, Args)]
pub(crate) struct PersonCommand {
    #[command(subcommand)]
    verb: PersonVerb,
}

#[derive(Debug, Subcommand)]
enum PersonVerb {
    /// Adds a person and prints the id on the last line.
    Add(Add),
    /// Lets somebody back in: a new password to be replaced, no lock, no second factor.
    Recover(Recover),
}

#[derive(Debug, Args)]
struct Recover {
    #[command(flatten)]
    data: DataArgs,
    /// What the person signs in with.
    #[arg(long)]
    login: String,
    /// Reads the password from standard input, up to the first line end.
    #[arg(long, required = true)]
    password_stdin: bool,
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
    /// Runs the subcommand.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        match self.verb {
            PersonVerb::Add(add) => add.run().await,
            PersonVerb::Recover(recover) => recover.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Result<ExitCode, CliError> {
        let config = self.data.settings(json!({}))?;
        let new = NewPerson {
            login: self.login,
            name: self.name,
            password: password()?,
            roles: self.roles.into_iter().map(Grant::everywhere).collect(),
        };
        let app: Arc<App> = App::start(config).await?;
        let added = app.identity.add_person_as_operator(new).await;
        app.shutdown().await;
        println!("{}", added?.id);
        Ok(ExitCode::SUCCESS)
    }
}

impl Recover {
    async fn run(self) -> Result<ExitCode, CliError> {
        let config = self.data.settings(json!({}))?;
        let password = password()?;
        let app: Arc<App> = App::start(config).await?;
        let recovered = app
            .identity
            .recover_as_operator(&self.login, &password)
            .await;
        app.shutdown().await;
        recovered?;
        Ok(ExitCode::SUCCESS)
    }
}

fn password() -> Result<String, CliError> {
    let mut typed = String::new();
    let read = std::io::stdin().read_to_string(&mut typed);
    read.map_err(|cause| CliError::io("the password cannot be read", cause))?;
    Ok(typed.lines().next().unwrap_or_default().to_owned())
}
