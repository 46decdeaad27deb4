//! Old records on their way out: in the background, in small steps with pauses, so that nobody waits for them.

use std::time::Duration;

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tracing::{error, warn};

use super::{fold::Fold, task::Tools};
use crate::{
    log::REMOVABLE_KINDS,
    store::{Fence, StoreError},
};

/// How often old records are looked for.
const EVERY: Duration = Duration::from_secs(600);
/// What one step may take; appends wait behind it.
const STEP: Duration = Duration::from_millis(2);
/// Records of the first step; how long it takes says how many the next one may have.
const N_FIRST: i64 = 50;
const N_LEAST: i64 = 10;
const N_MOST: i64 = 2_000;
/// A pause is so many times as long as the step before it.
const PAUSE: u32 = 9;
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Whoever asks for the deletion of events waits so long to see it done.
const DELETION_SEEN: Duration = Duration::from_secs(2);

/// One loop's retention.
#[derive(Debug)]
pub(super) struct Retention {
    tools: Tools,
    looked_at: Instant,
    /// Up to here events that were deleted on request are removed.
    deleted_seq: i64,
    /// Says up to where events that were deleted on request went.
    under_way: Option<JoinHandle<Result<Option<i64>, StoreError>>>,
}

impl Retention {
    pub fn new(tools: Tools) -> Self {
        Self { tools, looked_at: Instant::now(), deleted_seq: 0, under_way: None }
    }

    /// Whether events that were deleted on request are still there, and nobody removes them yet.
    pub fn owes_deletion(&self, fold: &Fold) -> bool {
        self.deleted_seq < fold.logs_deleted_seq() && self.under_way.is_none()
    }

    /// Begins to remove what was deleted on request, up to a record that a stored snapshot holds. What is little is gone
    /// when this returns.
    pub async fn begin_deletion(&mut self, up_to: i64) {
        self.settle().await;
        let tools = self.tools.clone();
        let deleting = async move {
            let up_to = up_to.min(tools.store.last_seq_before(&tools.loop_id, i64::MAX).await?);
            remove(&tools, up_to).await?;
            Ok(Some(up_to))
        };
        let mut task = tokio::spawn(deleting);
        match timeout(DELETION_SEEN, &mut task).await {
            Ok(ended) => self.note(ended),
            Err(_) => self.under_way = Some(task),
        }
    }

    /// Begins to remove what is too old, if it is time to look. `saved_seq` is the last record that a stored snapshot
    /// holds.
    pub async fn look(&mut self, fold: &Fold, saved_seq: i64, now_us: i64) {
        if self.under_way.as_ref().is_some_and(JoinHandle::is_finished) {
            self.settle().await;
        }
        if self.under_way.is_some() || self.looked_at.elapsed() < EVERY {
            return;
        }
        self.looked_at = Instant::now();
        let Some(due) = Due::of(fold, saved_seq, now_us) else { return };
        let tools = self.tools.clone();
        self.under_way = Some(tokio::spawn(async move { due.remove(&tools).await.map(|()| None) }));
    }

    /// Ends what is under way where it is; the next start goes on.
    pub fn abort(&mut self) {
        if let Some(task) = self.under_way.take() {
            task.abort();
        }
    }

    async fn settle(&mut self) {
        if let Some(task) = self.under_way.take() {
            let ended = task.await;
            self.note(ended);
        }
    }

    fn note(&mut self, ended: Result<Result<Option<i64>, StoreError>, tokio::task::JoinError>) {
        let loop_id = &self.tools.loop_id;
        match ended {
            Ok(Ok(deleted_seq)) => self.deleted_seq = self.deleted_seq.max(deleted_seq.unwrap_or_default()),
            Ok(Err(problem)) => warn!(loop.id = %loop_id, error = %problem, "Old records could not be removed yet"),
            Err(problem) => error!(loop.id = %loop_id, error = %problem, "Removing old records broke off"),
        }
    }
}

/// What retention allows to go: records of events that are older than the loop keeps them, and that no open event,
/// lesson or restart needs any more.
#[derive(Debug, Clone, Copy)]
struct Due {
    before_us: i64,
    up_to: i64,
}

impl Due {
    fn of(fold: &Fold, saved_seq: i64, now_us: i64) -> Option<Self> {
        let in_force = fold.cell().in_force();
        let kept = in_force.configuration.log_retention_days.get();
        let is_kept_for_lesson = in_force.relearn_asked_seq.is_some();
        let Some(kept) = kept.filter(|_| !is_kept_for_lesson) else { return Some(Self { before_us: 0, up_to: 0 }) };
        let kept_us = i64::try_from(kept.as_micros()).unwrap_or(i64::MAX);
        let oldest_needed = fold.oldest_open_seq().unwrap_or(i64::MAX);
        Some(Self { before_us: now_us.saturating_sub(kept_us), up_to: saved_seq.min(oldest_needed - 1) })
    }

    async fn remove(self, tools: &Tools) -> Result<(), StoreError> {
        let Tools { store, loop_id, .. } = tools;
        let last_due = self.up_to.min(store.last_seq_before(loop_id, self.before_us).await?);
        store.note_due(loop_id, last_due, Some(fence(tools)?)).await?;
        let overdue_us = self.before_us.saturating_sub(store.removal_grace_us());
        let last_overdue = self.up_to.min(store.last_seq_before(loop_id, overdue_us).await?);
        remove(tools, last_overdue).await
    }
}

/// Only the loop's trainer removes.
fn fence(tools: &Tools) -> Result<Fence, StoreError> {
    tools.leases.fence(&tools.loop_id).ok_or(StoreError::NotTrainer)
}

/// Removes what may be removed up to a record, little by little.
async fn remove(tools: &Tools, up_to: i64) -> Result<(), StoreError> {
    let mut n_at_once = N_FIRST;
    loop {
        let began = Instant::now();
        let fence = Some(fence(tools)?);
        if tools.store.remove_records(&tools.loop_id, &REMOVABLE_KINDS, up_to, n_at_once, fence).await? == 0 {
            return Ok(());
        }
        let took = began.elapsed();
        n_at_once = next_step(n_at_once, took);
        sleep((took * PAUSE).min(LONGEST_PAUSE)).await;
    }
}

/// As many records as the last step would have managed in the time that a step may take, but at most twice as many.
fn next_step(n_at_once: i64, took: Duration) -> i64 {
    let fitting = n_at_once as f64 * STEP.as_secs_f64() / took.as_secs_f64().max(1e-6);
    (fitting as i64).clamp(N_LEAST, N_MOST).min(2 * n_at_once)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_while_they_are_quick_and_shrink_when_somebody_would_wait() {
        assert_eq!(next_step(50, Duration::from_micros(100)), 100);
        assert_eq!(next_step(100, Duration::from_millis(8)), 25);
        assert_eq!(next_step(25, Duration::from_secs(1)), N_LEAST);
        assert_eq!(next_step(1_500, Duration::ZERO), N_MOST);
    }
}
