//! All SQL, for SQLite and PostgreSQL alike; the only room that knows a database.
//!
//! Knows no business rule: records, snapshots and settings are bytes or plain rows here. Every statement is one constant
//! text that both databases understand; only the bulk append of the log has a text for each.

#[macro_use]
mod pools;

mod accounts;
mod actions;
mod announcements;
mod append_function;
mod archive;
mod audit;
mod carried;
mod checkpoints;
mod commit_log;
mod condition;
mod doubt;
mod error;
mod evaluation_shares;
mod event_search;
mod following;
mod jobs;
mod key_use;
mod leases;
mod log;
mod log_append;
mod log_import;
mod log_plan;
mod log_statements;
mod log_writer;
mod loops;
mod lost_answer;
mod packing;
mod partitions;
mod people;
mod preferences;
mod presence;
mod reach;
mod sessions;
mod signing_key;
mod snapshots;
mod tail;

pub use accounts::{AdminRow, LinkUse, ManagementTokenRow};
pub use actions::{ActionChangeKind, ActionChangeRow, ActionRow};
pub use archive::{ArchiveError, ArchiveHeader, Archived, check_archive};
pub use audit::{AuditLine, AuditQuery, StoredLine};
pub use carried::Carried;
pub use checkpoints::{CheckpointInfo, CheckpointReason, CheckpointRow};
pub use condition::{DatabaseCondition, Unsettled};
pub use error::StoreError;
pub use evaluation_shares::ShareRow;
pub use event_search::{RankScan, ScannedRanks};
pub use following::{Came, Following};
pub use jobs::{JobEnd, JobKey, JobRow, WAITING};
pub use key_use::KeyUseRow;
pub use leases::{Fence, LeasePace, LeaseRow};
pub use log::{LogHead, NewRecord, StoredRecord};
pub use log_import::PastFacts;
pub use log_writer::{Appended, Durability, LogWriter};
pub use loops::{KeyRow, LoopRow};
pub use people::{InvitationRow, PersonChange, PersonRow};
pub use presence::{Held, Presence};
pub use sessions::SessionRow;
pub use signing_key::SigningKeyRow;
pub use snapshots::SnapshotRow;
pub use tail::{Revisions, Tail};

use std::sync::Arc;

use announcements::Announcements;
use pools::Pools;

/// The schema and its history, carried inside the program.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// A handle on the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    announcements: Arc<Announcements>,
}

impl Store {
    /// Opens `postgres://…` or `sqlite:PATH` (made when missing, with its folder). Runs no migration.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self { pools: Pools::open(url).await?, announcements: Arc::default() })
    }

    /// Brings the schema up to date, and finishes removing the loops that were being removed when the process ended.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migrated = self.pools.migrate(&MIGRATIONS).await;
        migrated.map_err(StoreError::during("bring the database's schema up to date"))?;
        self.make_weeks().await?;
        self.make_append_function().await?;
        self.finish_removing_loops().await
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        self.pools.close().await;
    }
}
