//! Explore, then commit (`--first`).

use super::{floor, least};

/// Evenly while `is_even`, then the first of the best; everybody gets at least his share of `epsilon`.
pub(in crate::bandit) fn first(pmf: &mut [f64], costs: &[f32], is_even: bool, epsilon: f64, sorted: &mut Vec<f64>) {
    pmf.fill(0.0);
    let best = least(costs);
    match costs.iter().position(|cost| *cost == best) {
        Some(best_idx) if !is_even => pmf[best_idx] = 1.0,
        _ => pmf.fill(1.0 / costs.len() as f64),
    }
    floor(pmf, epsilon, true, sorted);
}

#[cfg(test)]
mod tests {
    fn first(costs: &[f32], is_even: bool, epsilon: f64) -> Vec<f64> {
        let mut pmf = vec![0.0; costs.len()];
        super::first(&mut pmf, costs, is_even, epsilon, &mut Vec::new());
        pmf
    }

    #[test]
    fn everything_is_tried_evenly_until_the_best_is_played() {
        assert_eq!(first(&[0.0, -1.0, -1.0, 0.0], true, 0.0), [0.25; 4]);
        assert_eq!(first(&[0.0, -1.0, -1.0, 0.0], false, 0.0), [0.0, 1.0, 0.0, 0.0]);
        assert!((first(&[0.0, -1.0], false, 0.2)[0] - 0.1).abs() < 1e-12);
    }
}
