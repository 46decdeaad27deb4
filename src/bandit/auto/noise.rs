//! How far off the mixture's estimate of an action may be.

use serde::{Deserialize, Serialize};

/// Over how many events the past fades.
const MEMORY: f64 = 1_000.0;
/// Events that rewards are taken to be all noise for, to begin with.
const PRIOR: f64 = 5.0;
/// Least part of a single tree's variance that is left to the mean of a forest.
const LEAST_PART: f32 = 0.2;
/// How much an action is in doubt that had its even share.
const EVEN_DOUBT: f32 = 0.5;
/// Rewards are never taken to be less noisy than this part of a coin's.
const LEAST_NOISE: f64 = 0.02;

/// Misses beside what they would be if every reward were 0 or 1 by chance (the dispersion of quasi-likelihood).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Noise {
    squares: f64,
    of_chance: f64,
}

impl Noise {
    pub fn new() -> Self {
        Self { squares: PRIOR, of_chance: PRIOR }
    }

    /// Takes in a prediction in [0, 1] and how far it missed.
    pub fn learn(&mut self, predicted: f32, miss: f64) {
        let keep = 1.0 - 1.0 / MEMORY;
        let chance = f64::from(predicted) * (1.0 - f64::from(predicted));
        self.squares = keep * self.squares + miss * miss;
        self.of_chance = keep * self.of_chance + chance.max(0.001);
    }

    /// How noisy rewards are: 1 if they are 0 or 1 by chance, less if they are graded.
    pub fn dispersion(&self) -> f32 {
        (self.squares / self.of_chance).clamp(LEAST_NOISE, 1.0) as f32
    }

    /// The standard error of an estimate that rests on `seen` events in the leaf of a tree, `spread` being the variance
    /// of the estimates over the trees; `mean` is that of all rewards.
    ///
    /// Actions differ by about τ² = max(f(1−f), g(1−g)/4), one event's reward by k·τ² with the dispersion k, so one tree
    /// is off by τ²·k/(k+N) in the mean square. A forest's mean is off by that less what its trees disagree by, for the
    /// expected square of one is the variance of the mean plus the variance among them.
    pub fn standard_error(&self, estimate: f32, mean: f32, seen: f32, spread: f32) -> f32 {
        let dispersion = self.dispersion();
        let of_chance = (estimate * (1.0 - estimate)).max(mean * (1.0 - mean) / 4.0);
        let of_one_tree = of_chance * dispersion / (dispersion + seen);
        (of_one_tree - spread).max(LEAST_PART * of_one_tree).max(0.0).sqrt()
    }

    pub fn is_sound(&self) -> bool {
        self.squares.is_finite() && self.of_chance.is_finite() && self.squares >= 0.0 && self.of_chance > 0.0
    }
}

/// How much an action's standard error matters to the choice: the root of ln((even + 1) / (n + 1)) + ½, where the action
/// was seen `n` times in a region and `even` times is the mean of all that are offered.
///
/// An action that had less than its even share is in doubt for longer, one that had far more no longer (the idea of MOSS;
/// Audibert and Bubeck, 2009). Without it a good action that was unlucky at first may never be tried again.
pub(super) fn doubt(n: f32, even: f32) -> f32 {
    (EVEN_DOUBT + libm::logf((even + 1.0) / (n + 1.0))).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_falls_with_what_was_seen_and_with_what_trees_disagree_about() {
        let noise = Noise::new();
        let error = |seen, spread| noise.standard_error(0.5, 0.5, seen, spread);
        assert!((error(0.0, 0.0) - 0.5).abs() < 1e-6);
        assert!((error(3.0, 0.0) - 0.25).abs() < 1e-6);
        assert!(error(3.0, 0.03) < error(3.0, 0.0));
        assert!((error(3.0, 1.0) - (0.2f32 * 0.25 * 0.25).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn who_had_less_than_its_share_is_in_doubt_for_longer() {
        assert!((doubt(9.0, 9.0) - 0.5f32.sqrt()).abs() < 1e-6);
        assert!(doubt(0.0, 9.0) > 1.6 && doubt(99.0, 9.0) == 0.0);
    }

    #[test]
    fn graded_rewards_are_less_noisy_than_coins() {
        let mut noise = Noise::new();
        (0..3_000).for_each(|n| noise.learn(0.5, if n % 2 == 0 { 0.1 } else { -0.1 }));
        assert!((noise.dispersion() - 0.04).abs() < 0.01, "{}", noise.dispersion());
        assert!(noise.standard_error(0.5, 0.5, 1.0, 0.0) < 0.11);
        // Of what was never tried, nothing is known all the same.
        assert!((noise.standard_error(0.5, 0.5, 0.0, 0.0) - 0.5).abs() < 1e-6);
    }
}
