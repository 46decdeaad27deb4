//! The online linear learner: normalised, adaptive, importance-invariant gradient descent for squared loss, with the
//! formulas of Vowpal Wabbit's default.
//!
//! Per weight w: G, the sum of its squared gradients (AdaGrad; Duchi, Hazan, Singer, 2011), and N, the largest
//! magnitude of its feature (Ross, Mineiro, Langford, "Normalized Online Learning", 2013). For a prediction p, a label y,
//! an importance h, a learning rate η and a power t, every feature x of the example:
//!
//! ```text
//! G ← G + 4h(p − y)²x²;   when |x| > N: w is rescaled and N ← |x|
//! rate = G^−t · N^(2(t − 1));   m = (average of Σ x²/N² per unit of importance)^(t − 1)
//! s = m Σ x² rate;   u = (y − p)(1 − e^(−2ηhs)) / s;   w ← w + u m rate x
//! ```
//!
//! The exponential solves infinitely many infinitesimal steps (Karampatziakis and Langford, 2011): an importance of h
//! equals h updates and the prediction never overshoots. Predictions are clipped to the range of labels seen, 0 included.
//!
//! What leaves a number's range is held at its edge, so no input makes a weight infinite or undefined.

use super::crosses::Term;

/// The terms of one action of one example, walked as often as needed, always in the same order.
pub(super) trait Terms {
    /// Hands every term to `visit`.
    fn each(&self, visit: impl FnMut(Term));
}

/// How steps are taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Steps {
    /// η, `--learning_rate`.
    pub rate: f32,
    /// t, `--power_t`.
    pub power: f32,
    /// `--initial_t`: that many examples of average size count as seen.
    pub initial: f32,
    /// `--l1`.
    pub l1: f32,
    /// `--l2`.
    pub l2: f32,
    /// The share of G that each touch forgets. 0 in Vowpal Wabbit; with more, steps stop shrinking and the world may
    /// change.
    pub forgetting: f32,
}

/// All that is known of one weight, side by side in one cache line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Weight {
    pub value: f32,
    /// G.
    pub gradient: f32,
    /// N.
    pub scale: f32,
}

/// The learned function from terms to a cost.
#[derive(Debug, Clone)]
pub(super) struct Regressor {
    pub(super) weights: Vec<Weight>,
    pub(super) sums: Sums,
    steps: Steps,
    /// Rates of the terms of the update at hand, kept to spare the allocation.
    rates: Vec<f32>,
}

/// What is known beside the weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sums {
    /// Σ h Σ x²/N².
    pub size: f64,
    /// Σ h.
    pub importance: f64,
    /// The range of labels seen.
    pub lowest: f32,
    pub highest: f32,
    /// How far weights have been pulled to zero by l1, and the factor by l2; applied when a weight is read.
    pub gravity: f64,
    pub contraction: f64,
}

/// Bounds within which squares and products stay finite.
const MAX_WEIGHT: f32 = 1e15;
const MAX_GRADIENT: f32 = 1e30;
/// The smallest magnitude of a feature; less counts as this, as in Vowpal Wabbit.
const MIN_MAGNITUDE: f32 = 1.084_202_2e-19;

impl Regressor {
    /// Knows nothing and predicts 0. `bits` is the logarithm of the number of weights.
    pub fn new(bits: u32, steps: Steps) -> Self {
        let initial = f64::from(steps.initial);
        Self {
            weights: vec![Weight::default(); 1 << bits],
            sums: Sums {
                size: initial,
                importance: initial,
                lowest: 0.0,
                highest: 0.0,
                gravity: 0.0,
                contraction: 1.0,
            },
            steps,
            rates: Vec::new(),
        }
    }

    #[inline]
    fn at(&self, hash: u32) -> usize {
        hash as usize & (self.weights.len() - 1)
    }

    /// The expected cost.
    pub fn predict(&self, terms: &impl Terms) -> f32 {
        let mut sum = 0.0;
        terms.each(|term| sum += self.contribution(term));
        self.clip(sum)
    }

    /// What one term adds to the cost before clipping.
    #[inline]
    pub fn contribution(&self, term: Term) -> f32 {
        let value = self.weights[self.at(term.hash)].value;
        let value = if self.sums.gravity == 0.0 { value } else { truncate(value, self.sums.gravity) };
        value * term.value * self.sums.contraction as f32
    }

    /// Holds a sum within the labels seen.
    pub fn clip(&self, sum: f32) -> f32 {
        // f32::clamp would keep a NaN; the sum of finite products may be one when infinities of both signs met.
        if sum.is_nan() { 0.0 } else { sum.clamp(self.sums.lowest, self.sums.highest) }
    }

