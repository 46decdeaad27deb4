//! How many calls of the data plane are worked on at once, and what becomes of the others.
//!
//! More at once make nothing faster: beyond some hundreds they only take memory and each other's time. So the others wait
//! in the order of their coming, which costs nearly nothing, and whoever waited in vain is told so slowly: refusing at
//! once is answered with the next call at once, and then a server does nothing but refuse.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::ApiError;

/// How long a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);
const RETRY_AFTER_S: u64 = 1;

/// Those who are inside. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct Crowd {
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Crowd {
    /// At most so many at once; at least one.
    pub fn new(most: usize) -> Self {
        let places = Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS));
        Self { places: Arc::new(places), patience: PATIENCE }
    }

    /// Waits for a place, which is kept until what is returned is dropped.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let place = timeout(self.patience, self.places.clone().acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or_else(|| {
            let message = "The server has more calls than it can answer in time; try again in a moment.";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "OperationNotAllowed", message).retry_after(RETRY_AFTER_S)
        })
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
}
