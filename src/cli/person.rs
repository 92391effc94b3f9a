//! `lectern person add` and `recover`.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use lectern_app::App;
use lectern_identity::{Grant, Invitation, NewPerson, PasswordLink, Role};

use super::{CliError, DataArgs};

/// The arguments of `person`.
#[derive(Debug, Args)]
pub(crate) struct PersonCommand {
    #[command(subcommand)]
    verb: PersonVerb,
}

#[derive(Debug, Subcommand)]
enum PersonVerb {
    /// Adds a person: prints the link with which they choose a password, and the id on the last line.
    Add(Add),
    /// Lets somebody back in: prints a link for a new password; no lock, no second factor.
    Recover(Recover),
}

#[derive(Debug, Args)]
struct Recover {
    #[command(flatten)]
    data: DataArgs,
    /// What the person signs in with.
    #[arg(long)]
    login: String,
    /// Reads a password, which the person must replace, from standard input up to the first line
    /// end, instead of making a link.
    #[arg(long)]
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
    /// Reads the password from standard input, up to the first line end, instead of making a link:
    /// for the first administrator.
    #[arg(long)]
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
        let given = self.password_stdin.then(password).transpose()?;
        let (login, name) = (self.login, self.name);
        let roles = self.roles.into_iter().map(Grant::everywhere).collect();
        let app: Arc<App> = App::start(config).await?;
        let added = match given {
            Some(password) => {
                let new = NewPerson {
                    login,
                    name,
                    password,
                    roles,
                };
                let added = app.identity.add_person_as_operator(new).await;
                added.map(|person| (person, None))
            }
            None => {
                let new = Invitation { login, name, roles };
                let added = app.identity.invite_as_operator(new).await;
                added.map(|(person, link)| (person, Some(link)))
            }
        };
        app.shutdown().await;
        let (person, link) = added?;
        if let Some(link) = link {
            print_link(&app, &link);
        }
        println!("{}", person.id);
        Ok(ExitCode::SUCCESS)
    }
}

impl Recover {
    async fn run(self) -> Result<ExitCode, CliError> {
        let config = self.data.settings(json!({}))?;
        let given = self.password_stdin.then(password).transpose()?;
        let app: Arc<App> = App::start(config).await?;
        let (identity, login) = (&app.identity, &self.login);
        let recovered = match given {
            Some(password) => {
                let recovered = identity.recover_as_operator(login, &password).await;
                recovered.map(|()| None)
            }
            None => identity.recover_by_link_as_operator(login).await.map(Some),
        };
        app.shutdown().await;
        if let Some(link) = recovered? {
            print_link(&app, &link);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints the address at which a person chooses a password once the server runs.
fn print_link(app: &App, link: &PasswordLink) {
    let base = match &app.config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", app.config.listen),
    };
    println!("{base}/choose-password?code={}", link.code);
}

fn password() -> Result<String, CliError> {
    let mut typed = String::new();
    let read = std::io::stdin().read_to_string(&mut typed);
    read.map_err(|cause| CliError::io("the password cannot be read", cause))?;
    Ok(typed.lines().next().unwrap_or_default().to_owned())
}
