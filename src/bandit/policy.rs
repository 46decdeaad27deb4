//! Features, regression and exploration joined: from an example to a pmf. What outcomes teach is in `learning.rs`.
//!
//! Inside, the model predicts costs (cost = −reward); what leaves this file is rewards.

use std::sync::Arc;

use super::{
    Example, Rebuild,
    auto::{Learner, Mixture}, LearningSettings, Pmf,
    crosses::{Crosses, Term},
    explore::{self, Covering},
    learning_settings::{Base, Exploration, Ties},
    marginals::{Marginals, MarginalsOf},
    regression::Regression,
    regressor::{Layer, Terms},
};
use crate::terms::ExplorationShare;

/// What is learned from one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Which action was chosen.
    pub action_idx: usize,
    /// The logged probability of that action.
    pub probability: f32,
    /// What it earned.
    pub reward: f32,
    /// 1 less the largest of the logged probabilities: what of this decision explored.
    pub explored: f32,
    /// When that became known, by the log's clock, in microseconds.
    pub at_us: i64,
}

/// Trained weights with the settings that train and use them.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) settings: LearningSettings,
    pub(super) regression: Regression,
    pub(super) marginals: Option<Marginals>,
    /// Of `auto`; the regression is its linear learner.
    pub(super) mixture: Option<Box<Mixture>>,
    pub(super) counts: Counts,
    /// By layer.
    pub(super) updates: Vec<Updates>,
}

/// What a policy has seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Counts {
    /// Events learned.
    pub n_learned: u64,
    /// The chance by which `--bag` repeats events.
    pub chance: u64,
}

/// What one model has learned by the chosen action alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Updates {
    pub n_events: u64,
    /// Eligible actions summed over those events.
    pub n_actions: u64,
}

/// The terms of one action as one model sees them, for the regression.
pub(super) struct ActionTerms<'a> {
    pub crosses: &'a Crosses,
    pub example: &'a Example,
    pub action_idx: usize,
    pub marginals: Option<MarginalsOf<'a>>,
}

impl Terms for ActionTerms<'_> {
    #[inline]
    fn each(&self, visit: impl FnMut(Term)) {
        self.crosses.visit(self.example, self.action_idx, self.marginals, visit);
    }
}

impl Policy {
    /// A policy that has learned nothing: it chooses evenly.
    pub fn new(settings: LearningSettings) -> Self {
        let regression = Regression::new(&settings);
        Self {
            marginals: settings.marginal.clone().map(|rule| Marginals::new(rule, regression.places())),
            regression,
            mixture: settings.auto().map(|auto| Box::new(Mixture::new(&auto))),
            counts: Counts { chance: settings.random_seed, ..Counts::default() },
            updates: vec![Updates::default(); settings.n_layers() as usize],
            settings,
        }
    }

    /// The same model, learning and exploring by other settings from here on. `None` if they would not find its weights
    /// where they are: another number of bits or models, another base, other marginals.
    ///
    /// For models whose file does not say all that they learned by: those of Vowpal Wabbit keep no `--l1`, `--l2` and
    /// `--initial_t`, and before 9.0 no learning rate.
    pub fn with_settings(mut self, settings: LearningSettings) -> Option<Self> {
        if settings.layout() != self.settings.layout() {
            return None;
        }
        if let (Regression::Gradient(regressor), Base::Gradient(steps)) = (&mut self.regression, &settings.base) {
            regressor.go_on_by(steps.clone());
        }
        self.settings = settings;
        Some(self)
    }

    /// How it learns and explores.
    pub fn settings(&self) -> &LearningSettings {
        &self.settings
    }

    /// How many events it has learned from.
    pub fn n_learned(&self) -> u64 {
        self.counts.n_learned
    }

    /// Probabilities over the actions; those with `is_eligible` false get exactly 0. At least one must be eligible.
    pub fn pmf(&self, example: &Example, is_eligible: &[bool], exploration: ExplorationShare) -> Pmf {
        let eligible: Vec<usize> = (0..example.n_actions()).filter(|action_idx| is_eligible[*action_idx]).collect();
        if eligible.is_empty() {
            return Pmf::over(is_eligible, &[]);
        }
        Pmf::over(is_eligible, &self.probabilities(example, &eligible, f64::from(exploration.get())))
    }

    /// Expected reward of each action.
    pub fn scores(&self, example: &Example) -> Vec<f32> {
        if let Some(mixture) = &self.mixture {
            let actions: Vec<usize> = (0..example.n_actions()).collect();
            return mixture.estimates(example, &actions, &self.linear(example, &actions)).scores;
        }
        (0..example.n_actions()).map(|action_idx| self.score(example, action_idx)).collect()
    }

    /// Trees that another thread may grow meanwhile, each handed out once. Who grows them, and whether anyone does, makes
    /// no difference to what is learned; a tree that is not there when its time has come is grown then.
    pub fn take_rebuilds(&mut self) -> Vec<Arc<Rebuild>> {
        self.mixture.as_mut().map_or_else(Vec::new, |mixture| mixture.take_rebuilds())
    }

