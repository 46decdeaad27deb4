//! Exploration by how far costs lie apart.

/// Probabilities ∝ e^(−λ·cost): twice as likely for every ln 2 / λ of less cost, whatever the others do.
pub(in crate::bandit) fn softmax(costs: &[f32], lambda: f64) -> Vec<f64> {
    let best = super::least(costs);
    // Relative to the best, so that the largest exponent is 0 and nothing overflows.
    let weights: Vec<f64> = costs.iter().map(|cost| libm::exp(-lambda * f64::from(cost - best))).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_of_one_is_worth_a_factor_of_e_to_the_lambda() {
        let pmf = softmax(&[-1.0, 0.0], 2.0);
        assert!((pmf[0] / pmf[1] - std::f64::consts::E.powi(2)).abs() < 1e-9);
    }

    #[test]
    fn costs_far_apart_do_not_overflow() {
        assert_eq!(softmax(&[-1e15, 1e15], 1e6), [1.0, 0.0]);
    }
}
