//! People, passwords, management tokens and sessions: who is asking, and what they may do.
//!
//! Never HTTP; never a password, key or token in a log line.

mod history;
mod links;
mod management;
mod password;
mod people;
mod preferences;
mod secret;
mod session_store;
mod throttle;
mod tokens;

use std::sync::Arc;

pub use management::{Invitation, MadeInvitation};
pub use session_store::{PERSON_IN_SESSION, Sessions};

pub use crate::store::{AuditLine, AuditQuery, PersonRow, StoredLine};
use crate::{
    clock::Clock,
    store::{Store, StoreError},
    terms::{Author, Door, Role},
};
use history::FailureLines;
pub use history::HISTORY_DAYS;
use password::Passwords;
use throttle::{Patience, Throttle};

/// Someone who was recognised: a person by session, or a program by token.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    pub id: String,
    /// Shown, and written into the history of changes.
    pub name: String,
    pub role: Role,
    /// How they were recognised.
    pub door: Door,
}

impl SignedIn {
    /// Who they are for the history of what they change.
    pub fn author(&self) -> Author {
        Author { id: self.id.clone(), name: self.name.clone(), door: self.door }
    }
}

/// Why somebody was not recognised, or could not be made known.
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
    #[error("there is no such person")]
    UnknownPerson,
    #[error("this invitation was used or withdrawn, or it is too old")]
    UnknownInvitation,
    #[error("this is the only owner; make somebody else an owner first")]
    LastOwner,
    #[error("{} cannot decide about {}", a_role(*.role), many(*.other))]
    NotYours { role: Role, other: Role },
    #[error("could not hash a password")]
    Hash,
    #[error("could not read or store accounts")]
    Store(#[from] StoreError),
}

/// "an admin".
fn a_role(role: Role) -> String {
    let article = if matches!(role, Role::Viewer) { "a" } else { "an" };
    format!("{article} {}", role.as_str())
}

/// "owners".
fn many(role: Role) -> String {
    format!("{}s", role.as_str())
}

/// The accounts of this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    store: Store,
    clock: Clock,
    passwords: Passwords,
    attempts: Arc<Attempts>,
    unstored_tokens: Arc<Vec<UnstoredToken>>,
}

/// Failed attempts to sign in, by the name that was tried and by where they came from.
#[derive(Debug)]
struct Attempts {
    by_name: Throttle,
    by_address: Throttle,
    failure_lines: FailureLines,
}

/// A token that was given to the process and lives as long as it.
#[derive(Debug)]
struct UnstoredToken {
    name: String,
    hash: [u8; 32],
}

const MINUTE_US: i64 = 60_000_000;
/// A person under attack can still get in: somebody else's failures cost them five minutes at most.
const PATIENCE_WITH_NAMES: Patience = Patience { n_free: 5, longest_us: 5 * MINUTE_US };
/// Many people may share an address, so it has more free failures; but one address has no business with many names.
const PATIENCE_WITH_ADDRESSES: Patience = Patience { n_free: 20, longest_us: 15 * MINUTE_US };

impl Accounts {
    /// `unstored_tokens` are (name, token) pairs with the owner role that live as long as this process, such as
    /// RANKLOOP_ADMIN_TOKEN. An empty one is no token: it is how an unset variable often looks.
    pub fn new(store: Store, clock: Clock, unstored_tokens: Vec<(String, String)>) -> Self {
        let is_token = |(_, token): &(String, String)| !token.is_empty();
        let hashed = |(name, token): (String, String)| UnstoredToken { name, hash: secret::hash_of(token.as_bytes()) };
        Self {
            store,
            clock,
            passwords: Passwords::new(),
            attempts: Arc::new(Attempts {
                by_name: Throttle::new(PATIENCE_WITH_NAMES),
                by_address: Throttle::new(PATIENCE_WITH_ADDRESSES),
                failure_lines: FailureLines::default(),
            }),
            unstored_tokens: Arc::new(unstored_tokens.into_iter().filter(is_token).map(hashed).collect()),
        }
    }

    /// The present by the server's clock.
    pub fn now_us(&self) -> i64 {
        self.clock.now_us()
    }

    /// The session store for tower-sessions.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.store.clone(), self.clock.clone())
    }
}
