//! The exploration of the old service: mostly the best action, sometimes any.

use super::vote;
use crate::bandit::learning_settings::Ties;

/// Favours the action of least cost and spreads `epsilon` evenly over all of them.
///
/// No action falls below ε/K for K actions: evaluation divides by these probabilities, so an action that can never be
/// chosen can never be judged. Where equally good actions share the rest, a model that has learned nothing is uniform.
pub(in crate::bandit) fn epsilon_greedy(pmf: &mut [f64], costs: &[f32], epsilon: f64, ties: Ties) {
    pmf.fill(epsilon / costs.len() as f64);
    vote(pmf, costs, 1.0 - epsilon, ties);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epsilon_greedy(costs: &[f32], epsilon: f64, ties: Ties) -> Vec<f64> {
        let mut pmf = vec![0.0; costs.len()];
        super::epsilon_greedy(&mut pmf, costs, epsilon, ties);
        pmf
    }

    #[test]
    fn the_recorded_probabilities_of_the_old_service_come_out() {
        let pmf = epsilon_greedy(&[-0.55, -0.05, -0.08, -0.03, -0.11], 0.2, Ties::Share);
        for (probability, recorded) in pmf.iter().zip([0.84, 0.04, 0.04, 0.04, 0.04]) {
            assert!((probability - recorded).abs() < 1e-12);
        }
    }

    #[test]
    fn equally_good_actions_share_what_does_not_explore() {
        assert_eq!(epsilon_greedy(&[0.0, 0.0], 0.2, Ties::Share), [0.5, 0.5]);
        assert_eq!(epsilon_greedy(&[-1.0, 0.0, -1.0], 0.0, Ties::Share), [0.5, 0.0, 0.5]);
    }
}
