//! A learner without a learning rate: coin betting, `--coin` (Orabona and Tommasi, "Training Deep Networks without
//! Learning Rates Through Coin Betting", 2017; COCOB without its sigmoid, as Vowpal Wabbit has it).
//!
//! Each weight bets part of what it has won so far on the direction of its next gradient. With g = 2h(p − y) the
//! gradient of the loss and x the feature, per weight: θ = −Σ gx, A = Σ |gx|, M = max |x|, L = max |g| but at least β,
//! V the wealth won, and
//!
//! ```text
//! w = (α + V) / (LM (LM + A)) · θ;   p = Σ wx / (average of Σ x²/M² per unit of importance)
//! θ ← θ − gx;   A ← A + |gx|;   V ← V − gx w
//! ```
//!
//! What leaves a number's range is held at its edge.

use super::{
    crosses::{Columns, Term},
    regressor::{Labels, Layer, Norm, Places},
    weights::{LANES, sums},
};

/// What is bet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stakes {
    /// α, `--ftrl_alpha`: the wealth that every weight begins with.
    pub alpha: f32,
    /// β, `--ftrl_beta`: the least bound on gradients.
    pub beta: f32,
}

impl Stakes {
    pub const VOWPAL_WABBIT: Self = Self { alpha: 4.0, beta: 1.0 };
}

/// What is known of one weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Bet {
    /// w, as of the last time it learned.
    pub value: f32,
    /// θ.
    pub direction: f32,
    /// A.
    pub gradients: f32,
    /// M.
    pub scale: f32,
    /// V.
    pub wealth: f32,
    /// L.
    pub steepest: f32,
}

impl Bet {
    /// What was read, in the order of the fields, held within bounds.
    pub fn held(numbers: [f32; 6]) -> Self {
        let [value, direction, gradients, scale, wealth, steepest] = numbers.map(held);
        Self {
            value,
            direction,
            gradients: gradients.max(0.0),
            scale: scale.max(0.0),
            wealth,
            steepest: steepest.max(0.0),
        }
    }

    fn stake(&self, scale: f32, stakes: Stakes) -> f32 {
        let bound = self.steepest * scale;
        if bound <= 0.0 {
            return 0.0;
        }
        held((stakes.alpha + self.wealth) / (bound * (bound + self.gradients)) * self.direction)
    }
}

/// The learned functions from terms to a cost, one per layer.
#[derive(Debug, Clone)]
pub(super) struct CoinBettor {
    pub(super) bets: Vec<Bet>,
    /// Of all layers together.
    pub(super) norm: Norm,
    pub(super) labels: Labels,
    pub(super) places: Places,
    stakes: Stakes,
}

/// Bounds within which products stay finite.
const MOST: f32 = 1e15;

impl CoinBettor {
    /// Knows nothing and predicts 0.
    pub fn new(places: Places, stakes: Stakes) -> Self {
        let bets = vec![Bet::default(); places.n_weights()];
        Self { bets, norm: Norm::default(), labels: Labels::default(), places, stakes }
    }

    /// The sums over the terms of up to [`LANES`] actions, which may lie beyond any label seen.
    pub fn sums(&self, actions: &[Columns], layer: Layer) -> [f32; LANES] {
        let (bets, places) = (&self.bets[..], self.places);
        sums(actions, |hash, value| bets[places.at(hash, layer)].value * value)
    }

    /// What one term adds to the sum.
    #[inline]
    pub fn contribution(&self, term: Term, layer: Layer) -> f32 {
        self.bets[self.places.at(term.hash, layer)].value * term.value
    }

    /// Bets on an example and settles by its label. Returns the prediction that it bet on.
    pub fn learn(&mut self, terms: &Columns, layer: Layer, label: f32, importance: f32) -> f32 {
        self.labels.take_in(label);
        if importance <= 0.0 {
            return self.labels.clip(self.sums(std::slice::from_ref(terms), layer)[0]);
        }
        let (places, stakes) = (self.places, self.stakes);
        let (mut sum, mut size) = (0.0f32, 0.0f64);
        for (hash, value) in terms.iter() {
            let bet = &self.bets[places.at(hash, layer)];
            let scale = bet.scale.max(value.abs());
            sum += bet.stake(scale, stakes) * value;
            if scale > 0.0 {
                size += f64::from(value / scale) * f64::from(value / scale);
            }
        }
        self.norm.size += f64::from(importance) * size;
        self.norm.importance += f64::from(importance);
        let average = ((self.norm.size + 1e-6) / self.norm.importance) as f32;
        let prediction = self.labels.clip(sum / average);
        let gradient = (2.0 * (prediction - label) * importance).clamp(-MOST, MOST);
        for (hash, value) in terms.iter() {
            let bet = &mut self.bets[places.at(hash, layer)];
            bet.scale = bet.scale.max(value.abs());
            if gradient.abs() > bet.steepest {
                bet.steepest = gradient.abs().max(stakes.beta);
            }
            let stake = bet.stake(bet.scale, stakes);
            let step = held(gradient * value);
            bet.direction = held(bet.direction - step);
            bet.gradients = held(bet.gradients + step.abs());
            bet.wealth = held(bet.wealth - step * stake);
            bet.value = held(stake / average);
        }
        prediction
    }
}

fn held(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(-MOST, MOST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(hash: u32, value: f32) -> Columns {
        Columns { hashes: vec![hash], values: vec![value] }
    }

    fn sum(bettor: &CoinBettor, terms: &Columns, layer: Layer) -> f32 {
        bettor.sums(std::slice::from_ref(terms), layer)[0]
    }

    #[test]
    fn a_constant_label_is_found_without_a_learning_rate() {
        for (label, value) in [(-1.0, 1.0), (-0.3, 1.0), (0.8, 50.0)] {
            let mut bettor = CoinBettor::new(Places::new(8, 1), Stakes::VOWPAL_WABBIT);
            for _ in 0..500 {
                bettor.learn(&one(1, value), Layer(0), label, 1.0);
            }
            let predicted = bettor.labels.clip(sum(&bettor, &one(1, value), Layer(0)));
            assert!((predicted - label).abs() < 0.02, "{predicted} for {label}");
        }
    }

    #[test]
    fn what_another_layer_learned_is_not_known() {
        let mut bettor = CoinBettor::new(Places::new(8, 2), Stakes::VOWPAL_WABBIT);
        bettor.learn(&one(1, 1.0), Layer(1), -1.0, 1.0);
        bettor.learn(&one(1, 1.0), Layer(1), -1.0, 1.0);
        assert!(sum(&bettor, &one(1, 1.0), Layer(1)) < 0.0);
        assert_eq!(sum(&bettor, &one(1, 1.0), Layer(0)), 0.0);
    }
}
