//! Loops: make, list, look at, rename, remove.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::configuration::WireConfiguration;
use crate::{
    api::{
        ApiError,
        auth::{Caller, ManagedLoop},
        error::ErrorBody,
        extract::ApiJson,
        instant,
        settings::{PolicyPatch, SettingsPatch},
    },
    loops::{KeyInfo, LiveLoop, Loops, NewLoop},
    terms::{Configuration, Environment, Role},
};

/// A loop to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"name": "coffee", "settings": {"rewardWaitTime": "PT10M", "explorationPercentage": 0.2}}))]
pub struct LoopToMake {
    /// For people, 1 to 100 characters.
    name: String,
    /// The names of the Azure service configuration, and ours; what is left out has its default.
    settings: Option<SettingsPatch>,
    policy: Option<PolicyPatch>,
    /// Where its callers live: `production` (the default), `staging` or `development`. For people.
    #[schema(value_type = Option<String>)]
    environment: Option<Environment>,
    /// Whether Ranks may fill several slots; a policy with `--ccb_explore_adf` says the same.
    multi_slot: Option<bool>,
}

impl LoopToMake {
    fn check(self) -> Result<NewLoop, ApiError> {
        let arguments = self.policy.and_then(|policy| policy.arguments);
        let mut settings = self.settings.unwrap_or_default();
        settings.explore_like(arguments.as_deref())?;
        let configuration = settings.apply(&Configuration::default())?;
        let new = NewLoop::new(self.name, configuration, arguments.as_deref(), self.multi_slot == Some(true));
        Ok(NewLoop { environment: self.environment.unwrap_or_default(), ..new })
    }
}

/// A loop just made, with its keys, which are shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "k3v9x0q2m5t7c1aa", "name": "coffee", "keys": ["4f0c…", "91be…"], "endpoint": "/loops/k3v9x0q2m5t7c1aa",
}))]
pub struct MadeLoop {
    id: String,
    name: String,
    keys: [String; 2],
    /// The prefix behind which the data plane speaks of this loop alone.
    endpoint: String,
}

/// A loop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoopInfo {
    id: String,
    name: String,
    /// `production`, `staging` or `development`.
    #[schema(value_type = String)]
    environment: Environment,
    endpoint: String,
    created_at: String,
    keys: Vec<Key>,
    configuration: WireConfiguration,
}

/// What may be known of a key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its last four characters.
    last4: String,
    created_at: String,
}

/// All loops.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoopList {
    loops: Vec<LoopInfo>,
}

/// What people are to know a loop by; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "tea", "environment": "staging"}))]
pub struct NewLabel {
    name: Option<String>,
    #[schema(value_type = Option<String>)]
    environment: Option<Environment>,
}

impl From<&LiveLoop> for LoopInfo {
    fn from(live: &LiveLoop) -> Self {
        let key = |key: KeyInfo| Key { last4: key.last4, created_at: instant::write(key.created_at_us) };
        Self {
            id: live.id().to_string(),
            name: live.name(),
            environment: live.environment(),
            endpoint: endpoint(live),
            created_at: instant::write(live.created_at_us()),
            keys: live.keys().into_iter().map(key).collect(),
            configuration: live.into(),
        }
    }
}

fn endpoint(live: &LiveLoop) -> String {
    format!("/loops/{}", live.id())
}

/// All loops, by name.
#[utoipa::path(
    get, path = "/loops", tag = "Loops", operation_id = "listLoops", security(("token" = [])),
    responses((status = 200, body = LoopList), (status = 401, body = ErrorBody))
)]
pub async fn list(caller: Caller, State(loops): State<Loops>) -> Result<Json<LoopList>, ApiError> {
    caller.require(Role::Viewer)?;
    Ok(Json(LoopList { loops: loops.list().iter().map(LoopInfo::from).collect() }))
}

/// Makes a loop.
#[utoipa::path(
    post, path = "/loops", tag = "Loops", operation_id = "createLoop", request_body = LoopToMake,
    security(("token" = [])),
    responses(
        (status = 201, body = MadeLoop), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, description = "The token may only read", body = ErrorBody),
    )
)]
pub async fn create(
    caller: Caller,
    State(loops): State<Loops>,
    ApiJson(request): ApiJson<LoopToMake>,
) -> Result<(StatusCode, Json<MadeLoop>), ApiError> {
    let who = caller.require(Role::Editor)?;
    let made = loops.create(request.check()?, &who.author()).await?;
    let (id, name, endpoint) = (made.live.id().to_string(), made.live.name(), endpoint(&made.live));
    Ok((StatusCode::CREATED, Json(MadeLoop { id, name, keys: made.keys, endpoint })))
}

/// One loop.
#[utoipa::path(
    get, path = "/loops/{id}", tag = "Loops", operation_id = "getLoop", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = LoopInfo), (status = 404, body = ErrorBody))
)]
pub async fn get_one(managed: ManagedLoop) -> Json<LoopInfo> {
    Json(managed.read().into())
}

/// Gives a loop another name or environment.
#[utoipa::path(
    patch, path = "/loops/{id}", tag = "Loops", operation_id = "renameLoop", params(("id" = String, Path)),
    request_body = NewLabel, security(("token" = [])),
    responses((status = 200, body = LoopInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn rename(
    managed: ManagedLoop,
    State(loops): State<Loops>,
    ApiJson(request): ApiJson<NewLabel>,
) -> Result<Json<LoopInfo>, ApiError> {
    let (live, by) = managed.change()?;
    loops.relabel(live.id(), request.name.as_deref(), request.environment, by).await?;
    Ok(Json(live.into()))
}

/// Removes a loop with everything that is known of it.
#[utoipa::path(
    delete, path = "/loops/{id}", tag = "Loops", operation_id = "deleteLoop", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn delete(managed: ManagedLoop, State(loops): State<Loops>) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.administer()?;
    loops.delete(live.id(), by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throws away what a loop learned; settings, events and counters stay.
#[utoipa::path(
    delete, path = "/loops/{id}/model", tag = "Loops", operation_id = "resetModel", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn reset_model(managed: ManagedLoop) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.change()?;
    live.reset_model(by).await?;
    Ok(StatusCode::NO_CONTENT)
}
