//! What a person chose for the pages that they see, such as what they put away.

use super::{AccountError, Accounts, SignedIn};

impl Accounts {
    /// Whether this person put something away.
    pub async fn has_put_away(&self, person: &SignedIn, what: &str) -> Result<bool, AccountError> {
        let kept = self.store.preference(&person.id, &name_of(what)).await?;
        Ok(kept.is_some())
    }

    /// Puts something away for this person, or brings it back.
    pub async fn put_away(&self, person: &SignedIn, what: &str, is_away: bool) -> Result<(), AccountError> {
        Ok(self.store.set_preference(&person.id, &name_of(what), is_away.then_some("away")).await?)
    }

    /// How many people can sign in.
    pub async fn n_people(&self) -> Result<u64, AccountError> {
        Ok(self.store.n_admins().await?)
    }
}

fn name_of(what: &str) -> String {
    format!("away:{what}")
}
