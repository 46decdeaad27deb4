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

use super::{
    crosses::{Columns, Term},
    steps::{Steps, held, invariant_update, multiplier, rate, rescaling, truncate},
    weights::{LANES, Weight, Weights, sums},
};

impl Weight {
    /// What was read, held within bounds.
    pub fn held(value: f32, gradient: f32, scale: f32) -> Self {
        let gradient = gradient.clamp(0.0, MAX_GRADIENT);
        Self { value: held(f64::from(value)), gradient, scale: scale.clamp(0.0, MAX_WEIGHT) }
    }
}

/// Which of the models that share one table of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layer(pub u32);

/// Where the weight of a hash stands. Models that share a table take turns in it, as in Vowpal Wabbit: with n models,
/// rounded up to a power of two, the weights of a hash are n neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    shift: u32,
    mask: u32,
}

impl Places {
    /// `bits` is the logarithm of the number of weights.
    pub fn new(bits: u32, n_layers: u32) -> Self {
        Self { shift: n_layers.max(1).next_power_of_two().trailing_zeros(), mask: ((1u64 << bits) - 1) as u32 }
    }

    #[inline]
    pub fn at(self, hash: u32, layer: Layer) -> usize {
        ((hash << self.shift).wrapping_add(layer.0) & self.mask) as usize
    }

    /// Whether no models take turns, so that the low bits of a hash are the place.
    pub fn is_plain(self) -> bool {
        self.shift == 0
    }

    pub fn n_weights(self) -> usize {
        self.mask as usize + 1
    }
}

/// The range of labels seen, 0 included: no prediction leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Labels {
    pub lowest: f32,
    pub highest: f32,
}

impl Labels {
    pub fn take_in(&mut self, label: f32) {
        self.lowest = self.lowest.min(label);
        self.highest = self.highest.max(label);
    }

    /// Holds a sum within the labels seen.
    pub fn clip(self, sum: f32) -> f32 {
        // f32::clamp would keep a NaN; the sum of finite products may be one when infinities of both signs met.
        if sum.is_nan() { 0.0 } else { sum.clamp(self.lowest, self.highest) }
    }
}

/// How large the examples of one model were.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Norm {
    /// Σ h Σ x²/N².
    pub size: f64,
    /// Σ h.
    pub importance: f64,
}

/// The learned functions from terms to a cost, one per layer.
#[derive(Debug, Clone)]
pub(super) struct Regressor {
    pub(super) weights: Weights,
    pub(super) norms: Vec<Norm>,
    pub(super) labels: Labels,
    /// How far weights have been pulled to zero by l1; applied when a weight is read.
    pub(super) gravity: f64,
    /// The factor by which l2 has shrunk them; applied likewise.
    pub(super) contraction: f64,
    pub(super) places: Places,
    steps: Steps,
}

/// Bounds within which squares and products stay finite.
pub(super) const MAX_WEIGHT: f32 = 1e15;
const MAX_GRADIENT: f32 = 1e30;
/// The smallest magnitude of a feature; less counts as this, as in Vowpal Wabbit.
const MIN_MAGNITUDE: f32 = 1.084_202_2e-19;

impl Regressor {
    /// Knows nothing and predicts 0.
    pub fn new(places: Places, n_layers: u32, steps: Steps) -> Self {
        let mut norms = vec![Norm::default(); n_layers.max(1) as usize];
        let initial = f64::from(steps.initial);
        norms[0] = Norm { size: initial, importance: initial };
        Self {
            weights: Weights::new(places.n_weights()),
            norms,
            labels: Labels::default(),
            gravity: 0.0,
            contraction: 1.0,
            places,
            steps,
        }
    }

    /// Takes other steps from here on. What every G had beside what was seen stays in it.
    pub fn go_on_by(&mut self, steps: Steps) {
        let counted_twice = steps.initial - self.steps.initial;
        if counted_twice != 0.0 {
            let slopes = self.weights.slopes.iter_mut();
            slopes.for_each(|slope| slope.gradient = (slope.gradient - counted_twice).max(0.0));
        }
        self.steps = steps;
    }

