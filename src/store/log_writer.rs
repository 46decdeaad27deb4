//! Skeleton: group commit.
use tokio::sync::mpsc;

use super::{LogHead, NewRecord, Store, StoreError, StoredRecord};
use crate::{clock::Clock, terms::LoopId};

/// When an append is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// After the commit was synced to the device.
    Commit,
    /// Before the sync: a power cut may lose the last moments.
    Relaxed,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    New {
        seq: i64,
        at_us: i64,
    },
    /// A `Ranked` record of this event was there before; nothing was written.
    Repeat,
}

/// The one writer of all logs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LogWriter;

impl LogWriter {
    /// Starts the writing task. `n_queued` is how many appends may wait before more are refused.
    pub fn start(_store: Store, _clock: Clock, _durability: Durability, _n_queued: usize) -> Self {
        todo!("store")
    }
    /// Appends to a loop that is followed. Returns once the record is durable and handed to the follower.
    pub async fn append(&self, _id: &LoopId, _record: NewRecord) -> Result<Appended, StoreError> {
        todo!("store")
    }
    /// From now on appends to the loop are accepted; every record after `head` comes through the receiver, in order,
    /// once, after it is durable.
    pub async fn follow(
        &self,
        _id: &LoopId,
        _head: LogHead,
    ) -> Result<mpsc::UnboundedReceiver<StoredRecord>, StoreError> {
        todo!("store")
    }
    /// Appends to the loop are refused from now on, and its receiver ends.
    pub async fn forget(&self, _id: &LoopId) -> Result<(), StoreError> {
        todo!("store")
    }
    /// Writes what is waiting and ends the task.
    pub async fn shut_down(&self) {
        todo!("store")
    }
}
