//! A small network: one hidden layer, and two heads over it.
//!
//! h = relu(b + Σ xᵢ W₁ᵢ). The logit of action a is z(a) = Σ over its tokens u of v(a,u)·(c_u + V_u·h), plus direct
//! weights of its id with each context token. The head *value* says what an action earns, f = 1/(1+exp(−z)). The head
//! *contest* says which of the offered actions pays, p = softmax(z): the likelihood of "a paid" or "a did not, some
//! other one would have".

use serde::{Deserialize, Serialize};

use super::{
    draws::Draws,
    offered::Offered,
    rms_prop::{Rate, WIDTH, Weights, dot},
    tokens::UNKNOWN,
};

/// Direct weights share a table of so many places.
const N_DIRECT: usize = 1 << 16;
/// Gradients below this are not followed: with many actions nearly all of a contest's are.
const LEAST_GRADIENT: f32 = 1e-4;
/// How far the biases of the hidden units are drawn apart.
const BIAS_SPREAD: f32 = 0.3;

/// An event as the network takes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Inputs {
    /// (token, standardised value).
    pub context: Vec<(u32, f32)>,
    /// With scaled values.
    pub actions: Offered,
}

impl Inputs {
    pub fn clear(&mut self) {
        self.context.clear();
        self.actions.clear();
    }
}

/// One head: a constant and a row by action token, and the direct weights.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Head {
    constants: Weights,
    rows: Weights,
    direct: Weights,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Network {
    inputs: Weights,
    bias: Weights,
    contest: Head,
    value: Head,
    n_steps: u64,
    /// Tokens that a context has on average.
    mean_tokens: f32,
    seed: u64,
}

