//! How a model stands: whom it trusts, how much it still explores, what it keeps and where, whom it knows.

use super::{Learner, Policy};
use crate::terms::ExplorationShare;

/// What a model looks like from inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// The arguments that it learns by; for the default learner, those that would make it.
    pub arguments: String,
    /// Events learned.
    pub n_learned: u64,
    /// Where rewards lie: for `auto` the scale that it measures them by, else the lowest and highest seen, and 0.
    pub rewards: [f32; 2],
    /// What each part keeps.
    pub memory: Vec<Memory>,
    /// Of `auto` alone.
    pub mixture: Option<MixtureInside>,
}

/// What one part of a model keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// `linear`, `tokens` (names of features and what is known of their values), `network`, `window` (the events that
    /// are learned again and that trees are grown over), `forest`, `recent`; else `weights` and `marginals`.
    pub part: &'static str,
    pub n_bytes: usize,
}

/// What `auto` trusts, and how it explores.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureInside {
    /// The learners that take part with their weights, whose sum is 1.
    pub trust: Vec<(Learner, f32)>,
    /// The share of recent traffic that explored: over the learned events, the mean of 1 less the largest probability,
    /// the past fading over 200 events.
    pub explored: f32,
    /// Whether exploration is held within its share at this moment.
    pub is_capped: bool,
    /// γ: how strongly it counts that an action is known to be worse.
    pub gamma: f32,
    /// Events learned.
    pub n_learned: u64,
    /// How often it noticed that the world had changed.
    pub n_alarms: u64,
    /// Events learned since the present world began.
    pub n_since_alarm: u64,
    /// What an event earned on average.
    pub mean_reward: f32,
}

/// What a model knows by the hash of its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    pub hash: u32,
    /// Of an action: events in which it was chosen. Of a feature: learned events that had it.
    pub n_events: u64,
    /// Of an action: what those earned on average.
    pub mean_reward: Option<f32>,
}

impl Policy {
    /// How it stands, with this share of exploration.
    pub fn inside(&self, exploration: ExplorationShare) -> Inside {
        let labels = self.regression.labels();
        // Taking from 0 turns -0 into the 0 that a reader expects.
        let seen = [0.0 - labels.highest, 0.0 - labels.lowest];
        Inside {
            arguments: self.settings.to_text(),
            n_learned: self.n_learned(),
            rewards: self.mixture.as_ref().map_or(seen, |mixture| mixture.rewards()),
            memory: self.memory(),
            mixture: self.mixture_inside(exploration),
        }
    }

    /// What `auto` trusts and how it explores; `None` for other policies.
    pub(super) fn mixture_inside(&self, exploration: ExplorationShare) -> Option<MixtureInside> {
        let (mixture, auto) = (self.mixture.as_ref()?, self.settings.auto()?);
        let caution = mixture.caution(f64::from(exploration.get()));
        let weights = Learner::ALL.into_iter().zip(mixture.trust());
        Some(MixtureInside {
            trust: weights.filter(|(learner, _)| auto.has(*learner)).collect(),
            explored: mixture.explored() as f32,
            is_capped: caution.is_capped,
            gamma: caution.gamma as f32,
            n_learned: self.n_learned(),
            n_alarms: mixture.n_alarms(),
            n_since_alarm: mixture.n_since_alarm(),
            mean_reward: mixture.mean_reward(),
        })
    }

    fn memory(&self) -> Vec<Memory> {
        let linear = if self.mixture.is_some() { "linear" } else { "weights" };
        let marginals = self.marginals.as_ref().map(|marginals| ("marginals", marginals.n_bytes()));
        let learners = self.mixture.iter().flat_map(|mixture| mixture.memory());
        let parts = [(linear, self.regression.n_bytes())].into_iter().chain(marginals).chain(learners);
        parts.map(|(part, n_bytes)| Memory { part, n_bytes }).collect()
    }

    /// The actions that it ever chose, those chosen most often first. Only `auto` counts them.
    pub fn known_actions(&self) -> Vec<Known> {
        let known = self.mixture.iter().flat_map(|mixture| mixture.known_actions());
        most_first(known.map(|(hash, n_events, mean)| Known { hash, n_events, mean_reward: Some(mean) }).collect())
    }

    /// The features of contexts that it knows, the most frequent first. Only `auto` counts them.
    pub fn known_features(&self) -> Vec<Known> {
        let known = self.mixture.iter().flat_map(|mixture| mixture.known_features());
        most_first(known.map(|(hash, n_events)| Known { hash, n_events, mean_reward: None }).collect())
    }
}

fn most_first(mut known: Vec<Known>) -> Vec<Known> {
    known.sort_by(|a, b| b.n_events.cmp(&a.n_events).then(a.hash.cmp(&b.hash)));
    known
}
