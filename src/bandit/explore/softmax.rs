//! Exploration by how far costs lie apart.

/// Probabilities ∝ e^(−λ·cost): twice as likely for every ln 2 / λ of less cost, whatever the others do.
pub(in crate::bandit) fn softmax(pmf: &mut [f64], costs: &[f32], lambda: f64) {
    let best = super::least(costs);
    for (weight, cost) in pmf.iter_mut().zip(costs) {
        // Relative to the best, so that the largest exponent is 0 and nothing overflows.
        *weight = libm::exp(-lambda * f64::from(cost - best));
    }
    let total: f64 = pmf.iter().sum();
    pmf.iter_mut().for_each(|weight| *weight /= total);
}

#[cfg(test)]
mod tests {
    fn softmax(costs: &[f32], lambda: f64) -> Vec<f64> {
        let mut pmf = vec![0.0; costs.len()];
        super::softmax(&mut pmf, costs, lambda);
        pmf
    }

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