/// The place of the direct weight of an action's id with a token.
#[inline]
fn place(id: u32, token: u32) -> usize {
    let pair = (u64::from(id) << 32) | u64::from(token);
    (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & (N_DIRECT - 1)
}

/// What a pass over the network works with: the distinct tokens of the actions, so that what many actions share is
/// computed once.
#[derive(Debug, Default)]
pub(super) struct Work {
    distinct: Vec<u32>,
    /// By token of actions: whether it is among the distinct ones, what it adds to a logit, and its gradient.
    is_there: Vec<bool>,
    adds: Vec<f32>,
    gradients: Vec<f32>,
    /// By action.
    logits: Vec<f32>,
}

impl Work {
    fn begin(&mut self, inputs: &Inputs, n_tokens: usize) {
        for token in self.distinct.drain(..) {
            self.is_there[token as usize] = false;
        }
        if self.is_there.len() < n_tokens {
            self.is_there.resize(n_tokens, false);
            self.adds.resize(n_tokens, 0.0);
            self.gradients.resize(n_tokens, 0.0);
        }
        for (token, _) in inputs.actions.all_tokens() {
            if !std::mem::replace(&mut self.is_there[*token as usize], true) {
                self.distinct.push(*token);
            }
        }
    }
}

impl Head {
    fn new() -> Self {
        Self { direct: Weights::zeros(N_DIRECT), ..Self::default() }
    }

    /// The logits of all actions, in `work`.
    fn ask(&self, hidden: &[f32; WIDTH], inputs: &Inputs, work: &mut Work) {
        for token in &work.distinct {
            let at = *token as usize;
            work.adds[at] = self.constants.one(at) + dot(self.rows.row(at), hidden);
        }
        work.logits.clear();
        for at in 0..inputs.actions.len() {
            let mut sum = 0.0;
            inputs.actions.tokens(at).iter().for_each(|(token, value)| sum += value * work.adds[*token as usize]);
            let id = inputs.actions.id(at);
            if id != UNKNOWN {
                inputs.context.iter().for_each(|(token, x)| sum += x * self.direct.one(place(id, *token)));
            }
            work.logits.push(sum);
        }
    }

    /// Takes in the gradient of one action's logit; [`Self::step`] makes the steps of what actions share.
    fn blame(&mut self, inputs: &Inputs, at: usize, gradient: f32, rate: Rate, work: &mut Work) {
        for (token, value) in inputs.actions.tokens(at) {
            work.gradients[*token as usize] += gradient * value;
        }
        let id = inputs.actions.id(at);
        if id != UNKNOWN {
            for (token, x) in inputs.context.iter().filter(|(_, x)| *x != 0.0) {
                self.direct.step_one(place(id, *token), gradient * x, rate);
            }
        }
    }

    /// Makes the steps; what they ask of the hidden units is added to `by_hidden`.
    fn step(&mut self, hidden: &[f32; WIDTH], rate: Rate, work: &mut Work, by_hidden: &mut [f32; WIDTH]) {
        for token in &work.distinct {
            let at = *token as usize;
            let gradient = std::mem::take(&mut work.gradients[at]);
            if gradient != 0.0 {
                by_hidden.iter_mut().zip(self.rows.row(at)).for_each(|(by, w)| *by += gradient * w);
                self.constants.step_one(at, gradient, rate);
                self.rows.step_row(at, hidden, gradient, rate);
            }
        }
    }

    fn forget(&mut self) {
        *self = Self {
            constants: Weights::zeros(self.constants.len()),
            rows: Weights::zeros(self.rows.len()),
            direct: Weights::zeros(N_DIRECT),
        };
    }
}

impl Network {
    pub fn new(seed: u64) -> Self {
        let mut bias = Weights::zeros(WIDTH);
        bias.draw_row(0, BIAS_SPREAD, &mut Draws::new(seed, 0));
        Self {
            inputs: Weights::default(),
            bias,
            contest: Head::new(),
            value: Head::new(),
            n_steps: 0,
            mean_tokens: 0.0,
            seed,
        }
    }

    /// Takes in how many tokens a context has; `n_learned` events came before.
    pub fn note_size(&mut self, n_tokens: usize, n_learned: u64) {
        self.mean_tokens += (n_tokens as f32 - self.mean_tokens) / (n_learned as f32 + 1.0).min(1e6);
    }

    /// Makes place for a new token of contexts, its weights drawn small.
    pub fn place_token(&mut self, token: u32) {
        let token = token as usize;
        self.inputs.grow((token + 1) * WIDTH);
        let spread = 1.0 / self.mean_tokens.max(1.0).sqrt();
        self.inputs.draw_row(token, spread, &mut Draws::new(self.seed, token as u64 + 1));
    }

    /// Makes place for a new token of actions, which knows nothing.
    pub fn place_action_token(&mut self, token: u32) {
        let token = token as usize;
        for head in [&mut self.contest, &mut self.value] {
            head.constants.grow(token + 1);
            head.constants.clear_one(token);
            head.rows.grow((token + 1) * WIDTH);
            head.rows.clear_row(token);
        }
    }

    fn hidden(&self, context: &[(u32, f32)]) -> [f32; WIDTH] {
        let mut hidden = [0.0; WIDTH];
        hidden.copy_from_slice(self.bias.row(0));
        for (token, x) in context {
            let row = self.inputs.row(*token as usize);
            hidden.iter_mut().zip(row).for_each(|(hidden, w)| *hidden += x * w);
        }
        hidden.iter_mut().for_each(|hidden| *hidden = hidden.max(0.0));
        hidden
    }

    /// What the two heads say of each action, in [0, 1].
    pub fn predict(&self, inputs: &Inputs, work: &mut Work, contest: &mut Vec<f32>, value: &mut Vec<f32>) {
        let hidden = self.hidden(&inputs.context);
        work.begin(inputs, self.value.constants.len());
        self.contest.ask(&hidden, inputs, work);
        to_softmax(&mut work.logits);
        contest.clone_from(&work.logits);
        self.value.ask(&hidden, inputs, work);
        value.clear();
        value.extend(work.logits.iter().map(|logit| logistic(*logit)));
    }

    /// One step on one event.
    pub fn learn(&mut self, inputs: &Inputs, chosen: usize, reward: f32, work: &mut Work) {
        self.n_steps = self.n_steps.saturating_add(1);
        let rate = Rate::at(self.n_steps);
        let hidden = self.hidden(&inputs.context);
        let mut by_hidden = [0.0; WIDTH];
        work.begin(inputs, self.value.constants.len());
        self.contest.ask(&hidden, inputs, work);
        to_softmax(&mut work.logits);
        let of_chosen = work.logits[chosen];
        for at in 0..work.logits.len() {
            let others = work.logits[at] * (reward - of_chosen) / (1.0 - of_chosen).max(1e-6);
            let gradient = if at == chosen { of_chosen - reward } else { others };
            if gradient.abs() > LEAST_GRADIENT {
                self.contest.blame(inputs, at, gradient, rate, work);
            }
        }
        self.contest.step(&hidden, rate, work, &mut by_hidden);
        self.value.ask(&hidden, inputs, work);
        let gradient = logistic(work.logits[chosen]) - reward;
        self.value.blame(inputs, chosen, gradient, rate, work);
        self.value.step(&hidden, rate, work, &mut by_hidden);
        by_hidden.iter_mut().zip(&hidden).filter(|(_, h)| **h <= 0.0).for_each(|(by, _)| *by = 0.0);
        self.bias.step_row(0, &by_hidden, 1.0, rate);
        for (token, x) in inputs.context.iter().filter(|(_, x)| *x != 0.0) {
            self.inputs.step_row(*token as usize, &by_hidden, *x, rate);
        }
    }

    /// Rewards are measured by another scale: what the heads say means nothing any more, what the hidden units see does.
    pub fn rescale(&mut self) {
        self.contest.forget();
        self.value.forget();
    }

    /// Whether it can be asked about so many tokens of contexts and of actions.
    pub fn is_sound(&self, n_tokens: usize, n_action_tokens: usize) -> bool {
        let head = |head: &Head| {
            head.constants.is_sound(n_action_tokens)
                && head.rows.is_sound(n_action_tokens * WIDTH)
                && head.direct.is_sound(N_DIRECT)
        };
        self.inputs.is_sound(n_tokens * WIDTH)
            && self.bias.is_sound(WIDTH)
            && head(&self.contest)
            && head(&self.value)
            && self.mean_tokens.is_finite()
    }

    /// Numbers that are kept, in bytes.
    pub fn n_bytes(&self) -> usize {
        let heads = [&self.contest, &self.value].map(|head| head.constants.len() + head.rows.len() + N_DIRECT);
        (self.inputs.len() + WIDTH + heads.iter().sum::<usize>()) * 2 * size_of::<f32>()
    }
}

fn logistic(z: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-z.clamp(-30.0, 30.0)))
}

