//! Skeleton: loops and their keys.
use super::{NewRecord, Store, StoreError};
use crate::terms::LoopId;

/// One of a loop's two keys; the key itself is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// SHA-256 of the key. Random 256-bit keys need no slow hash.
    pub hash: [u8; 32],
    pub last4: String,
    pub created_at_us: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LoopRow {
    pub id: LoopId,
    pub name: String,
    pub created_at_us: i64,
    /// Mixed into the seed of every draw.
    pub salt: u64,
    pub keys: [KeyRow; 2],
}

impl Store {
    /// Stores a loop together with the first record of its log (seq 1, at `created_at_us`), or neither.
    pub async fn insert_loop(&self, _row: &LoopRow, _first: &NewRecord) -> Result<(), StoreError> {
        todo!("store")
    }
    /// All loops, oldest first.
    pub async fn loops(&self) -> Result<Vec<LoopRow>, StoreError> {
        todo!("store")
    }
    /// Removes a loop with its log, snapshots and actions. False when there was none.
    pub async fn delete_loop(&self, _id: &LoopId) -> Result<bool, StoreError> {
        todo!("store")
    }
    pub async fn rename_loop(&self, _id: &LoopId, _name: &str) -> Result<bool, StoreError> {
        todo!("store")
    }
    /// `slot` is 0 or 1.
    pub async fn replace_key(&self, _id: &LoopId, _slot: usize, _key: &KeyRow) -> Result<bool, StoreError> {
        todo!("store")
    }
}
