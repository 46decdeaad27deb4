//! How many calls of the data plane are worked on at once, and what becomes of the others.
//!
//! More at once make nothing faster: beyond some hundreds they only take memory and each other's time. So the others wait
//! in the order of their coming, which costs nearly nothing, and whoever waited in vain is told so slowly: refusing at
//! once is answered with the next call at once, and then a server does nothing but refuse.
//!
//! Those who wait are let in many at a time. One for each that leaves would come between the answers, and what is cheap
//! together would happen one by one: a quarter more calls a second are answered so, with twice as many callers as places.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::http::StatusCode;
use tokio::{sync::Semaphore, time::timeout};

use super::ApiError;

/// How long a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
const RETRY_AFTER_S: u64 = 1;

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
}

/// A place inside, until it is dropped.
#[derive(Debug)]
pub struct Place(Arc<House>);

impl Drop for Place {
    fn drop(&mut self) {
        let House { free, n_left, together } = &*self.0;
        if (n_left.fetch_add(1, Relaxed) + 1).is_multiple_of(*together) {
            free.add_permits(*together);
        }
    }
}

impl Crowd {
    /// At most so many at once; at least one.
    pub fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let house = House { free: Semaphore::new(most), n_left: AtomicUsize::new(0), together: most.div_ceil(2) };
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
}
