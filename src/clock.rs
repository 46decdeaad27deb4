//! The clock as an argument: the system's, and one that tests can move.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Where a room gets the present moment from. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's wall clock.
    System,
    /// Stands still until a test moves it.
    Manual(ManualClock),
}

impl Clock {
    /// Microseconds since 1970-01-01T00:00:00Z. May go backwards, as machines' clocks do; the log never does.
    #[expect(clippy::disallowed_methods, reason = "this is the clock's one home")]
    pub fn now_us(&self) -> i64 {
        match self {
            Self::System => {
                let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                since_epoch.map_or(0, |elapsed| i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Manual(clock) => clock.0.load(Ordering::SeqCst),
        }
    }
}

/// A clock that a test sets. Clones share the hands.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `now_us`.
    pub fn at(now_us: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now_us)))
    }

    /// Moves the hands; a negative span moves them backwards.
    pub fn advance_us(&self, span_us: i64) {
        self.0.fetch_add(span_us, Ordering::SeqCst);
    }
}
