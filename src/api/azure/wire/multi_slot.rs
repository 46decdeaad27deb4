//! Multi-slot requests and answers (contract section 7).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::rank::{
    BAD_RANK, RankableAction, action_id, check_actions, check_context, check_event_id, check_excluded, objects,
};
use crate::{
    api::ApiError,
    loops::{self, MultiSlotRanking},
    terms::{FeatureValue, SlotId},
};

/// The most slots of one Rank (contract section 7).
const N_SLOTS_MOST: usize = 50;

/// Slots to be filled from a set of actions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "contextFeatures": [{"device": {"mobile": true}}],
    "actions": [
        {"id": "NewsArticle", "features": [{"type": "News"}]},
        {"id": "SportsArticle", "features": [{"type": "Sports"}]},
    ],
    "slots": [
        {"id": "Main", "features": [{"size": "Large"}], "excludedActions": ["SportsArticle"],
         "baselineAction": "NewsArticle"},
        {"id": "Side Bar", "features": [{"size": "Small"}], "baselineAction": "SportsArticle"},
    ],
    "eventId": "75269AD0-BFEE-4598-8196-C57383D38E10",
    "deferActivation": false,
}))]
pub struct MultiSlotRankRequest<'a> {
    /// What is known of the moment, as objects of features.
    #[serde(borrow)]
    #[schema(value_type = Option<Vec<Object>>)]
    context_features: Option<Vec<FeatureValue<'a>>>,
    /// What can be shown, 1 to 50; left out: the loop's own active actions.
    #[serde(borrow)]
    #[schema(value_type = Option<Vec<RankableAction>>)]
    actions: Option<Vec<Option<&'a RawValue>>>,
    /// The places to fill, in the order in which they are filled.
    #[serde(borrow)]
    #[schema(value_type = Vec<SlotRequest>)]
    slots: Option<Vec<Option<SlotRequest<'a>>>>,
    /// Names the event; left out: the server makes an id.
    #[schema(max_length = 256)]
    event_id: Option<String>,
    /// Whether the event counts only once it is activated.
    defer_activation: Option<bool>,
}

/// A place to fill.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotRequest<'a> {
    #[schema(value_type = String, max_length = 256)]
    id: Option<String>,
    #[serde(borrow)]
    #[schema(value_type = Option<Vec<Object>>)]
    features: Option<Vec<FeatureValue<'a>>>,
    #[schema(value_type = Option<Vec<String>>)]
    excluded_actions: Option<Vec<Option<String>>>,
    /// What the application would show here without the service; no two slots share it.
    #[schema(value_type = String)]
    baseline_action: Option<String>,
}

impl<'a> MultiSlotRankRequest<'a> {
    /// The request as the loop takes it; `body` is its text, which the log keeps.
    pub fn check(self, body: &'a str) -> Result<loops::MultiSlotRankRequest<'a>, ApiError> {
        let slots = self.slots.unwrap_or_default();
        if slots.len() > N_SLOTS_MOST {
            let message = format!("Slots count should be between 1 and {N_SLOTS_MOST}.");
            return Err(ApiError::bad(BAD_RANK, message).at("slots"));
        }
        Ok(loops::MultiSlotRankRequest {
            body: body.into(),
            context: check_context(self.context_features)?,
            actions: check_actions(self.actions)?,
            slots: slots.into_iter().map(check_slot).collect::<Result<_, _>>()?,
            event_id: check_event_id(self.event_id)?,
            is_deferred: self.defer_activation.unwrap_or(false),
            came_with: None,
        })
    }
}

fn check_slot(slot: Option<SlotRequest<'_>>) -> Result<loops::SlotRequest<'_>, ApiError> {
    const NO_BASELINE: &str =
        "Each slot must contain a unique BaselineAction with an ID corresponding to an element of Actions.";
    let slot = slot.ok_or_else(|| ApiError::bad(BAD_RANK, "Slots contain null value.").at("slots"))?;
    let baseline = slot.baseline_action.ok_or_else(|| ApiError::bad(BAD_RANK, NO_BASELINE).at("baselineAction"))?;
    Ok(loops::SlotRequest {
        id: slot_id(slot.id.unwrap_or_default(), BAD_RANK)?,
        features: objects(slot.features.unwrap_or_default(), "Slot features contains null value.")?,
        excluded: check_excluded(slot.excluded_actions)?,
        baseline: action_id(&baseline, "baselineAction")?,
    })
}

fn slot_id(id: String, code: &'static str) -> Result<SlotId, ApiError> {
    let message = "All slot's must contain unique, non empty ID";
    SlotId::try_from(id).map_err(|error| match error {
        crate::terms::IdError::Empty => ApiError::bad(code, message).at("slots"),
        other => ApiError::bad(code, format!("slots: {other}")).at("slots"),
    })
}

/// What each slot is to show.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "slots": [
        {"id": "Main", "rewardActionId": "NewsArticle"}, {"id": "Side Bar", "rewardActionId": "SportsArticle"},
    ],
    "eventId": "75269AD0-BFEE-4598-8196-C57383D38E10",
}))]
pub struct MultiSlotRankResponse {
    slots: Vec<SlotResponse>,
    event_id: String,
    #[serde(skip)]
    model_version: i64,
    #[serde(skip)]
    is_logged: bool,
}

/// What one slot is to show.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotResponse {
    id: String,
    reward_action_id: String,
}

impl From<MultiSlotRanking> for MultiSlotRankResponse {
    fn from(ranking: MultiSlotRanking) -> Self {
        let slot = |slot: loops::FilledSlot| SlotResponse {
            id: slot.slot_id.into(),
            reward_action_id: slot.reward_action_id.into(),
        };
        Self {
            slots: ranking.slots.into_iter().map(slot).collect(),
            event_id: ranking.event_id.into(),
            model_version: ranking.model_version,
            is_logged: ranking.is_logged,
        }
    }
}

impl IntoResponse for MultiSlotRankResponse {
    fn into_response(self) -> Response {
        let (model_version, is_logged) = (self.model_version, self.is_logged);
        let mut response = (StatusCode::CREATED, Json(self)).into_response();
        super::rank::add_headers(response.headers_mut(), model_version, is_logged);
        response
    }
}

/// What slots of an event earned, one or several at once.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"reward": [{"slotId": "Main", "value": 0.5}, {"slotId": "Side Bar", "value": 0.6}]}))]
pub struct MultiSlotRewardRequest {
    #[schema(value_type = Vec<SlotReward>)]
    reward: Option<Vec<Option<SlotReward>>>,
}

/// What one slot earned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotReward {
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    slot_id: Option<String>,
    /// Between -1 and 1.
    #[schema(value_type = f32, minimum = -1, maximum = 1)]
    value: Option<f32>,
}

impl MultiSlotRewardRequest {
    /// The rewards by slot; at least one.
    pub fn check(self) -> Result<Vec<(SlotId, f32)>, ApiError> {
        const CODE: &str = "InvalidRewardRequest";
        let missing = |what: &str| ApiError::bad(CODE, format!("The reward needs {what}.")).at("reward");
        let rewards = self.reward.filter(|rewards| !rewards.is_empty()).ok_or_else(|| missing("a list `reward`"))?;
        let reward = |reward: Option<SlotReward>| {
            let reward = reward.ok_or_else(|| missing("a `slotId` and a `value` for each slot"))?;
            let value = reward.value.ok_or_else(|| missing("a `value` for each slot"))?;
            let id = reward.slot_id.ok_or_else(|| missing("a `slotId` for each slot"))?;
            Ok((slot_id(id, CODE)?, value))
        };
        rewards.into_iter().map(reward).collect()
    }
}
