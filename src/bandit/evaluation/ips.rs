//! Inverse propensity scoring in five running sums (IPS; Horvitz and Thompson, 1952), with the old service's formulas.
//!
//! With w = π(a|x) / p, the weight of a logged action under the policy π that is judged and p its logged probability
//! (the propensity), r its reward and n the number of events:
//! value = Σ w r / n, and its variance = (Σ (w r)² − n · value²) / (n − 1) / n.
//! Unbiased whatever the rewards are, as long as π gives no action a chance that the log gave none.

use serde::{Deserialize, Serialize};

use super::Z_95;

/// Running sums over the events of one policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 5]", into = "[f64; 5]")]
pub struct IpsSums {
    /// n.
    pub n_events: f64,
    /// Σ w r.
    pub weighted_reward: f64,
    /// Σ w.
    pub weight: f64,
    /// Events whose logged action the policy might have chosen: π(a|x) > 0.
    pub n_possible: f64,
    /// Σ (w r)².
    pub squares: f64,
}

/// A 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Around a value.
    pub fn around(value: f64, half_width: f64) -> Self {
        Self { low: value - half_width, high: value + half_width }
    }
}

impl From<[f64; 5]> for IpsSums {
    fn from([n_events, weighted_reward, weight, n_possible, squares]: [f64; 5]) -> Self {
        Self { n_events, weighted_reward, weight, n_possible, squares }
    }
}

impl From<IpsSums> for [f64; 5] {
    fn from(sums: IpsSums) -> Self {
        [sums.n_events, sums.weighted_reward, sums.weight, sums.n_possible, sums.squares]
    }
}

impl IpsSums {
    /// Adds one event.
    pub fn add(&mut self, weight: f64, reward: f64) {
        let weighted = weight * reward;
        self.n_events += 1.0;
        self.weighted_reward += weighted;
        self.weight += weight;
        self.n_possible += if weight > 0.0 { 1.0 } else { 0.0 };
        self.squares += weighted * weighted;
    }

    /// The sums of both.
    pub fn merge(&mut self, other: &Self) {
        self.n_events += other.n_events;
        self.weighted_reward += other.weighted_reward;
        self.weight += other.weight;
        self.n_possible += other.n_possible;
        self.squares += other.squares;
    }

    /// Whether it has no event.
    pub fn is_empty(&self) -> bool {
        self.n_events == 0.0
    }

    /// The mean reward that the policy would have earned; 0 without events.
    pub fn value(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.weighted_reward / self.n_events }
    }

    /// Half the width of the 95 % interval; 0 for less than two events, as the old service had it.
    pub fn half_width(&self) -> f64 {
        half_width(self.n_events, self.value(), self.squares)
    }

    /// The 95 % interval around the value.
    pub fn interval(&self) -> Interval {
        Interval::around(self.value(), self.half_width())
    }
}

/// Of a mean over `n` numbers with this sum of squares.
pub(super) fn half_width(n: f64, mean: f64, squares: f64) -> f64 {
    if n < 2.0 {
        return 0.0;
    }
    let variance = (squares - n * mean * mean) / (n - 1.0);
    Z_95 * libm::sqrt(variance.max(0.0) / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the old service answered for four policies of one evaluation (n, Σ w r, Σ (w r)², interval, average), and
    /// an example of its specification.
    #[test]
    fn the_formulas_give_the_numbers_that_the_old_service_answered() {
        let recorded = [
            (2_298.0, 333.3905, 319.7158, 0.014_052_832_5, 0.145_078_55),
            (2_298.0, 436.24765, 1_684.160_5, 0.034_138_378, 0.189_837_96),
            (2_298.0, 641.962, 1_481.076_7, 0.030_779_583, 0.279_356_8),
            (2_298.0, 253.4286, 585.6736, 0.020_147_009, 0.110_282_25),
            (141.0, 58.428577, 478.0205, 0.297_179_46, 0.414_387_08),
            (9.0, 1.199_999_9, 1.04, 0.216_686_16, 0.133_333_33),
            (196.0, 2.2, 2.424, 0.015_529_361, 0.011_224_49),
        ];
        for (n_events, weighted_reward, squares, half_width, value) in recorded {
            let sums = IpsSums { n_events, weighted_reward, squares, ..IpsSums::default() };
            assert!((sums.value() - value).abs() < 1e-6 * value, "{} is not {value}", sums.value());
            assert!(
                (sums.half_width() - half_width).abs() < 1e-5 * half_width,
                "{} is not {half_width}",
                sums.half_width()
            );
        }
    }

    #[test]
    fn too_little_or_unvaried_evidence_has_no_width() {
        let mut sums = IpsSums::default();
        assert_eq!((sums.value(), sums.half_width()), (0.0, 0.0));
        sums.add(2.0, 0.5);
        assert_eq!((sums.value(), sums.half_width()), (1.0, 0.0));
        sums.add(2.0, 0.5);
        assert_eq!(sums.interval(), Interval { low: 1.0, high: 1.0 });
    }

    #[test]
    fn an_action_that_the_policy_never_takes_counts_as_an_event_of_weight_zero() {
        let mut sums = IpsSums::default();
        sums.add(0.0, 1.0);
        sums.add(4.0, 1.0);
        assert_eq!((sums.n_events, sums.n_possible, sums.weight, sums.value()), (2.0, 1.0, 4.0, 2.0));
    }
}
