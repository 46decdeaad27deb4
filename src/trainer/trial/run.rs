//! Feeding a trial the log: read in pieces, judged off the threads that answer calls, stopped at any piece.

use super::{Trial, TrialResult};
use crate::{
    log::EARLY_REWARD_US,
    store::{Store, StoredRecord},
    terms::LoopId,
    trainer::{
        TrainerError,
        replay::{in_the_background, read_record},
    },
};

/// Records read and judged at once. With many policies and actions a piece takes a second or two, after which the trial
/// may be stopped.
const N_READ_AT_ONCE: i64 = 200;

/// Why a trial came to no end.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    #[error("could not read the log")]
    Read(#[from] TrainerError),
    #[error("the work on a piece of the log broke off")]
    Broken(#[from] tokio::task::JoinError),
    #[error("it was stopped")]
    Stopped,
}

/// How a trial is told to stop and tells how far it is.
pub trait Trying: Send {
    /// Told after each piece with the share that is done, 0 to 1. False stops the trial.
    fn go_on(&mut self, share_done: f32) -> bool;
}

/// Runs a trial over what the log holds now.
pub async fn run_trial(
    store: &Store,
    loop_id: &LoopId,
    mut trial: Trial,
    trying: &mut impl Trying,
) -> Result<TrialResult, TrialError> {
    let begin_us = trial.span_us().start.saturating_sub(EARLY_REWARD_US);
    let first = store.last_seq_before(loop_id, begin_us).await.map_err(TrainerError::from)?;
    let head = store.log_head(loop_id).await.map_err(TrainerError::from)?;
    let mut after = first;
    loop {
        let records =
            store.records_between(loop_id, after, head.seq, N_READ_AT_ONCE).await.map_err(TrainerError::from)?;
        let Some(last) = records.last() else { break };
        after = last.seq;
        let at_us = last.at_us;
        trial = in_the_background(move || judge(trial, records)).await??;
        let share_done = (after - first) as f32 / (head.seq - first).max(1) as f32;
        if !trying.go_on(share_done) {
            return Err(TrialError::Stopped);
        }
        if trial.is_over(at_us) {
            break;
        }
    }
    Ok(in_the_background(move || trial.finish()).await?)
}

fn judge(mut trial: Trial, records: Vec<StoredRecord>) -> Result<Trial, TrialError> {
    for stored in records {
        trial.apply(&read_record(stored)?);
    }
    Ok(trial)
}
