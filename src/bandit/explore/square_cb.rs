//! Inverse gap weighting: the worse an action looks, the more seldom it is tried.

/// SquareCB (Foster and Rakhlin, 2020): π(a) = 1 / (K + γ(ĉ(a) − ĉ(best))) for each action that is not best, the rest
/// to the best; ĉ is the expected cost, K the number of actions. A greater γ explores less.
///
/// Every action keeps a positive probability. Equally good actions share what the best would get, so that their order
/// in the request does not matter and a model that has learned nothing is uniform.
pub(in crate::bandit) fn square_cb(costs: &[f32], gamma: f64) -> Vec<f64> {
    let (n, best) = (costs.len() as f64, super::least(costs));
    let inverse_gap = |cost: &f32| 1.0 / (n + gamma * f64::from(cost - best));
    let of_others: f64 = costs.iter().filter(|cost| **cost != best).map(inverse_gap).sum();
    let n_best = costs.iter().filter(|cost| **cost == best).count();
    let of_best = (1.0 - of_others) / n_best as f64;
    costs.iter().map(|cost| if *cost == best { of_best } else { inverse_gap(cost) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_falls_with_the_inverse_of_the_gap() {
        let pmf = square_cb(&[-1.0, -0.5, 0.0], 100.0);
        assert!((pmf[1] - 1.0 / 53.0).abs() < 1e-12);
        assert!((pmf[2] - 1.0 / 103.0).abs() < 1e-12);
        assert!((pmf.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn without_a_gap_it_is_uniform() {
        assert_eq!(square_cb(&[0.0; 4], 1e6), [0.25; 4]);
    }
}
