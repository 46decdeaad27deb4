//! Inverse gap weighting: the worse an action looks, the more seldom it is tried.

use crate::bandit::learning_settings::Ties;

/// SquareCB (Foster and Rakhlin, 2020): π(a) = 1 / (K + γ(ĉ(a) − ĉ(best))) for each action that is not best, the rest
/// to the best; ĉ is the expected cost, K the number of actions. A greater γ explores less.
///
/// Every action keeps a positive probability. Where equally good actions share what the best would get, their order in
/// the request does not matter; Vowpal Wabbit calls the first of them the best. Either way a model that has learned
/// nothing is uniform.
pub(in crate::bandit) fn square_cb(costs: &[f32], gamma: f64, ties: Ties) -> Vec<f64> {
    let (n, best) = (costs.len() as f64, super::least(costs));
    let mut pmf: Vec<f64> = costs.iter().map(|cost| 1.0 / (n + gamma * f64::from(cost - best))).collect();
    let mut is_best: Vec<bool> = costs.iter().map(|cost| *cost == best).collect();
    if ties == Ties::FirstOnly {
        let first = is_best.iter().position(|is_best| *is_best);
        is_best.iter_mut().enumerate().for_each(|(at, is_best)| *is_best = Some(at) == first);
    }
    let n_best = is_best.iter().filter(|is_best| **is_best).count() as f64;
    let of_others: f64 = pmf.iter().zip(&is_best).filter(|(_, is_best)| !**is_best).map(|(of_one, _)| of_one).sum();
    let bests = pmf.iter_mut().zip(&is_best).filter(|(_, is_best)| **is_best);
    bests.for_each(|(of_best, _)| *of_best = (1.0 - of_others) / n_best);
    pmf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_falls_with_the_inverse_of_the_gap() {
        let pmf = square_cb(&[-1.0, -0.5, 0.0], 100.0, Ties::Share);
        assert!((pmf[1] - 1.0 / 53.0).abs() < 1e-12);
        assert!((pmf[2] - 1.0 / 103.0).abs() < 1e-12);
        assert!((pmf.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn without_a_gap_it_is_uniform() {
        assert_eq!(square_cb(&[0.0; 4], 1e6, Ties::Share), [0.25; 4]);
    }

    #[test]
    fn vowpal_wabbit_gives_the_rest_to_the_first_of_the_best() {
        let pmf = square_cb(&[0.0, -1.0, -1.0], 27.0, Ties::FirstOnly);
        assert!((pmf[0] - 1.0 / 30.0).abs() < 1e-12 && (pmf[2] - 1.0 / 3.0).abs() < 1e-12, "{pmf:?}");
        assert!((pmf.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
