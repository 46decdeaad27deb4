//! Skeleton.
use serde_json::value::RawValue;

use super::{LiveLoop, LoopError};
use crate::{
    log::ReceivedReward,
    terms::{ActionId, EventId, EventState, LearningMode},
};

/// One event, whole.
#[derive(Debug, Clone)]
pub struct EventView {
    pub event_id: EventId,
    pub seq: i64,
    pub ranked_at_us: i64,
    pub state: EventState,
    /// The Rank's body as it was received.
    pub request: Box<RawValue>,
    /// The loop's own actions, when the request brought none.
    pub loop_actions: Option<Box<RawValue>>,
    /// As it was answered.
    pub ranking: Vec<(ActionId, f32)>,
    pub reward_action_id: ActionId,
    /// The policy's own probabilities, in request order; differs from `ranking` in apprentice and logging-only mode.
    pub policy_pmf: Vec<(ActionId, f32)>,
    pub policy_action_id: ActionId,
    pub baseline_action_id: ActionId,
    pub mode: LearningMode,
    pub model_version: i64,
    pub policy_version: i64,
    pub deadline_us: i64,
    pub is_deferred: bool,
    pub activated_at_us: Option<i64>,
    /// Every reward that arrived, also late and duplicate ones.
    pub rewards: Vec<ReceivedReward>,
    pub learned_reward: Option<f32>,
}

/// One event as a row.
#[derive(Debug, Clone)]
pub struct EventSummary {
    pub event_id: EventId,
    pub seq: i64,
    pub ranked_at_us: i64,
    pub state: EventState,
    pub reward_action_id: ActionId,
    pub probability: f32,
    pub is_exploring: bool,
    pub n_actions: usize,
    pub mode: LearningMode,
    pub model_version: i64,
    /// The reward that stands for it so far, if any arrived.
    pub reward: Option<f32>,
}

impl LiveLoop {
    /// `None` when no such event was stored.
    pub async fn event(&self, _event_id: &EventId) -> Result<Option<EventView>, LoopError> {
        todo!("loops")
    }
    /// The newest events with a seq below `before` (`i64::MAX` for the newest of all), newest first.
    pub async fn latest_events(&self, _before: i64, _n_most: usize) -> Result<Vec<EventSummary>, LoopError> {
        todo!("loops")
    }
}
