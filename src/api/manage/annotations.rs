//! What happened to a loop that its charts should tell: read, and noted by people and programs.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::ErrorBody,
        extract::{ApiJson, ApiQuery},
        instant,
    },
    loops::{Annotation, Change, LoopError},
};

const CODE: &str = "InvalidAnnotation";

/// Something to be noted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"text": "The autumn campaign began."}))]
pub struct AnnotationToMake {
    /// One line of 1 to 280 characters.
    text: String,
}

/// A moment that every chart of the loop marks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "at": "2026-01-01T00:00:00.000000Z", "kind": "note", "by": "campaigns", "text": "The autumn campaign began.",
}))]
pub struct AnnotationInfo {
    at: String,
    /// `settings`, `reset`, `import`, `relearned`, `logsDeleted`, `drift` or `note`.
    kind: &'static str,
    /// Who did it; absent for what the loop did by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    text: String,
    /// What of the settings changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangedValue>,
}

/// One changed setting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedValue {
    field: &'static str,
    before: String,
    after: String,
}

/// What happened to a loop, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnnotationList {
    annotations: Vec<AnnotationInfo>,
}

/// Which span is asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub struct AnnotationSpan {
    /// RFC 3339; left out: from the beginning.
    from: Option<String>,
    /// RFC 3339, not included; left out: until now.
    to: Option<String>,
}

impl From<Annotation> for AnnotationInfo {
    fn from(annotation: Annotation) -> Self {
        let changed = |change: Change| ChangedValue { field: change.field, before: change.before, after: change.after };
        Self {
            at: instant::write(annotation.at_us),
            kind: annotation.kind.as_str(),
            by: annotation.by,
            text: annotation.words,
            changes: annotation.changes.into_iter().map(changed).collect(),
        }
    }
}

fn read_end(text: Option<&str>, field: &str) -> Result<Option<i64>, ApiError> {
    let refuse = || ApiError::bad(CODE, format!("`{field}` must be a time such as 2026-01-31T12:00:00Z.")).at(field);
    text.map(|text| instant::read(text).ok_or_else(refuse)).transpose()
}

/// What happened to the loop: changes of settings, resets, imports, newly trained models, drift, and notes. The newest
/// 512 moments are kept beside the settings, whose history is whole.
#[utoipa::path(
    get, path = "/loops/{id}/annotations", tag = "Loops", operation_id = "listAnnotations",
    params(("id" = String, Path), AnnotationSpan), security(("token" = [])),
    responses((status = 200, body = AnnotationList), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn list(
    managed: ManagedLoop,
    ApiQuery(span): ApiQuery<AnnotationSpan>,
) -> Result<Json<AnnotationList>, ApiError> {
    let from_us = read_end(span.from.as_deref(), "from")?.unwrap_or(i64::MIN);
    let to_us = read_end(span.to.as_deref(), "to")?.unwrap_or(i64::MAX);
    let found = managed.read().annotations(from_us, to_us).await?;
    Ok(Json(AnnotationList { annotations: found.into_iter().map(AnnotationInfo::from).collect() }))
}

/// Notes something at this moment, such as the beginning of a campaign. Nothing is learned from it.
#[utoipa::path(
    post, path = "/loops/{id}/annotations", tag = "Loops", operation_id = "createAnnotation",
    params(("id" = String, Path)), request_body = AnnotationToMake, security(("token" = [])),
    responses(
        (status = 201, body = AnnotationInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)
    )
)]
pub async fn create(
    managed: ManagedLoop,
    ApiJson(request): ApiJson<AnnotationToMake>,
) -> Result<(StatusCode, Json<AnnotationInfo>), ApiError> {
    let (live, by) = managed.change()?;
    let refused = |error| match error {
        LoopError::Note { .. } => ApiError::from(error).as_code(CODE).at("text"),
        error => error.into(),
    };
    let made = live.annotate(&request.text, by).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
