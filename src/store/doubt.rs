//! What a failed write leaves behind in SQLite, and how it is made good before anything else is acknowledged.
//!
//! A system that could not write a file's pages to the device forgets that they were to be written: the next sync
//! succeeds, and the pages are gone. So a sync that succeeds says nothing about what was written before one that failed.
//! SQLite itself gives up the transaction whose sync failed, and writes over it with the next one. What is left is what
//! it cannot know: whether the end of its log reached the device in a process that has ended since.
//!
//! Therefore, at the start and after every failed append, the log's content is written again, into the database, and
//! synced there; then the log begins anew. Only after that is anything acknowledged.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use sqlx::SqliteConnection;
use tracing::warn;

use super::StoreError;

const NONE: u8 = 0;
/// Another process wrote what there is, and it may have ended after a failed sync.
const FROM_BEFORE: u8 = 1;
const FAILED: u8 = 2;

/// Whether the write-ahead log may hold what is not on the device. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Doubt(Arc<AtomicU8>);

impl Doubt {
    pub(super) fn from_before() -> Self {
        Self(Arc::new(AtomicU8::new(FROM_BEFORE)))
    }

    /// An append failed. Where the disk is full, nothing was half written.
    pub(super) fn note(&self, error: &StoreError) {
        if !matches!(error, StoreError::Full { .. }) {
            self.0.store(FAILED, Ordering::SeqCst);
        }
    }

    /// Writes again what is in doubt. Until that works nothing may be appended.
    pub(super) async fn settle(&self, writer: &mut SqliteConnection) -> Result<(), StoreError> {
        const REWRITE: &str = "pragma wal_checkpoint(truncate)";
        let doubt = self.0.load(Ordering::SeqCst);
        if doubt == NONE {
            return Ok(());
        }
        let failed = StoreError::during("write again what the last process or a failed write left in doubt");
        let (is_busy, _, _): (i64, i64, i64) = sqlx::query_as(REWRITE).fetch_one(writer).await.map_err(&failed)?;
        if is_busy != 0 && doubt == FAILED {
            return Err(failed(sqlx::Error::InvalidArgument("somebody else reads the database for long".to_owned())));
        }
        if is_busy != 0 {
            warn!("Somebody reads the database for long, so what the last process left is taken as it is");
        }
        self.0.store(NONE, Ordering::SeqCst);
        Ok(())
    }
}
