//! The logged events as a whole, and the uploads of a client library that ranks by itself.

use axum::{Extension, Json, http::StatusCode};

use super::{
    versions::{EvaluationDialect, Version},
    wire,
};
use crate::{
    api::{ApiError, azure::by_key, error::ErrorBody, instant},
    loops::LiveLoop,
};

const DAY_US: i64 = 86_400_000_000;
/// How v1.0 wrote that there are no days.
const NEVER: &str = "0001-01-01T00:00:00+00:00";

/// Which days have logged events.
#[utoipa::path(
    get, path = "/logs/properties", operation_id = "Log_GetProperties", security(("key" = [])),
    responses(
        (status = 200, description = "The first and the last day", body = wire::LogsProperties),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn properties(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
) -> Result<Json<wire::LogsProperties>, ApiError> {
    let day = |at_us: i64| instant::write_offset(at_us.div_euclid(DAY_US) * DAY_US);
    let date_range = match live.logged_span_us().await? {
        Some((first_us, last_us)) => Some(wire::DateRange { from: day(first_us), to: day(last_us) }),
        None if version.evaluations == EvaluationDialect::Stable => {
            Some(wire::DateRange { from: NEVER.to_owned(), to: NEVER.to_owned() })
        }
        None => None,
    };
    Ok(Json(wire::LogsProperties { date_range }))
}

/// Forgets all events, also those whose reward is still awaited. What was learned from them stays in the model.
#[utoipa::path(
    delete, path = "/logs", operation_id = "Log_Delete", security(("key" = [])),
    responses(
        (status = 204, description = "No events are left"),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn delete(live: LiveLoop) -> Result<StatusCode, ApiError> {
    live.delete_logs(&by_key()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Decisions that a client library made by itself. Refused: they need a model in that library's own format.
#[utoipa::path(
    post, path = "/logs/interactions", operation_id = "Log_Interactions",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), security(("key" = [])),
    responses(
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 403, description = "Api is currently disabled for the instance.", body = ErrorBody),
    )
)]
pub async fn interactions(_live: LiveLoop) -> ApiError {
    disabled()
}

/// Rewards for such decisions. Refused with them.
#[utoipa::path(
    post, path = "/logs/observations", operation_id = "Log_Observations",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), security(("key" = [])),
    responses(
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 403, description = "Api is currently disabled for the instance.", body = ErrorBody),
    )
)]
pub async fn observations(_live: LiveLoop) -> ApiError {
    disabled()
}

fn disabled() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "InvalidApiAccess", "Api is currently disabled for the instance.")
}