    /// What every G has beside what was seen.
    pub fn initial_gradient(&self) -> f32 {
        self.steps.initial
    }

    /// Goes on from what l1 and l2 had put off; false when they cannot have come to that.
    pub fn set_regularisation(&mut self, gravity: f64, contraction: f64) -> bool {
        (self.gravity, self.contraction) = (gravity, contraction);
        (0.0..=10.0 * MAX_GRAVITY).contains(&gravity) && (MIN_CONTRACTION..=1.0).contains(&contraction)
    }

    /// The sums over the terms of up to [`LANES`] actions, which may lie beyond any label seen.
    pub fn sums(&self, actions: &[Columns], layer: Layer) -> [f32; LANES] {
        let (values, places) = (&self.weights.values[..], self.places);
        if self.gravity == 0.0 && self.contraction == 1.0 && places.is_plain() {
            // The common case by itself: the compiler sees that no index is outside.
            let mask = values.len() - 1;
            return sums(actions, move |hash, value| values[hash as usize & mask] * value);
        }
        sums(actions, |hash, value| self.weighted(values[places.at(hash, layer)], value))
    }

    /// The sum over the terms of one action.
    pub fn sum(&self, terms: &Columns, layer: Layer) -> f32 {
        self.sums(std::slice::from_ref(terms), layer)[0]
    }

    /// What one term adds to the sum.
    pub fn contribution(&self, term: Term, layer: Layer) -> f32 {
        self.weighted(self.weights.values[self.places.at(term.hash, layer)], term.value)
    }

    #[inline]
    fn weighted(&self, weight: f32, value: f32) -> f32 {
        let weight = if self.gravity == 0.0 { weight } else { truncate(weight, self.gravity) };
        weight * value * self.contraction as f32
    }

    /// Moves the prediction towards `label` with the force of `importance` examples. Returns what it was before.
    pub fn learn(&mut self, terms: &Columns, layer: Layer, label: f32, importance: f32) -> f32 {
        self.labels.take_in(label);
        let prediction = self.labels.clip(self.sum(terms, layer));
        let miss = label - prediction;
        if miss == 0.0 || importance <= 0.0 {
            return prediction;
        }
        let sensitivity = self.prepare(terms, layer, 4.0 * importance * miss * miss, importance);
        let multiplier = multiplier(self.norms[layer.0 as usize], self.steps.power);
        let strength = f64::from(self.steps.rate) * f64::from(importance);
        let update = invariant_update(f64::from(miss), strength, sensitivity * multiplier);
        let update = self.regularise(update, f64::from(miss)) * multiplier;
        let (Weights { values, slopes }, places) = (&mut self.weights, self.places);
        for (hash, term) in terms.iter() {
            let at = places.at(hash, layer);
            let step = update * f64::from(slopes[at].rate) * f64::from(term);
            values[at] = held(f64::from(values[at]) + step);
        }
        if self.contraction <= MIN_CONTRACTION || self.gravity > MAX_GRAVITY {
            self.settle();
        }
        prediction
    }

    /// How far the prediction would move for one infinitesimal example of importance, per unit of it, if the prediction
    /// were `prediction` and the label `label`. Nothing is learned.
    pub fn sensitivity(&self, terms: &Columns, layer: Layer, prediction: f32, label: f32) -> f32 {
        let gradient = 4.0 * (prediction - label) * (prediction - label);
        let (mut sensitivity, mut size) = (0.0f64, 0.0f64);
        for (hash, value) in terms.iter() {
            let magnitude = value.abs().max(MIN_MAGNITUDE);
            let known = self.weights.slopes[self.places.at(hash, layer)];
            let gradient = (known.gradient + gradient * magnitude * magnitude).min(MAX_GRADIENT);
            let scale = known.scale.max(magnitude);
            let relative = f64::from(magnitude / scale);
            size += relative * relative;
            let rate = rate(gradient, scale, self.steps.power, self.steps.initial);
            sensitivity += f64::from(magnitude) * f64::from(magnitude) * f64::from(rate);
        }
        let norm = self.norms[layer.0 as usize];
        let norm = Norm { size: norm.size + size, importance: norm.importance + 1.0 };
        (f64::from(self.steps.rate) * sensitivity * multiplier(norm, self.steps.power)) as f32
    }

