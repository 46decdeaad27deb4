//! How many calls of the data plane are worked on at once, and what becomes of the others.
//!
//! More at once make nothing faster: beyond some hundreds they only take memory and each other's time. So the others wait
//! in the order of their coming, which costs nearly nothing, and whoever waited in vain is told so slowly: refusing at
//! once is answered with the next call at once, and then a server does nothing but refuse.
//!
//! How many that is depends on the machine: some for each core, so that what they need stays in its caches, and more where
//! commits of the log take long, for who waits for the disk needs no core meanwhile.
//!
//! Those who wait are let in many at a time. One for each that leaves would come between the answers, and what is cheap
//! together would happen one by one: a quarter more calls a second are answered so, with twice as many callers as places.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use axum::http::StatusCode;
use tokio::{sync::Semaphore, time::timeout};

use super::ApiError;
use crate::vitals::Vitals;

/// How long a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
const RETRY_AFTER_S: u64 = 1;
/// Calls at once for each core, unless somebody says how many: where a commit takes no time, for each millisecond that it
/// takes, and at most.
const N_PER_CORE: usize = 128;
const N_PER_CORE_AND_MS: f64 = 24.0;
const N_PER_CORE_MOST: usize = 1_024;

/// Those who are inside. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct Crowd {
    house: Arc<House>,
    patience: Duration,
}

#[derive(Debug)]
struct House {
    free: Semaphore,
    /// How many have left since the start.
    n_left: AtomicUsize,
    /// So many places that were left become free together.
    together: usize,
    /// How many may be inside.
    most: AtomicUsize,
    machine: Option<Machine>,
}

/// What says how many are good.
#[derive(Debug)]
struct Machine {
    n_cores: usize,
    vitals: Vitals,
}

impl Machine {
    fn most(&self) -> usize {
        let waiting = N_PER_CORE_AND_MS * self.vitals.usual_commit().as_secs_f64() * 1_000.0;
        self.n_cores * (N_PER_CORE + waiting as usize).min(N_PER_CORE_MOST)
    }
}

impl House {
    /// As many come in as have left, or more or fewer when there may be more or fewer from now on.
    fn let_in(&self) {
        let had = self.most.load(Relaxed);
        let wanted = self.machine.as_ref().map_or(had, Machine::most);
        // Nobody is turned out.
        let most = wanted.max(had.saturating_sub(self.together));
        let is_ours = self.most.compare_exchange(had, most, Relaxed, Relaxed).is_ok();
        self.free.add_permits(if is_ours { self.together + most - had } else { self.together });
    }
}

/// A place inside, until it is dropped.
#[derive(Debug)]
pub struct Place(Arc<House>);

impl Drop for Place {
    fn drop(&mut self) {
        if (self.0.n_left.fetch_add(1, Relaxed) + 1).is_multiple_of(self.0.together) {
            self.0.let_in();
        }
    }
}

impl Crowd {
    /// At most so many at once; at least one.
    pub fn new(most: usize) -> Self {
        Self::of(most, None)
    }

    /// As many at once as this machine does well with, which `vitals` says of its disk.
    pub fn of_this_machine(vitals: Vitals) -> Self {
        let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
        let machine = Machine { n_cores, vitals };
        Self::of(machine.most(), Some(machine))
    }

    fn of(most: usize, machine: Option<Machine>) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let (free, n_left, together) = (Semaphore::new(most), AtomicUsize::new(0), most.div_ceil(2));
        let house = House { free, n_left, together, most: AtomicUsize::new(most), machine };
        Self { house: Arc::new(house), patience: PATIENCE }
    }

    /// Waits for a place, which is kept until what is returned is dropped.
    pub async fn enter(&self) -> Result<Place, ApiError> {
        let free = &self.house.free;
        let permit = match free.try_acquire() {
            Ok(permit) => Some(permit),
            Err(_) => timeout(self.patience, free.acquire()).await.ok().and_then(Result::ok),
        };
        let permit = permit.ok_or_else(|| {
            let message = "The server has more calls than it can answer in time; try again in a moment.";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "OperationNotAllowed", message).retry_after(RETRY_AFTER_S)
        })?;
        // It comes back with others.
        permit.forget();
        Ok(Place(self.house.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_too_many_waits_and_is_refused_in_the_end() {
        let crowd = Crowd { patience: Duration::from_secs(60), ..Crowd::new(1) };
        let inside = crowd.enter().await.expect("a place");
        let waiting = tokio::spawn({
            let crowd = crowd.clone();
            async move { crowd.enter().await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(inside);
        assert!(waiting.await.expect("done"), "a place became free in time");

        let crowd = Crowd { patience: Duration::from_millis(20), ..Crowd::new(1) };
        let _inside = crowd.enter().await.expect("a place");
        assert!(crowd.enter().await.is_err());
    }

    #[tokio::test]
    async fn places_that_were_left_become_free_together_and_never_more_than_there_are() {
        let crowd = Crowd { patience: Duration::from_millis(20), ..Crowd::new(5) };
        let mut inside = Vec::new();
        for _ in 0..5 {
            inside.push(crowd.enter().await.expect("a place"));
        }
        inside.truncate(3);
        assert!(crowd.enter().await.is_err(), "two have left, and a third is waited for");
        inside.truncate(2);
        for _ in 0..3 {
            inside.push(crowd.enter().await.expect("three have left"));
        }
        assert!(crowd.enter().await.is_err(), "all are taken again");
        for _ in 0..100 {
            inside.clear();
            for _ in 0..3 {
                inside.push(crowd.enter().await.expect("some are free whenever all have left"));
            }
        }
    }

    #[test]
    fn while_commits_take_long_more_are_let_in_and_later_fewer_again() {
        let vitals = Vitals::new();
        let crowd = Crowd::of(N_PER_CORE, Some(Machine { n_cores: 1, vitals: vitals.clone() }));
        let enter = || {
            crowd.house.free.try_acquire().ok()?.forget();
            Some(Place(crowd.house.clone()))
        };
        let fill = || std::iter::from_fn(enter).collect::<Vec<_>>().len();
        // All leave, and all who fit come in again, until that is settled. Some that left may not have become free yet.
        let expect = |most: usize| {
            let n_inside = (0..10).fold(0, |_, _| fill());
            assert!((most - crowd.house.together + 1..=most).contains(&n_inside), "{n_inside} of {most}");
        };
        expect(N_PER_CORE);
        (0..1_000).for_each(|_| vitals.note_commit(Duration::from_millis(10)));
        expect(N_PER_CORE + 239);
        (0..1_000).for_each(|_| vitals.note_commit(Duration::ZERO));
        expect(N_PER_CORE);
        (0..1_000).for_each(|_| vitals.note_commit(Duration::from_secs(60)));
        expect(N_PER_CORE_MOST);
    }
}
