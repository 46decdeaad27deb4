//! Going on from a newer snapshot that the loop's trainer stored, where the log alone does not lead there.
//!
//! A process that follows the log meets two such places. Records that it has not seen may be gone, because a snapshot holds
//! what was in them; or they are so many, because it slept, that the snapshot is the shorter way. And a newly trained model
//! takes over at its record, but only the trainer has it: whoever trained it again would do the same work, and would need
//! every record that was there at the time.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use tracing::info;

use super::{
    cell::LoopCell,
    fold::Fold,
    replay::from_snapshot,
    task::{Tools, TrainerError},
};
use crate::store::StoredRecord;

/// How often the trainer's snapshot is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// For how long at most; the trainer stores it at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// Records of a gap that are read at once.
const N_READ_AT_ONCE: i64 = 1_000;
/// So many records are folded more slowly than a snapshot is read.
const N_WORTH_A_LEAP: i64 = 20_000;

/// The loop as the trainer stored it after record `least` or a later one; `None` when this process has to get there by
/// itself, because it trains the loop now or because nothing comes.
pub(super) async fn wait_for_snapshot(tools: &Tools, least: i64) -> Result<Option<Fold>, TrainerError> {
    let began = Instant::now();
    while tools.leases.fence(&tools.loop_id).is_none() && began.elapsed() < PATIENCE {
        if let Some(fold) = newer_snapshot(tools, least - 1).await? {
            return Ok(Some(fold));
        }
        sleep(LOOK_AGAIN).await;
    }
    Ok(None)
}

/// What to go on from before record `next`, when the records up to it were not received: the fold, the records to fold
/// before it, and the record that may follow although the one before it is nowhere any more.
pub(super) async fn across_gap(
    tools: &Tools,
    fold: Fold,
    next: i64,
) -> Result<(Fold, Vec<StoredRecord>, Option<i64>), TrainerError> {
    let head = fold.head().seq;
    let missing = tools.store.records_between(&tools.loop_id, head, next - 1, N_READ_AT_ONCE).await?;
    let first = missing.first().map_or(next, |record| record.seq);
    if first == head + 1 && next - head < N_WORTH_A_LEAP {
        return Ok((fold, missing, None));
    }
    match newer_snapshot(tools, head).await? {
        Some(newer) => Ok((fold.leap_to(newer), Vec::new(), None)),
        // There is nothing better than what is left: the log was shortened long ago, and the snapshots are lost.
        None => Ok((fold, missing, Some(first))),
    }
}

/// The loop as it was last stored, if that is of a later record than `head`.
async fn newer_snapshot(tools: &Tools, head: i64) -> Result<Option<Fold>, TrainerError> {
    if tools.store.newest_snapshot_seq(&tools.loop_id).await? <= head {
        return Ok(None);
    }
    Ok(from_snapshot(&tools.store, &tools.loop_id).await?.filter(|fold| fold.head().seq > head))
}

impl Fold {
    /// The newer state, published where this one was.
    pub(super) fn leap_to(self, newer: Self) -> Self {
        let Self { head, cell, join, logs_deleted_seq } = newer;
        info!(from_seq = self.head.seq, to_seq = head.seq, "Going on from the state that another process stored");
        // Nobody else has seen the new cell.
        if let Some(cell) = Arc::into_inner(cell) {
            self.cell.become_like(cell);
        }
        Self { head, cell: self.cell, join, logs_deleted_seq }
    }
}

impl LoopCell {
    /// Publishes what another cell holds; what is odd about the features goes on being counted.
    fn become_like(&self, other: Self) {
        let (in_force, learned, tally, open_events) = other.into_parts();
        self.set_in_force(in_force);
        *self.learned_mut() = learned;
        *self.tally_mut() = tally;
        self.set_open(open_events);
        // What came between is not known here event by event.
        self.feed().clear();
    }
}
