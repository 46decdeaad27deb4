//! Managing people: who there is, who may come, who may do what, and who has to go.
//!
//! There is always an owner: the last one can neither be removed nor given another role.

use super::{
    AccountError, Accounts, SignedIn,
    secret::{hash_of, random_secret},
};
use crate::{
    store::{InvitationRow, PersonChange, PersonRow},
    terms::{AuditKind, Author, Role},
};

const DAY_US: i64 = 86_400_000_000;
/// Of the hash of a link's token, so many bytes name the invitation. They are no way to the token.
const N_BYTES_OF_NAME: usize = 8;

/// A link just made; its token is shown this once.
#[derive(Debug, Clone)]
pub struct MadeInvitation {
    pub token: String,
    pub invitation: Invitation,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Invitation {
    /// Names it, and opens nothing.
    pub id: String,
    pub role: Role,
    pub made_at_us: i64,
    /// Empty of those that were made before this was noted.
    pub made_by: String,
    pub expires_at_us: i64,
}

impl From<&InvitationRow> for Invitation {
    fn from(row: &InvitationRow) -> Self {
        Self {
            id: hex::encode(&row.hash[..N_BYTES_OF_NAME]),
            role: row.role,
            made_at_us: row.made_at_us,
            made_by: row.made_by.clone(),
            expires_at_us: row.expires_at_us,
        }
    }
}

impl Accounts {
    /// Everybody who can sign in, the oldest first.
    pub async fn people(&self) -> Result<Vec<PersonRow>, AccountError> {
        Ok(self.store.people(self.clock.now_us()).await?)
    }

    /// Invitations that can still be used.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, AccountError> {
        Ok(self.store.invitations(self.clock.now_us()).await?.iter().map(Invitation::from).collect())
    }

    /// Browsers that are signed in, of everybody.
    pub async fn n_open_sessions(&self) -> Result<u64, AccountError> {
        Ok(self.store.n_open_sessions(self.clock.now_us()).await?.unsigned_abs())
    }

    /// A link that makes its holder a person with this role, once, within 24 hours.
    pub async fn invite(&self, role: Role, by: &SignedIn) -> Result<MadeInvitation, AccountError> {
        may_grant(by, role)?;
        self.make_invitation(role, &by.author()).await
    }

    /// The token of a link for whoever started the server.
    pub async fn make_sign_in_link(&self, role: Role) -> Result<String, AccountError> {
        Ok(self.make_invitation(role, &Author::server("server")).await?.token)
    }

    async fn make_invitation(&self, role: Role, by: &Author) -> Result<MadeInvitation, AccountError> {
        let token = random_secret();
        let now_us = self.clock.now_us();
        let row = InvitationRow {
            hash: hash_of(token.as_bytes()),
            role,
            made_at_us: now_us,
            made_by: by.name.clone(),
            expires_at_us: now_us + DAY_US,
        };
        let line = self.line(AuditKind::PersonInvited, by).on(format!("somebody, as {}", role.as_str()));
        self.store.insert_link(&row, &line).await?;
        Ok(MadeInvitation { token, invitation: Invitation::from(&row) })
    }

    /// Makes an invitation useless.
    pub async fn withdraw_invitation(&self, id: &str, by: &SignedIn) -> Result<(), AccountError> {
        let rows = self.store.invitations(self.clock.now_us()).await?;
        let row = rows.iter().find(|row| Invitation::from(*row).id == id).ok_or(AccountError::UnknownInvitation)?;
        may_grant(by, row.role)?;
        let line = self.line(AuditKind::InvitationWithdrawn, &by.author()).on(format!("as {}", row.role.as_str()));
        let was_there = self.store.withdraw_invitation(&row.hash, &line).await?;
        if was_there { Ok(()) } else { Err(AccountError::UnknownInvitation) }
    }

    /// Gives somebody another role. It holds from their next request on.
    pub async fn change_role(&self, id: &str, role: Role, by: &SignedIn) -> Result<(), AccountError> {
        let person = self.someone(id).await?;
        may_grant(by, person.role)?;
        may_grant(by, role)?;
        if person.role == role {
            return Ok(());
        }
        let line = self.line(AuditKind::RoleChanged, &by.author());
        let told = format!("{} → {}", person.role.as_str(), role.as_str());
        let line = line.on_person(&person.id, &person.name).telling(told);
        done(self.store.change_role(&person.id, person.role, role, &line).await?)
    }

    /// Removes somebody and signs them out. What they did stays in the history under their name.
    pub async fn remove_person(&self, id: &str, by: &SignedIn) -> Result<(), AccountError> {
        let person = self.someone(id).await?;
        may_grant(by, person.role)?;
        let line = self.line(AuditKind::PersonRemoved, &by.author()).on_person(&person.id, &person.name);
        let line = line.telling(format!("was {}", person.role.as_str()));
        done(self.store.remove_person(&person.id, person.role, &line).await?)
    }

    /// Signs somebody out everywhere. Returns how many sessions ended. Everybody may do it to themselves.
    pub async fn end_sessions(&self, id: &str, by: &SignedIn) -> Result<u64, AccountError> {
        let person = self.someone(id).await?;
        if person.id != by.id {
            may_grant(by, person.role)?;
        }
        let line = self.line(AuditKind::SessionsEnded, &by.author()).on_person(&person.id, &person.name);
        Ok(self.store.end_sessions(&person.id, &line).await?)
    }

    async fn someone(&self, id: &str) -> Result<SignedIn, AccountError> {
        self.person(id).await?.ok_or(AccountError::UnknownPerson)
    }
}

/// Nobody gives, or takes away, what they may not give.
fn may_grant(by: &SignedIn, role: Role) -> Result<(), AccountError> {
    if by.role.may_grant(role) { Ok(()) } else { Err(AccountError::NotYours { role: by.role, other: role }) }
}

fn done(change: PersonChange) -> Result<(), AccountError> {
    match change {
        PersonChange::Done => Ok(()),
        PersonChange::LastOwner => Err(AccountError::LastOwner),
        PersonChange::Unknown => Err(AccountError::UnknownPerson),
    }
}