    /// Moves the prediction towards `label` with the force of `importance` examples.
    pub fn learn(&mut self, terms: &impl Terms, label: f32, importance: f32) {
        self.sums.lowest = self.sums.lowest.min(label);
        self.sums.highest = self.sums.highest.max(label);
        let prediction = self.predict(terms);
        let miss = label - prediction;
        if miss == 0.0 || importance <= 0.0 {
            return;
        }
        let mut rates = std::mem::take(&mut self.rates);
        rates.clear();
        let sensitivity = self.prepare(terms, 4.0 * importance * miss * miss, importance, &mut rates);
        let multiplier = self.multiplier();
        let strength = f64::from(self.steps.rate) * f64::from(importance);
        let update = invariant_update(f64::from(miss), strength, sensitivity * multiplier);
        let update = self.regularise(update, f64::from(miss)) * multiplier;
        let mut at = 0;
        terms.each(|term| {
            let index = self.at(term.hash);
            let step = update * f64::from(rates[at]) * f64::from(term.value);
            let weight = &mut self.weights[index];
            weight.value = held(f64::from(weight.value) + step);
            at += 1;
        });
        self.rates = rates;
    }

    /// Takes the example into G, N and the average size. Returns Σ x² rate, and each rate in `rates`.
    fn prepare(&mut self, terms: &impl Terms, gradient: f32, importance: f32, rates: &mut Vec<f32>) -> f64 {
        let (mut sensitivity, mut size) = (0.0f64, 0.0f64);
        let (power, keep) = (self.steps.power, 1.0 - self.steps.forgetting);
        let mask = self.weights.len() - 1;
        let weights = &mut self.weights;
        terms.each(|term| {
            let magnitude = term.value.abs().max(MIN_MAGNITUDE);
            let square = magnitude * magnitude;
            let weight = &mut weights[term.hash as usize & mask];
            weight.gradient = (weight.gradient * keep + gradient * square).min(MAX_GRADIENT);
            if magnitude > weight.scale {
                if weight.scale > 0.0 {
                    weight.value *= rescaling(weight.scale / magnitude, power);
                }
                weight.scale = magnitude;
            }
            let relative = magnitude / weight.scale;
            size += f64::from(relative) * f64::from(relative);
            let rate = rate(weight, power);
            sensitivity += f64::from(square) * f64::from(rate);
            rates.push(rate);
        });
        self.sums.importance += f64::from(importance);
        self.sums.size += f64::from(importance) * size;
        sensitivity
    }

    /// m: rates are per weight; this brings the average example to size one.
    fn multiplier(&self) -> f64 {
        let average = self.sums.size / self.sums.importance;
        if self.steps.power == 0.5 {
            1.0 / average.sqrt()
        } else {
            libm::pow(average, f64::from(self.steps.power) - 1.0)
        }
    }

    /// Lets l2 shrink and l1 pull all weights by one step, lazily: the truncated gradient of Langford, Li and Zhang.
    fn regularise(&mut self, update: f64, miss: f64) -> f64 {
        if (self.steps.l1 == 0.0 && self.steps.l2 == 0.0) || update.abs() <= 1e-8 {
            return update;
        }
        let eta = update / (2.0 * miss);
        self.sums.contraction = (self.sums.contraction * (1.0 - f64::from(self.steps.l2) * eta)).max(1e-9);
        let update = update / self.sums.contraction;
        self.sums.gravity += eta * f64::from(self.steps.l1);
        update
    }
}

