//! Threads that grow trees ahead of their time, so that neither a Rank nor the next event waits for them.
//!
//! Nothing depends on them: a tree is the same whoever grows it, and one that is not there when its count has come is
//! grown by the learner itself. So they may be late, and a process that ends does not wait for them.

use std::{
    collections::VecDeque,
    num::NonZero,
    sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, Weak},
    thread,
};

use tracing::warn;

use crate::bandit::Rebuild;

/// Cores for each thread: Ranks and the learners themselves need the rest.
const CORES_PER_THREAD: usize = 4;

/// Those of this process. They begin with the first tree.
static GROWERS: LazyLock<Growers> = LazyLock::new(|| {
    let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
    Growers::start((n_cores / CORES_PER_THREAD).max(1))
});

/// Has trees grown in the background.
pub(super) fn hand_over(rebuilds: Vec<Arc<Rebuild>>) {
    if !rebuilds.is_empty() {
        GROWERS.hand_over(&rebuilds);
    }
}

/// Some threads and what waits for them, the oldest first. Clones share both.
#[derive(Debug, Clone, Default)]
struct Growers(Arc<Waiting>);

/// The trees are held weakly: one that its forest no longer waits for, because its count has come, the world has changed
/// or the loop is gone, is dropped from here too. So no more wait than the forests of this process have places.
#[derive(Debug, Default)]
struct Waiting {
    rebuilds: Mutex<VecDeque<Weak<Rebuild>>>,
    more: Condvar,
}

impl Growers {
    fn start(n_threads: usize) -> Self {
        let growers = Self::default();
        for number in 0..n_threads {
            let work = growers.clone();
            let started = thread::Builder::new().name(format!("trees-{number}")).spawn(move || work.work());
            if let Err(problem) = started {
                warn!(error = %problem, "A thread for growing trees could not be started; learning waits for them instead");
            }
        }
        growers
    }

    fn hand_over(&self, rebuilds: &[Arc<Rebuild>]) {
        let mut waiting = self.waiting();
        waiting.retain(|rebuild| rebuild.strong_count() > 0);
        waiting.extend(rebuilds.iter().map(Arc::downgrade));
        drop(waiting);
        self.0.more.notify_all();
    }

    fn work(self) {
        loop {
            if let Some(rebuild) = self.next().upgrade() {
                rebuild.run();
            }
        }
    }

    /// Waits for the next one.
    fn next(&self) -> Weak<Rebuild> {
        let mut waiting = self.waiting();
        loop {
            if let Some(rebuild) = waiting.pop_front() {
                return rebuild;
            }
            waiting = self.0.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Weak<Rebuild>>> {
        self.0.rebuilds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::{ActionInput, Example, LearningSettings, Outcome, Policy};

    /// A policy that has learned so much that its trees are grown ahead, and some of these.
    fn with_rebuilds() -> (Policy, Vec<Arc<Rebuild>>) {
        let mut policy = Policy::new(LearningSettings::parse(None).expect("the default"));
        let inputs: [ActionInput<'_>; 2] = ["a", "b"].map(|id| ActionInput { id, features: &[] });
        let example = Example::new(&[], &inputs).expect("no features");
        let mut rebuilds = Vec::new();
        for n in 0.. {
            let outcome =
                Outcome { action_idx: n % 2, probability: 0.5, reward: (n % 2) as f32, explored: 0.5, at_us: n as i64 };
            policy.learn(&example, &[true, true], outcome);
            rebuilds.extend(policy.take_rebuilds());
            if rebuilds.len() >= 3 {
                break;
            }
        }
        (policy, rebuilds)
    }

    #[test]
    fn trees_are_grown_in_the_background() {
        let (_policy, rebuilds) = with_rebuilds();
        let growers = Growers::start(1);
        growers.hand_over(&rebuilds);
        let began = std::time::Instant::now();
        while !rebuilds.iter().all(|rebuild| rebuild.is_grown()) {
            assert!(began.elapsed().as_secs() < 60, "they are not grown");
            thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    #[test]
    fn what_nobody_waits_for_any_more_waits_no_longer_here() {
        let (policy, rebuilds) = with_rebuilds();
        let (gone_policy, gone) = with_rebuilds();
        let growers = Growers::default();
        growers.hand_over(&gone);
        assert_eq!(growers.waiting().len(), gone.len());
        drop((gone_policy, gone));
        growers.hand_over(&rebuilds);
        assert_eq!(growers.waiting().len(), rebuilds.len());
        drop((policy, rebuilds));
        assert!(growers.next().upgrade().is_none());
    }
}
