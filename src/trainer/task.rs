//! The task that keeps one loop's fold at the end of its log.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
    vec::IntoIter,
};

use tokio::task::{JoinError, JoinHandle};
use tracing::{error, info, warn};

use super::{
    adopting::{across_gap, wait_for_snapshot},
    cell::LoopCell,
    checkpoints::Checkpoints,
    fold::{Fold, FoldError},
    learners::Learners,
    leases::Leases,
    progress::Progress,
    recall::recall,
    relearn::{Relearning, relearn_now},
    replay::{read_known, replay},
    retention::Retention,
    saving::Saving,
};
use crate::{
    clock::Clock,
    log::{Fact, Record, RecordError},
    store::{Came, Fence, Following, LogWriter, NewRecord, Store, StoreError, StoredRecord},
    terms::LoopId,
};

/// How often the task looks at the clock.
const TICK: Duration = Duration::from_millis(200);
/// Records folded at once, off the threads that answer calls; then the task looks at the clock.
const N_FOLDED_AT_ONCE: usize = 64;

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
    #[error("the work on a piece of the log broke off")]
    Broken(#[from] JoinError),
    #[error("the work on a piece of the log broke off; what it said stands above")]
    Panicked,
}

/// Everything that a trainer works with.
#[derive(Debug, Clone)]
pub struct Tools {
    pub loop_id: LoopId,
    pub store: Store,
    pub writer: LogWriter,
    pub clock: Clock,
    pub leases: Leases,
    pub learners: Learners,
}

