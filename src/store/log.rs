//! Skeleton: reading the log; the statements of the writer.
use super::{Store, StoreError};
use crate::terms::{EventId, LoopId};

/// A record to append. The writer gives it its place and time.
#[derive(Debug, Clone)]
pub struct NewRecord {
    pub kind: i16,
    pub event_id: Option<EventId>,
    pub body: Vec<u8>,
}

/// A record as it lies in the log.
#[derive(Debug, Clone)]
pub struct StoredRecord {
    pub seq: i64,
    pub at_us: i64,
    pub kind: i16,
    pub event_id: Option<EventId>,
    pub body: Vec<u8>,
}

/// The end of a loop's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogHead {
    pub seq: i64,
    pub at_us: i64,
}

impl Store {
    pub async fn log_head(&self, _id: &LoopId) -> Result<LogHead, StoreError> {
        todo!("store")
    }
    /// At most `limit` records with `after < seq <= up_to`, in order.
    pub async fn records_between(
        &self,
        _id: &LoopId,
        _after: i64,
        _up_to: i64,
        _limit: i64,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        todo!("store")
    }
    /// Every record of one event, in order.
    pub async fn records_of_event(&self, _id: &LoopId, _event_id: &EventId) -> Result<Vec<StoredRecord>, StoreError> {
        todo!("store")
    }
    /// The `Ranked` record (kind 1) of an event.
    pub async fn ranked_record(&self, _id: &LoopId, _event_id: &EventId) -> Result<Option<StoredRecord>, StoreError> {
        todo!("store")
    }
    pub async fn has_ranked(&self, _id: &LoopId, _event_id: &EventId) -> Result<bool, StoreError> {
        todo!("store")
    }
    /// The newest `limit` records of one kind with a seq below `before`, newest first.
    pub async fn latest_of_kind(
        &self,
        _id: &LoopId,
        _kind: i16,
        _before: i64,
        _limit: i64,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        todo!("store")
    }
    /// Removes at most `limit` records of the given kinds older than `before_us` with a seq up to `up_to`, oldest
    /// first. Returns how many went.
    pub async fn remove_records(
        &self,
        _id: &LoopId,
        _kinds: &[i16],
        _before_us: i64,
        _up_to: i64,
        _limit: i64,
    ) -> Result<u64, StoreError> {
        todo!("store")
    }
}
