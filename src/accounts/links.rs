//! Using a one-time link: how the owner gets in on the first start, and others by invitation.

use super::{AccountError, Accounts, SignedIn, secret::hash_of};
use crate::{
    store::LinkUse,
    terms::{AuditKind, Role},
};

impl Accounts {
    /// The role that a link gives; `None` when it was used, withdrawn, is too old, or was never made.
    pub async fn role_of_link(&self, token: &str) -> Result<Option<Role>, AccountError> {
        Ok(self.store.link_role(&hash_of(token.as_bytes()), self.clock.now_us()).await?)
    }

    /// Uses the link up and makes the person, or does neither. `from` is the caller's address.
    pub async fn accept_link(
        &self,
        token: &str,
        name: &str,
        password: &str,
        from: &str,
    ) -> Result<SignedIn, AccountError> {
        let role = self.role_of_link(token).await?.ok_or(AccountError::LinkInvalid)?;
        let row = self.new_person(name, password, role).await?;
        let person = SignedIn::from(row.clone());
        let line = self.line(AuditKind::PersonJoined, &person.author()).on_person(&person.id, &person.name);
        let line = line.telling(format!("by a link, as {}", role.as_str())).from_address(from);
        // Hashing took its time, and somebody else may have been faster.
        match self.store.accept_link(&hash_of(token.as_bytes()), self.clock.now_us(), &row, &line).await? {
            LinkUse::Accepted => Ok(person),
            LinkUse::Invalid => Err(AccountError::LinkInvalid),
            LinkUse::NameTaken => Err(AccountError::NameTaken),
        }
    }
}
