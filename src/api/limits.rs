//! What one caller may ask for: how large a body, how many calls a second.

use std::{num::NonZeroU32, sync::Arc};

use governor::{Quota, clock::Clock as _, state::keyed::DefaultKeyedStateStore};

use super::ApiError;
use crate::terms::LoopId;

type PerLoop = governor::RateLimiter<LoopId, DefaultKeyedStateStore<LoopId>, governor::clock::DefaultClock>;

/// A model of the largest table, compressed or not, is smaller.
const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;

/// Calls that a loop may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub per_second: NonZeroU32,
    /// Calls that may come at once after a quiet time.
    pub burst: NonZeroU32,
}

/// The limits of this server. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct Limits {
    max_body_bytes: usize,
    rate: Option<Arc<PerLoop>>,
}

impl Limits {
    /// Without a rate, calls are not counted.
    pub fn new(max_body_bytes: usize, rate: Option<RateLimit>) -> Self {
        let limiter = |rate: RateLimit| {
            let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
            Arc::new(governor::RateLimiter::keyed(quota))
        };
        Self { max_body_bytes, rate: rate.map(limiter) }
    }

    /// The largest body.
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// The largest file: a signed model.
    pub fn max_file_bytes(&self) -> usize {
        self.max_body_bytes.max(MAX_FILE_BYTES)
    }

    /// Counts a call; refuses it when the loop has had too many.
    pub fn count_call(&self, id: &LoopId) -> Result<(), ApiError> {
        let Some(rate) = &self.rate else { return Ok(()) };
        rate.check_key(id).map_err(|not_until| {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            ApiError::too_many_requests(wait.as_secs().max(1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_loop_by_loop() {
        let one = NonZeroU32::MIN;
        let limits = Limits::new(10, Some(RateLimit { per_second: one, burst: one }));
        let id = |text: &str| text.parse::<LoopId>().expect("an id");
        assert!(limits.count_call(&id("a")).is_ok());
        assert!(limits.count_call(&id("a")).is_err());
        assert!(limits.count_call(&id("b")).is_ok());
    }
}
