//! The mixture: what is known, joined; from an event to probabilities, and from its reward to what is known next.
//!
//! Everything random is drawn from the number of learned events, and everything that happens later happens at a count
//! that is known before. So the same events in the same order give the same bytes.

mod asking;
mod doubting;
mod learning;
mod standing;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    blend::Blend,
    drift::Drift,
    forest::{Forest, Rebuild},
    learner::N_LEARNERS,
    network::Network,
    noise::Noise,
    pace::{Pace, Shed},
    range::Range,
    settings::AutoSettings,
    tokens::Tokens,
    window::Window,
};

pub(in crate::bandit) use asking::{Ask, Estimates};
pub(in crate::bandit) use learning::Earned;

/// Learned events that are kept, and those that count as recent.
const MOST_ROWS: usize = 10_000;
const MOST_RECENT: usize = 1_500;
/// Trees of the two forests.
const N_TREES: usize = 24;
const N_RECENT_TREES: usize = 8;
/// Which purpose draws are for.
const SEEDS: [u64; 4] = [0x6e65_7477, 0x666f_7265, 0x7265_6365, 0x7265_706c];
/// How the memory is shared out: tokens of contexts, tokens of actions, window, forest, recent forest. What is left is
/// the linear learner's table and the network's direct weights.
const SHARES: [f64; 5] = [0.10, 0.11, 0.25, 0.32, 0.10];
/// What one token takes: its row in the network with the running means, what is known of it, its entry in the index.
const TOKEN_BYTES: usize = 512;
const ACTION_TOKEN_BYTES: usize = 928;

/// Everything that `auto` knows, but for what its linear learner does.
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

impl Mixture {
    /// A mixture that has learned nothing.
    pub fn new(settings: &AutoSettings) -> Self {
        let of_memory = |part: usize, bytes| settings.share_of_memory(SHARES[part], bytes);
        // Trees name actions by sixteen bits.
        let most_actions = of_memory(1, ACTION_TOKEN_BYTES).min(usize::from(u16::MAX));
        Self {
            settings: Some(*settings),
            tokens: Tokens::of_contexts(of_memory(0, TOKEN_BYTES)),
            action_tokens: Tokens::of_actions(most_actions),
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

    /// What of the extra work is left out now.
    pub fn shed(&self) -> Shed {
        self.pace.shed()
    }

    /// Trees that learning the next event will wait for unless they are grown by then.
    pub fn due_rebuilds(&self) -> Vec<Arc<Rebuild>> {
        let next = self.n_learned + 1;
        self.forest.due_rebuilds(next).chain(self.recent.due_rebuilds(next)).cloned().collect()
    }

    pub fn n_alarms(&self) -> u64 {
        self.drift.n_alarms
    }

    /// Trees that another thread may grow meanwhile; each is handed out once.
    pub fn take_rebuilds(&mut self) -> Vec<Arc<Rebuild>> {
        std::mem::take(&mut self.rebuilds)
    }

    /// To be called when read from bytes. What does not fit, if anything.
    pub fn restore(&mut self, settings: &AutoSettings) -> Result<(), &'static str> {
        self.settings = Some(*settings);
        self.tokens.restore();
        self.action_tokens.restore();
        self.window.restore();
        let (n_tokens, n_actions) = (self.tokens.len(), self.action_tokens.len());
        let is_finite = |(n, sum): &(f32, f32)| n.is_finite() && sum.is_finite();
        let parts = [
            ("tokens", self.tokens.is_sound() && self.action_tokens.is_sound()),
            ("number of actions", n_actions <= usize::from(u16::MAX) && self.by_action.len() == n_actions),
            ("means", self.by_action.iter().all(is_finite) && self.sum.is_finite()),
            ("range of rewards", self.range.is_sound()),
            ("exploration", self.explored.is_finite() && self.drift.since <= self.n_learned),
            ("network", self.network.is_sound(n_tokens, n_actions)),
            ("window", self.window.is_sound(n_tokens, n_actions)),
            ("forests", self.forest.is_sound() && self.recent.is_sound()),
            ("trust", self.blend.is_sound() && self.noise.is_sound() && self.drift.is_sound()),
        ];
        parts.into_iter().find(|(_, is_sound)| !is_sound).map_or(Ok(()), |(part, _)| Err(part))
    }
}
