//! Inverse gap weighting: the worse an action looks, the more seldom it is tried.

use crate::bandit::learning_settings::Ties;

/// SquareCB (Foster and Rakhlin, 2020): π(a) = 1 / (K + γ(ĉ(a) − ĉ(best))) for each action that is not best, the rest
/// to the best; ĉ is the expected cost, K the number of actions. A greater γ explores less.
///
/// Every action keeps a positive probability. Where equally good actions share what the best would get, their order in
/// the request does not matter; Vowpal Wabbit calls the first of them the best. Either way a model that has learned
/// nothing is uniform.
pub(in crate::bandit) fn square_cb(pmf: &mut [f64], costs: &[f32], gamma: f64, ties: Ties) {
    let (n, best) = (costs.len() as f64, super::least(costs));
    for (of_one, cost) in pmf.iter_mut().zip(costs) {
        *of_one = 1.0 / (n + gamma * f64::from(cost - best));
    }
    let first = costs.iter().position(|cost| *cost == best);
    let is_best = |at: usize| match ties {
        Ties::FirstOnly => Some(at) == first,
        Ties::Share => costs[at] == best,
    };
    let n_best = (0..costs.len()).filter(|at| is_best(*at)).count() as f64;
    let of_others: f64 = pmf.iter().enumerate().filter(|(at, _)| !is_best(*at)).map(|(_, of_one)| of_one).sum();
    let bests = pmf.iter_mut().enumerate().filter(|(at, _)| is_best(*at));
    bests.for_each(|(_, of_best)| *of_best = (1.0 - of_others) / n_best);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square_cb(costs: &[f32], gamma: f64, ties: Ties) -> Vec<f64> {
        let mut pmf = vec![0.0; costs.len()];
        super::square_cb(&mut pmf, costs, gamma, ties);
        pmf
    }

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
