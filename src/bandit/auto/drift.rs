//! Notices that the world has changed: rewards stay behind what was predicted, event after event.

use serde::{Deserialize, Serialize};

/// Events before anything is called a change.
const N_QUIET: u64 = 100;
/// Events between two alarms.
const N_BETWEEN: u64 = 50;
/// How far back the change is taken to have begun.
const N_BACK: u64 = 30;
/// What a miss may be above its usual size without counting, in standard deviations, and the sum that is too much.
const SLACK: f64 = 0.25;
const LIMIT: f64 = 20.0;

/// A one-sided cumulative sum of standardised misses (Page, 1954).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Drift {
    /// Running mean of squared misses.
    pub square: f64,
    sum: f64,
    last_alarm: u64,
    pub n_alarms: u64,
    /// From which learned event on the present world is.
    pub since: u64,
}

impl Drift {
    pub fn new() -> Self {
        Self { square: 0.1, sum: 0.0, last_alarm: 0, n_alarms: 0, since: 0 }
    }

    /// Takes in prediction minus reward of the event before which `n_learned` were learned. True for an alarm.
    pub fn learn(&mut self, miss: f64, n_learned: u64) -> bool {
        if n_learned >= N_QUIET {
            self.sum = (self.sum + miss / self.square.max(1e-12).sqrt() - SLACK).max(0.0);
        }
        self.square += (1.0 / (n_learned as f64 + 5.0)).max(0.005) * (miss * miss - self.square);
        let is_alarm = self.sum > LIMIT && n_learned > self.last_alarm + N_BETWEEN;
        if is_alarm {
            self.sum = 0.0;
            self.n_alarms += 1;
            self.last_alarm = n_learned;
            self.since = n_learned.saturating_sub(N_BACK);
        }
        is_alarm
    }

    /// Misses are measured by another scale.
    pub fn rescale(&mut self) {
        self.sum = 0.0;
        self.square = 0.1;
    }

    pub fn is_sound(&self) -> bool {
        self.square.is_finite() && self.sum.is_finite() && self.square >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_that_stay_behind_raise_one_alarm_and_noise_raises_none() {
        let mut drift = Drift::new();
        let noise = |n: u64| if n.is_multiple_of(2) { 0.3 } else { -0.3 };
        assert!((0..5_000).all(|n| !drift.learn(noise(n), n)));
        let alarm = (5_000..5_200).find(|n| drift.learn(0.5 + noise(*n), *n)).expect("an alarm");
        assert!(alarm < 5_040, "{alarm}");
        assert_eq!((drift.n_alarms, drift.since), (1, alarm - 30));
    }

    #[test]
    fn a_better_world_is_no_alarm() {
        let mut drift = Drift::new();
        assert!((0..2_000).all(|n| !drift.learn(-0.8, n)));
    }
}
