//! What an outcome teaches a policy: from the logged event to labels, and from labels to weights.

use super::{
    Example, Learner, Outcome, Policy,
    auto::Earned,
    cost_estimate::CostEstimate,
    explore::{self, Cover, Covering},
    learning_settings::{Exploration, Ties},
    policy::cover_layer,
    regressor::Layer,
    workspace::{Desk, Workspace},
};

/// One event as it is learned: only the actions that were eligible took part in it.
struct Lesson<'a> {
    example: &'a Example,
    actions: &'a [usize],
    chosen_idx: usize,
    probability: f32,
    cost: f32,
}

impl Policy {
    /// Learns what an event earned. Actions that were not eligible did not take part in it.
    pub fn learn(&mut self, example: &Example, is_eligible: &[bool], outcome: Outcome) {
        Workspace::with(|workspace| self.learn_in(workspace, example, is_eligible, outcome));
    }

    fn learn_in(&mut self, workspace: &mut Workspace, example: &Example, is_eligible: &[bool], outcome: Outcome) {
        workspace.take_eligible(is_eligible);
        self.settings.crosses.begin(example, &mut workspace.desk.gathered);
        let actions = std::mem::take(&mut workspace.actions);
        let lesson = Lesson {
            example,
            actions: &actions,
            chosen_idx: outcome.action_idx,
            probability: outcome.probability,
            // A sum of rewards may leave [-1, 1], but nothing sane comes near this.
            cost: if outcome.reward.is_finite() { (-outcome.reward).clamp(-1e6, 1e6) } else { 0.0 },
        };
        self.learn_mixture(&lesson, outcome, workspace);
        match self.settings.exploration {
            Exploration::Auto(auto) if !auto.has(Learner::Linear) => {}
            Exploration::Bag { n_models, greedify, .. } => {
                for (model, layer) in self.bag_layers(n_models).enumerate() {
                    let is_greedy = greedify && model == 0;
                    let n_times = if is_greedy { 1 } else { explore::n_times(&mut self.counts.chance) };
                    (0..n_times).for_each(|_| self.learn_model(&lesson, layer, workspace));
                }
            }
            Exploration::Cover { cover, ties } => self.learn_cover(&lesson, cover, ties, workspace),
            _ => self.learn_model(&lesson, Layer(0), workspace),
        }
        self.counts.n_learned = self.counts.n_learned.saturating_add(1);
        workspace.actions = actions;
    }

    /// What `auto` learns, but for its linear learner, who has to be asked before it learns.
    fn learn_mixture(&mut self, lesson: &Lesson<'_>, outcome: Outcome, workspace: &mut Workspace) {
        if self.mixture.is_none() {
            return;
        }
        if let Some(chosen) = lesson.actions.iter().position(|action_idx| *action_idx == lesson.chosen_idx) {
            let Workspace { desk, costs, scratch, .. } = workspace;
            self.linear(lesson.example, &[lesson.chosen_idx], desk, costs);
            let earned = Earned {
                chosen,
                reward: -lesson.cost,
                explored: if outcome.explored.is_finite() { outcome.explored.clamp(0.0, 1.0) } else { 0.0 },
                at_us: outcome.at_us,
                linear: costs[0],
            };
            if let Some(mixture) = &mut self.mixture {
                mixture.learn(lesson.example, lesson.actions, earned, scratch);
            }
        }
    }

    /// What one model learns.
    fn learn_model(&mut self, lesson: &Lesson<'_>, layer: Layer, workspace: &mut Workspace) {
        let Workspace { desk, labels, .. } = workspace;
        let estimator = self.settings.estimator;
        let (cost, probability) = (lesson.cost, lesson.probability);
        match estimator.estimate {
            CostEstimate::Mtr | CostEstimate::MtrUnweighted | CostEstimate::Direct => {
                let updates = &mut self.updates[layer.0 as usize];
                // A file may bring counts of any size.
                updates.n_events = updates.n_events.saturating_add(1);
                updates.n_actions = updates.n_actions.saturating_add(lesson.actions.len() as u64);
                // Vowpal Wabbit's loop that makes the choice certain stops one action short.
                let is_last = lesson.actions.last() == Some(&lesson.chosen_idx);
                let is_certain = estimator.estimate == CostEstimate::MtrUnweighted && !is_last;
                let probability = if is_certain { 1.0 } else { probability };
                let importance = estimator.importance(probability, updates.n_events, updates.n_actions);
                self.regress(lesson.example, lesson.chosen_idx, layer, cost, importance, desk);
            }
            CostEstimate::Ips => {
                self.learn_all(lesson, layer, desk, |_, is_chosen| estimator.ips(cost, probability, is_chosen))
            }
            CostEstimate::Dm => self.learn_all(lesson, layer, desk, |_, is_chosen| if is_chosen { cost } else { 0.0 }),
            CostEstimate::Dr => {
                self.doubly_robust(lesson, Layer(layer.0 + 1), true, desk, labels);
                self.learn_all(lesson, layer, desk, |at, _| labels[at]);
            }
        }
    }

