//! What the page People asks of the server. For admins.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    terms::Role,
    web::{PageError, components::Moment},
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeopleView {
    pub people: Vec<PersonLine>,
    pub invitations: Vec<InvitationLine>,
    /// Roles that whoever looks may give.
    pub grantable: Vec<Role>,
    /// A link that was just made without script: it is shown this once.
    pub new_link: Option<String>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonLine {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub since: Moment,
    pub last_sign_in: Option<Moment>,
    pub n_sessions: i64,
    /// Whoever looks.
    pub is_you: bool,
    /// Whether whoever looks may decide about them.
    pub is_yours: bool,
    /// Without them nobody could appoint owners.
    pub is_last_owner: bool,
}

/// One invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvitationLine {
    pub id: String,
    pub role: Role,
    pub made_by: String,
    pub expires: Moment,
    pub is_yours: bool,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub words: String,
    /// A link, shown this once.
    pub link: Option<String>,
}

/// Everybody, and who was invited.
#[server]
pub async fn load_people() -> Result<PeopleView, PageError> {
    use crate::{
        accounts::{Accounts, Invitation, PersonRow},
        web::{guard, words},
    };
    // Taken before anything is awaited: see `guard::given`.
    let accounts = guard::given::<Accounts>()?;
    let you = guard::require(Role::Admin).await?;
    let people = accounts.people().await?;
    let n_owners = people.iter().filter(|person| person.role == Role::Owner).count();
    let now_us = accounts.now_us();
    let person = |row: PersonRow| PersonLine {
        is_you: row.id == you.id,
        is_yours: you.role.may_grant(row.role),
        is_last_owner: row.role == Role::Owner && n_owners == 1,
        since: words::moment(row.created_at_us, now_us),
        last_sign_in: row.last_sign_in_at_us.map(|at_us| words::moment(at_us, now_us)),
        id: row.id,
        name: row.name,
        role: row.role,
        n_sessions: row.n_sessions,
    };
    let invitation = |invitation: Invitation| InvitationLine {
        id: invitation.id,
        is_yours: you.role.may_grant(invitation.role),
        role: invitation.role,
        made_by: invitation.made_by,
        expires: words::moment(invitation.expires_at_us, now_us),
    };
    Ok(PeopleView {
        people: people.into_iter().map(person).collect(),
        invitations: accounts.invitations().await?.into_iter().map(invitation).collect(),
        grantable: Role::ALL.into_iter().filter(|role| you.role.may_grant(*role)).collect(),
        new_link: guard::take_note(NEW_LINK).await?,
    })
}

/// Under this name a session keeps a new link until its page is shown, where no script does it.
#[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "sessions are the server's"))]
const NEW_LINK: &str = "new_link";

/// Does one thing to people: `invite` somebody as `role`, `withdraw` an invitation, give a person a `role`, `remove` them, or
/// `signOut` them everywhere. One door for all, because each costs the browser as much as the next.
#[server]
pub async fn manage_people(
    order: String,
    #[server(default)] id: String,
    #[server(default)] role: String,
) -> Result<Done, PageError> {
    use crate::{
        accounts::Accounts,
        web::{PublicUrl, guard},
    };
    let accounts = guard::given::<Accounts>()?;
    let root = guard::given::<PublicUrl>()?.0;
    let you = guard::require(Role::Admin).await?;
    let asked_role = || Role::parse(&role).ok_or_else(|| guard::refused_at("role", "There is no such role."));
    let said = |words: &str| Ok(Done { words: words.to_owned(), link: None });
    match order.as_str() {
        "invite" => {
            let made = accounts.invite(asked_role()?, &you).await?;
            let link = format!("{root}/welcome/{}", made.token);
            guard::note_for_plain_form(NEW_LINK, &link).await?;
            Ok(Done { words: "The link is below. It works once, within 24 hours.".to_owned(), link: Some(link) })
        }
        "withdraw" => {
            accounts.withdraw_invitation(&id, &you).await?;
            said("The invitation is withdrawn: its link opens nothing any more.")
        }
        "role" => {
            accounts.change_role(&id, asked_role()?, &you).await?;
            said("The role is changed. It holds from their next click on.")
        }
        "remove" => {
            accounts.remove_person(&id, &you).await?;
            said("The person is removed and signed out.")
        }
        "signOut" => {
            let n_ended = accounts.end_sessions(&id, &you).await?;
            let many = if n_ended == 1 { "session" } else { "sessions" };
            said(&format!("{n_ended} {many} ended."))
        }
        _ => Err(PageError::rejected("There is no such order.")),
    }
}