/// The task of one loop: it follows the log, and trains the loop while this process holds its lease.
#[derive(Debug)]
pub struct Trainer {
    cell: Arc<LoopCell>,
    progress: Arc<Progress>,
    relearning: Relearning,
    is_discarded: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Trainer {
    /// Brings the fold to the end of the log, then follows it.
    pub async fn start(tools: Tools) -> Result<Self, TrainerError> {
        let fold = replay(&tools.store, &tools.loop_id).await?;
        let records = tools.writer.follow(&tools.loop_id, fold.head()).await?;
        tools.leases.join(&tools.loop_id).await;
        let progress = Arc::new(Progress::new(fold.head().seq));
        let is_discarded = Arc::new(AtomicBool::new(false));
        let relearning = Relearning::default();
        let cell = fold.cell().clone();
        let running = Running {
            saving: Saving::new(tools.clone(), is_discarded.clone(), fold.head().seq),
            checkpoints: Checkpoints::new(tools.clone(), is_discarded.clone()),
            retention: Retention::new(tools.clone()),
            fence: None,
            progress: progress.clone(),
            relearning: relearning.clone(),
            tools,
        };
        let learners = running.tools.learners.clone();
        let task = learners.spawn(running.run(fold, records));
        Ok(Self { cell, progress, relearning, is_discarded, task })
    }

    /// What the trainer publishes.
    pub fn cell(&self) -> &Arc<LoopCell> {
        &self.cell
    }

    /// How far the fold has come.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
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
    progress: Arc<Progress>,
    relearning: Relearning,
    saving: Saving,
    checkpoints: Checkpoints,
    retention: Retention,
    /// There while this process trains the loop, as of the last tick.
    fence: Option<Fence>,
}

/// However the task ends, nobody waits for it any longer.
impl Drop for Running {
    fn drop(&mut self) {
        self.progress.end();
    }
}

impl Running {
    async fn run(mut self, mut fold: Fold, mut records: Following) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.note_standing(&fold).await;
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                came = records.next(&mut batch, N_FOLDED_AT_ONCE) => {
                    let is_behind = batch.len() == N_FOLDED_AT_ONCE;
                    let folded = match came {
                        Came::Records => self.fold_in(fold, std::mem::take(&mut batch), records.n_behind()).await,
                        Came::LeftOut { up_to } => self.fold_up_to(fold, up_to, records.n_behind()).await,
                        Came::End => break,
                    };
                    fold = match folded {
                        Ok(fold) => fold,
                        Err(problem) => return self.give_up(&problem).await,
                    };
                    // Other loops learn in this thread too.
                    if is_behind {
                        tokio::task::yield_now().await;
                    }
                }
                _ = ticks.tick() => self.tick(&fold).await,
            }
        }
        self.relearning.abort();
        self.retention.abort();
        self.save(&fold).await;
        self.tools.leases.forget(&self.tools.loop_id);
    }

    /// Notes whether this process trains the loop, and does what comes with a change of that.
    async fn note_standing(&mut self, fold: &Fold) {
        let fence = self.tools.leases.fence(&self.tools.loop_id);
        if fence == self.fence {
            return;
        }
        self.fence = fence;
        if fence.is_some() {
            self.saving.take_over().await;
            self.relearn_if_asked(fold);
        } else {
            self.relearning.abort();
            self.retention.abort();
        }
    }

    /// Stores the fold as it is now, if that is this process's to do.
    async fn save(&mut self, fold: &Fold) {
        if let Some(fence) = self.tools.leases.fence(&self.tools.loop_id) {
            self.saving.save(fold, fence).await;
        }
    }

    /// The log cannot be followed any further; the loop then answers as it last was.
    async fn give_up(&self, problem: &TrainerError) {
        self.relearning.abort();
        // Another process may be able to.
        self.tools.leases.leave(&self.tools.loop_id).await;
        let (loop_id, seq) = (&self.tools.loop_id, self.progress.seq());
        let problem = problem as &dyn std::error::Error;
        error!(loop.id = %loop_id, error = problem, "The record after {seq} cannot be folded; the loop stops learning");
    }

    /// Folds the next records, behind which so many more wait.
    async fn fold_in(
        &mut self,
        mut fold: Fold,
        records: Vec<StoredRecord>,
        n_behind: usize,
    ) -> Result<Fold, TrainerError> {
        let mut left = records.into_iter();
        let mut skip_to = None;
        loop {
            fold = recall(&self.tools.store, &self.tools.loop_id, fold, left.as_slice()).await?;
            let progress = self.progress.clone();
            let work = move || fold_to_turn(fold, left, n_behind, skip_to, &progress);
            let turn;
            (fold, left, turn) = self.tools.learners.work(work).await??;
            match turn {
                None => return Ok(fold),
                Some(Turn::Record(record)) => fold = self.turn(fold, &record).await?,
                Some(Turn::Gap { next }) => {
                    let missing;
                    (fold, missing, skip_to) = across_gap(&self.tools, fold, next).await?;
                    left = missing.into_iter().chain(left).collect::<Vec<_>>().into_iter();
                }
            }
            self.progress.advance(fold.head().seq);
        }
    }

    /// Folds what the log has up to record `up_to`.
    async fn fold_up_to(&mut self, mut fold: Fold, up_to: i64, n_behind: usize) -> Result<Fold, TrainerError> {
        while fold.head().seq < up_to {
            let head = fold.head().seq;
            let (nearer, missing, _) = across_gap(&self.tools, fold, up_to + 1).await?;
            let n_left = usize::try_from(up_to - head).unwrap_or_default().saturating_sub(missing.len());
            fold = self.fold_in(nearer, missing, n_left + n_behind).await?;
            if fold.head().seq == head {
                // Nothing of it is left, and what comes next says how to go on.
                break;
            }
        }
        Ok(fold)
    }

    /// Does what follows from a record beside the fold.
    async fn turn(&mut self, mut fold: Fold, record: &Record) -> Result<Fold, TrainerError> {
        match record.fact {
            Fact::Relearned(_) => {
                fold = self.take_over(fold, record.seq).await?;
                info!(loop.id = %self.tools.loop_id, "A newly trained model took over");
                self.save(&fold).await;
            }
            Fact::Configured(_) => self.relearn_if_asked(&fold),
            Fact::ModelImported(_) => self.relearning.abort(),
            Fact::LogsDeleted(_) => self.remove_deleted(&fold).await,
            _ => {}
        }
        Ok(fold)
    }

    /// Puts the newly trained model in place: the one trained here, or the one that the loop's trainer stored.
    async fn take_over(&mut self, mut fold: Fold, seq: i64) -> Result<Fold, TrainerError> {
        let lesson = match self.relearning.finished() {
            Some(lesson) => lesson,
            None => match wait_for_snapshot(&self.tools, seq).await? {
                Some(newer) => return Ok(fold.leap_to(newer)),
                // The training was lost, such as by a restart; its record stands, so it has to be done again now.
                None => fold.lesson()?,
            },
        };
        fold.take_over(relearn_now(&self.tools, lesson, seq).await?);
        Ok(fold)
    }

    /// One process trains a new model; the others take it from there.
    fn relearn_if_asked(&mut self, fold: &Fold) {
        if self.tools.leases.fence(&self.tools.loop_id).is_none() {
            return;
        }
        let Some(asked_seq) = fold.cell().in_force().relearn_asked_seq else { return };
        match fold.lesson() {
            Ok(lesson) => self.relearning.start(&self.tools, asked_seq, lesson, fold.head().seq),
            Err(problem) => {
                error!(loop.id = %self.tools.loop_id, error = %problem, "A new model cannot be trained");
            }
        }
    }

    /// What is due by the clock, and the trainer's to do.
    async fn tick(&mut self, fold: &Fold) {
        self.note_standing(fold).await;
        let Some(fence) = self.fence else { return };
        let now_us = self.tools.clock.now_us();
        if is_overdue(fold, now_us) {
            let tick = NewRecord::new(Fact::Ticked.kind(), None, Fact::Ticked.to_body());
            if let Err(problem) = self.tools.writer.append_as_trainer(&self.tools.loop_id, tick, fence).await {
                warn!(loop.id = %self.tools.loop_id, error = %problem, "Events cannot be closed while the log cannot be written");
            }
        }
        if self.retention.owes_deletion(fold) {
            self.remove_deleted(fold).await;
        }
        let export_every = fold.cell().in_force().configuration.model_export_frequency.get();
        self.saving.save_if_due(fold, export_every, fence).await;
        self.checkpoints.look(fold, now_us, fence).await;
        self.retention.look(fold, self.saving.saved_seq(), now_us).await;
    }

    /// Removes the events that were deleted on request, once a snapshot holds what was learned from them. What fails is
    /// tried again with the next tick.
    async fn remove_deleted(&mut self, fold: &Fold) {
        let up_to = fold.logs_deleted_seq();
        self.save(fold).await;
        if self.fence.is_some() && self.saving.saved_seq() >= up_to {
            self.retention.begin_deletion(up_to).await;
        }
    }
}

