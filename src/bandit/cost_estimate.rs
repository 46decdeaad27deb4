//! From what was logged of one event to what the regression learns: the reduction of bandit feedback to regression.
//!
//! With the cost c = −reward of the chosen action a, its logged probability p and the prediction f̂:
//!
//! - MTR (multi-task regression, IWR in Bietti, Agarwal and Langford, "A Contextual Bandit Bake-off", 2021): c for a
//!   alone, with importance (1/p) · (events seen / actions seen).
//! - IPS (inverse propensity scoring): ĉ(b) = c/p for b = a, else 0, for every action.
//! - DR (doubly robust; Dudík, Langford, Li, 2011): ĉ(b) = f̂(b) + (c − f̂(a))/p for b = a, for every action, with f̂ a
//!   model of its own.
//! - DM (direct method, as Vowpal Wabbit has it for actions with features): c for b = a, else 0, for every action.
//! - Direct: c for a alone, with importance 1. Biased where the model is wrong, but of the least variance.

/// How a logged event becomes labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CostEstimate {
    /// `--cb_type mtr`.
    Mtr,
    /// `--cb_type ips`.
    Ips,
    /// `--cb_type dr`.
    Dr,
    /// `--cb_type dm`.
    Dm,
    /// MTR with p = 1, which is what Vowpal Wabbit's SquareCB and RegCB learn by.
    MtrUnweighted,
    /// Rankloop's own.
    Direct,
}

/// An estimate with the propensity below which none is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimator {
    pub estimate: CostEstimate,
    /// `--clip_p`.
    pub least_propensity: f32,
}

/// The smallest propensity that is believed. Less would let one event outweigh ten thousand others.
const MIN_PROPENSITY: f32 = 1e-4;
/// What stands for a propensity that cannot be one, as in Vowpal Wabbit.
const NO_PROPENSITY: f32 = 1e-3;

/// A propensity that can be divided by.
pub(super) fn propensity(probability: f32) -> f32 {
    if probability > 0.0 { probability.clamp(MIN_PROPENSITY, 1.0) } else { NO_PROPENSITY }
}

impl Estimator {
    fn propensity(self, probability: f32) -> f32 {
        propensity(probability.max(self.least_propensity))
    }

    /// The importance of an event whose chosen action alone is learned. Both counts include this event.
    pub fn importance(self, probability: f32, n_events: u64, n_actions: u64) -> f32 {
        let per_action = (n_events as f64 / n_actions.max(1) as f64) as f32;
        match self.estimate {
            CostEstimate::Mtr | CostEstimate::MtrUnweighted => per_action / self.propensity(probability),
            CostEstimate::Direct | CostEstimate::Ips | CostEstimate::Dr | CostEstimate::Dm => 1.0,
        }
    }

    /// The cost that IPS assumes of an action.
    pub fn ips(self, cost: f32, probability: f32, is_chosen: bool) -> f32 {
        if is_chosen { cost / self.propensity(probability) } else { 0.0 }
    }

    /// The cost that DR assumes of an action which f̂ expects to cost `expected`.
    pub fn doubly_robust(self, cost: f32, expected: f32, probability: f32, is_chosen: bool) -> f32 {
        if is_chosen { expected + (cost - expected) / self.propensity(probability) } else { expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MTR: Estimator = Estimator { estimate: CostEstimate::Mtr, least_propensity: 0.0 };

    #[test]
    fn ips_and_dr_are_right_on_average_over_the_draw() {
        let (costs, expected, pmf) = ([-1.0, -0.2, 0.5], [-0.6, 0.0, 0.1], [0.7, 0.2, 0.1]);
        for action in 0..3 {
            let mean = |estimate: &dyn Fn(usize) -> f32| (0..3).map(|drawn| pmf[drawn] * estimate(drawn)).sum::<f32>();
            let by_ips = mean(&|drawn| MTR.ips(costs[drawn], pmf[drawn], drawn == action));
            let by_dr = mean(&|drawn| MTR.doubly_robust(costs[drawn], expected[action], pmf[drawn], drawn == action));
            assert!((by_ips - costs[action]).abs() < 1e-6);
            assert!((by_dr - costs[action]).abs() < 1e-6);
        }
    }

    #[test]
    fn no_logged_probability_makes_an_infinite_label() {
        for probability in [0.0, -1.0, f32::NAN, f32::MIN_POSITIVE, f32::INFINITY] {
            assert!(MTR.ips(-1.0, probability, true).abs() <= 1e4);
            assert!(MTR.importance(probability, 1, 2).is_finite());
        }
    }

    #[test]
    fn a_clipped_propensity_weighs_no_more_than_its_clip() {
        let clipped = Estimator { least_propensity: 0.25, ..MTR };
        assert_eq!(clipped.ips(-1.0, 0.01, true), -4.0);
        assert_eq!(clipped.importance(0.5, 1, 1), 2.0);
    }
}
