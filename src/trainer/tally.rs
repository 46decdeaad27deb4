//! Counters and curves of a loop, as a fold over its log. (Types stand; the fold follows.)

use serde::{Deserialize, Serialize};

use crate::{bandit::evaluation::WeightedRewards, terms::ActionId};

/// Counted since the loop was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// Events stored.
    pub ranked: u64,
    /// Deferred events that were activated in time.
    pub activated: u64,
    /// Events with at least one reward in time.
    pub rewarded: u64,
    /// Events whose own reward was learned.
    pub learned: u64,
    /// Events for which the default reward stands.
    pub expired: u64,
    /// Deferred events that were never activated.
    pub dropped: u64,
    pub orphan_rewards: u64,
    pub duplicate_rewards: u64,
    pub late_rewards: u64,
    /// Ranks under a known event id with another body: answered, not stored.
    pub conflicting_ranks: u64,
    /// Events whose wait time still runs and that have no final state.
    pub pending: u64,
    /// Stored events whose choice was not the highest-scored action.
    pub explored: u64,
    /// Learning steps of the model since the loop was made.
    pub model_version: i64,
    pub last_rank_us: Option<i64>,
    pub last_reward_us: Option<i64>,
    /// When the model last learned.
    pub last_learned_us: Option<i64>,
    /// By how much the late rewards missed, the worst of them.
    pub latest_miss_us: Option<i64>,
}

/// Sums over the events ranked within one span of time. An event without a reward so far counts with the default one.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    pub start_us: i64,
    pub span_us: i64,
    pub n_ranked: u64,
    /// Of these, active: deferred ones count once they are activated.
    pub n_active: u64,
    pub n_rewarded: u64,
    pub n_explored: u64,
    /// What was earned by the actions that were answered (every weight is 1).
    pub answered: WeightedRewards,
    /// What the learned policy earns. The same as `answered` while it decides; otherwise the events on which it
    /// would have answered the same.
    pub learned: WeightedRewards,
    /// What the caller's first action would have earned.
    pub baseline: WeightedRewards,
    /// What an even draw would have earned.
    pub random: WeightedRewards,
    /// The policy's mean probability of each action over the ranks that offered it; at most 32 actions, the most
    /// seen first.
    pub actions: Vec<ActionShare>,
}

/// One action within a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionShare {
    pub action_id: ActionId,
    pub n_offered: u64,
    pub n_chosen: u64,
    pub sum_probability: f64,
}

/// Apprentice mode in the old service's terms (`latestApprenticeModeMetrics`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ImitationNumbers {
    pub n_events: u64,
    pub sum_rewards: f64,
    /// Events on which the policy's own choice was the baseline action.
    pub n_imitated: u64,
    pub sum_imitated_rewards: f64,
}