    /// Every action with a label, made of its place among the lesson's and whether it was the chosen one.
    fn learn_all(&mut self, lesson: &Lesson<'_>, layer: Layer, desk: &mut Desk, label: impl Fn(usize, bool) -> f32) {
        for (at, action_idx) in lesson.actions.iter().copied().enumerate() {
            let label = label(at, action_idx == lesson.chosen_idx);
            self.regress(lesson.example, action_idx, layer, label, 1.0, desk);
        }
    }

    /// Doubly robust costs of the lesson's actions, by the model f̂ in `layer`. With `is_learning` f̂ learns on the way,
    /// with the importance of the event; what the costs lean on is what it expected before.
    fn doubly_robust(
        &mut self,
        lesson: &Lesson<'_>,
        layer: Layer,
        is_learning: bool,
        desk: &mut Desk,
        labels: &mut Vec<f32>,
    ) {
        let estimator = self.settings.estimator;
        labels.clear();
        for action_idx in lesson.actions.iter().copied() {
            let is_chosen = action_idx == lesson.chosen_idx;
            let expected = if is_chosen && is_learning {
                let importance = 1.0 / super::cost_estimate::propensity(lesson.probability);
                self.regress(lesson.example, action_idx, layer, lesson.cost, importance, desk)
            } else {
                let Desk { gathered, lanes: [terms, ..] } = &mut *desk;
                self.settings.crosses.fill(lesson.example, action_idx, self.marginals_of(layer), gathered, terms);
                self.regression.predict(terms, layer)
            };
            labels.push(estimator.doubly_robust(lesson.cost, expected, lesson.probability, is_chosen));
        }
    }

    /// The first policy learns by itself; each other learns what the ones before it leave out.
    fn learn_cover(&mut self, lesson: &Lesson<'_>, cover: Cover, ties: Ties, workspace: &mut Workspace) {
        self.estimate(lesson, workspace);
        let Workspace { desk, costs, .. } = workspace;
        self.costs(lesson.example, lesson.actions, Layer(0), desk, costs);
        self.learn_model(lesson, Layer(0), workspace);
        let Workspace { desk, costs, estimated, pmf, sorted, .. } = workspace;
        let epsilon = self.settings.epsilon().map(f64::from);
        let least = Cover::least(lesson.actions.len(), epsilon, self.counts.n_learned);
        pmf.resize(lesson.actions.len(), 0.0);
        let mut covering = Covering::new(cover, ties, least, pmf, sorted);
        covering.propose(costs);
        for policy in 1..cover.n_policies {
            let layer = cover_layer(policy);
            self.costs(lesson.example, lesson.actions, layer, desk, costs);
            self.learn_all(lesson, layer, desk, |at, _| covering.lured(at, estimated[at]));
            covering.propose(costs);
        }
    }

    /// What the actions are estimated to cost, for the policies of cover after the first.
    fn estimate(&mut self, lesson: &Lesson<'_>, workspace: &mut Workspace) {
        let Workspace { desk, estimated, .. } = workspace;
        let estimator = self.settings.estimator;
        match estimator.estimate {
            CostEstimate::Ips => {
                let ips = |action_idx: &usize| {
                    estimator.ips(lesson.cost, lesson.probability, *action_idx == lesson.chosen_idx)
                };
                estimated.clear();
                estimated.extend(lesson.actions.iter().map(ips));
            }
            // With DR the first policy teaches f̂ itself.
            estimate => self.doubly_robust(lesson, Layer(1), estimate != CostEstimate::Dr, desk, estimated),
        }
    }

    /// One step of regression for one action. Returns what was expected of it before.
    fn regress(
        &mut self,
        example: &Example,
        action_idx: usize,
        layer: Layer,
        label: f32,
        importance: f32,
        desk: &mut Desk,
    ) -> f32 {
        let Desk { gathered, lanes: [terms, ..] } = desk;
        self.settings.crosses.fill(example, action_idx, self.marginals_of(layer), gathered, terms);
        let expected = self.regression.learn(terms, layer, label, importance);
        if let Some(marginals) = &mut self.marginals {
            marginals.learn(gathered.features(), layer, label, importance);
        }
        expected
    }
}
