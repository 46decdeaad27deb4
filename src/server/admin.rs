//! `migrate` and `admin`: what an operator does at the machine itself.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, ensure};

use super::{
    config::{AdminCommand, DataOptions, secret_from_environment},
    telemetry,
};
use crate::{accounts::Accounts, clock::Clock, terms::Author};

/// Brings the schema up to date.
pub async fn migrate(data: DataOptions) -> anyhow::Result<()> {
    telemetry::start();
    data.open().await?.close().await;
    println!("The database is up to date.");
    Ok(())
}

/// Manages people.
pub async fn run(command: AdminCommand) -> anyhow::Result<()> {
    telemetry::start();
    match command {
        AdminCommand::CreateUser { name, role, data } => {
            let password = ask_password()?;
            let store = data.open().await?;
            let accounts = Accounts::new(store.clone(), Clock::System, Vec::new());
            let person = accounts.create_person(&name, &password, role.into(), &Author::command_line()).await;
            store.close().await;
            let person = person.with_context(|| format!("{name} was not made"))?;
            println!("{} can sign in now, as {}.", person.name, person.role.as_str());
        }
        AdminCommand::ResetPassword { name, data } => {
            let password = ask_password()?;
            let store = data.open().await?;
            let accounts = Accounts::new(store.clone(), Clock::System, Vec::new());
            let done = accounts.reset_password(&name, &password, &Author::command_line()).await;
            store.close().await;
            done.with_context(|| format!("the password of {name} was not changed"))?;
            println!("{name} has a new password.");
        }
    }
    Ok(())
}

/// From RANKLOOP_PASSWORD, or else one line of the standard input.
fn ask_password() -> anyhow::Result<String> {
    if let Some(password) = secret_from_environment("RANKLOOP_PASSWORD") {
        return Ok(password);
    }
    let mut input = std::io::stdin().lock();
    if input.is_terminal() {
        // What is typed is shown: hiding it needs a library of its own for one question, and the variable is there.
        eprint!("Password (it will be shown; set RANKLOOP_PASSWORD to avoid that): ");
        std::io::stderr().flush().context("could not ask for the password")?;
    }
    let mut line = String::new();
    input.read_line(&mut line).context("could not read the password")?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    ensure!(!password.is_empty(), "a password is needed: in RANKLOOP_PASSWORD, or on the standard input");
    Ok(password)
}
