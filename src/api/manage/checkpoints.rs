//! Models that are kept to go back to, and models as files.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::ErrorBody,
        extract::{ApiFile, ApiJson, ApiPath},
        instant,
    },
    loops::{CheckpointInfo, ExportedModel, N_KEPT_BY_HAND, N_KEPT_BY_ITSELF},
};

/// A model that was kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "f3a1c05be2d94410", "keptAt": "2026-01-01T00:00:00.000000Z", "reason": "byHand", "keptBy": "ada",
    "note": "before the sale", "version": 4211, "eventsLearned": 4209, "bytes": 812_160,
}))]
pub struct Checkpoint {
    id: String,
    kept_at: String,
    /// `byHand`, `daily`, `beforeSettings`, `beforeReset` or `beforeImport`.
    reason: &'static str,
    kept_by: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    /// The loop's model version that it is.
    version: i64,
    events_learned: i64,
    bytes: i64,
}

/// The models that were kept, newest first, and how many can be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckpointList {
    checkpoints: Vec<Checkpoint>,
    /// Of those kept by themselves the newest so many stay.
    most_by_itself: i64,
    /// By hand no more than these can be kept.
    most_by_hand: usize,
}

/// Why the present model is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"note": "before the sale"}))]
pub struct CheckpointToKeep {
    /// One line of at most 280 characters.
    note: String,
}

/// The checkpoint in the path.
#[derive(Debug, Deserialize)]
pub struct CheckpointPath {
    #[serde(rename = "checkpointId")]
    checkpoint_id: String,
}

impl From<CheckpointInfo> for Checkpoint {
    fn from(kept: CheckpointInfo) -> Self {
        Self {
            id: kept.id,
            kept_at: instant::write(kept.at_us),
            reason: kept.reason.as_str(),
            kept_by: kept.kept_by,
            note: kept.note,
            version: kept.model_version,
            events_learned: kept.n_learned,
            bytes: kept.n_bytes,
        }
    }
}

/// The models that were kept: by hand, daily, and before something else took a model's place.
#[utoipa::path(
    get, path = "/loops/{id}/checkpoints", tag = "Models", operation_id = "listCheckpoints",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = CheckpointList), (status = 404, body = ErrorBody))
)]
pub async fn list(managed: ManagedLoop) -> Result<Json<CheckpointList>, ApiError> {
    let kept = managed.read().checkpoints().await?;
    Ok(Json(CheckpointList {
        checkpoints: kept.into_iter().map(Checkpoint::from).collect(),
        most_by_itself: N_KEPT_BY_ITSELF,
        most_by_hand: N_KEPT_BY_HAND,
    }))
}

/// Keeps the model that ranks at this moment, until somebody removes it.
#[utoipa::path(
    post, path = "/loops/{id}/checkpoints", tag = "Models", operation_id = "keepCheckpoint",
    params(("id" = String, Path)), request_body = CheckpointToKeep, security(("token" = [])),
    responses(
        (status = 201, body = Checkpoint), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, description = "As many are kept by hand as can be", body = ErrorBody),
    )
)]
pub async fn keep(
    managed: ManagedLoop,
    ApiJson(request): ApiJson<CheckpointToKeep>,
) -> Result<(StatusCode, Json<Checkpoint>), ApiError> {
    let (live, by) = managed.change()?;
    let kept = live.keep_checkpoint(&request.note, by).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Removes a kept model.
#[utoipa::path(
    delete, path = "/loops/{id}/checkpoints/{checkpointId}", tag = "Models", operation_id = "deleteCheckpoint",
    params(("id" = String, Path), ("checkpointId" = String, Path)), security(("token" = [])),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn delete(managed: ManagedLoop, ApiPath(path): ApiPath<CheckpointPath>) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.change()?;
    live.delete_checkpoint(&path.checkpoint_id, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes back to a kept model, with the learning settings that it was trained under. The next Rank uses it. The present one
/// is kept before.
#[utoipa::path(
    post, path = "/loops/{id}/checkpoints/{checkpointId}/restore", tag = "Models", operation_id = "restoreCheckpoint",
    params(("id" = String, Path), ("checkpointId" = String, Path)), security(("token" = [])),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn restore(managed: ManagedLoop, ApiPath(path): ApiPath<CheckpointPath>) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.change()?;
    live.go_back_to(&path.checkpoint_id, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A kept model as a signed file: what can be imported here and by servers that trust this one.
#[utoipa::path(
    get, path = "/loops/{id}/checkpoints/{checkpointId}/archive", tag = "Models", operation_id = "exportCheckpoint",
    params(("id" = String, Path), ("checkpointId" = String, Path)), security(("token" = [])),
    responses(
        (status = 200, description = "A zip of the model, the certificate and the signature", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 404, body = ErrorBody),
    )
)]
pub async fn export(managed: ManagedLoop, ApiPath(path): ApiPath<CheckpointPath>) -> Result<Response, ApiError> {
    let (live, by) = managed.analyse()?;
    let model = live.export_checkpoint(&path.checkpoint_id).await?;
    live.note_export(by).await?;
    Ok(file(model))
}

/// The model that ranks at this moment as a signed file.
#[utoipa::path(
    get, path = "/loops/{id}/model/archive", tag = "Models", operation_id = "exportModel",
    params(("id" = String, Path)), security(("token" = [])),
    responses(
        (status = 200, description = "A zip of the model, the certificate and the signature", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 404, body = ErrorBody),
    )
)]
pub async fn export_present(managed: ManagedLoop) -> Result<Response, ApiError> {
    let (live, by) = managed.analyse()?;
    let model = live.export_signed_model().await?;
    live.note_export(by).await?;
    Ok(file(model))
}

/// Puts the model of a signed file in place of the present one, which is kept before.
#[utoipa::path(
    put, path = "/loops/{id}/model/archive", tag = "Models", operation_id = "importModel",
    params(("id" = String, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("token" = [])),
    responses(
        (status = 204, description = "The next Rank uses it"),
        (status = 400, description = "Not signed, signed by somebody unknown, or no model", body = ErrorBody),
        (status = 404, body = ErrorBody),
    )
)]
pub async fn import(managed: ManagedLoop, ApiFile(archive): ApiFile) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.change()?;
    live.import_signed_model(&archive, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn file(model: ExportedModel) -> Response {
    let mut response = model.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"model.vw.zip\""));
    response
}
