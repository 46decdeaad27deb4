//! The mixture: what is known, joined; from an event to probabilities, and from its reward to what is known next.
//!
//! Everything random is drawn from the number of learned events, and everything that happens later happens at a count
//! that is known before. So the same events in the same order give the same bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    blend::Blend,
    draws::Draws,
    drift::Drift,
    forest::{Forest, Rebuild},
    growing::Growth,
    learner::{Learner, N_LEARNERS},
    network::Network,
    noise::Noise,
    pace::Pace,
    range::{Range, Rescaling},
    sample::Sample,
    scratch::Scratch,
    settings::AutoSettings,
    tokens::{Met, Tokens, UNKNOWN},
    tree::Arrival,
    window::Window,
};
use crate::bandit::{
    Example,
    explore::{Caution, beyond_error},
};

/// Learned events that are kept, and those that count as recent.
const MOST_ROWS: usize = 10_000;
const MOST_RECENT: usize = 1_500;
/// Trees of the two forests.
const N_TREES: usize = 48;
const N_RECENT_TREES: usize = 24;
/// Learned events before the cap on exploration holds.
const N_UNCAPPED: u64 = 300;
/// How fast the rolling share of exploration forgets.
const EXPLORED_RATE: f64 = 0.005;
/// What the mean of an action is pulled towards the mean of all by, in events.
const MEAN_PRIOR: f32 = 2.0;
/// Steps of the network over the past when the scale of rewards changed.
const N_RESCALED: usize = 256;
/// Which purpose draws are for.
const SEEDS: [u64; 4] = [0x6e65_7477, 0x666f_7265, 0x7265_6365, 0x7265_706c];
/// How the memory is shared out: tokens of contexts, tokens of actions, window, forest, recent forest. What is left is
/// the linear learner's table and the network's direct weights.
const SHARES: [f64; 5] = [0.10, 0.11, 0.25, 0.32, 0.10];
/// What one token takes: its row in the network with the running means, what is known of it, its entry in the index.
const TOKEN_BYTES: usize = 512;
const ACTION_TOKEN_BYTES: usize = 928;

/// What an event earned, as the mixture learns it.
#[derive(Debug, Clone, Copy)]
pub(in crate::bandit) struct Earned {
    /// Which of the offered actions was chosen.
    pub chosen: usize,
    pub reward: f32,
    /// The share of the logged probabilities that did not go to the most probable action.
    pub explored: f32,
    /// Log time in microseconds.
    pub at_us: i64,
    /// What the linear learner expected the chosen action to earn.
    pub linear: f32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::bandit) struct Mixture {
    #[serde(skip)]
    settings: Option<AutoSettings>,
    tokens: Tokens,
    action_tokens: Tokens,
    /// By token of an id: events and sum of rewards in [0, 1].
    by_action: Vec<(f32, f32)>,
    range: Range,
    n_learned: u64,
    sum: f64,
    network: Network,
    window: Window,
    forest: Forest,
    recent: Forest,
    blend: Blend,
    noise: Noise,
    drift: Drift,
    pace: Pace,
    /// Rolling share of traffic that explored.
    explored: f64,
    #[serde(skip)]
    rebuilds: Vec<Arc<Rebuild>>,
}

/// What is known of the actions of one event.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bandit) struct Estimates {
    /// By action: what it is expected to earn, and the standard error of that.
    pub scores: Vec<f32>,
    pub errors: Vec<f32>,
    /// By learner and action.
    pub said: [Vec<f32>; N_LEARNERS],
}

impl Mixture {
    /// A mixture that has learned nothing.
    pub fn new(settings: &AutoSettings) -> Self {
        let of_memory = |part: usize, bytes| settings.share_of_memory(SHARES[part], bytes);
        // Trees name actions by sixteen bits.
        let most_actions = of_memory(1, ACTION_TOKEN_BYTES).min(usize::from(u16::MAX));
        Self {
            settings: Some(*settings),
            tokens: Tokens::new(of_memory(0, TOKEN_BYTES)),
            action_tokens: Tokens::new(most_actions),
            by_action: Vec::new(),
            range: Range::USUAL,
            n_learned: 0,
            sum: 0.0,
            network: Network::new(SEEDS[0]),
            window: Window::new(MOST_ROWS, of_memory(2, 1)),
            forest: Forest::new(SEEDS[1], N_TREES, MOST_ROWS, of_memory(3, 1)),
            recent: Forest::new(SEEDS[2], N_RECENT_TREES, MOST_RECENT, of_memory(4, 1)),
            blend: Blend::new(settings.is_on),
            noise: Noise::new(),
            drift: Drift::new(),
            pace: Pace::default(),
            explored: 0.0,
            rebuilds: Vec::new(),
        }
    }

