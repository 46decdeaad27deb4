//! Skeleton.
use serde_json::value::RawValue;

use super::{LiveLoop, LoopError};
use crate::{
    bandit::{Explanation, JsonObject},
    terms::{ActionId, EventId},
};

/// One action of a request.
#[derive(Debug, Clone)]
pub struct RankableAction {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
}

/// A Rank as the caller meant it; types are checked, rules are not yet.
#[derive(Debug)]
pub struct RankRequest {
    /// The body as received; it is what the log keeps.
    pub body: Box<RawValue>,
    pub context: Vec<JsonObject>,
    /// `None`: use the loop's own active actions (our extension of the contract).
    pub actions: Option<Vec<RankableAction>>,
    pub excluded: Vec<ActionId>,
    /// `None`: the server makes one.
    pub event_id: Option<EventId>,
    pub is_deferred: bool,
    /// Whether the answer is to say why each action has its score.
    pub is_explained: bool,
}

/// The answer to a Rank.
#[derive(Debug, Clone)]
pub struct Ranking {
    pub event_id: EventId,
    /// Ids with probabilities in the order of the answer (contract section 5).
    pub ranking: Vec<(ActionId, f32)>,
    pub reward_action_id: ActionId,
    /// False when the decision could not be stored; it was then the baseline action.
    pub is_logged: bool,
    pub model_version: i64,
    /// In the order of `ranking`; empty unless asked for.
    pub explanations: Vec<Explanation>,
}

/// Chooses an action and stores the decision before answering.
pub async fn rank(_live: &LiveLoop, _request: RankRequest) -> Result<Ranking, LoopError> {
    todo!("loops")
}
