//! What the operator is told at the start, once: where the server is, and how to get in.

use std::fmt::Write;

use anyhow::Context;

use crate::{
    accounts::Accounts,
    terms::{Author, Role},
};

/// The name of the token that the first start makes.
const FIRST_TOKEN: &str = "first start";

/// Makes what a first start needs and says where everything is. Secrets go to the standard output and nowhere else.
pub async fn greet(
    accounts: &Accounts,
    public_url: &str,
    has_own_token: bool,
    has_demo: bool,
) -> anyhow::Result<String> {
    let mut text = format!("\n  rankloop is ready at  {public_url}\n");
    if has_demo {
        let _ = writeln!(text, "  The demo news site    {public_url}/news");
    }
    if !accounts.has_people().await.context("could not read the accounts")? {
        let link = accounts.make_sign_in_link(Role::Owner).await.context("could not make a sign-in link")?;
        let _ = writeln!(text, "  Become the owner      {public_url}/welcome/{link}");
        let _ = writeln!(text, "                        (works once, within 24 hours)");
    }
    if !has_own_token && !accounts.has_tokens().await.context("could not read the tokens")? {
        let token = accounts
            .create_token(FIRST_TOKEN, Role::Owner, &Author::server("server"))
            .await
            .context("could not make a token")?;
        let _ = writeln!(text, "  Management token      {token}");
        let _ = writeln!(text, "                        (shown this once; keep it)");
    }
    Ok(text)
}