    /// Takes the example into G, N, the rates and the average size. Returns Σ x² rate.
    fn prepare(&mut self, terms: &Columns, layer: Layer, gradient: f32, importance: f32) -> f64 {
        let (mut sensitivity, mut size) = (0.0f64, 0.0f64);
        let Steps { power, initial, forgetting, .. } = self.steps;
        let (keep, places) = (1.0 - forgetting, self.places);
        let Weights { values, slopes } = &mut self.weights;
        for (hash, value) in terms.iter() {
            let magnitude = value.abs().max(MIN_MAGNITUDE);
            let square = magnitude * magnitude;
            let at = places.at(hash, layer);
            let slope = &mut slopes[at];
            slope.gradient = (slope.gradient * keep + gradient * square).min(MAX_GRADIENT);
            if magnitude > slope.scale {
                if slope.scale > 0.0 {
                    values[at] *= rescaling(slope.scale / magnitude, power);
                }
                slope.scale = magnitude;
            }
            let relative = magnitude / slope.scale;
            size += f64::from(relative) * f64::from(relative);
            slope.rate = rate(slope.gradient, slope.scale, power, initial);
            sensitivity += f64::from(square) * f64::from(slope.rate);
        }
        let norm = &mut self.norms[layer.0 as usize];
        norm.importance += f64::from(importance);
        norm.size += f64::from(importance) * size;
        sensitivity
    }

    /// Lets l2 shrink and l1 pull all weights by one step, lazily: the truncated gradient of Langford, Li and Zhang.
    fn regularise(&mut self, update: f64, miss: f64) -> f64 {
        if (self.steps.l1 == 0.0 && self.steps.l2 == 0.0) || update.abs() <= 1e-8 {
            return update;
        }
        let eta = update / (2.0 * miss);
        self.contraction = (self.contraction * (1.0 - f64::from(self.steps.l2) * eta)).max(MIN_CONTRACTION);
        let update = update / self.contraction;
        self.gravity += eta * f64::from(self.steps.l1);
        update
    }

    /// Does to every weight what l1 and l2 have put off, before the numbers they put it off by leave their range.
    fn settle(&mut self) {
        for value in &mut self.weights.values {
            *value = truncate(*value, self.gravity) * self.contraction as f32;
        }
        (self.gravity, self.contraction) = (0.0, 1.0);
    }
}

