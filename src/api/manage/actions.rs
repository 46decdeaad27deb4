//! The actions that the operator defines, so that a Rank need not send them.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::{ErrorBody, ErrorDetail},
        extract::{ApiJson, ApiPath},
        instant,
    },
    bandit::JsonObject,
    loops::{ActionDraft, ActionsChange, ActionsPlan, LiveLoop, LoopAction, LoopError},
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

impl ActionToSave {
    fn checked(self, id: ActionId) -> Result<ActionDraft, ApiError> {
        Ok(ActionDraft {
            id,
            features: self.features,
            is_active: self.is_active.unwrap_or(true),
            valid_from_us: read_instant(self.valid_from, "validFrom")?,
            valid_to_us: read_instant(self.valid_to, "validTo")?,
            notes: self.notes.unwrap_or_default(),
            position: self.position,
        })
    }
}

/// An action of a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedAction {
    id: String,
    #[serde(flatten)]
    action: ActionToSave,
}

/// Actions to be made or replaced together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"actions": [
    {"id": "tea", "features": [{"kind": "drink"}]}, {"id": "cake", "features": [{"kind": "food"}], "isActive": false},
]}))]
pub struct ActionsToSave {
    /// In their order; those that are new come behind the loop's others.
    actions: Vec<ListedAction>,
    /// Whether the loop's actions that are not in the list are removed; left out: they stay.
    #[serde(default)]
    remove_others: bool,
    /// Whether to say only what would be done.
    #[serde(default)]
    dry_run: bool,
}

/// What was done with a list of actions, by id.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionsSaved {
    added: Vec<String>,
    changed: Vec<String>,
    unchanged: Vec<String>,
    removed: Vec<String>,
    /// False of a dry run.
    is_applied: bool,
}

impl ListedAction {
    fn checked(self) -> Result<ActionDraft, ApiError> {
        let path = ActionPath { action_id: self.id };
        let id = path.check()?;
        self.action.checked(id)
    }
}

impl ActionsSaved {
    fn new(plan: &ActionsPlan, is_applied: bool) -> Self {
        let ids = |ids: &[ActionId]| ids.iter().map(ActionId::to_string).collect();
        Self {
            added: ids(&plan.added),
            changed: ids(&plan.changed),
            unchanged: ids(&plan.unchanged),
            removed: ids(&plan.removed),
            is_applied,
        }
    }
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
        self.action_id.parse().map_err(|error| ApiError::from(LoopError::Id(error)).as_code(CODE))
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

/// Makes or replaces all actions of a list or, when one of them is wrong, none. The error's `details` then name each that
/// is, by its place in the list.
#[utoipa::path(
    put, path = "/loops/{id}/actions", tag = "Actions", operation_id = "saveActions", params(("id" = String, Path)),
    request_body = ActionsToSave, security(("token" = [])),
    responses((status = 200, body = ActionsSaved), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn save_all(
    managed: ManagedLoop,
    ApiJson(request): ApiJson<ActionsToSave>,
) -> Result<Json<ActionsSaved>, ApiError> {
    let (live, by) = managed.change()?;
    let mut problems = Vec::new();
    let mut saved = Vec::new();
    for (place, listed) in request.actions.into_iter().enumerate() {
        match listed.checked() {
            Ok(draft) => saved.push(draft),
            Err(error) => {
                problems.push(ErrorDetail { target: format!("actions[{place}]"), message: error.message().to_owned() });
            }
        }
    }
    if !problems.is_empty() {
        let message = format!("{} of the actions cannot be stored; nothing was changed.", problems.len());
        return Err(ApiError::bad(CODE, message).at("actions").with_details(problems));
    }
    let change = ActionsChange { saved, removed: Vec::new(), removes_others: request.remove_others };
    if request.dry_run {
        let mut plan = live.plan_actions(&change);
        let problems = std::mem::take(&mut plan.problems);
        if !problems.is_empty() {
            return Err(ApiError::from(LoopError::ActionList(problems)).as_code(CODE));
        }
        return Ok(Json(ActionsSaved::new(&plan, false)));
    }
    let plan = live.change_actions(change, by).await.map_err(|error| ApiError::from(error).as_code(CODE))?;
    Ok(Json(ActionsSaved::new(&plan, true)))
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
    let draft = request.checked(path.check()?)?;
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
