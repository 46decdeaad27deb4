//! From an event to estimates and probabilities: asked by many threads at once, it changes nothing.

use super::Mixture;
use crate::bandit::{
    Example,
    auto::{
        forest::Asking,
        learner::{Learner, N_LEARNERS},
        scratch::Scratch,
        tokens::UNKNOWN,
    },
    explore::{Caution, beyond_error},
};

/// Learned events before the cap on exploration holds.
const N_UNCAPPED: u64 = 300;
/// What the mean of an action is pulled towards the mean of all by, in events.
const MEAN_PRIOR: f32 = 2.0;

/// What is known of the actions of one event.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bandit) struct Estimates {
    /// By action: what it is expected to earn, and the standard error of that.
    pub scores: Vec<f32>,
    pub errors: Vec<f32>,
    /// By learner and action.
    pub said: [Vec<f32>; N_LEARNERS],
}

/// What a choice needs to know besides the event.
#[derive(Debug, Clone, Copy)]
pub(in crate::bandit) struct Ask<'a> {
    /// By offered action, what the linear learner expects it to earn.
    pub linear: &'a [f32],
    /// By action of the event, what later slots would miss, in reward units; empty for nothing.
    pub losses: &'a [f32],
    /// The share of exploration.
    pub share: f64,
}

impl Mixture {
    /// Probabilities of the offered actions.
    pub fn probabilities(
        &self,
        example: &Example,
        actions: &[usize],
        Ask { linear, losses, share }: Ask<'_>,
        scratch: &mut Scratch,
        pmf: &mut [f64],
    ) {
        self.look(example, actions, scratch);
        self.ask(linear, None, scratch);
        let width = self.range.high - self.range.low;
        for (action_idx, blended) in actions.iter().zip(&mut scratch.blended) {
            *blended -= losses.get(*action_idx).copied().unwrap_or(0.0) / width;
        }
        beyond_error(pmf, &scratch.blended, &scratch.doubts, self.caution(share));
    }

    /// What stands to the choice at this moment, by a share of exploration.
    pub fn caution(&self, share: f64) -> Caution {
        let is_capped = self.n_learned > N_UNCAPPED && self.explored > share;
        let n_in_this_world = self.n_learned.saturating_sub(self.drift.since) + 1;
        let settings = self.settings();
        let gamma = settings.gamma_scale * (n_in_this_world as f64).sqrt();
        Caution { uncertainty: settings.uncertainty, gamma, share, is_capped }
    }

    /// What is known of the offered actions.
    pub fn estimates(&self, example: &Example, actions: &[usize], linear: &[f32], scratch: &mut Scratch) -> Estimates {
        self.look(example, actions, scratch);
        self.ask(linear, None, scratch);
        let rewards = |units: &Vec<f32>| units.iter().map(|unit| self.range.of_unit(*unit)).collect::<Vec<f32>>();
        let width = self.range.high - self.range.low;
        Estimates {
            scores: rewards(&scratch.blended),
            errors: scratch.errors.iter().map(|error| error * width).collect(),
            said: std::array::from_fn(|learner| rewards(&scratch.said[learner])),
        }
    }

    /// Sees an event as tokens.
    pub(super) fn look(&self, example: &Example, actions: &[usize], scratch: &mut Scratch) {
        scratch.context.clear();
        for feature in example.context().iter().chain(example.hidden()) {
            let token = self.tokens.find(feature.hash);
            if token != UNKNOWN {
                scratch.context.push((token, feature.value));
            }
        }
        scratch.context.sort_unstable_by_key(|(token, _)| *token);
        scratch.context.dedup_by_key(|(token, _)| *token);
        scratch.values.clear();
        scratch.values.resize(self.tokens.len(), 0.0);
        scratch.inputs.clear();
        for (token, value) in &scratch.context {
            scratch.values[*token as usize] = *value;
            let x = self.tokens.standardised(*token, *value, self.n_learned);
            scratch.inputs.context.push((*token, x));
        }
        scratch.actions.clear();
        scratch.slot_of.clear();
        scratch.slot_of.resize(self.action_tokens.len(), u16::MAX);
        for (slot, action_idx) in actions.iter().enumerate() {
            // Behind the constant, the id is first.
            let features = &example.action(*action_idx)[1..];
            let id = features.first().map_or(UNKNOWN, |feature| self.action_tokens.find(feature.hash));
            for feature in features {
                let token = self.action_tokens.find(feature.hash);
                if token != UNKNOWN {
                    scratch.actions.push_token((token, feature.value));
                    let scaled = self.action_tokens.scaled(token, feature.value);
                    scratch.inputs.actions.push_token((token, scaled));
                }
            }
            scratch.actions.end(id);
            scratch.inputs.actions.end(id);
            if id != UNKNOWN {
                scratch.slot_of[id as usize] = slot as u16;
            }
        }
    }

    /// Asks every learner about each action, or about the one in `only` alone; then the others' numbers mean nothing.
    pub(super) fn ask(&self, linear: &[f32], only: Option<usize>, scratch: &mut Scratch) {
        let settings = self.settings();
        let n = scratch.actions.len();
        let start = self.mean();
        let Scratch { inputs, actions, values, slot_of, forest, recent, said, network, .. } = &mut *scratch;
        said.iter_mut().for_each(|said| {
            said.clear();
            said.resize(n, start);
        });
        for (said, id) in said[Learner::Mean as usize].iter_mut().zip(actions.ids()) {
            let (n, sum) = self.by_action.get(*id as usize).copied().unwrap_or_default();
            *said = (sum + MEAN_PRIOR * start) / (n + MEAN_PRIOR);
        }
        for (said, linear) in said[Learner::Linear as usize].iter_mut().zip(linear) {
            *said = self.range.to_unit(*linear);
        }
        if settings.has_network() {
            let [_, _, contest, value, ..] = said;
            self.network.predict(inputs, network, contest, value);
        }
        // About one action alone, it has the only slot.
        if let Some(at) = only {
            slot_of.fill(u16::MAX);
            if let Some(slot) = slot_of.get_mut(actions.id(at) as usize) {
                *slot = 0;
            }
        }
        let n_slots = if only.is_some() { 1 } else { n };
        let asking =
            Asking { values, slot_of, n_slots, by_action: &self.by_action, n_events: self.n_learned as f32, start };
        let mut put = |learner: Learner, read: &[f32]| match only {
            Some(at) => said[learner as usize][at] = read[0],
            None => said[learner as usize].copy_from_slice(read),
        };
        if settings.has(Learner::Forest) {
            self.forest.read(asking, forest);
            put(Learner::Forest, &forest.estimates[0]);
            put(Learner::Coarse, &forest.estimates[1]);
            put(Learner::Broad, &forest.estimates[2]);
        }
        if settings.has(Learner::Recent) {
            self.recent.read(asking, recent);
            put(Learner::Recent, &recent.estimates[0]);
        }
        self.mix(start, only.is_none(), scratch);
    }

    /// From what the learners say to the mixture's estimates and, if asked for, how sure it is of them.
    fn mix(&self, start: f32, has_errors: bool, scratch: &mut Scratch) {
        let n = scratch.actions.len();
        scratch.blended.clear();
        scratch.blended.resize(n, 0.0);
        for (weight, said) in self.blend.weights().iter().zip(&scratch.said) {
            scratch.blended.iter_mut().zip(said).for_each(|(sum, said)| *sum += weight * said);
        }
        if has_errors {
            self.doubt(start, scratch);
        }
    }
}