    fn settings(&self) -> &AutoSettings {
        self.settings.as_ref().unwrap_or(&AutoSettings::DEFAULT)
    }

    /// The mean reward of all events, in [0, 1].
    fn mean(&self) -> f32 {
        ((self.sum + 0.5) / (self.n_learned as f64 + 1.0)) as f32
    }

    /// How much each learner is trusted, in the order of [`Learner::ALL`]; the sum is 1.
    pub fn trust(&self) -> [f32; N_LEARNERS] {
        self.blend.weights()
    }

    pub fn n_alarms(&self) -> u64 {
        self.drift.n_alarms
    }

    /// Probabilities of the offered actions. `linear` is what the linear learner expects each to earn.
    pub fn probabilities(
        &self,
        example: &Example,
        actions: &[usize],
        linear: &[f32],
        share: f64,
        scratch: &mut Scratch,
        pmf: &mut [f64],
    ) {
        self.look(example, actions, scratch);
        self.ask(linear, None, scratch);
        let is_capped = self.n_learned > N_UNCAPPED && self.explored > share;
        let n_in_this_world = self.n_learned.saturating_sub(self.drift.since) + 1;
        let settings = self.settings();
        let gamma = settings.gamma_scale * (n_in_this_world as f64).sqrt();
        let caution = Caution { uncertainty: settings.uncertainty, gamma, share, is_capped };
        beyond_error(pmf, &scratch.blended, &scratch.errors, caution);
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
    fn look(&self, example: &Example, actions: &[usize], scratch: &mut Scratch) {
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
    fn ask(&self, linear: &[f32], only: Option<usize>, scratch: &mut Scratch) {
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
        if settings.has(Learner::Contest) || settings.has(Learner::Value) {
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
        let mut put = |learner: Learner, read: &[f32]| match only {
            Some(at) => said[learner as usize][at] = read[0],
            None => said[learner as usize].copy_from_slice(read),
        };
        if settings.has(Learner::Forest) {
            self.forest.read(values, slot_of, n_slots, start, forest);
            put(Learner::Forest, &forest.estimates[0]);
            put(Learner::Coarse, &forest.estimates[1]);
            put(Learner::Broad, &forest.estimates[2]);
        }
        if settings.has(Learner::Recent) {
            self.recent.read(values, slot_of, n_slots, start, recent);
            put(Learner::Recent, &recent.estimates[0]);
        }
        self.mix(start, only.is_none(), scratch);
    }

    /// From what the learners say to the mixture's estimates and, if asked for, their standard errors.
    fn mix(&self, start: f32, has_errors: bool, scratch: &mut Scratch) {
        let n = scratch.actions.len();
        scratch.blended.clear();
        scratch.blended.resize(n, 0.0);
        for (weight, said) in self.blend.weights().iter().zip(&scratch.said) {
            scratch.blended.iter_mut().zip(said).for_each(|(sum, said)| *sum += weight * said);
        }
        scratch.errors.clear();
        if !has_errors {
            return;
        }
        // Right after an alarm, what was seen before it says nothing.
        let is_recent = self.drift.n_alarms > 0 && self.n_learned < self.drift.since + MOST_RECENT as u64;
        let settings = self.settings();
        let readings = match (settings.has(Learner::Forest), settings.has(Learner::Recent)) {
            (true, false) => Some((&scratch.forest.seen[0], &scratch.forest.spread)),
            (true, true) if !is_recent => Some((&scratch.forest.seen[0], &scratch.forest.spread)),
            (_, true) => Some((&scratch.recent.seen[0], &scratch.recent.spread)),
            (false, false) => None,
        };
        for (slot, estimate) in scratch.blended.iter().enumerate() {
            let (seen, spread) = match readings {
                Some((seen, spread)) => (seen[slot], spread[slot]),
                None => {
                    let of_action = self.by_action.get(scratch.actions.id(slot) as usize);
                    (of_action.copied().unwrap_or_default().0, 0.0)
                }
            };
            scratch.errors.push(self.noise.standard_error(*estimate, start, seen, spread));
        }
    }

    /// Learns what an event earned.
    pub fn learn(&mut self, example: &Example, actions: &[usize], earned: Earned, scratch: &mut Scratch) {
        self.pace.learn(earned.at_us);
        self.explored += EXPLORED_RATE * (f64::from(earned.explored) - self.explored);
        if let Some(rescaling) = self.range.take_in(earned.reward) {
            self.rescale(rescaling, scratch);
        }
        self.meet(example, actions);
        self.look(example, actions, scratch);
        let mut linear = std::mem::take(&mut scratch.linear);
        linear.clear();
        linear.resize(actions.len(), earned.linear);
        self.ask(&linear, Some(earned.chosen), scratch);
        scratch.linear = linear;
        let reward = self.range.to_unit(earned.reward);
        self.judge(earned.chosen, reward, scratch);
        self.take_in(earned, reward, scratch);
        self.replay(scratch);
        self.grow(scratch);
    }

    /// Makes the tokens of an event known.
    fn meet(&mut self, example: &Example, actions: &[usize]) {
        let now = self.n_learned;
        let n_tokens = example.context().len() + example.hidden().len();
        self.network.note_size(n_tokens, now);
        for feature in example.context().iter().chain(example.hidden()) {
            if let Met::New(token) = self.tokens.meet(feature.hash, feature.kind, feature.value, now) {
                self.network.place_token(token);
            }
        }
        for action_idx in actions {
            for feature in &example.action(*action_idx)[1..] {
                if let Met::New(token) = self.action_tokens.meet(feature.hash, feature.kind, feature.value, now) {
                    self.network.place_action_token(token);
                    self.by_action.resize(self.action_tokens.len(), (0.0, 0.0));
                    self.by_action[token as usize] = (0.0, 0.0);
                }
            }
        }
    }

    /// Judges what was said before the reward was known.
    fn judge(&mut self, chosen: usize, reward: f32, scratch: &Scratch) {
        let blended = scratch.blended[chosen];
        self.blend.learn(&std::array::from_fn(|learner| scratch.said[learner][chosen]), reward);
        let miss = f64::from(blended) - f64::from(reward);
        self.noise.learn(blended, miss);
        if self.drift.learn(miss, self.n_learned) {
            self.blend.forget();
            self.noise = Noise::new();
            self.recent.hasten(self.n_learned);
        }
    }

    /// Learns the event by every learner.
    fn take_in(&mut self, earned: Earned, reward: f32, scratch: &mut Scratch) {
        let start = self.mean();
        self.sum += f64::from(reward);
        self.n_learned += 1;
        let id = scratch.actions.id(earned.chosen);
        if let Some((n, sum)) = self.by_action.get_mut(id as usize) {
            *n += 1.0;
            *sum += reward;
            let arrival = Arrival { values: &scratch.values, action: id as u16, reward, start };
            self.forest.insert(arrival);
            self.recent.insert(arrival);
        }
        self.network.learn(&scratch.inputs, earned.chosen, reward, &mut scratch.network);
        self.window.push(&scratch.context, &scratch.actions, earned.chosen, earned.reward);
    }

    /// The network learns some of the past again.
    fn replay(&mut self, scratch: &mut Scratch) {
        let settings = self.settings();
        if !settings.has(Learner::Contest) && !settings.has(Learner::Value) || self.window.len() < 2 {
            return;
        }
        let mut draws = Draws::new(SEEDS[3], self.n_learned);
        for _ in 0..self.pace.n_replays(settings.n_replays) {
            self.replay_one(draws.below(self.window.len()), scratch);
        }
    }

    fn replay_one(&mut self, at: usize, scratch: &mut Scratch) {
        let row = self.window.row(at);
        let inputs = &mut scratch.inputs;
        inputs.clear();
        for (token, value) in &row.context {
            inputs.context.push((*token, self.tokens.standardised(*token, *value, self.n_learned)));
        }
        for number in &row.offered {
            let profile = self.window.profile(*number);
            for (token, value) in &profile.tokens {
                inputs.actions.push_token((*token, self.action_tokens.scaled(*token, *value)));
            }
            inputs.actions.end(profile.id);
        }
        let reward = self.range.to_unit(row.reward);
        self.network.learn(inputs, row.chosen as usize, reward, &mut scratch.network);
    }

    /// Trees whose moment has come take their places, and those that are due are prepared.
    fn grow(&mut self, scratch: &mut Scratch) {
        let n_learned = self.n_learned;
        let growth = Growth { n_tokens: self.tokens.len(), start: self.mean(), most_bytes: 0 };
        let settings = *self.settings();
        let is_on = |learner| settings.has(learner);
        let in_this_world = if self.drift.n_alarms > 0 { n_learned - self.drift.since } else { n_learned };
        let n_recent = in_this_world.min(self.recent.most_rows() as u64) as usize;
        for (is_on, forest, n_rows) in [
            (is_on(Learner::Forest), &mut self.forest, self.window.len()),
            (is_on(Learner::Recent), &mut self.recent, n_recent),
        ] {
            if !is_on {
                continue;
            }
            let (window, range, start, n_tokens) = (&self.window, self.range, growth.start, growth.n_tokens);
            let values = std::cell::RefCell::new(std::mem::take(&mut scratch.values));
            forest.swap_in(n_learned, |n, hand_over| {
                catch_up(window, range, n as usize, start, n_tokens, &mut values.borrow_mut(), hand_over);
            });
            scratch.values = values.into_inner();
            if forest.is_due(n_learned) {
                let sample = || sample(window, range, n_rows);
                forest.prepare(n_learned, growth, self.pace.patience(), sample, &mut self.rebuilds);
            }
        }
    }

    /// Rewards are measured by another scale from now on.
    fn rescale(&mut self, Rescaling { scale, offset }: Rescaling, scratch: &mut Scratch) {
        self.sum = f64::from(scale) * self.sum + f64::from(offset) * self.n_learned as f64;
        self.by_action.iter_mut().for_each(|(n, sum)| *sum = scale * *sum + offset * *n);
        self.forest.rescale(scale, offset, self.n_learned);
        self.recent.rescale(scale, offset, self.n_learned);
        self.blend.rescale();
        self.noise = Noise::new();
        self.drift.rescale();
        self.network.rescale();
        let mut draws = Draws::new(SEEDS[3] ^ 1, self.n_learned);
        for _ in 0..N_RESCALED.min(self.window.len()) {
            self.replay_one(draws.below(self.window.len()), scratch);
        }
    }

    /// Trees that another thread may grow meanwhile; each is handed out once.
    pub fn take_rebuilds(&mut self) -> Vec<Arc<Rebuild>> {
        std::mem::take(&mut self.rebuilds)
    }

    /// To be called when read from bytes. False if they do not fit together.
    pub fn restore(&mut self, settings: &AutoSettings) -> bool {
        self.settings = Some(*settings);
        self.tokens.restore();
        self.action_tokens.restore();
        self.window.restore();
        let (n_tokens, n_action_tokens) = (self.tokens.len(), self.action_tokens.len());
        self.tokens.is_sound()
            && self.action_tokens.is_sound()
            && n_action_tokens <= usize::from(u16::MAX)
            && self.by_action.len() == n_action_tokens
            && self.by_action.iter().all(|(n, sum)| n.is_finite() && sum.is_finite())
            && self.range.is_sound()
            && self.sum.is_finite()
            && self.explored.is_finite()
            && self.drift.since <= self.n_learned
            && self.network.is_sound(n_tokens, n_action_tokens)
            && self.window.is_sound(n_tokens, n_action_tokens)
            && self.forest.is_sound()
            && self.recent.is_sound()
            && self.blend.is_sound()
            && self.noise.is_sound()
            && self.drift.is_sound()
    }
}

/// The newest rows, as trees are grown over them.
fn sample(window: &Window, range: Range, n_rows: usize) -> Sample {
    let (mut sample, mut local_of) = (Sample::default(), Vec::new());
    for row in window.newest(n_rows) {
        let id = window.chosen_id(row);
        if id != UNKNOWN {
            sample.push(&row.context, id as u16, range.to_unit(row.reward), &mut local_of);
        }
    }
    sample
}

/// Hands over the newest `n` rows one by one.
fn catch_up(
    window: &Window,
    range: Range,
    n: usize,
    start: f32,
    n_tokens: usize,
    values: &mut Vec<f32>,
    hand_over: &mut dyn FnMut(Arrival<'_>),
) {
    values.clear();
    values.resize(n_tokens, 0.0);
    for row in window.newest(n) {
        row.context.iter().for_each(|(token, value)| values[*token as usize] = *value);
        let id = window.chosen_id(row);
        if id != UNKNOWN {
            hand_over(Arrival { values, action: id as u16, reward: range.to_unit(row.reward), start });
        }
        row.context.iter().for_each(|(token, _)| values[*token as usize] = 0.0);
    }
}
