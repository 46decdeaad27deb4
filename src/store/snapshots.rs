//! Skeleton.
use super::{Store, StoreError};
use crate::terms::LoopId;

/// The folded state of a loop up to and including record `seq`.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotRow {
    pub seq: i64,
    pub at_us: i64,
    pub body: Vec<u8>,
}

impl Store {
    pub async fn save_snapshot(&self, _id: &LoopId, _row: &SnapshotRow) -> Result<(), StoreError> {
        todo!("store")
    }
    pub async fn newest_snapshot(&self, _id: &LoopId) -> Result<Option<SnapshotRow>, StoreError> {
        todo!("store")
    }
    /// Keeps the newest `n_kept`.
    pub async fn prune_snapshots(&self, _id: &LoopId, _n_kept: i64) -> Result<u64, StoreError> {
        todo!("store")
    }
}
