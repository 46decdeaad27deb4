//! Who trains a loop, where several processes share a database.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{auth::ManagedLoop, error::ErrorBody};

/// Which of the processes on one database trains a loop. All of them learn; one closes events in time, stores the model and
/// evaluates.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrainerInfo {
    /// Whether it is the process that answers.
    is_here: bool,
    /// Grows whenever another process takes over; absent while that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<i64>,
}

/// Who trains the loop.
#[utoipa::path(
    get, path = "/loops/{id}/trainer", tag = "Loops", operation_id = "getTrainer", params(("id" = String, Path)),
    security(("token" = [])), responses((status = 200, body = TrainerInfo), (status = 404, body = ErrorBody))
)]
pub async fn trainer(managed: ManagedLoop) -> Json<TrainerInfo> {
    let standing = managed.read().standing();
    Json(TrainerInfo {
        is_here: standing.as_ref().is_some_and(|standing| standing.is_here),
        token: standing.map(|standing| standing.token),
    })
}
