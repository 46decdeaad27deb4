//! Self-normalised importance-weighted averages in five running sums (SNIPS; Swaminathan and Joachims, 2015).
//!
//! With w = π(a|x) / p, the weight of a logged action under the policy π that is judged and p its logged probability
//! (the propensity), and r its reward:
//! value = Σ w r / Σ w, and its variance by the delta method = Σ w² (r − value)² / (Σ w)².
//! With w = 1 for every event this is the plain mean with its normal interval.

use serde::{Deserialize, Serialize};

use super::Z_95;

/// Running sums over (weight, reward) pairs. A pair can be taken out again, which is how a provisional reward is
/// replaced by the real one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct WeightedRewards {
    w: f64,
    wr: f64,
    w2: f64,
    w2r: f64,
    w2r2: f64,
}

/// A value with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Half the width of the 95 % interval.
    pub half_width: f64,
    /// How many evenly weighted events would tell as much: (Σ w)² / Σ w².
    pub n_effective: f64,
}

impl WeightedRewards {
    /// Adds one event.
    pub fn add(&mut self, weight: f64, reward: f64) {
        self.shift(weight, reward, 1.0);
    }

    /// Puts `after` where an event had `before` as its reward.
    pub fn replace(&mut self, weight: f64, before: f64, after: f64) {
        self.shift(weight, before, -1.0);
        self.shift(weight, after, 1.0);
    }

    fn shift(&mut self, w: f64, r: f64, sign: f64) {
        self.w += sign * w;
        self.wr += sign * w * r;
        self.w2 += sign * w * w;
        self.w2r += sign * w * w * r;
        self.w2r2 += sign * w * w * r * r;
    }

    /// The sums of both.
    pub fn merge(&mut self, other: &Self) {
        self.w += other.w;
        self.wr += other.wr;
        self.w2 += other.w2;
        self.w2r += other.w2r;
        self.w2r2 += other.w2r2;
    }

    /// Σ w. Over events that were drawn from their propensities it is near their number; far from it, the judged
    /// policy's actions were not among those drawn, and the estimate tells of others.
    pub fn total_weight(&self) -> f64 {
        self.w
    }

    /// `None` without a single event of positive weight. Its width is infinite for less than two effective events.
    pub fn estimate(&self) -> Option<Estimate> {
        if self.w <= 0.0 || self.w2 <= 0.0 {
            return None;
        }
        let value = self.wr / self.w;
        let n_effective = self.w * self.w / self.w2;
        let spread = (self.w2r2 - 2.0 * value * self.w2r + value * value * self.w2).max(0.0);
        // n / (n - 1): the mean was estimated from the same events.
        let correction = n_effective / (n_effective - 1.0);
        let half_width = if n_effective < 2.0 { f64::INFINITY } else { Z_95 * (spread * correction).sqrt() / self.w };
        Some(Estimate { value, half_width, n_effective })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_even_weights_it_is_the_mean_with_its_normal_interval() {
        let mut sums = WeightedRewards::default();
        for reward in [0.0, 1.0, 1.0, 0.0, 1.0] {
            sums.add(1.0, reward);
        }
        let estimate = sums.estimate().expect("five events");
        // Sample variance of those five is 0.3.
        assert!((estimate.value - 0.6).abs() < 1e-12);
        assert!((estimate.half_width - 1.96 * (0.3_f64 / 5.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_replaced_reward_leaves_no_trace() {
        let (mut replaced, mut plain) = (WeightedRewards::default(), WeightedRewards::default());
        replaced.add(2.0, 0.0);
        replaced.replace(2.0, 0.0, 1.0);
        plain.add(2.0, 1.0);
        assert_eq!(replaced, plain);
    }

    #[test]
    fn one_event_says_nothing_about_the_spread() {
        let mut sums = WeightedRewards::default();
        assert_eq!(sums.estimate(), None);
        sums.add(1.0, 0.5);
        assert_eq!(sums.estimate().map(|estimate| estimate.half_width), Some(f64::INFINITY));
    }
}
