//! People, passwords, management tokens and sessions: who is asking, and what they may do.
//!
//! Never HTTP; never a password, key or token in a log line.

mod password;
mod session_store;
mod throttle;

pub use session_store::Sessions;

use crate::{
    clock::Clock,
    store::{Store, StoreError},
    terms::Role,
};

/// Someone who was recognised: a person by session, or a program by token.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    pub id: String,
    /// Shown, and written into the history of changes.
    pub name: String,
    pub role: Role,
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the name or the password is wrong")]
    WrongPassword,
    #[error("too many attempts; try again in {retry_after_seconds} seconds")]
    Throttled { retry_after_seconds: u64 },
    #[error("this link was used or is too old")]
    LinkInvalid,
    #[error("a password needs at least 10 characters")]
    PasswordTooShort,
    #[error("a name needs 1 to 100 characters")]
    NameInvalid,
    #[error("there is already someone of that name")]
    NameTaken,
    #[error("there is no one of that name")]
    Unknown,
    #[error("could not hash a password")]
    Hash,
    #[error("could not read or store accounts")]
    Store(#[from] StoreError),
}

/// The accounts of this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts;

impl Accounts {
    /// `unstored_tokens` are (name, token) pairs with the owner role that live as long as this process, such as
    /// RANKLOOP_ADMIN_TOKEN.
    pub fn new(_store: Store, _clock: Clock, _unstored_tokens: Vec<(String, String)>) -> Self {
        todo!("accounts")
    }
    /// Throttled by name and by `from` (the caller's address).
    pub async fn sign_in(&self, _name: &str, _password: &str, _from: &str) -> Result<SignedIn, AccountError> {
        todo!("accounts")
    }
    /// The person behind a session, as they are now; `None` when they are gone.
    pub async fn person(&self, _id: &str) -> Result<Option<SignedIn>, AccountError> {
        todo!("accounts")
    }
    pub async fn has_people(&self) -> Result<bool, AccountError> {
        todo!("accounts")
    }
    /// A one-time token that lets its holder become a person with this role. Valid for 24 hours.
    pub async fn make_sign_in_link(&self, _role: Role) -> Result<String, AccountError> {
        todo!("accounts")
    }
    /// Whether a link's token could still be used.
    pub async fn is_link_valid(&self, _token: &str) -> Result<bool, AccountError> {
        todo!("accounts")
    }
    /// Uses the link up and makes the person, or does neither.
    pub async fn accept_link(&self, _token: &str, _name: &str, _password: &str) -> Result<SignedIn, AccountError> {
        todo!("accounts")
    }
    pub async fn create_person(&self, _name: &str, _password: &str, _role: Role) -> Result<SignedIn, AccountError> {
        todo!("accounts")
    }
    pub async fn reset_password(&self, _name: &str, _password: &str) -> Result<(), AccountError> {
        todo!("accounts")
    }
    /// Makes and stores a management token; it is shown once.
    pub async fn create_token(&self, _name: &str, _role: Role) -> Result<String, AccountError> {
        todo!("accounts")
    }
    pub async fn has_tokens(&self) -> Result<bool, AccountError> {
        todo!("accounts")
    }
    /// Whose token this is.
    pub async fn by_token(&self, _token: &str) -> Result<Option<SignedIn>, AccountError> {
        todo!("accounts")
    }
    /// The session store for tower-sessions.
    pub fn sessions(&self) -> Sessions {
        todo!("accounts")
    }
}
