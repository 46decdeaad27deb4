//! Counters of a loop, since it was made.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{auth::ManagedLoop, error::ErrorBody, instant},
    bandit::Shed,
    loops::LiveLoop,
};

/// Counted since the loop was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Events stored.
    ranked: u64,
    /// Deferred events that were activated in time.
    activated: u64,
    /// Events with at least one reward in time.
    rewarded: u64,
    /// Events whose own reward was learned.
    learned: u64,
    /// Events for which the default reward stands.
    expired: u64,
    /// Deferred events that were never activated.
    dropped: u64,
    /// Rewards for events that are not known.
    orphan_rewards: u64,
    /// Rewards beyond the one that counts.
    duplicate_rewards: u64,
    /// Rewards after the wait time.
    late_rewards: u64,
    /// Ranks under a known event id with another body.
    conflicting_ranks: u64,
    /// Events without their final state.
    pending: u64,
    /// Events whose choice was not the most probable action.
    explored: u64,
    /// Learning steps of the model.
    model_version: i64,
    /// Records that are stored but not learned from yet.
    lag_records: u64,
    /// For how many seconds the oldest of them has been stored.
    lag_seconds: f64,
    /// What of its extra work the learner leaves out because rewards come fast: `none`, `replays` (learning the past
    /// again) or `growing` (also growing trees anew as often as usual). Events are never left out.
    shed: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rank_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_reward_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_learned_at: Option<String>,
}

impl From<&LiveLoop> for Stats {
    fn from(live: &LiveLoop) -> Self {
        let (counters, lag) = (live.counters(), live.lag());
        Self {
            ranked: counters.ranked,
            activated: counters.activated,
            rewarded: counters.rewarded,
            learned: counters.learned,
            expired: counters.expired,
            dropped: counters.dropped,
            orphan_rewards: counters.orphan_rewards,
            duplicate_rewards: counters.duplicate_rewards,
            late_rewards: counters.late_rewards,
            conflicting_ranks: counters.conflicting_ranks,
            pending: counters.pending,
            explored: counters.explored,
            model_version: counters.model_version,
            lag_records: lag.n_records,
            lag_seconds: lag.age_us as f64 / 1e6,
            shed: match live.shed() {
                Shed::Nothing => "none",
                Shed::Replays => "replays",
                Shed::Growing => "growing",
            },
            last_rank_at: counters.last_rank_us.map(instant::write),
            last_reward_at: counters.last_reward_us.map(instant::write),
            last_learned_at: counters.last_learned_us.map(instant::write),
        }
    }
}

/// The counters of a loop.
#[utoipa::path(
    get, path = "/loops/{id}/stats", tag = "Loops", operation_id = "getStats", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = Stats), (status = 404, body = ErrorBody))
)]
pub async fn stats(managed: ManagedLoop) -> Json<Stats> {
    Json(managed.read().into())
}
