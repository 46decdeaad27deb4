//! Pausing loops and letting them go on.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{ApiError, auth::ManagedLoop, error::ErrorBody},
    terms::LearningMode,
};

/// How the loop decides from now on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"learningMode": "LoggingOnly"}))]
pub struct ModeInForce {
    #[schema(value_type = String)]
    learning_mode: LearningMode,
}

fn in_force(managed: &ManagedLoop) -> Json<ModeInForce> {
    Json(ModeInForce { learning_mode: managed.read().configuration().learning_mode })
}

/// Pauses a loop.
///
/// From the next Rank on the caller's first action is answered (`LoggingOnly`): events are logged and nothing is learned. It is
/// an entry of the history like any change of settings. A loop that is paused stays so.
#[utoipa::path(
    post, path = "/loops/{id}/pause", tag = "Loops", operation_id = "pauseLoop", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = ModeInForce), (status = 404, body = ErrorBody))
)]
pub async fn pause(managed: ManagedLoop) -> Result<Json<ModeInForce>, ApiError> {
    let (live, by) = managed.change()?;
    live.pause(by).await?;
    Ok(in_force(&managed))
}

/// Lets a paused loop go on.
///
/// It goes back to the learning mode that it had before (`Online` if it never had another). One that is not paused stays
/// as it is.
#[utoipa::path(
    post, path = "/loops/{id}/resume", tag = "Loops", operation_id = "resumeLoop", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = ModeInForce), (status = 404, body = ErrorBody))
)]
pub async fn resume(managed: ManagedLoop) -> Result<Json<ModeInForce>, ApiError> {
    let (live, by) = managed.change()?;
    live.resume(by).await?;
    Ok(in_force(&managed))
}