fn to_softmax(z: &mut [f32]) {
    let most = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for z in z.iter_mut() {
        *z = libm::expf((*z - most).max(-80.0));
        sum += *z;
    }
    z.iter_mut().for_each(|z| *z /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(n_actions: u32, x: f32) -> Inputs {
        let mut actions = Offered::default();
        for id in 0..n_actions {
            actions.push_token((id, 1.0));
            actions.end(id);
        }
        Inputs { context: vec![(0, x), (1, 1.0)], actions }
    }

    fn network() -> Network {
        let mut network = Network::new(1);
        network.note_size(2, 0);
        (0..2).for_each(|token| network.place_token(token));
        (0..3).for_each(|token| network.place_action_token(token));
        network
    }

    #[test]
    fn both_heads_learn_which_action_pays_where() {
        let (mut network, mut work) = (network(), Work::default());
        let mut draws = Draws::new(3, 3);
        for _ in 0..3_000 {
            let x = 2.0 * draws.unit() - 1.0;
            let chosen = draws.below(3);
            let paying = if x.abs() > 0.5 { 2 } else { usize::from(x > 0.0) };
            network.learn(&inputs(3, x), chosen, if chosen == paying { 1.0 } else { 0.0 }, &mut work);
        }
        let (mut contest, mut value) = (Vec::new(), Vec::new());
        for (x, paying) in [(0.9, 2), (-0.9, 2), (0.2, 1), (-0.2, 0)] {
            network.predict(&inputs(3, x), &mut work, &mut contest, &mut value);
            for said in [&contest, &value] {
                assert!(said[paying] > 0.6, "{x}: {said:?}");
            }
        }
    }

    #[test]
    fn the_start_says_nothing_in_favour_of_anyone() {
        let (mut contest, mut value) = (Vec::new(), Vec::new());
        network().predict(&inputs(3, 0.7), &mut Work::default(), &mut contest, &mut value);
        assert_eq!(value, [0.5; 3]);
        assert!(contest.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-6));
    }
}