    /// Expected reward of one action by the regression alone: the mean of those who have a say in what it is.
    pub(super) fn score(&self, example: &Example, action_idx: usize) -> f32 {
        let layers = self.scoring_layers();
        let n = layers.len() as f32;
        let of = |layer| self.regression.predict(&self.terms(example, action_idx, layer), layer);
        // Taking from 0 turns the -0 of an untrained model into the 0 that a reader expects.
        0.0 - layers.into_iter().map(of).sum::<f32>() / n
    }

    /// The models whose mean is the score: all of a bag, else the first.
    pub(super) fn scoring_layers(&self) -> Vec<Layer> {
        match self.settings.exploration {
            Exploration::Bag { n_models, .. } => self.bag_layers(n_models).collect(),
            _ => vec![Layer(0)],
        }
    }

    pub(super) fn bag_layers(&self, n_models: u32) -> impl Iterator<Item = Layer> + use<> {
        let per_model = self.settings.layers_per_model();
        (0..n_models).map(move |model| Layer(model * per_model))
    }

    pub(super) fn terms<'a>(&'a self, example: &'a Example, action_idx: usize, layer: Layer) -> ActionTerms<'a> {
        let marginals = self.marginals.as_ref().map(|marginals| marginals.of(layer));
        ActionTerms { crosses: &self.settings.crosses, example, action_idx, marginals }
    }

    /// What one model expects the actions to cost, as explorations see it: Vowpal Wabbit's look at the bare sum, which
    /// tells apart what lies beyond the labels seen; that of `auto` does not leave them.
    pub(super) fn costs(&self, example: &Example, actions: &[usize], layer: Layer) -> Vec<f32> {
        let is_own = self.mixture.is_some();
        let cost = |action_idx: &usize| {
            let sum = self.regression.sum(&self.terms(example, *action_idx, layer), layer);
            if is_own { self.regression.labels().clip(sum) } else { sum }
        };
        actions.iter().map(cost).collect()
    }

    /// What the linear learner of `auto` expects these actions to earn.
    pub(super) fn linear(&self, example: &Example, actions: &[usize]) -> Vec<f32> {
        if self.settings.auto().is_some_and(|auto| !auto.has(Learner::Linear)) {
            return vec![0.0; actions.len()];
        }
        let mut rewards = self.costs(example, actions, Layer(0));
        rewards.iter_mut().for_each(|cost| *cost = 0.0 - *cost);
        rewards
    }

    /// Probabilities of these actions. `share` is ε wherever an exploration has one.
    fn probabilities(&self, example: &Example, actions: &[usize], share: f64) -> Vec<f64> {
        let costs = |layer| self.costs(example, actions, layer);
        let n_learned = self.counts.n_learned;
        let gamma = |scale: f64, exponent| scale * libm::pow(n_learned as f64, exponent);
        match self.settings.exploration {
            Exploration::Auto(_) => match &self.mixture {
                Some(mixture) => mixture.probabilities(example, actions, &self.linear(example, actions), share),
                None => vec![1.0; actions.len()],
            },
            Exploration::EpsilonGreedy { ties } => explore::epsilon_greedy(&costs(Layer(0)), share, ties),
            Exploration::Softmax { lambda } => {
                let mut pmf = explore::softmax(&costs(Layer(0)), lambda);
                explore::floor(&mut pmf, share, true);
                pmf
            }
            Exploration::First { n_even } => explore::first(&costs(Layer(0)), n_learned < n_even, share),
            Exploration::Bag { n_models, ties, .. } => {
                let by_model: Vec<Vec<f32>> = self.bag_layers(n_models).map(costs).collect();
                explore::bag(&by_model, share, ties)
            }
            Exploration::Cover { cover, ties } => {
                let epsilon = self.settings.epsilon().map(|_| share);
                let mut covering = Covering::new(cover, ties, actions.len(), epsilon, n_learned);
                covering.propose(&costs(Layer(0)));
                (1..cover.n_policies).for_each(|policy| covering.propose(&costs(cover_layer(policy))));
                covering.into_pmf()
            }
            // Vowpal Wabbit calls the first of equally good actions the best, and has no ε here nor below.
            Exploration::SquareCb { scale, exponent } => {
                explore::square_cb(&costs(Layer(0)), gamma(scale, exponent), Ties::FirstOnly)
            }
            Exploration::RegCb { bounds, ties } => {
                let costs = costs(Layer(0));
                let sensitivity = |at: usize, label: f32| {
                    let terms = self.terms(example, actions[at], Layer(0));
                    self.regression.sensitivity(&terms, Layer(0), costs[at], label)
                };
                explore::reg_cb(&costs, n_learned, bounds, ties, sensitivity)
            }
        }
    }
}

/// The layer of a policy of cover after the first. The second layer is the model that doubly robust costs lean on.
pub(super) fn cover_layer(policy: u32) -> Layer {
    Layer(policy + 1)
}
