//! What an outcome teaches a policy: from the logged event to labels, and from labels to weights.

use super::{
    Example, Learner, Outcome, Policy,
    auto::Earned,
    cost_estimate::CostEstimate,
    crosses::Crosses,
    explore::{self, Cover, Covering},
    learning_settings::{Exploration, Ties},
    policy::cover_layer,
    regressor::Layer,
};

/// One event as it is learned: only the actions that were eligible took part in it.
struct Lesson<'a> {
    example: &'a Example,
    actions: Vec<usize>,
    chosen_idx: usize,
    probability: f32,
    cost: f32,
}

impl Policy {
    /// Learns what an event earned. Actions that were not eligible did not take part in it.
    pub fn learn(&mut self, example: &Example, is_eligible: &[bool], outcome: Outcome) {
        let lesson = Lesson {
            example,
            actions: (0..example.n_actions()).filter(|action_idx| is_eligible[*action_idx]).collect(),
            chosen_idx: outcome.action_idx,
            probability: outcome.probability,
            // A sum of rewards may leave [-1, 1], but nothing sane comes near this.
            cost: if outcome.reward.is_finite() { (-outcome.reward).clamp(-1e6, 1e6) } else { 0.0 },
        };
        self.learn_mixture(&lesson, outcome);
        match self.settings.exploration {
            Exploration::Auto(auto) if !auto.has(Learner::Linear) => {}
            Exploration::Bag { n_models, greedify, .. } => {
                for (model, layer) in self.bag_layers(n_models).enumerate() {
                    let is_greedy = greedify && model == 0;
                    let n_times = if is_greedy { 1 } else { explore::n_times(&mut self.counts.chance) };
                    (0..n_times).for_each(|_| self.learn_model(&lesson, layer));
                }
            }
            Exploration::Cover { cover, ties } => self.learn_cover(&lesson, cover, ties),
            _ => self.learn_model(&lesson, Layer(0)),
        }
        self.counts.n_learned = self.counts.n_learned.saturating_add(1);
    }

    /// What `auto` learns, but for its linear learner, who has to be asked before it learns.
    fn learn_mixture(&mut self, lesson: &Lesson<'_>, outcome: Outcome) {
        let Some(mut mixture) = self.mixture.take() else { return };
        if let Some(chosen) = lesson.actions.iter().position(|action_idx| *action_idx == lesson.chosen_idx) {
            let linear = self.linear(lesson.example, &[lesson.chosen_idx])[0];
            let earned = Earned {
                chosen,
                reward: -lesson.cost,
                explored: if outcome.explored.is_finite() { outcome.explored.clamp(0.0, 1.0) } else { 0.0 },
                at_us: outcome.at_us,
                linear,
            };
            mixture.learn(lesson.example, &lesson.actions, earned);
        }
        self.mixture = Some(mixture);
    }

    /// What one model learns.
    fn learn_model(&mut self, lesson: &Lesson<'_>, layer: Layer) {
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
                self.regress(lesson.example, lesson.chosen_idx, layer, cost, importance);
            }
            CostEstimate::Ips => {
                self.learn_all(lesson, layer, |_, is_chosen| estimator.ips(cost, probability, is_chosen))
            }
            CostEstimate::Dm => self.learn_all(lesson, layer, |_, is_chosen| if is_chosen { cost } else { 0.0 }),
            CostEstimate::Dr => {
                let labels = self.doubly_robust(lesson, Layer(layer.0 + 1), true);
                self.learn_all(lesson, layer, |at, _| labels[at]);
            }
        }
    }

    /// Every action with a label, made of its place among the lesson's and whether it was the chosen one.
    fn learn_all(&mut self, lesson: &Lesson<'_>, layer: Layer, label: impl Fn(usize, bool) -> f32) {
        for (at, action_idx) in lesson.actions.iter().copied().enumerate() {
            let label = label(at, action_idx == lesson.chosen_idx);
            self.regress(lesson.example, action_idx, layer, label, 1.0);
        }
    }

    /// Doubly robust costs of the lesson's actions, by the model f̂ in `layer`. With `is_learning` f̂ learns on the way,
    /// with the importance of the event; what the costs lean on is what it expected before.
    fn doubly_robust(&mut self, lesson: &Lesson<'_>, layer: Layer, is_learning: bool) -> Vec<f32> {
        let estimator = self.settings.estimator;
        let mut labels = Vec::with_capacity(lesson.actions.len());
        for action_idx in lesson.actions.iter().copied() {
            let is_chosen = action_idx == lesson.chosen_idx;
            let expected = if is_chosen && is_learning {
                let importance = 1.0 / super::cost_estimate::propensity(lesson.probability);
                self.regress(lesson.example, action_idx, layer, lesson.cost, importance)
            } else {
                self.regression.predict(&self.terms(lesson.example, action_idx, layer), layer)
            };
            labels.push(estimator.doubly_robust(lesson.cost, expected, lesson.probability, is_chosen));
        }
        labels
    }

    /// The first policy learns by itself; each other learns what the ones before it leave out.
    fn learn_cover(&mut self, lesson: &Lesson<'_>, cover: Cover, ties: Ties) {
        let estimator = self.settings.estimator;
        let estimated = match estimator.estimate {
            CostEstimate::Ips => {
                let ips = |action_idx: &usize| {
                    estimator.ips(lesson.cost, lesson.probability, *action_idx == lesson.chosen_idx)
                };
                lesson.actions.iter().map(ips).collect()
            }
            // With DR the first policy teaches f̂ itself.
            estimate => self.doubly_robust(lesson, Layer(1), estimate != CostEstimate::Dr),
        };
        let first = self.costs(lesson.example, &lesson.actions, Layer(0));
        self.learn_model(lesson, Layer(0));
        let epsilon = self.settings.epsilon().map(f64::from);
        let mut covering = Covering::new(cover, ties, lesson.actions.len(), epsilon, self.counts.n_learned);
        covering.propose(&first);
        for policy in 1..cover.n_policies {
            let layer = cover_layer(policy);
            let expected = self.costs(lesson.example, &lesson.actions, layer);
            self.learn_all(lesson, layer, |at, _| covering.lured(at, estimated[at]));
            covering.propose(&expected);
        }
    }

    /// One step of regression for one action. Returns what was expected of it before.
    fn regress(&mut self, example: &Example, action_idx: usize, layer: Layer, label: f32, importance: f32) -> f32 {
        let terms = super::policy::ActionTerms {
            crosses: &self.settings.crosses,
            example,
            action_idx,
            marginals: self.marginals.as_ref().map(|marginals| marginals.of(layer)),
        };
        let expected = self.regression.learn(&terms, layer, label, importance);
        if let (Some(marginals), Crosses::ByLetter(crosses)) = (&mut self.marginals, &self.settings.crosses) {
            let features = crosses.gather(example.context(), example.action(action_idx));
            marginals.learn(&features, layer, label, importance);
        }
        expected
    }
}
