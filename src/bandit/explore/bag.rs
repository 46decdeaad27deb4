//! Several models, each of which sees the past a little differently, vote: bootstrap Thompson sampling (`--bag`).
//!
//! Each model learns an event as often as a Poisson variable of mean 1 says, which is what drawing with replacement
//! from a long past comes to (Oza and Russell, "Online Bagging and Boosting", 2001). The chance is Vowpal Wabbit's own
//! generator, so the same log gives the same models here and there.

use super::{floor, vote};
use crate::bandit::learning_settings::Ties;

/// Each model's vote counts alike; then everybody gets at least his share of `epsilon`. `costs` are those of all actions
/// by the first model, then by the next.
pub(in crate::bandit) fn bag(pmf: &mut [f64], costs: &[f32], epsilon: f64, ties: Ties, sorted: &mut Vec<f64>) {
    pmf.fill(0.0);
    let weight = 1.0 / (costs.len() / pmf.len()) as f64;
    costs.chunks(pmf.len()).for_each(|of_model| vote(pmf, of_model, weight, ties));
    floor(pmf, epsilon, true, sorted);
}

/// How often a model learns an event: a Poisson variable of mean 1. Moves the chance on.
pub(in crate::bandit) fn n_times(chance: &mut u64) -> u32 {
    let drawn = f64::from(uniform(chance));
    let (mut term, mut sum) = (libm::exp(-1.0), 0.0);
    for n in 0..20 {
        sum += term;
        if drawn <= sum {
            return n;
        }
        term /= f64::from(n + 1);
    }
    20
}

/// Vowpal Wabbit's generator: a linear congruence of which 23 bits become a number in [0, 1).
fn uniform(state: &mut u64) -> f32 {
    *state = state.wrapping_mul(0xeece_66d5_deec_e66d).wrapping_add(2_147_483_647);
    f32::from_bits((((*state >> 25) & 0x7f_ffff) as u32) | (127 << 23)) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_models_propose_an_action_the_likelier_it_is() {
        let models = [[-1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 0.0]];
        let with = |epsilon| {
            let mut pmf = [0.0; 3];
            bag(&mut pmf, models.as_flattened(), epsilon, Ties::Share, &mut Vec::new());
            pmf
        };
        let pmf = with(0.0);
        let expected = [0.5 + 0.25 / 3.0, 0.25 + 0.25 / 3.0, 0.25 / 3.0];
        assert!(pmf.iter().zip(expected).all(|(probability, expected)| (probability - expected).abs() < 1e-12));
        assert!(with(0.9).iter().all(|probability| *probability >= 0.3 - 1e-12));
    }

    #[test]
    fn models_learn_once_on_average_and_as_unevenly_as_draws_with_replacement() {
        let mut chance = 0;
        let draws: Vec<f64> = (0..100_000).map(|_| f64::from(n_times(&mut chance))).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / 1e5;
        // Five standard deviations of the mean are 0.016, of the variance 0.027.
        assert!((mean - 1.0).abs() < 0.016 && (variance - 1.0).abs() < 0.027, "{mean} {variance}");
    }
}