/// How the update of one weight is scaled: G^−t N^(2(t−1)).
#[inline]
fn rate(weight: &Weight, power: f32) -> f32 {
    let gradient = weight.gradient.max(f32::MIN_POSITIVE);
    let scale = weight.scale;
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
fn rescaling(old_by_new: f32, power: f32) -> f32 {
    if power == 0.5 { old_by_new } else { libm::powf(old_by_new * old_by_new, 1.0 - power) }
}

/// (y − p)(1 − e^(−2ηhs)) / s, and its limit for small exponents.
fn invariant_update(miss: f64, strength: f64, sensitivity: f64) -> f64 {
    if strength * sensitivity < 1e-6 {
        return 2.0 * miss * strength;
    }
    miss * -libm::expm1(-2.0 * strength * sensitivity) / sensitivity
}

fn truncate(value: f32, gravity: f64) -> f32 {
    let left = (f64::from(value.abs()) - gravity).max(0.0) as f32;
    left.copysign(value)
}

fn held(value: f64) -> f32 {
    if value.is_nan() { 0.0 } else { (value as f32).clamp(-MAX_WEIGHT, MAX_WEIGHT) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandit::crosses::MAX_ORDER;

    const DEFAULT: Steps = Steps { rate: 0.5, power: 0.5, initial: 0.0, l1: 0.0, l2: 0.0, forgetting: 0.0 };
    const CONSTANT_RATE: Steps = Steps { rate: 0.001, power: 0.0, ..DEFAULT };

    /// Terms by index and value.
    struct Given<'a>(&'a [(u32, f32)]);

    impl Terms for Given<'_> {
        fn each(&self, mut visit: impl FnMut(Term)) {
            self.0.iter().for_each(|(hash, value)| visit(Term { hash: *hash, value: *value, parts: [0; MAX_ORDER] }));
        }
    }

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-5
    }

    /// By hand: G = 4 and N = 1 for both weights, so s = 2/√4 / √2 with m = 1/√2, and p moves by 1 − e^(−s).
    #[test]
    fn the_first_step_is_the_one_of_the_formula() {
        let mut regressor = Regressor::new(8, DEFAULT);
        regressor.learn(&Given(&[(1, 1.0), (2, 1.0)]), -1.0, 1.0);
        let expected = -(1.0 - libm::exp(-std::f64::consts::FRAC_1_SQRT_2)) as f32;
        let predicted = regressor.predict(&Given(&[(1, 1.0), (2, 1.0)]));
        assert!(close(predicted, expected), "{predicted} is not {expected}");
        assert!(close(regressor.weights[1].value, expected / 2.0));
    }

    /// Where rates do not depend on gradients, importance is exactly repetition.
    #[test]
    fn an_importance_of_three_is_three_updates() {
        let (mut weighted, mut repeated) = (Regressor::new(8, CONSTANT_RATE), Regressor::new(8, CONSTANT_RATE));
        let terms = Given(&[(1, 1.0), (2, 0.5)]);
        weighted.learn(&terms, -1.0, 3.0);
        for _ in 0..3 {
            repeated.learn(&terms, -1.0, 1.0);
        }
        assert!(close(weighted.predict(&terms), repeated.predict(&terms)));
    }

    #[test]
    fn no_importance_overshoots_the_label() {
        for importance in [1.0, 1e3, 1e4, 1e30, f32::MAX] {
            let mut regressor = Regressor::new(8, Steps { rate: 1e6, ..DEFAULT });
            regressor.learn(&Given(&[(1, 3.0), (2, -2.0)]), -1.0, importance);
            let predicted = regressor.predict(&Given(&[(1, 3.0), (2, -2.0)]));
            assert!((-1.000_01..=0.0).contains(&predicted), "{predicted} after {importance}");
        }
    }

    #[test]
    fn the_unit_in_which_a_feature_is_measured_does_not_matter() {
        for steps in [DEFAULT, CONSTANT_RATE, Steps { power: 0.3, ..DEFAULT }] {
            let (mut metres, mut millimetres) = (Regressor::new(8, steps.clone()), Regressor::new(8, steps));
            for (n, length) in [0.5f32, 2.0, 1.0, 3.0, 0.1].into_iter().cycle().take(40).enumerate() {
                let label = if n % 2 == 0 { -1.0 } else { -0.2 };
                metres.learn(&Given(&[(1, length), (2, 1.0)]), label, 1.0);
                millimetres.learn(&Given(&[(1, length * 1_000.0), (2, 1.0)]), label, 1.0);
            }
            let [one, other] = [(&metres, 1.5), (&millimetres, 1_500.0)]
                .map(|(regressor, length)| regressor.predict(&Given(&[(1, length), (2, 1.0)])));
            assert!((one - other).abs() < 1e-3, "{one} and {other}");
        }
    }

    #[test]
    fn predictions_stay_within_the_labels_seen() {
        let mut regressor = Regressor::new(8, DEFAULT);
        for _ in 0..50 {
            regressor.learn(&Given(&[(1, 1.0)]), -1.0, 1.0);
        }
        assert_eq!(regressor.predict(&Given(&[(1, 1_000.0)])), -1.0);
        assert_eq!(regressor.predict(&Given(&[(1, -1_000.0)])), 0.0);
    }

    #[test]
    fn l1_pulls_to_zero_what_does_not_matter() {
        let train = |l1| {
            let mut regressor = Regressor::new(8, Steps { l1, ..DEFAULT });
            for n in 0..400u32 {
                let noise = 2 + n % 7;
                regressor.learn(&Given(&[(1, 1.0), (noise, 1.0)]), if n % 5 == 0 { -0.8 } else { -1.0 }, 1.0);
            }
            let noise: f32 = (2..9).map(|at| (regressor.predict(&Given(&[(at, 1.0)]))).abs()).sum();
            (regressor.predict(&Given(&[(1, 1.0)])), noise)
        };
        let ((_, noise), (signal_with_l1, noise_with_l1)) = (train(0.0), train(1e-3));
        assert!(noise_with_l1 < 0.8 * noise, "{noise_with_l1} of {noise}");
        assert!(signal_with_l1 < -0.5, "{signal_with_l1}");
    }
}