/// Where the folding of records stops, because something has to be done beside it.
#[derive(Debug)]
pub(super) enum Turn {
    /// It is folded, and something follows from it.
    Record(Record),
    /// The next record is not the one behind the last.
    Gap { next: i64 },
}

/// Folds records up to one from which something follows beside the fold, which is handed back; the rest is left.
///
/// It also turns before a gap in the numbers, unless that is where to skip to.
pub(super) fn fold_to_turn(
    mut fold: Fold,
    mut left: IntoIter<StoredRecord>,
    n_behind: usize,
    skip_to: Option<i64>,
    progress: &Progress,
) -> Result<(Fold, IntoIter<StoredRecord>, Option<Turn>), TrainerError> {
    while let Some(next) = left.as_slice().first() {
        let is_gap = next.seq > fold.head().seq + 1 && skip_to != Some(next.seq);
        if is_gap {
            let next = next.seq;
            return Ok((fold, left, Some(Turn::Gap { next })));
        }
        let Some(stored) = left.next() else { break };
        if stored.seq <= fold.head().seq {
            // Part of the snapshot that was taken in since it was received.
            continue;
        }
        let (cell, n_behind) = (fold.cell().clone(), (left.len() + n_behind) as u64);
        cell.note_behind(1 + n_behind, stored.at_us);
        let (record, decided) = read_known(stored)?;
        let is_take_over = fold.is_take_over(&record);
        fold.apply_known(&record, decided)?;
        cell.note_behind(n_behind, record.at_us);
        let is_turn = match record.fact {
            Fact::Relearned(_) => is_take_over,
            Fact::Configured(_) | Fact::ModelImported(_) | Fact::LogsDeleted(_) => true,
            _ => false,
        };
        if is_turn {
            return Ok((fold, left, Some(Turn::Record(record))));
        }
        progress.advance(record.seq);
    }
    Ok((fold, left, None))
}

/// Whether the clock has passed a deadline that the log has not.
fn is_overdue(fold: &Fold, now_us: i64) -> bool {
    fold.next_deadline_us().is_some_and(|deadline_us| deadline_us <= now_us)
}
