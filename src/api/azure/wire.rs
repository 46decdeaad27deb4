//! What the contract's JSON looks like. Nothing here leaves the room.
//!
//! Wide in what is read (null for what is optional, unknown properties), exact in what is written: floats in their
//! shortest single-precision form, always with a decimal. Answers are never built through `serde_json::Value`, which
//! would widen 0.2 to 0.20000000298.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

use crate::{
    api::ApiError,
    bandit::{Explanation, JsonObject},
    loops::{self, RankableAction as LoopRankableAction, Ranking},
    terms::{ActionId, Configuration, IdError},
};

const BAD_RANK: &str = "InvalidRankRequest";

/// A set of actions to be ranked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "contextFeatures": [{"timeOfDay": "Morning"}],
    "actions": [
        {"id": "NewsArticle", "features": [{"type": "News"}]},
        {"id": "SportsArticle", "features": [{"type": "Sports"}]},
    ],
    "excludedActions": ["SportsArticle"],
    "eventId": "75269AD0-BFEE-4598-8196-C57383D38E10",
    "deferActivation": false,
}))]
pub struct RankRequest {
    /// What is known of the moment, as objects of features.
    #[schema(value_type = Option<Vec<Object>>)]
    context_features: Option<Vec<Value>>,
    /// What can be chosen, 1 to 50; left out: the loop's own active actions.
    #[schema(value_type = Option<Vec<RankableAction>>)]
    actions: Option<Vec<Option<RankableAction>>>,
    /// Ids of actions that must not be chosen.
    #[schema(value_type = Option<Vec<String>>)]
    excluded_actions: Option<Vec<Option<String>>>,
    /// Names the event; left out: the server makes an id.
    #[schema(max_length = 256)]
    event_id: Option<String>,
    /// Whether the event counts only once it is activated.
    defer_activation: Option<bool>,
}

/// An action with its features.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RankableAction {
    #[schema(value_type = String, max_length = 256)]
    id: Option<String>,
    /// Objects of features; at least one feature must not be null.
    #[schema(value_type = Vec<Object>)]
    features: Option<Vec<Value>>,
}

impl RankRequest {
    /// The request as the loop takes it; `body` is its text, which the log keeps.
    pub fn check(self, body: Box<RawValue>, is_explained: bool) -> Result<loops::RankRequest, ApiError> {
        let actions = self.actions.map(|actions| actions.into_iter().map(check_action).collect()).transpose()?;
        let excluded = self.excluded_actions.unwrap_or_default().into_iter().flatten();
        let event_id = self.event_id.map(|id| id.parse()).transpose().map_err(|error| match error {
            IdError::Empty => ApiError::bad(BAD_RANK, "EventId should be non-empty or null.").at("eventId"),
            other => ApiError::bad(BAD_RANK, format!("eventId: {other}")).at("eventId"),
        })?;
        Ok(loops::RankRequest {
            body,
            context: objects(self.context_features.unwrap_or_default(), "Context features contains null value.")?,
            actions,
            excluded: excluded.map(|id| action_id(id, "excludedActions")).collect::<Result<_, _>>()?,
            event_id,
            is_deferred: self.defer_activation.unwrap_or(false),
            is_explained,
        })
    }
}

fn check_action(action: Option<RankableAction>) -> Result<LoopRankableAction, ApiError> {
    let action = action.ok_or_else(|| ApiError::bad(BAD_RANK, "Actions contains null value.").at("actions"))?;
    let id = action_id(action.id.unwrap_or_default(), "actions")?;
    let features =
        objects(action.features.unwrap_or_default(), "Every action should have at least one non-null action feature.")?;
    Ok(LoopRankableAction { id, features })
}

fn action_id(id: String, target: &str) -> Result<ActionId, ApiError> {
    ActionId::try_from(id).map_err(|error| match error {
        IdError::Empty => ApiError::bad(BAD_RANK, "Action ids must not be empty.").at(target),
        other => ApiError::bad(BAD_RANK, format!("{target}: {other}")).at(target),
    })
}

