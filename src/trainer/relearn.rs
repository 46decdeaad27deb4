//! Training a new model in the background: the log is read to its present end, a record says that the model is ready,
//! and when that record comes back through the log, the few events since are learned and the model takes over.
//!
//! So the moment of the change has its place in the log, and a replay makes the same model at the same place.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::AbortHandle;
use tracing::{error, info};

use super::{
    Lesson,
    replay::{teach_at_once, teach_beside},
    task::{Tools, TrainerError},
};
use crate::{
    log::{Fact, Relearned},
    store::NewRecord,
};

/// A training that may be under way. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Relearning(Arc<Mutex<Job>>);

#[derive(Debug, Default)]
struct Job {
    asked_seq: Option<i64>,
    abort: Option<AbortHandle>,
    share_done: Option<f32>,
    finished: Option<Lesson>,
}

impl Relearning {
    fn job(&self) -> std::sync::MutexGuard<'_, Job> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is, 0 to 1; `None` when nothing is being trained.
    pub fn share_done(&self) -> Option<f32> {
        self.job().share_done
    }

    /// The trained lesson, once; nothing is under way after that.
    pub fn finished(&self) -> Option<Lesson> {
        let mut job = self.job();
        job.share_done = None;
        job.asked_seq = None;
        job.finished.take()
    }

    /// Stops what is under way.
    pub fn abort(&self) {
        let mut job = self.job();
        if let Some(abort) = job.abort.take() {
            abort.abort();
        }
        *job = Job::default();
    }

    /// Starts training for a record that asked for it, unless that is under way already. A later wish replaces an
    /// earlier one.
    pub fn start(&self, tools: &Tools, asked_seq: i64, lesson: Lesson, up_to: i64) {
        if self.job().asked_seq == Some(asked_seq) {
            return;
        }
        self.abort();
        let mut job = self.job();
        job.asked_seq = Some(asked_seq);
        job.share_done = Some(0.0);
        let task = tokio::spawn(self.clone().train(tools.clone(), asked_seq, lesson, up_to));
        job.abort = Some(task.abort_handle());
    }

    async fn train(self, tools: Tools, asked_seq: i64, lesson: Lesson, up_to: i64) {
        info!(loop.id = %tools.loop_id, "Training a new model from the log");
        let progress = |seq: i64| self.job().share_done = Some(seq as f32 / up_to.max(1) as f32);
        let lesson = match teach_beside(&tools.store, &tools.loop_id, lesson, up_to, progress).await {
            Ok(lesson) => lesson,
            Err(problem) => {
                let problem = &problem as &dyn std::error::Error;
                error!(loop.id = %tools.loop_id, error = problem, "A new model could not be trained; the old one goes on");
                return self.give_up();
            }
        };
        {
            let mut job = self.job();
            // A later wish may have come between; its own training is under way.
            if job.asked_seq != Some(asked_seq) {
                return;
            }
            job.finished = Some(lesson);
        }
        let fact = Fact::Relearned(Relearned { asked_seq });
        let record = NewRecord::new(fact.kind(), None, fact.to_body());
        let Some(fence) = tools.leases.fence(&tools.loop_id) else { return self.give_up() };
        if let Err(problem) = tools.writer.append_as_trainer(&tools.loop_id, record, fence).await {
            let problem = &problem as &dyn std::error::Error;
            error!(loop.id = %tools.loop_id, error = problem, "A trained model could not be announced; the old one goes on");
            self.give_up();
        }
    }

    /// The next change of settings, a restart, or the next trainer tries again.
    fn give_up(&self) {
        *self.job() = Job::default();
    }
}

/// Brings a lesson to `up_to` before anything else happens.
pub(super) async fn relearn_now(tools: &Tools, lesson: Lesson, up_to: i64) -> Result<Lesson, TrainerError> {
    teach_at_once(&tools.store, &tools.loop_id, lesson, up_to).await
}
