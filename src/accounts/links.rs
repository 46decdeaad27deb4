//! One-time links: how the owner gets in on the first start, and others by invitation.

use super::{
    AccountError, Accounts, SignedIn,
    secret::{hash_of, random_secret},
};
use crate::{
    store::{LinkUse, SignInLinkRow},
    terms::Role,
};

const DAY_US: i64 = 86_400_000_000;

impl Accounts {
    /// A one-time token that lets its holder become a person with this role. Valid for 24 hours.
    pub async fn make_sign_in_link(&self, role: Role) -> Result<String, AccountError> {
        let token = random_secret();
        let now_us = self.clock.now_us();
        let row = SignInLinkRow { hash: hash_of(token.as_bytes()), role, expires_at_us: now_us + DAY_US };
        self.store.insert_link(&row, now_us).await?;
        Ok(token)
    }

    /// Whether a link's token could still be used.
    pub async fn is_link_valid(&self, token: &str) -> Result<bool, AccountError> {
        Ok(self.store.link_role(&hash_of(token.as_bytes()), self.clock.now_us()).await?.is_some())
    }

    /// Uses the link up and makes the person, or does neither.
    pub async fn accept_link(&self, token: &str, name: &str, password: &str) -> Result<SignedIn, AccountError> {
        let hash = hash_of(token.as_bytes());
        let role = self.store.link_role(&hash, self.clock.now_us()).await?.ok_or(AccountError::LinkInvalid)?;
        let row = self.new_person(name, password, role).await?;
        // Hashing took its time, and somebody else may have been faster.
        match self.store.accept_link(&hash, self.clock.now_us(), &row).await? {
            LinkUse::Accepted => Ok(row.into()),
            LinkUse::Invalid => Err(AccountError::LinkInvalid),
            LinkUse::NameTaken => Err(AccountError::NameTaken),
        }
    }
}
