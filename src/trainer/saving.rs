//! Snapshots on their way into the database: written and stored in the background, one at a time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::{JoinError, JoinHandle},
    time::Instant,
};
use tracing::{error, warn};

use super::{fold::Fold, replay::in_the_background, snapshot::Snapshot, task::Tools};
use crate::store::{Fence, SnapshotRow, StoreError};

/// Snapshots that are kept: they are megabytes, and the newest is what a start reads.
const N_SNAPSHOTS: i64 = 3;
/// After this many records a snapshot is due even when the export frequency is long: it bounds the restart.
const N_RECORDS_PER_SNAPSHOT: i64 = 10_000;
/// But no sooner than this, unless they are very many.
const LEAST_BETWEEN: Duration = Duration::from_secs(30);
/// So many take a start some tenths of a second to fold, and a snapshot is due as soon as writing them takes no more than
/// one part in `PARTS` of the time: one of a million open events takes about a second.
const N_RECORDS_SOON: i64 = 50_000;
const PARTS: u32 = 6;

/// One loop's snapshots.
#[derive(Debug)]
pub(super) struct Saving {
    tools: Tools,
    /// The loop is gone: nothing of it is stored any more.
    is_discarded: Arc<AtomicBool>,
    saved_seq: i64,
    started_at: Instant,
    /// When the last snapshot was begun; `None` while this process has begun none.
    begun_at: Option<Instant>,
    /// How long it took.
    took: Duration,
    under_way: Option<JoinHandle<Written>>,
}

/// A snapshot that was written, or tried to.
#[derive(Debug)]
struct Written {
    /// The last record that it holds; `None` if it could not be stored.
    saved_seq: Option<i64>,
    took: Duration,
}

impl Saving {
    /// There is a snapshot of `saved_seq`, or nothing worth one.
    pub fn new(tools: Tools, is_discarded: Arc<AtomicBool>, saved_seq: i64) -> Self {
        Self {
            tools,
            is_discarded,
            saved_seq,
            started_at: Instant::now(),
            begun_at: None,
            took: Duration::ZERO,
            under_way: None,
        }
    }

    /// The last record that the newest stored snapshot holds.
    pub fn saved_seq(&self) -> i64 {
        self.saved_seq
    }

    /// This process trains the loop from now on: what another one stored counts as stored.
    pub async fn take_over(&mut self) {
        self.wait().await;
        match self.tools.store.newest_snapshot_seq(&self.tools.loop_id).await {
            Ok(seq) => self.saved_seq = seq,
            // As if there were none: the next one is then stored a little early, and nothing is removed before.
            Err(_) => self.saved_seq = 0,
        }
    }

    /// Begins with a snapshot if one is due.
    pub async fn save_if_due(&mut self, fold: &Fold, export_every: Duration, fence: Fence) {
        if self.under_way.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        self.wait().await;
        let n_records = fold.head().seq - self.saved_seq;
        let is_much = n_records >= N_RECORDS_PER_SNAPSHOT;
        let least = if n_records >= N_RECORDS_SOON { LEAST_BETWEEN.min(self.took * PARTS) } else { LEAST_BETWEEN };
        let is_due = match self.begun_at {
            Some(begun_at) => is_much && begun_at.elapsed() >= least,
            // What the start had to read again, the next one is spared: a server that ends and starts over and over
            // would have more to read each time.
            None => is_much,
        };
        if is_due || self.begun_at.unwrap_or(self.started_at).elapsed() >= export_every {
            self.begin(fold, fence).await;
        }
    }

    /// Stores the fold as it is now.
    pub async fn save(&mut self, fold: &Fold, fence: Fence) {
        self.wait().await;
        self.begin(fold, fence).await;
        self.wait().await;
    }

    async fn begin(&mut self, fold: &Fold, fence: Fence) {
        if fold.head().seq <= self.saved_seq || self.is_discarded.load(Ordering::SeqCst) {
            return;
        }
        let begun_at = Instant::now();
        self.begun_at = Some(begun_at);
        // Nobody writes the model meanwhile: the only one who does waits here.
        let cell = fold.cell().clone();
        match in_the_background(move || cell.learned().clone()).await {
            Ok(learned) => {
                let (tools, snapshot) = (self.tools.clone(), fold.snapshot(learned));
                let writing = write(tools, self.is_discarded.clone(), snapshot, fence);
                self.under_way =
                    Some(tokio::spawn(async move { Written { saved_seq: writing.await, took: begun_at.elapsed() } }));
            }
            Err(problem) => broke_off(&problem),
        }
    }

    /// Waits until nothing is under way.
    async fn wait(&mut self) {
        let Some(task) = self.under_way.take() else { return };
        match task.await {
            Ok(Written { saved_seq, took }) => {
                self.saved_seq = saved_seq.unwrap_or(self.saved_seq);
                self.took = took;
            }
            Err(problem) => broke_off(&problem),
        }
    }
}

fn broke_off(problem: &JoinError) {
    error!(error = %problem, "Writing a snapshot broke off");
}

async fn write(tools: Tools, is_discarded: Arc<AtomicBool>, snapshot: Snapshot, fence: Fence) -> Option<i64> {
    let head = snapshot.head();
    let body = in_the_background(move || snapshot.to_bytes()).await.inspect_err(broke_off).ok()?;
    if is_discarded.load(Ordering::SeqCst) {
        return None;
    }
    match store(&tools, SnapshotRow { seq: head.seq, at_us: head.at_us, body }, fence).await {
        Ok(is_stored) => is_stored.then_some(head.seq),
        Err(problem) => {
            warn!(loop.id = %tools.loop_id, error = %problem, "The state was not stored; the log still holds everything");
            None
        }
    }
}

/// False when another process trains the loop by now, and stores it.
async fn store(tools: &Tools, row: SnapshotRow, fence: Fence) -> Result<bool, StoreError> {
    let is_stored = tools.store.save_snapshot(&tools.loop_id, &row, Some(fence)).await?;
    if is_stored {
        // The newest stay, whoever asks.
        tools.store.prune_snapshots(&tools.loop_id, N_SNAPSHOTS).await?;
    }
    Ok(is_stored)
}