fn objects(values: Vec<Value>, message_for_null: &str) -> Result<Vec<JsonObject>, ApiError> {
    let object = |value| match value {
        Value::Object(object) => Ok(object),
        Value::Null => Err(ApiError::bad(BAD_RANK, message_for_null)),
        _ => Err(ApiError::bad(BAD_RANK, "Features are not in key value pair format.")),
    };
    values.into_iter().map(object).collect()
}

/// Which action to show.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "ranking": [
        {"id": "NewsArticle", "probability": 1.0},
        {"id": "SportsArticle", "probability": 0.0},
    ],
    "eventId": "75269AD0-BFEE-4598-8196-C57383D38E10",
    "rewardActionId": "NewsArticle",
}))]
pub struct RankResponse {
    ranking: Vec<RankedAction>,
    event_id: String,
    /// The action to show.
    reward_action_id: String,
    /// In the order of `ranking`, when it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inference_explanation: Vec<ActionExplanation>,
    #[serde(skip)]
    model_version: i64,
    #[serde(skip)]
    is_logged: bool,
}

/// An action with its probability.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankedAction {
    id: String,
    /// How probable it was that this action is chosen, 0 to 1.
    probability: f32,
}

/// Why an action has its score.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionExplanation {
    id: String,
    features: Vec<FeatureScore>,
}

/// What one feature adds to the score.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeatureScore {
    name: String,
    score: f32,
}

impl From<Ranking> for RankResponse {
    fn from(ranking: Ranking) -> Self {
        let ids = ranking.ranking.iter().map(|(id, _)| id.clone().into());
        let inference_explanation = ids.zip(ranking.explanations).map(explained).collect();
        let ranked = |(id, probability): (ActionId, f32)| RankedAction { id: id.into(), probability };
        Self {
            inference_explanation,
            ranking: ranking.ranking.into_iter().map(ranked).collect(),
            event_id: ranking.event_id.into(),
            reward_action_id: ranking.reward_action_id.into(),
            model_version: ranking.model_version,
            is_logged: ranking.is_logged,
        }
    }
}

fn explained((id, explanation): (String, Explanation)) -> ActionExplanation {
    let features = explanation.contributions.into_iter();
    let features = features.map(|part| FeatureScore { name: part.feature, score: part.score }).collect();
    ActionExplanation { id, features }
}

impl IntoResponse for RankResponse {
    fn into_response(self) -> Response {
        let (model_version, is_logged) = (self.model_version, self.is_logged);
        let mut response = (StatusCode::CREATED, Json(self)).into_response();
        let headers = response.headers_mut();
        let billing = HeaderValue::from_static("CognitiveServices.Personalizer.Transaction=1");
        headers.insert(HeaderName::from_static("csp-billing-usage"), billing);
        headers.insert(HeaderName::from_static("x-rankloop-model-version"), model_version.into());
        if !is_logged {
            headers.insert(HeaderName::from_static("x-rankloop-logged"), HeaderValue::from_static("false"));
        }
        response
    }
}

/// What an event earned.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"value": 1.0}))]
pub struct RewardRequest {
    /// Between -1 and 1.
    #[schema(value_type = f32, minimum = -1, maximum = 1)]
    pub value: Option<f32>,
}

/// How the service behaves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "rewardWaitTime": "PT10M", "defaultReward": 0.0, "rewardAggregation": "earliest", "explorationPercentage": 0.2,
    "modelExportFrequency": "PT5M", "logRetentionDays": 90,
}))]
pub struct ServiceConfiguration {
    reward_wait_time: String,
    default_reward: f32,
    reward_aggregation: &'static str,
    exploration_percentage: f32,
    model_export_frequency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_mirror_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_mirror_sas_uri: Option<String>,
    log_retention_days: i32,
}

impl From<&Configuration> for ServiceConfiguration {
    fn from(configuration: &Configuration) -> Self {
        Self {
            reward_wait_time: configuration.reward_wait_time.get().to_string(),
            default_reward: configuration.default_reward.get(),
            reward_aggregation: configuration.reward_aggregation.as_str(),
            exploration_percentage: configuration.exploration_percentage.get(),
            model_export_frequency: configuration.model_export_frequency.to_string(),
            log_mirror_enabled: configuration.log_mirror_enabled,
            log_mirror_sas_uri: configuration.log_mirror_sas_uri.clone(),
            log_retention_days: configuration.log_retention_days.into(),
        }
    }
}
