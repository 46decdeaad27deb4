//! The actions that the operator defines, so that a Rank need not send them.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
        instant,
    },
    bandit::JsonObject,
    loops::{ActionDraft, LiveLoop, LoopAction},
    terms::ActionId,
};

const CODE: &str = "InvalidAction";

/// An action to be made or replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"features": [{"topic": "sports", "length": 3}], "isActive": true}))]
pub struct ActionToSave {
    /// Objects of features; at least one feature must not be null.
    #[schema(value_type = Vec<Object>)]
    features: Vec<JsonObject>,
    /// Whether Ranks offer it; left out: yes.
    is_active: Option<bool>,
    /// RFC 3339; left out: always.
    valid_from: Option<String>,
    /// RFC 3339; left out: for ever.
    valid_to: Option<String>,
    notes: Option<String>,
    /// Its place; the first active action is the baseline. Left out: where it was, or last.
    position: Option<i64>,
}

/// An action of a loop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionInfo {
    id: String,
    #[schema(value_type = Vec<Object>)]
    features: Vec<JsonObject>,
    is_active: bool,
    /// Whether a Rank at this moment offers it.
    is_offered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
    notes: String,
    position: i64,
    updated_at: String,
    updated_by: String,
}

/// The actions of a loop, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionList {
    actions: Vec<ActionInfo>,
}

/// The action in the path.
#[derive(Debug, Deserialize)]
pub struct ActionPath {
    #[serde(rename = "actionId")]
    action_id: String,
}

impl ActionPath {
    fn check(self) -> Result<ActionId, ApiError> {
        self.action_id.parse().map_err(|error| ApiError::from(crate::loops::LoopError::Id(error)).as_code(CODE))
    }
}

impl ActionInfo {
    fn new(live: &LiveLoop, action: &LoopAction) -> Self {
        Self {
            id: action.id.to_string(),
            features: action.features.clone(),
            is_active: action.is_active,
            is_offered: action.is_offered(live.now_us()),
            valid_from: action.valid_from_us.map(instant::write),
            valid_to: action.valid_to_us.map(instant::write),
            notes: action.notes.clone(),
            position: action.position,
            updated_at: instant::write(action.updated_at_us),
            updated_by: action.updated_by.clone(),
        }
    }
}

fn read_instant(text: Option<String>, field: &str) -> Result<Option<i64>, ApiError> {
    let refuse = || ApiError::bad(CODE, format!("`{field}` must be a time such as 2026-01-31T12:00:00Z.")).at(field);
    text.map(|text| instant::read(&text).ok_or_else(refuse)).transpose()
}

/// The loop's own actions.
#[utoipa::path(
    get, path = "/loops/{id}/actions", tag = "Actions", operation_id = "listActions", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = ActionList), (status = 404, body = ErrorBody))
)]
pub async fn list(managed: ManagedLoop) -> Json<ActionList> {
    let live = managed.read();
    Json(ActionList { actions: live.actions().iter().map(|action| ActionInfo::new(live, action)).collect() })
}

/// One action.
#[utoipa::path(
    get, path = "/loops/{id}/actions/{actionId}", tag = "Actions", operation_id = "getAction",
    params(("id" = String, Path), ("actionId" = String, Path)), security(("token" = [])),
    responses((status = 200, body = ActionInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn get_one(managed: ManagedLoop, ApiPath(path): ApiPath<ActionPath>) -> Result<Json<ActionInfo>, ApiError> {
    let (live, id) = (managed.read(), path.check()?);
    let actions = live.actions();
    let action = actions.iter().find(|action| action.id == id);
    let action = action.ok_or_else(|| ApiError::not_found("There is no such action."))?;
    Ok(Json(ActionInfo::new(live, action)))
}

/// Makes or replaces an action. The next Rank without actions of its own sees it.
#[utoipa::path(
    put, path = "/loops/{id}/actions/{actionId}", tag = "Actions", operation_id = "saveAction",
    params(("id" = String, Path), ("actionId" = String, Path)), request_body = ActionToSave,
    security(("token" = [])),
    responses((status = 200, body = ActionInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn save(
    managed: ManagedLoop,
    ApiPath(path): ApiPath<ActionPath>,
    ApiJson(request): ApiJson<ActionToSave>,
) -> Result<Json<ActionInfo>, ApiError> {
    let (live, by) = managed.change()?;
    let draft = ActionDraft {
        id: path.check()?,
        features: request.features,
        is_active: request.is_active.unwrap_or(true),
        valid_from_us: read_instant(request.valid_from, "validFrom")?,
        valid_to_us: read_instant(request.valid_to, "validTo")?,
        notes: request.notes.unwrap_or_default(),
        position: request.position,
    };
    let saved = live.save_action(draft, by).await.map_err(|error| ApiError::from(error).as_code(CODE))?;
    Ok(Json(ActionInfo::new(live, &saved)))
}

/// Removes an action. Events that offered it keep it.
#[utoipa::path(
    delete, path = "/loops/{id}/actions/{actionId}", tag = "Actions", operation_id = "deleteAction",
    params(("id" = String, Path), ("actionId" = String, Path)), security(("token" = [])),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn delete(managed: ManagedLoop, ApiPath(path): ApiPath<ActionPath>) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.change()?;
    live.delete_action(&path.check()?, by).await?;
    Ok(StatusCode::NO_CONTENT)
}
