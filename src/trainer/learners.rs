//! The threads that fold and learn, apart from those that answer calls.
//!
//! A Reward is answered when it is learned. As a task among hundreds of calls its trainer would wait for its turn behind
//! them, and while it learns they would wait for it. With threads of their own the system shares the processors out
//! between the two, and wakes whichever has slept.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use super::{replay::in_the_background, task::TrainerError};

/// Where trainers run. Clones share it; without threads of its own it is wherever it is asked.
#[derive(Debug, Clone, Default)]
pub struct Learners(Option<Arc<OwnThreads>>);

#[derive(Debug)]
struct OwnThreads(Option<Runtime>);

impl Drop for OwnThreads {
    fn drop(&mut self) {
        // The last clone may go where nothing may wait.
        self.0.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

impl Learners {
    /// As many threads as there are processors.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().thread_name("learner").enable_all().build()?;
        Ok(Self(Some(Arc::new(OwnThreads(Some(runtime))))))
    }

    fn own(&self) -> Option<&Runtime> {
        self.0.as_ref()?.0.as_ref()
    }

    pub(super) fn spawn(&self, training: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        match self.own() {
            Some(runtime) => runtime.spawn(training),
            None => tokio::spawn(training),
        }
    }

    /// Does work for a trainer: on the spot where it disturbs nobody.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, TrainerError> {
        if self.own().is_none() {
            return Ok(in_the_background(work).await?);
        }
        // What it worked on goes with it.
        catch_unwind(AssertUnwindSafe(work)).map_err(|_| TrainerError::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_breaks_off_is_an_error_wherever_it_is_done() {
        for learners in [Learners::default(), Learners::start().expect("threads")] {
            assert!(learners.work(|| panic!("on purpose")).await.map(|(): ()| ()).is_err());
            assert_eq!(learners.work(|| 7).await.ok(), Some(7));
            learners.spawn(async {}).await.expect("done");
        }
    }
}
