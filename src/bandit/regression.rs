//! The regression of a policy: one of the two rules by which weights move, behind one face.

use super::{
    coin::CoinBettor,
    crosses::Term,
    learning_settings::{Base, LearningSettings},
    regressor::{Labels, Layer, Places, Regressor, Terms},
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

    pub fn labels(&self) -> Labels {
        match self {
            Self::Gradient(regressor) => regressor.labels,
            Self::Coin(bettor) => bettor.labels,
        }
    }

    /// The sum over the terms, which may lie beyond any label seen.
    pub fn sum(&self, terms: &impl Terms, layer: Layer) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.sum(terms, layer),
            Self::Coin(bettor) => bettor.sum(terms, layer),
        }
    }

    /// The expected cost, within the labels seen.
    pub fn predict(&self, terms: &impl Terms, layer: Layer) -> f32 {
        self.labels().clip(self.sum(terms, layer))
    }

    /// What one term adds to the sum.
    pub fn contribution(&self, term: Term, layer: Layer) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.contribution(term, layer),
            Self::Coin(bettor) => bettor.contribution(term, layer),
        }
    }

    /// Moves the prediction towards `label` with the force of `importance` examples. Returns what it was before.
    pub fn learn(&mut self, terms: &impl Terms, layer: Layer, label: f32, importance: f32) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.learn(terms, layer, label, importance),
            Self::Coin(bettor) => bettor.learn(terms, layer, label, importance),
        }
    }

    /// See [`Regressor::sensitivity`]. Settings refuse explorations that ask a bettor.
    pub fn sensitivity(&self, terms: &impl Terms, layer: Layer, prediction: f32, label: f32) -> f32 {
        match self {
            Self::Gradient(regressor) => regressor.sensitivity(terms, layer, prediction, label),
            Self::Coin(_) => 0.0,
        }
    }
}
