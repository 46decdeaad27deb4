//! From what an event earned to what is known next.

use super::{Mixture, SEEDS};
use crate::bandit::{
    Example,
    auto::{
        draws::Draws,
        growing::Growth,
        learner::Learner,
        noise::Noise,
        range::{Range, Rescaling},
        sample::Sample,
        scratch::Scratch,
        tokens::{Met, UNKNOWN},
        tree::Arrival,
        window::Window,
    },
};

/// How fast the rolling share of exploration forgets.
const EXPLORED_RATE: f64 = 0.005;
/// Steps of the network over the past when the scale of rewards changed.
const N_RESCALED: usize = 256;

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

impl Mixture {
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

    /// Learns the event by every learner that takes part.
    fn take_in(&mut self, earned: Earned, reward: f32, scratch: &mut Scratch) {
        let (settings, start) = (*self.settings(), self.mean());
        self.sum += f64::from(reward);
        self.n_learned += 1;
        let id = scratch.actions.id(earned.chosen);
        if let Some((n, sum)) = self.by_action.get_mut(id as usize) {
            *n += 1.0;
            *sum += reward;
            let arrival = Arrival { values: &scratch.values, action: id as u16, reward, start };
            if settings.has(Learner::Forest) {
                self.forest.insert(arrival);
            }
            if settings.has(Learner::Recent) {
                self.recent.insert(arrival);
            }
        }
        if settings.has_network() {
            self.network.learn(&scratch.inputs, earned.chosen, reward, &mut scratch.network);
        }
        if settings.keeps_events() {
            self.window.push(&scratch.context, &scratch.actions, earned.chosen, earned.reward);
        }
    }

    /// The network learns some of the past again.
    fn replay(&mut self, scratch: &mut Scratch) {
        let settings = self.settings();
        if !settings.has_network() || self.window.len() < 2 {
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
        let growth = Growth { n_tokens: self.tokens.len(), start: self.mean(), most_bytes: 0, likely_bytes: 0 };
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
        if !self.settings().has_network() {
            return;
        }
        self.network.rescale();
        let mut draws = Draws::new(SEEDS[3] ^ 1, self.n_learned);
        for _ in 0..N_RESCALED.min(self.window.len()) {
            self.replay_one(draws.below(self.window.len()), scratch);
        }
    }
}

/// The newest rows, as trees are grown over them.
fn sample(window: &Window, range: Range, n_rows: usize) -> Sample {
    let n_tokens = window.newest(n_rows).map(|row| row.context.len()).sum();
    let (mut sample, mut local_of) = (Sample::with_capacity(n_rows.min(window.len()), n_tokens), Vec::new());
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
