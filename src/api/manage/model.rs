//! What a loop's model looks like from inside.

use std::collections::BTreeMap;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{auth::ManagedLoop, error::ErrorBody, exploration::MixtureExploration, instant},
    bandit::Inside,
    loops::LiveLoop,
};

/// A loop's model from inside.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "arguments": "--rankloop …", "version": 4211, "changedAt": "2026-01-01T00:00:00.000000Z", "eventsLearned": 4211,
    "lowestReward": 0.0, "highestReward": 1.0,
    "memory": [{"part": "linear", "bytes": 4_194_304}, {"part": "forest", "bytes": 812_160}],
    "trust": {"forest": 0.61, "linear": 0.22, "mean": 0.17},
    "exploration": {
        "recentShare": 0.08, "isCapped": false, "gamma": 6489.2, "alarms": 0, "eventsLearned": 4211,
        "eventsSinceAlarm": 4211, "meanReward": 0.43,
    },
}))]
pub struct ModelInside {
    /// What it learns by; for the default learner, the arguments that would make it.
    arguments: String,
    /// Its learning steps, imports and resets among them.
    version: i64,
    /// When it last changed.
    changed_at: String,
    events_learned: u64,
    /// Where rewards lie: for rankloop's own learner the scale that it measures them by, else what was seen, and 0.
    lowest_reward: f32,
    highest_reward: f32,
    /// What each part keeps in memory.
    memory: Vec<ModelMemory>,
    /// How much each base learner is trusted, by name; the sum is 1. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trust: BTreeMap<&'static str, f32>,
    /// How it explores. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    exploration: Option<MixtureExploration>,
}

/// What one part of a model keeps in memory.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelMemory {
    part: &'static str,
    bytes: usize,
}

impl From<&LiveLoop> for ModelInside {
    fn from(live: &LiveLoop) -> Self {
        let (version, inside) = live.model_inside();
        let Inside { arguments, n_learned, rewards: [lowest_reward, highest_reward], memory, mixture } = inside;
        let trust = mixture.iter().flat_map(|mixture| &mixture.trust);
        Self {
            arguments,
            version,
            changed_at: instant::write(live.model_changed_us()),
            events_learned: n_learned,
            lowest_reward,
            highest_reward,
            memory: memory.into_iter().map(|of| ModelMemory { part: of.part, bytes: of.n_bytes }).collect(),
            trust: trust.map(|(learner, weight)| (learner.name(), *weight)).collect(),
            exploration: mixture.as_ref().map(Into::into),
        }
    }
}

/// The loop's model from inside: which learners it trusts, how it explores, what it keeps in memory.
#[utoipa::path(
    get, path = "/loops/{id}/model", tag = "Loops", operation_id = "getModel", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = ModelInside), (status = 404, body = ErrorBody))
)]
pub async fn get_one(managed: ManagedLoop) -> Json<ModelInside> {
    Json(managed.read().into())
}
