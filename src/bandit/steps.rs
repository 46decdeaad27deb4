//! How steps are taken: the settings, and the formulas of one step, whose letters are those of `regressor.rs`.

use super::regressor::{MAX_WEIGHT, Norm};

/// How steps are taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Steps {
    /// η, `--learning_rate`.
    pub rate: f32,
    /// t, `--power_t`.
    pub power: f32,
    /// `--initial_t`: that many examples of average size count as seen, with gradients of one.
    pub initial: f32,
    /// `--l1`.
    pub l1: f32,
    /// `--l2`.
    pub l2: f32,
    /// The share of G that each touch forgets. 0 in Vowpal Wabbit; with more, steps stop shrinking and the world may
    /// change.
    pub forgetting: f32,
}

/// m: rates are per weight; this brings the average example to size one.
pub(super) fn multiplier(norm: Norm, power: f32) -> f64 {
    let average = norm.size / norm.importance;
    if power == 0.5 { 1.0 / average.sqrt() } else { libm::pow(average, f64::from(power) - 1.0) }
}

/// How the update of one weight is scaled: G^−t N^(2(t−1)).
#[inline]
pub(super) fn rate(gradient: f32, scale: f32, power: f32, initial: f32) -> f32 {
    let gradient = (gradient + initial).max(f32::MIN_POSITIVE);
    let rate = if power == 0.5 {
        1.0 / (gradient.sqrt() * scale)
    } else if power == 0.0 {
        1.0 / (scale * scale)
    } else {
        libm::powf(gradient, -power) * libm::powf(scale * scale, power - 1.0)
    };
    // Times x² ≤ N² and a learning rate this stays finite.
    rate.min(f32::MAX)
}

/// By how much a weight changes when its feature turns out to be larger: as if it had been known all along.
pub(super) fn rescaling(old_by_new: f32, power: f32) -> f32 {
    if power == 0.5 { old_by_new } else { libm::powf(old_by_new * old_by_new, 1.0 - power) }
}

/// (y − p)(1 − e^(−2ηhs)) / s, and its limit for small exponents.
pub(super) fn invariant_update(miss: f64, strength: f64, sensitivity: f64) -> f64 {
    if strength * sensitivity < 1e-6 {
        return 2.0 * miss * strength;
    }
    miss * -libm::expm1(-2.0 * strength * sensitivity) / sensitivity
}

/// A weight that was pulled to zero by so much, and not beyond.
pub(super) fn truncate(value: f32, gravity: f64) -> f32 {
    let left = (f64::from(value.abs()) - gravity).max(0.0) as f32;
    left.copysign(value)
}

/// Held within bounds; what is no number is nothing.
pub(super) fn held(value: f64) -> f32 {
    if value.is_nan() { 0.0 } else { (value as f32).clamp(-MAX_WEIGHT, MAX_WEIGHT) }
}
