//! Management tokens: how programs prove who they are.

use super::{
    AccountError, Accounts, SignedIn,
    secret::{are_equal, hash_of, random_secret},
};
use crate::{
    store::ManagementTokenRow,
    terms::{AuditKind, Author, Door, Role},
};

/// Lets people and secret scanners recognise a token that lies where it should not.
const PREFIX: &str = "rlt_";

impl Accounts {
    /// Makes and stores a management token; it is shown once.
    pub async fn create_token(&self, name: &str, role: Role, by: &Author) -> Result<String, AccountError> {
        let token = format!("{PREFIX}{}", random_secret());
        let hash = hash_of(token.as_bytes());
        let row = ManagementTokenRow { hash, name: name.to_owned(), role, created_at_us: self.clock.now_us() };
        let line = self.line(AuditKind::TokenMade, by).on(name).telling(format!("as {}", role.as_str()));
        self.store.insert_token(&row, &line).await?;
        Ok(token)
    }

    /// Whether a management token was ever made and stored. Those of this process alone do not count.
    pub async fn has_tokens(&self) -> Result<bool, AccountError> {
        Ok(self.store.has_tokens().await?)
    }

    /// Whose token this is.
    pub async fn by_token(&self, token: &str) -> Result<Option<SignedIn>, AccountError> {
        let hash = hash_of(token.as_bytes());
        // All of them, so that the time taken does not tell which one was nearly right.
        let mut known = None;
        for unstored in self.unstored_tokens.iter() {
            if are_equal(&hash, &unstored.hash) {
                known = Some((unstored.name.clone(), Role::Owner));
            }
        }
        if known.is_none() {
            known = self.store.token(&hash).await?.map(|row| (row.name, row.role));
        }
        Ok(known.map(|(name, role)| SignedIn { id: format!("token:{name}"), name, role, door: Door::Api }))
    }
}
