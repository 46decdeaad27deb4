//! What the learned policy earns held against a rival: the arithmetic behind the headline.
//!
//! L and B are the mean rewards of the learned policy and its rival (the baseline, or chance while too few decisions
//! tell of the baseline) over the range, each the self-normalised
//! estimate of [`crate::bandit::evaluation::WeightedRewards`] with its standard error. Two numbers are given from them:
//!
//! - the lift L / B − 1, by the delta method: Var(L/B) ≈ (Var L + (L/B)² Var B − 2 (L/B) Cov(L, B)) / B²;
//! - where B may be near zero or negative and a percentage would mean nothing, the difference L − B:
//!   Var(L − B) = Var L + Var B − 2 Cov(L, B).
//!
//! Both are estimated from the same events, so they are not independent. With every weight of L equal to 1 the
//! covariance is Σ w (r − B)² / (N Σ w) ≥ 0, where w are the weights of B: never negative. It is left out, which makes
//! the intervals somewhat wider than they need be, and never too narrow (for the lift as long as L/B > 0, which the
//! condition for giving it ensures in all but hopeless cases: those are given as a difference).

use super::sums::{N_EFFECTIVE, Sums};
use crate::reports::Interval;

/// Besides effective events: rare rewards need this many of them for a normal interval.
pub const N_REWARDED: u64 = 30;
/// The half width of a 95 % normal interval in standard errors.
pub const Z_95: f64 = 1.96;
/// How many more events it takes to compare with the baseline, at the present rate of telling events.
pub fn n_missing(sums: &Sums) -> f64 {
    let needs = [(sums.n_effective_of_baseline(), N_EFFECTIVE), (sums.n_rewarded as f64, N_REWARDED as f64)];
    let n = sums.n_ranked as f64;
    // Nothing seen of one kind yet: it is rarer than one in n, and one more such event is the least to wait for.
    let missing = |(has, needs): (f64, f64)| n * (needs / has.max(1.0) - 1.0);
    // Enough events whose weights do not add up yet: some more of the same.
    needs.into_iter().map(missing).fold(n / 10.0, f64::max).max(1.0)
}

/// L / B − 1 and half its interval's width; `None` where B is not clearly above zero.
pub fn lift(learned: Interval, baseline: Interval) -> Option<(f64, f64)> {
    let ratio = learned.value / baseline.value;
    let is_clear = baseline.value > 0.0 && baseline.half_width < baseline.value / 2.0 && ratio > 0.0;
    let (l, b) = (learned.half_width / Z_95, baseline.half_width / Z_95);
    let deviation = (l * l + ratio * ratio * b * b).sqrt() / baseline.value;
    is_clear.then_some((ratio - 1.0, Z_95 * deviation))
}

/// L − B and half its interval's width.
pub fn difference(learned: Interval, baseline: Interval) -> (f64, f64) {
    (learned.value - baseline.value, learned.half_width.hypot(baseline.half_width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lift_is_the_ratio_with_the_delta_methods_interval() {
        let at = |value, half_width| Interval { value, half_width, n_effective: 1_000.0 };
        let (value, half_width) = lift(at(0.60, 0.03), at(0.50, 0.04)).expect("a clear baseline");
        assert!((value - 0.2).abs() < 1e-12);
        let expected = ((0.03_f64 / 0.5).powi(2) + (0.6_f64 * 0.04 / 0.25).powi(2)).sqrt();
        assert!((half_width - expected).abs() < 1e-12);
    }

    #[test]
    fn a_baseline_near_zero_has_no_percentage() {
        let at = |value, half_width| Interval { value, half_width, n_effective: 1_000.0 };
        assert_eq!(lift(at(0.60, 0.03), at(0.02, 0.04)), None);
        assert_eq!(lift(at(0.60, 0.03), at(-0.5, 0.04)), None);
        assert_eq!(lift(at(-0.10, 0.03), at(0.5, 0.04)), None);
        let (value, half_width) = difference(at(0.60, 0.03), at(0.02, 0.04));
        assert!((value - 0.58).abs() < 1e-12 && (half_width - 0.05).abs() < 1e-12);
    }
}
