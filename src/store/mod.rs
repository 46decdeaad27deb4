//! All SQL, for SQLite and PostgreSQL alike; the only room that knows a database.
//!
//! Knows no business rule: records, snapshots and settings are bytes or plain rows here.

mod accounts;
mod actions;
mod log;
mod log_writer;
mod loops;
mod snapshots;

pub use accounts::{AdminRow, ManagementTokenRow, SessionRow, SignInLinkRow};
pub use actions::ActionRow;
pub use log::{LogHead, NewRecord, StoredRecord};
pub use log_writer::{Appended, Durability, LogWriter};
pub use loops::{KeyRow, LoopRow};
pub use snapshots::SnapshotRow;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not {attempt}")]
    Database { attempt: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    /// No space left: 507 to the caller.
    #[error("could not {attempt}: the disk is full")]
    Full { attempt: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    /// More is waiting to be written than the queue holds: 503 to the caller.
    #[error("too many writes are waiting")]
    Overloaded,
    #[error("the log writer has stopped")]
    Stopped,
}

/// A handle on the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store;

impl Store {
    /// Opens `postgres://…` or `sqlite:PATH` (made when missing). Runs no migration.
    pub async fn open(_url: &str) -> Result<Self, StoreError> {
        todo!("store")
    }
    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        todo!("store")
    }
}
