//! The task that keeps one loop's fold at the end of its log.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc::UnboundedReceiver, watch},
    task::JoinHandle,
    time::Instant,
};
use tracing::{error, info, warn};

use super::{
    cell::LoopCell,
    fold::{Fold, FoldError},
    relearn::{Relearning, relearn_now},
    replay::{read_record, replay},
};
use crate::{
    clock::Clock,
    log::{Fact, REMOVABLE_KINDS, RecordError},
    store::{LogWriter, NewRecord, SnapshotRow, Store, StoreError, StoredRecord},
    terms::LoopId,
};

/// How often the task looks at the clock.
const TICK: Duration = Duration::from_millis(200);
/// How often old records are looked for.
const RETENTION_EVERY: Duration = Duration::from_secs(600);
/// Records removed in one statement: short enough that nothing waits behind it.
const N_REMOVED_AT_ONCE: i64 = 2_000;
/// Snapshots that are kept.
const N_SNAPSHOTS: i64 = 10;
/// A snapshot is due after this many records even when the export frequency is long: it bounds the restart.
const N_RECORDS_PER_SNAPSHOT: i64 = 100_000;

/// Why a loop cannot be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainerError {
    #[error("could not read the log")]
    Store(#[from] StoreError),
    #[error("could not read a record of the log")]
    Record(#[from] RecordError),
    #[error("could not fold the log")]
    Fold(#[from] FoldError),
    #[error("the loop's log is empty")]
    EmptyLog,
}

/// Everything that a trainer works with.
#[derive(Debug, Clone)]
pub struct Tools {
    pub loop_id: LoopId,
    pub store: Store,
    pub writer: LogWriter,
    pub clock: Clock,
}

/// A running trainer.
#[derive(Debug)]
pub struct Trainer {
    cell: Arc<LoopCell>,
    progress: watch::Receiver<i64>,
    relearning: Relearning,
    is_discarded: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Trainer {
    /// Brings the fold to the end of the log, then follows it.
    pub async fn start(tools: Tools) -> Result<Self, TrainerError> {
        let fold = replay(&tools.store, &tools.loop_id).await?;
        let records = tools.writer.follow(&tools.loop_id, fold.head()).await?;
        let (progress_sender, progress) = watch::channel(fold.head().seq);
        let is_discarded = Arc::new(AtomicBool::new(false));
        let relearning = Relearning::default();
        let cell = fold.cell().clone();
        let running = Running {
            snapshot_seq: fold.head().seq,
            snapshot_at: Instant::now(),
            retention_at: Instant::now(),
            removed_seq: 0,
            progress: progress_sender,
            is_discarded: is_discarded.clone(),
            relearning: relearning.clone(),
            tools,
            fold,
        };
        let task = tokio::spawn(running.run(records));
        Ok(Self { cell, progress, relearning, is_discarded, task })
    }

    /// What the trainer publishes.
    pub fn cell(&self) -> &Arc<LoopCell> {
        &self.cell
    }

    /// The last folded record.
    pub fn progress(&self) -> watch::Receiver<i64> {
        self.progress.clone()
    }

    /// The share of a new model's training that is done.
    pub fn relearning(&self) -> Option<f32> {
        self.relearning.share_done()
    }

    /// The loop is gone: nothing of it is stored any more.
    pub fn discard(&self) {
        self.is_discarded.store(true, Ordering::SeqCst);
    }

    /// Waits until the trainer has stored its last snapshot. It ends when the log writer lets its loop go.
    pub async fn ended(self) {
        if let Err(problem) = self.task.await {
            error!(error = %problem, "A trainer did not end well");
        }
    }
}

struct Running {
    tools: Tools,
    fold: Fold,
    progress: watch::Sender<i64>,
    relearning: Relearning,
    is_discarded: Arc<AtomicBool>,
    snapshot_seq: i64,
    snapshot_at: Instant,
    retention_at: Instant,
    /// Up to here events that were deleted on request are removed.
    removed_seq: i64,
}

impl Running {
    async fn run(mut self, mut records: UnboundedReceiver<StoredRecord>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.relearn_if_asked();
        loop {
            tokio::select! {
                record = records.recv() => match record {
                    Some(record) => if !self.take(record).await { break },
                    None => break,
                },
                _ = ticks.tick() => self.tick().await,
            }
        }
        self.relearning.abort();
        self.save_snapshot().await;
    }

    /// Folds one record. False when the log cannot be followed any further; the loop then answers as it last was.
    async fn take(&mut self, stored: StoredRecord) -> bool {
        let seq = stored.seq;
        if let Err(problem) = self.fold_in(stored).await {
            let loop_id = &self.tools.loop_id;
            error!(loop.id = %loop_id, error = &problem as &dyn std::error::Error, "Record {seq} cannot be folded; the loop stops learning");
            return false;
        }
        self.progress.send_replace(seq);
        true
    }

    async fn fold_in(&mut self, stored: StoredRecord) -> Result<(), TrainerError> {
        let record = read_record(stored)?;
        let is_take_over = self.fold.is_take_over(&record);
        self.fold.apply(&record)?;
        if is_take_over {
            let lesson = match self.relearning.finished() {
                Some(lesson) => lesson,
                // The training was lost, such as by a restart; its record stands, so it has to be done again now.
                None => self.fold.lesson()?,
            };
            let lesson = relearn_now(&self.tools, lesson, record.seq).await?;
            self.fold.take_over(lesson);
            info!(loop.id = %self.tools.loop_id, "A newly trained model took over");
            self.save_snapshot().await;
        } else {
            match record.fact {
                Fact::Configured(_) => self.relearn_if_asked(),
                Fact::ModelImported(_) => self.relearning.abort(),
                Fact::LogsDeleted(_) => self.remove_deleted().await,
                _ => {}
            }
        }
        Ok(())
    }

    fn relearn_if_asked(&mut self) {
        let Some(asked_seq) = self.fold.cell().in_force().relearn_asked_seq else { return };
        match self.fold.lesson() {
            Ok(lesson) => self.relearning.start(&self.tools, asked_seq, lesson, self.fold.head().seq),
            Err(problem) => {
                error!(loop.id = %self.tools.loop_id, error = %problem, "A new model cannot be trained");
            }
        }
    }

    async fn tick(&mut self) {
        let now_us = self.tools.clock.now_us();
        if is_overdue(&self.fold, now_us) {
            let tick = NewRecord { kind: Fact::Ticked.kind(), event_id: None, body: Fact::Ticked.to_body() };
            if let Err(problem) = self.tools.writer.append(&self.tools.loop_id, tick).await {
                warn!(loop.id = %self.tools.loop_id, error = %problem, "Events cannot be closed while the log cannot be written");
            }
        }
        if self.removed_seq < self.fold.logs_deleted_seq() {
            self.remove_deleted().await;
        }
        let export_every = self.fold.cell().in_force().configuration.model_export_frequency.get();
        let n_new = self.fold.head().seq - self.snapshot_seq;
        if n_new >= N_RECORDS_PER_SNAPSHOT || (n_new > 0 && self.snapshot_at.elapsed() >= export_every) {
            self.save_snapshot().await;
        }
        if self.retention_at.elapsed() >= RETENTION_EVERY {
            self.retention_at = Instant::now();
            if let Err(problem) = self.remove_old(now_us).await {
                warn!(loop.id = %self.tools.loop_id, error = %problem, "Old records could not be removed");
            }
        }
    }

    async fn save_snapshot(&mut self) {
        let head = self.fold.head();
        if head.seq == self.snapshot_seq || self.is_discarded.load(Ordering::SeqCst) {
            return;
        }
        self.snapshot_at = Instant::now();
        let row = SnapshotRow { seq: head.seq, at_us: head.at_us, body: self.fold.to_bytes() };
        let (store, loop_id) = (&self.tools.store, &self.tools.loop_id);
        let saved = async {
            store.save_snapshot(loop_id, &row).await?;
            store.prune_snapshots(loop_id, N_SNAPSHOTS).await
        };
        match saved.await {
            Ok(_) => self.snapshot_seq = head.seq,
            Err(problem) => {
                warn!(loop.id = %loop_id, error = %problem, "The state was not stored; the log still holds everything");
            }
        }
    }

    /// Removes the events that were deleted on request, once a snapshot holds what was learned from them. What fails is
    /// tried again with the next tick.
    async fn remove_deleted(&mut self) {
        let up_to = self.fold.logs_deleted_seq();
        self.save_snapshot().await;
        if self.snapshot_seq < up_to {
            return;
        }
        match self.remove(i64::MAX, up_to).await {
            Ok(()) => self.removed_seq = up_to,
            Err(problem) => {
                warn!(loop.id = %self.tools.loop_id, error = %problem, "Deleted events could not be removed yet");
            }
        }
    }

    async fn remove(&self, before_us: i64, up_to: i64) -> Result<(), StoreError> {
        let (store, loop_id) = (&self.tools.store, &self.tools.loop_id);
        while store.remove_records(loop_id, &REMOVABLE_KINDS, before_us, up_to, N_REMOVED_AT_ONCE).await? > 0 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Retention: records of events that are older than the loop keeps them, and that no open event, lesson or restart
    /// needs any more.
    async fn remove_old(&self, now_us: i64) -> Result<(), StoreError> {
        let in_force = self.fold.cell().in_force();
        let Some(kept) = in_force.configuration.log_retention_days.get() else { return Ok(()) };
        if in_force.relearn_asked_seq.is_some() {
            return Ok(());
        }
        let before_us = now_us.saturating_sub(i64::try_from(kept.as_micros()).unwrap_or(i64::MAX));
        let oldest_needed = self.fold.oldest_open_seq().unwrap_or(i64::MAX);
        let up_to = self.snapshot_seq.min(oldest_needed - 1);
        self.remove(before_us, up_to).await
    }
}

/// Whether the clock has passed a deadline that the log has not.
fn is_overdue(fold: &Fold, now_us: i64) -> bool {
    fold.next_deadline_us().is_some_and(|deadline_us| deadline_us <= now_us)
}
