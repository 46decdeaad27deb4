//! Features, regression and exploration joined: from an example to a pmf. What outcomes teach is in `learning.rs`.
//!
//! Inside, the model predicts costs (cost = −reward); what leaves this file is rewards.

use std::sync::Arc;

use super::{
    Example, Learner, LearningSettings, Pmf, Rebuild, Shed,
    auto::{Ask, Mixture},
    crosses::Term,
    explore::{self, Cover, Covering},
    learning_settings::{Base, Exploration, Ties},
    marginals::{Marginals, MarginalsOf},
    regression::Regression,
    regressor::Layer,
    weights::LANES,
    workspace::{Desk, Workspace},
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
        let mut pmf = Pmf::default();
        self.pmf_into(example, is_eligible, exploration, &mut pmf);
        pmf
    }

    /// As [`Self::pmf`], into one that is used again: nothing is allocated then.
    pub fn pmf_into(&self, example: &Example, is_eligible: &[bool], exploration: ExplorationShare, pmf: &mut Pmf) {
        self.put_pmf(example, is_eligible, &[], exploration, pmf);
    }

    /// As [`Self::pmf`] for one slot of several: of what an action is worth here, `auto` takes what later slots would miss
    /// ([`super::Filling::losses`]; by action, in reward units). Vowpal Wabbit's policies do not look ahead.
    pub fn pmf_of_slot(
        &self,
        example: &Example,
        is_eligible: &[bool],
        losses: &[f32],
        exploration: ExplorationShare,
    ) -> Pmf {
        let mut pmf = Pmf::default();
        self.put_pmf(example, is_eligible, losses, exploration, &mut pmf);
        pmf
    }

    /// What [`super::Filling::losses`] asks for: the expected rewards of every slot behind the first, where nothing is
    /// asked of it. Empty for one slot, and for policies that do not look ahead.
    pub fn scores_of_later_slots(&self, examples: &[Example]) -> Vec<Vec<f32>> {
        if self.mixture.is_none() || examples.len() < 2 {
            return Vec::new();
        }
        std::iter::once(Vec::new()).chain(examples[1..].iter().map(|example| self.scores(example))).collect()
    }

    fn put_pmf(
        &self,
        example: &Example,
        is_eligible: &[bool],
        losses: &[f32],
        exploration: ExplorationShare,
        pmf: &mut Pmf,
    ) {
        Workspace::with(|workspace| {
            workspace.take_eligible(is_eligible);
            workspace.pmf.clear();
            if !workspace.actions.is_empty() {
                self.probabilities(example, losses, f64::from(exploration.get()), workspace);
            }
            pmf.put(is_eligible, &workspace.pmf);
        });
    }

    /// Expected reward of each action.
    pub fn scores(&self, example: &Example) -> Vec<f32> {
        Workspace::with(|workspace| {
            let Workspace { desk, actions, costs, scratch, .. } = workspace;
            actions.clear();
            actions.extend(0..example.n_actions());
            if let Some(mixture) = &self.mixture {
                self.linear(example, actions, desk, costs);
                return mixture.estimates(example, actions, costs, scratch).scores;
            }
            let layers = self.scoring_layers();
            self.sums(example, actions, layers.clone(), desk, costs);
            let (n_actions, labels) = (actions.len(), self.regression.labels());
            let score = |action_idx: usize| {
                let of_models = costs[action_idx..].iter().step_by(n_actions);
                // Taking from 0 turns the -0 of an untrained model into the 0 that a reader expects.
                0.0 - of_models.map(|sum| labels.clip(*sum)).sum::<f32>() / layers.len() as f32
            };
            (0..n_actions).map(score).collect()
        })
    }

    /// Trees that another thread may grow meanwhile, each handed out once. Who grows them, and whether anyone does, makes
    /// no difference to what is learned; a tree that is not there when its time has come is grown then.
    pub fn take_rebuilds(&mut self) -> Vec<Arc<Rebuild>> {
        self.mixture.as_mut().map_or_else(Vec::new, |mixture| mixture.take_rebuilds())
    }

    /// Trees that learning the next event will wait for unless they are grown by then.
    pub fn due_rebuilds(&self) -> Vec<Arc<Rebuild>> {
        self.mixture.as_ref().map_or_else(Vec::new, |mixture| mixture.due_rebuilds())
    }

    /// How often `auto` has noticed that the world had changed; 0 for other policies, which do not look.
    pub fn n_alarms(&self) -> u64 {
        self.mixture.as_ref().map_or(0, |mixture| mixture.n_alarms())
    }

    /// What of the extra work is left out because events come fast.
    pub fn shed(&self) -> Shed {
        self.mixture.as_ref().map_or(Shed::Nothing, |mixture| mixture.shed())
    }

    /// The models whose mean is the score: all of a bag, else the first.
    pub(super) fn scoring_layers(&self) -> impl ExactSizeIterator<Item = Layer> + Clone + use<> {
        match self.settings.exploration {
            Exploration::Bag { n_models, .. } => self.bag_layers(n_models),
            _ => self.bag_layers(1),
        }
    }

    pub(super) fn bag_layers(&self, n_models: u32) -> impl ExactSizeIterator<Item = Layer> + Clone + use<> {
        let per_model = self.settings.layers_per_model();
        (0..n_models).map(move |model| Layer(model * per_model))
    }

    /// Hands every term of one action, as one model sees it, to `visit`.
    pub(super) fn each_term(&self, example: &Example, action_idx: usize, layer: Layer, visit: impl FnMut(Term)) {
        self.settings.crosses.visit(example, action_idx, self.marginals_of(layer), visit);
    }

    pub(super) fn marginals_of(&self, layer: Layer) -> Option<MarginalsOf<'_>> {
        self.marginals.as_ref().map(|marginals| marginals.of(layer))
    }

    /// The bare sums of models for actions, model after model.
    pub(super) fn sums(
        &self,
        example: &Example,
        actions: &[usize],
        layers: impl ExactSizeIterator<Item = Layer> + Clone,
        desk: &mut Desk,
        sums: &mut Vec<f32>,
    ) {
        let Desk { gathered, lanes } = desk;
        let crosses = &self.settings.crosses;
        crosses.begin(example, gathered);
        sums.clear();
        sums.resize(actions.len() * layers.len(), 0.0);
        for (few, first) in actions.chunks(LANES).zip((0..).step_by(LANES)) {
            for (model, layer) in layers.clone().enumerate() {
                // Models differ in what they know of marginals alone.
                if model == 0 || self.marginals.is_some() {
                    let write = |(terms, action_idx): (&mut _, &usize)| {
                        crosses.fill(example, *action_idx, self.marginals_of(layer), gathered, terms);
                    };
                    lanes.iter_mut().zip(few).for_each(write);
                }
                let of_few = self.regression.sums(&lanes[..few.len()], layer);
                sums[model * actions.len() + first..][..few.len()].copy_from_slice(&of_few[..few.len()]);
            }
        }
    }

    /// What one model expects the actions to cost, as explorations see it: Vowpal Wabbit's look at the bare sum, which
    /// tells apart what lies beyond the labels seen; that of `auto` does not leave them.
    pub(super) fn costs(
        &self,
        example: &Example,
        actions: &[usize],
        layer: Layer,
        desk: &mut Desk,
        costs: &mut Vec<f32>,
    ) {
        self.sums(example, actions, std::iter::once(layer), desk, costs);
        if self.mixture.is_some() {
            let labels = self.regression.labels();
            costs.iter_mut().for_each(|cost| *cost = labels.clip(*cost));
        }
    }

    /// What the linear learner of `auto` expects these actions to earn.
    pub(super) fn linear(&self, example: &Example, actions: &[usize], desk: &mut Desk, rewards: &mut Vec<f32>) {
        if self.settings.auto().is_some_and(|auto| auto.has(Learner::Linear)) {
            self.costs(example, actions, Layer(0), desk, rewards);
            rewards.iter_mut().for_each(|cost| *cost = 0.0 - *cost);
        } else {
            rewards.clear();
            rewards.resize(actions.len(), 0.0);
        }
    }

    /// Probabilities of the workspace's actions. `share` is ε wherever an exploration has one.
    fn probabilities(&self, example: &Example, losses: &[f32], share: f64, workspace: &mut Workspace) {
        let Workspace { desk, actions, costs, estimated, pmf, sorted, scratch, .. } = workspace;
        let n_learned = self.counts.n_learned;
        let gamma = |scale: f64, exponent| scale * libm::pow(n_learned as f64, exponent);
        pmf.resize(actions.len(), 0.0);
        match self.settings.exploration {
            Exploration::Bag { n_models, .. } => {
                self.sums(example, actions, self.bag_layers(n_models), desk, costs);
            }
            Exploration::Cover { cover, .. } => {
                self.sums(example, actions, (0..cover.n_policies).map(cover_layer), desk, costs);
            }
            Exploration::Auto(_) => self.linear(example, actions, desk, costs),
            _ => self.costs(example, actions, Layer(0), desk, costs),
        }
        match self.settings.exploration {
            Exploration::Auto(_) => {
                let mixture = self.mixture.as_ref();
                let ask = Ask { linear: costs, losses, share };
                mixture.iter().for_each(|mixture| mixture.probabilities(example, actions, ask, scratch, pmf));
            }
            Exploration::EpsilonGreedy { ties } => explore::epsilon_greedy(pmf, costs, share, ties),
            Exploration::Softmax { lambda } => {
                explore::softmax(pmf, costs, lambda);
                explore::floor(pmf, share, true, sorted);
            }
            Exploration::First { n_even } => explore::first(pmf, costs, n_learned < n_even, share, sorted),
            Exploration::Bag { ties, .. } => explore::bag(pmf, costs, share, ties, sorted),
            Exploration::Cover { cover, ties } => {
                let epsilon = self.settings.epsilon().map(|_| share);
                let least = Cover::least(actions.len(), epsilon, n_learned);
                let mut covering = Covering::new(cover, ties, least, pmf, sorted);
                costs.chunks(actions.len()).for_each(|of_policy| covering.propose(of_policy));
                covering.finish();
            }
            // Vowpal Wabbit calls the first of equally good actions the best, and has no ε here nor below.
            Exploration::SquareCb { scale, exponent } => {
                explore::square_cb(pmf, costs, gamma(scale, exponent), Ties::FirstOnly)
            }
            Exploration::RegCb { bounds, ties } => {
                let sensitivity = |at: usize, label: f32| {
                    let Desk { gathered, lanes: [terms, ..] } = &mut *desk;
                    self.settings.crosses.fill(example, actions[at], self.marginals_of(Layer(0)), gathered, terms);
                    self.regression.sensitivity(terms, Layer(0), costs[at], label)
                };
                explore::reg_cb(pmf, costs, n_learned, bounds, ties, estimated, sensitivity);
            }
        }
    }
}

/// The layer of a policy of cover. The second layer is the model that doubly robust costs lean on.
pub(super) fn cover_layer(policy: u32) -> Layer {
    Layer(if policy == 0 { 0 } else { policy + 1 })
}
