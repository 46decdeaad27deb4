//! Features, regression and exploration joined: from an example to a pmf, and from an outcome to better weights.
//!
//! Inside, the model predicts costs (cost = −reward); what leaves this file is rewards.

use super::{
    Example, LearningSettings, Pmf,
    cost_estimate::{self, CostEstimate},
    crosses::{Crosses, Term},
    explore,
    learning_settings::Exploration,
    regressor::{Regressor, Terms},
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
}

/// Trained weights with the settings that train and use them.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) settings: LearningSettings,
    pub(super) costs: Regressor,
    /// The model that doubly robust estimates lean on; only they have it.
    pub(super) baseline: Option<Regressor>,
    pub(super) counts: Counts,
}

/// What a policy has seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Counts {
    pub n_learned: u64,
    /// Eligible actions summed over the events learned.
    pub n_actions: u64,
}

/// The terms of one action, for the regressor.
struct ActionTerms<'a> {
    crosses: &'a Crosses,
    example: &'a Example,
    action_idx: usize,
}

impl Terms for ActionTerms<'_> {
    #[inline]
    fn each(&self, visit: impl FnMut(Term)) {
        self.crosses.visit(self.example, self.action_idx, visit);
    }
}

impl Policy {
    /// A policy that has learned nothing: it chooses evenly.
    pub fn new(settings: LearningSettings) -> Self {
        let regressor = || Regressor::new(settings.bits, settings.steps.clone());
        Self {
            costs: regressor(),
            baseline: (settings.estimate == CostEstimate::Dr).then(regressor),
            counts: Counts::default(),
            settings,
        }
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
        let eligible = (0..example.n_actions()).filter(|action_idx| is_eligible[*action_idx]);
        let costs: Vec<f32> = eligible.map(|action_idx| self.cost(example, action_idx)).collect();
        Pmf::over(is_eligible, &self.probabilities(&costs, f64::from(exploration.get())))
    }

    /// Expected reward of each action.
    pub fn scores(&self, example: &Example) -> Vec<f32> {
        // Adding 0 turns the -0 of an untrained model into the 0 that a reader expects.
        (0..example.n_actions()).map(|action_idx| 0.0 - self.cost(example, action_idx)).collect()
    }

    /// Learns what an event earned. Actions that were not eligible did not take part in it.
    pub fn learn(&mut self, example: &Example, is_eligible: &[bool], outcome: Outcome) {
        self.counts.n_learned += 1;
        self.counts.n_actions += is_eligible.iter().filter(|eligible| **eligible).count() as u64;
        // A sum of rewards may leave [-1, 1], but nothing sane comes near this.
        let cost = if outcome.reward.is_finite() { (-outcome.reward).clamp(-1e6, 1e6) } else { 0.0 };
        match self.settings.estimate {
            CostEstimate::Ips | CostEstimate::Dr => self.learn_all(example, is_eligible, outcome, cost),
            estimate => {
                let Counts { n_learned, n_actions } = self.counts;
                let importance = cost_estimate::importance(estimate, outcome.probability, n_learned, n_actions);
                let terms = ActionTerms { crosses: &self.settings.crosses, example, action_idx: outcome.action_idx };
                self.costs.learn(&terms, cost, importance);
            }
        }
    }

    fn learn_all(&mut self, example: &Example, is_eligible: &[bool], outcome: Outcome, cost: f32) {
        for action_idx in (0..example.n_actions()).filter(|action_idx| is_eligible[*action_idx]) {
            let is_chosen = action_idx == outcome.action_idx;
            let terms = ActionTerms { crosses: &self.settings.crosses, example, action_idx };
            let label = match &mut self.baseline {
                None => cost_estimate::ips(cost, outcome.probability, is_chosen),
                Some(baseline) => {
                    let expected = baseline.predict(&terms);
                    if is_chosen {
                        baseline.learn(&terms, cost, 1.0);
                    }
                    cost_estimate::doubly_robust(cost, expected, outcome.probability, is_chosen)
                }
            };
            self.costs.learn(&terms, label, 1.0);
        }
    }

    fn cost(&self, example: &Example, action_idx: usize) -> f32 {
        self.costs.predict(&ActionTerms { crosses: &self.settings.crosses, example, action_idx })
    }

    fn probabilities(&self, costs: &[f32], share: f64) -> Vec<f64> {
        if costs.is_empty() {
            return Vec::new();
        }
        let n_learned = self.counts.n_learned;
        let mut pmf = match self.settings.exploration {
            // Here the share is ε itself, and there is nothing to cap.
            Exploration::EpsilonGreedy => return explore::epsilon_greedy(costs, share),
            Exploration::Softmax { lambda } => explore::softmax(costs, lambda),
            Exploration::SquareCb { scale, exponent } => {
                explore::square_cb(costs, scale * libm::pow(n_learned as f64, exponent))
            }
        };
        explore::cap(&mut pmf, costs, share, n_learned);
        pmf
    }
}
