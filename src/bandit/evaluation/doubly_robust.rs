//! Doubly robust estimation (DR; Dudík, Langford, Li, 2011).
//!
//! With a model r̂ of the reward: one event says Σ_b π(b|x) r̂(x, b) + w (r − r̂(x, a)), and the value is the mean of
//! that. Unbiased like IPS, and less noisy the better the model is, because only what the model missed is weighted.

use serde::{Deserialize, Serialize};

use super::{Interval, ips::half_width};

/// Running sums over the events of one policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 3]", into = "[f64; 3]")]
pub struct DoublyRobustSums {
    n_events: f64,
    sum: f64,
    squares: f64,
}

impl From<[f64; 3]> for DoublyRobustSums {
    fn from([n_events, sum, squares]: [f64; 3]) -> Self {
        Self { n_events, sum, squares }
    }
}

impl From<DoublyRobustSums> for [f64; 3] {
    fn from(sums: DoublyRobustSums) -> Self {
        [sums.n_events, sums.sum, sums.squares]
    }
}

impl DoublyRobustSums {
    /// Adds one event: what the model expected of the policy, and of the logged action.
    pub fn add(&mut self, expected_of_policy: f64, weight: f64, reward: f64, expected_of_logged: f64) {
        let said = expected_of_policy + weight * (reward - expected_of_logged);
        self.n_events += 1.0;
        self.sum += said;
        self.squares += said * said;
    }

    /// The mean reward that the policy would have earned; 0 without events.
    pub fn value(&self) -> f64 {
        if self.n_events == 0.0 { 0.0 } else { self.sum / self.n_events }
    }

    /// The 95 % interval around the value.
    pub fn interval(&self) -> Interval {
        Interval::around(self.value(), half_width(self.n_events, self.value(), self.squares))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over the draw of the logged action, whatever the model believes.
    #[test]
    fn it_is_right_on_average_with_any_model() {
        let (rewards, logged, judged) = ([1.0, 0.25, -0.5], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]);
        let truth: f64 = (0..3).map(|action| judged[action] * rewards[action]).sum();
        for model in [[0.0, 0.0, 0.0], [0.9, 0.9, -3.0], rewards] {
            let expected: f64 = (0..3).map(|action| judged[action] * model[action]).sum();
            let mean: f64 = (0..3)
                .map(|drawn| {
                    let mut sums = DoublyRobustSums::default();
                    sums.add(expected, judged[drawn] / logged[drawn], rewards[drawn], model[drawn]);
                    logged[drawn] * sums.value()
                })
                .sum();
            assert!((mean - truth).abs() < 1e-12, "{mean} is not {truth}");
        }
    }

    #[test]
    fn a_perfect_model_leaves_no_noise() {
        let mut sums = DoublyRobustSums::default();
        for weight in [0.0, 5.0, 0.1] {
            sums.add(0.4, weight, 0.7, 0.7);
        }
        let interval = sums.interval();
        assert!((interval.high - interval.low) < 1e-7 && (sums.value() - 0.4).abs() < 1e-12);
    }
}
