//! Rank requests and answers (contract section 5).

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::explanation::{self, ActionExplanation, ModelExplanation};
use crate::{
    api::{ApiError, extract::parse_part},
    loops::{self, RankableAction as LoopRankableAction, Ranking},
    terms::{ActionId, EventId, FeatureObject, FeatureValue, IdError, JsonText},
};

pub(super) const BAD_RANK: &str = "InvalidRankRequest";

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
pub struct RankRequest<'a> {
    /// What is known of the moment, as objects of features.
    #[serde(borrow)]
    #[schema(value_type = Option<Vec<Object>>)]
    context_features: Option<Vec<FeatureValue<'a>>>,
    /// What can be chosen, 1 to 50; left out: the loop's own active actions.
    #[serde(borrow)]
    #[schema(value_type = Option<Vec<RankableAction>>)]
    actions: Option<Vec<Option<&'a RawValue>>>,
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
pub struct RankableAction<'a> {
    #[serde(borrow)]
    #[schema(value_type = String, max_length = 256)]
    id: Option<JsonText<'a>>,
    /// Objects of features; at least one feature must not be null.
    #[serde(borrow)]
    #[schema(value_type = Vec<Object>)]
    features: Option<Vec<FeatureValue<'a>>>,
}

impl<'a> RankRequest<'a> {
    /// The request as the loop takes it; `body` is its text, which the log keeps.
    pub fn check(self, body: &'a str, is_explained: bool) -> Result<loops::RankRequest<'a>, ApiError> {
        Ok(loops::RankRequest {
            body: body.into(),
            context: check_context(self.context_features)?,
            actions: check_actions(self.actions)?,
            excluded: check_excluded(self.excluded_actions)?,
            event_id: check_event_id(self.event_id)?,
            is_deferred: self.defer_activation.unwrap_or(false),
            came_with: None,
            is_explained,
        })
    }
}

/// The objects of the context.
pub(super) fn check_context(features: Option<Vec<FeatureValue<'_>>>) -> Result<Vec<FeatureObject<'_>>, ApiError> {
    objects(features.unwrap_or_default(), "Context features contains null value.")
}

/// The ids of actions that must not be chosen; null entries say nothing.
pub(super) fn check_excluded(ids: Option<Vec<Option<String>>>) -> Result<Vec<ActionId>, ApiError> {
    ids.unwrap_or_default().into_iter().flatten().map(|id| action_id(&id, "excludedActions")).collect()
}

/// The event's name, if the caller gave one.
pub(super) fn check_event_id(id: Option<String>) -> Result<Option<EventId>, ApiError> {
    id.map(|id| id.parse()).transpose().map_err(|error| match error {
        IdError::Empty => ApiError::bad(BAD_RANK, "EventId should be non-empty or null.").at("eventId"),
        other => ApiError::bad(BAD_RANK, format!("eventId: {other}")).at("eventId"),
    })
}

/// The actions, if the caller sent some.
pub(super) fn check_actions(
    actions: Option<Vec<Option<&RawValue>>>,
) -> Result<Option<Vec<LoopRankableAction<'_>>>, ApiError> {
    actions.map(|actions| actions.into_iter().enumerate().map(check_action).collect()).transpose()
}

fn check_action((action_idx, text): (usize, Option<&RawValue>)) -> Result<LoopRankableAction<'_>, ApiError> {
    let text = text.ok_or_else(|| ApiError::bad(BAD_RANK, "Actions contains null value.").at("actions"))?.get();
    if let Some(action) = LoopRankableAction::of_text(text) {
        return Ok(action);
    }
    let action: RankableAction<'_> = parse_part(text, || format!("actions[{action_idx}]"))?;
    let id = action_id(&action.id.unwrap_or_default().0, "actions")?;
    let features =
        objects(action.features.unwrap_or_default(), "Every action should have at least one non-null action feature.")?;
    Ok(LoopRankableAction::read_from(text, id, features))
}

pub(super) fn action_id(id: &str, target: &str) -> Result<ActionId, ApiError> {
    id.parse::<ActionId>().map_err(|error| match error {
        IdError::Empty => ApiError::bad(BAD_RANK, "Action ids must not be empty.").at(target),
        other => ApiError::bad(BAD_RANK, format!("{target}: {other}")).at(target),
    })
}

/// Objects of features out of whatever was sent.
pub(super) fn objects<'a>(
    values: Vec<FeatureValue<'a>>,
    message_for_null: &str,
) -> Result<Vec<FeatureObject<'a>>, ApiError> {
    let object = |value| match value {
        FeatureValue::Object(object) => Ok(object),
        FeatureValue::Null => Err(ApiError::bad(BAD_RANK, message_for_null)),
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
    #[schema(value_type = String)]
    event_id: EventId,
    /// The action to show.
    #[schema(value_type = String)]
    reward_action_id: ActionId,
    /// In the order of `ranking`, when it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inference_explanation: Vec<ActionExplanation>,
    /// What stands behind the explanation, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    model_explanation: Option<ModelExplanation>,
    #[serde(skip)]
    model_version: i64,
    #[serde(skip)]
    is_logged: bool,
}

/// An action with its probability.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankedAction {
    #[schema(value_type = String)]
    id: ActionId,
    /// How probable it was that this action is chosen, 0 to 1.
    probability: f32,
}

impl From<Ranking> for RankResponse {
    fn from(ranking: Ranking) -> Self {
        let ids = ranking.ranking.iter().map(|(id, _)| id.clone().into());
        let (inference_explanation, model_explanation) = match ranking.explanations {
            Some(explained) => (explanation::of_actions(ids, &explained), Some(ModelExplanation::from(&explained))),
            None => (Vec::new(), None),
        };
        let ranked = |(id, probability): (ActionId, f32)| RankedAction { id, probability };
        Self {
            inference_explanation,
            model_explanation,
            ranking: ranking.ranking.into_iter().map(ranked).collect(),
            event_id: ranking.event_id,
            reward_action_id: ranking.reward_action_id,
            model_version: ranking.model_version,
            is_logged: ranking.is_logged,
        }
    }
}

impl IntoResponse for RankResponse {
    fn into_response(self) -> Response {
        let (model_version, is_logged) = (self.model_version, self.is_logged);
        let mut response = (StatusCode::CREATED, Json(self)).into_response();
        add_headers(response.headers_mut(), model_version, is_logged);
        response
    }
}

/// What every answer to a Rank says beside its body: the first is the old service's, the others are ours.
pub(super) fn add_headers(headers: &mut HeaderMap, model_version: i64, is_logged: bool) {
    let billing = HeaderValue::from_static("CognitiveServices.Personalizer.Transaction=1");
    headers.insert(HeaderName::from_static("csp-billing-usage"), billing);
    headers.insert(HeaderName::from_static("x-rankloop-model-version"), model_version.into());
    if !is_logged {
        headers.insert(HeaderName::from_static("x-rankloop-logged"), HeaderValue::from_static("false"));
    }
}
