//! The regression of a policy: one of the two rules by which weights move, behind one face.

use super::{
    coin::{Bet, CoinBettor},
    crosses::{Columns, Term},
    learning_settings::{Base, LearningSettings},
    regressor::{Labels, Layer, Places, Regressor},
    weights::LANES,
};

/// Functions from terms to a cost, one per layer of a shared table.
#[derive(Debug, Clone)]
pub(super) enum Regression {
    Gradient(Regressor),
    Coin(CoinBettor),
}

impl Regression {
    /// Knows nothing and predicts 0.
    pub fn new(settings: &LearningSettings) -> Self {
        let n_layers = settings.n_layers();
        let places = Places::new(settings.bits, n_layers);
        match &settings.base {
            Base::Gradient(steps) => Self::Gradient(Regressor::new(places, n_layers, steps.clone())),
            Base::Coin(stakes) => Self::Coin(CoinBettor::new(places, *stakes)),
        }
    }

    pub fn places(&self) -> Places {
        match self {
            Self::Gradient(regressor) => regressor.places,
            Self::Coin(bettor) => bettor.places,
        }
    }

    /// What its table takes, in bytes.
    pub fn n_bytes(&self) -> usize {
        match self {
            Self::Gradient(regressor) => regressor.weights.n_bytes(),
            Self::Coin(bettor) => bettor.bets.len() * size_of::<Bet>(),
        }
    }

    pub fn labels(&self) -> Labels {
        match self {
            Self::Gradient(regressor) => regressor.labels,
            Self::Coin(bettor) => bettor.labels,
        }
    }

    /// The sums over the terms of up to [`LANES`] actions, which may lie beyond any label seen.
    pub fn sums(&self, actions: &[Columns], layer: Layer) -> [f32; LANES] {
        match self {
            Self::Gradient(regressor) => regressor.sums(actions, layer),
            Self::Coin(bettor) => bettor.sums(actions, layer),
        }
    }

    /// The expected cost of one action, within the labels seen.
    pub fn predict(&self, terms: &Columns, layer: Layer) -> f32 {
        self.labels().clip(self.sums(std::slice::from_ref(terms), layer)[0])
    }

    /// What one term adds to the sum.
    pub fn contribution(&self, term: Term, layer: Layer) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.contribution(term, layer),
            Self::Coin(bettor) => bettor.contribution(term, layer),
        }
    }

    /// Moves the prediction towards `label` with the force of `importance` examples. Returns what it was before.
    pub fn learn(&mut self, terms: &Columns, layer: Layer, label: f32, importance: f32) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.learn(terms, layer, label, importance),
            Self::Coin(bettor) => bettor.learn(terms, layer, label, importance),
        }
    }

    /// See [`Regressor::sensitivity`]. Settings refuse explorations that ask a bettor.
    pub fn sensitivity(&self, terms: &Columns, layer: Layer, prediction: f32, label: f32) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.sensitivity(terms, layer, prediction, label),
            Self::Coin(_) => 0.0,
        }
    }
}
