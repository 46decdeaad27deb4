//! A model a day, kept to go back to. The others are kept by `loops`, before something is done to a model.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::task::JoinHandle;
use tracing::warn;

use super::{cell::Learned, fold::Fold, replay::in_the_background, task::Tools};
use crate::store::{CheckpointInfo, CheckpointReason, CheckpointRow, Fence, StoreError};

/// Models that were kept by themselves and stay, the newest: each can be some megabytes.
pub const N_KEPT_BY_ITSELF: i64 = 12;
/// How often somebody looks whether a day has passed.
const LOOK_EVERY_US: u64 = 60 * 1_000_000;
const DAY_US: i64 = 24 * 3_600 * 1_000_000;

/// One loop's daily models.
#[derive(Debug)]
pub(super) struct Checkpoints {
    tools: Tools,
    /// The loop is gone: nothing of it is stored any more.
    is_discarded: Arc<AtomicBool>,
    looked_us: i64,
    under_way: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub fn new(tools: Tools, is_discarded: Arc<AtomicBool>) -> Self {
        let looked_us = tools.clock.now_us();
        Self { tools, is_discarded, looked_us, under_way: None }
    }

    /// Keeps the model when a day has passed since the last one, and it has learned since.
    pub async fn look(&mut self, fold: &Fold, now_us: i64, fence: Fence) {
        let is_busy = self.under_way.as_ref().is_some_and(|task| !task.is_finished());
        // A clock that was set back has passed on, too.
        if is_busy || now_us.abs_diff(self.looked_us) < LOOK_EVERY_US {
            return;
        }
        self.looked_us = now_us;
        let version = fold.cell().learned().version;
        let began_us = fold.cell().in_force().rules.0.first().map_or(now_us, |(_, at_us, _)| *at_us);
        match self.is_due(version, began_us, now_us).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(problem) => return self.failed(&problem),
        }
        // Nobody writes the model meanwhile: the only one who does waits here.
        let cell = fold.cell().clone();
        let Ok(learned) = in_the_background(move || cell.learned().clone()).await else { return };
        let (tools, is_discarded) = (self.tools.clone(), self.is_discarded.clone());
        self.under_way = Some(tokio::spawn(keep(tools, is_discarded, learned, now_us, fence)));
    }

    /// Any kept model counts: what was kept before a change of settings an hour ago need not be kept again.
    async fn is_due(&self, version: i64, began_us: i64, now_us: i64) -> Result<bool, StoreError> {
        if version == 0 || now_us - began_us < DAY_US {
            return Ok(false);
        }
        let kept = self.tools.store.checkpoints(&self.tools.loop_id).await?;
        let is_recent = kept.first().is_some_and(|newest| now_us - newest.at_us < DAY_US);
        Ok(!is_recent && kept.iter().all(|kept| kept.model_version != version))
    }

    fn failed(&self, problem: &StoreError) {
        warn!(loop.id = %self.tools.loop_id, error = problem as &dyn std::error::Error, "The daily model was not kept");
    }
}

async fn keep(tools: Tools, is_discarded: Arc<AtomicBool>, learned: Learned, now_us: i64, fence: Fence) {
    let (model_version, n_learned) = (learned.version, learned.policy.n_learned());
    let Ok(body) = in_the_background(move || learned.policy.to_bytes()).await else { return };
    if is_discarded.load(Ordering::SeqCst) {
        return;
    }
    let info = CheckpointInfo {
        // One a day: the moment is a name of its own.
        id: format!("d{now_us:x}"),
        at_us: now_us,
        reason: CheckpointReason::Daily,
        kept_by: "server".to_owned(),
        note: String::new(),
        model_version,
        n_learned: i64::try_from(n_learned).unwrap_or(i64::MAX),
        n_bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
    };
    let row = CheckpointRow { info, body };
    if let Err(problem) = tools.store.keep_checkpoint(&tools.loop_id, &row, N_KEPT_BY_ITSELF, Some(fence)).await {
        warn!(loop.id = %tools.loop_id, error = &problem as &dyn std::error::Error, "The daily model was not kept");
    }
}