const MIN_CONTRACTION: f64 = 1e-9;
const MAX_GRAVITY: f64 = 1e3;

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: Steps = Steps { rate: 0.5, power: 0.5, initial: 0.0, l1: 0.0, l2: 0.0, forgetting: 0.0 };
    const CONSTANT_RATE: Steps = Steps { rate: 0.001, power: 0.0, ..DEFAULT };

    /// Terms by index and value.
    fn given(terms: &[(u32, f32)]) -> Columns {
        let (hashes, values) = terms.iter().copied().unzip();
        Columns { hashes, values }
    }

    const FIRST: Layer = Layer(0);

    fn table(steps: Steps) -> Regressor {
        Regressor::new(Places::new(8, 1), 1, steps)
    }

    fn predict(regressor: &Regressor, terms: &[(u32, f32)]) -> f32 {
        regressor.labels.clip(regressor.sum(&given(terms), FIRST))
    }

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-5
    }

    /// By hand: G = 4 and N = 1 for both weights, so s = 2/√4 / √2 with m = 1/√2, and p moves by 1 − e^(−s).
    #[test]
    fn the_first_step_is_the_one_of_the_formula() {
        let mut regressor = table(DEFAULT);
        regressor.learn(&given(&[(1, 1.0), (2, 1.0)]), FIRST, -1.0, 1.0);
        let expected = -(1.0 - libm::exp(-std::f64::consts::FRAC_1_SQRT_2)) as f32;
        let predicted = predict(&regressor, &[(1, 1.0), (2, 1.0)]);
        assert!(close(predicted, expected), "{predicted} is not {expected}");
        assert!(close(regressor.weights.values[1], expected / 2.0));
    }

    /// Where rates do not depend on gradients, importance is exactly repetition.
    #[test]
    fn an_importance_of_three_is_three_updates() {
        let (mut weighted, mut repeated) = (table(CONSTANT_RATE), table(CONSTANT_RATE));
        let terms = [(1, 1.0), (2, 0.5)];
        weighted.learn(&given(&terms), FIRST, -1.0, 3.0);
        for _ in 0..3 {
            repeated.learn(&given(&terms), FIRST, -1.0, 1.0);
        }
        assert!(close(predict(&weighted, &terms), predict(&repeated, &terms)));
    }

    #[test]
    fn no_importance_overshoots_the_label() {
        for importance in [1.0, 1e3, 1e4, 1e30, f32::MAX] {
            let mut regressor = table(Steps { rate: 1e6, ..DEFAULT });
            regressor.learn(&given(&[(1, 3.0), (2, -2.0)]), FIRST, -1.0, importance);
            let predicted = predict(&regressor, &[(1, 3.0), (2, -2.0)]);
            assert!((-1.000_01..=0.0).contains(&predicted), "{predicted} after {importance}");
        }
    }

    #[test]
    fn the_unit_in_which_a_feature_is_measured_does_not_matter() {
        for steps in [DEFAULT, CONSTANT_RATE, Steps { power: 0.3, ..DEFAULT }] {
            let (mut metres, mut millimetres) = (table(steps.clone()), table(steps));
            for (n, length) in [0.5f32, 2.0, 1.0, 3.0, 0.1].into_iter().cycle().take(40).enumerate() {
                let label = if n % 2 == 0 { -1.0 } else { -0.2 };
                metres.learn(&given(&[(1, length), (2, 1.0)]), FIRST, label, 1.0);
                millimetres.learn(&given(&[(1, length * 1_000.0), (2, 1.0)]), FIRST, label, 1.0);
            }
            let [one, other] = [(&metres, 1.5), (&millimetres, 1_500.0)]
                .map(|(regressor, length)| predict(regressor, &[(1, length), (2, 1.0)]));
            assert!((one - other).abs() < 1e-3, "{one} and {other}");
        }
    }

    #[test]
    fn predictions_stay_within_the_labels_seen() {
        let mut regressor = table(DEFAULT);
        for _ in 0..50 {
            regressor.learn(&given(&[(1, 1.0)]), FIRST, -1.0, 1.0);
        }
        assert_eq!(predict(&regressor, &[(1, 1_000.0)]), -1.0);
        assert_eq!(predict(&regressor, &[(1, -1_000.0)]), 0.0);
    }

    #[test]
    fn l1_pulls_to_zero_what_does_not_matter() {
        let train = |l1| {
            let mut regressor = table(Steps { l1, ..DEFAULT });
            for n in 0..400u32 {
                let noise = 2 + n % 7;
                regressor.learn(&given(&[(1, 1.0), (noise, 1.0)]), FIRST, if n % 5 == 0 { -0.8 } else { -1.0 }, 1.0);
            }
            let noise: f32 = (2..9).map(|at| (predict(&regressor, &[(at, 1.0)])).abs()).sum();
            (predict(&regressor, &[(1, 1.0)]), noise)
        };
        let ((_, noise), (signal_with_l1, noise_with_l1)) = (train(0.0), train(1e-3));
        assert!(noise_with_l1 < 0.8 * noise, "{noise_with_l1} of {noise}");
        assert!(signal_with_l1 < -0.5, "{signal_with_l1}");
    }
}
