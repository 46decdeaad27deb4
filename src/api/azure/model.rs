//! The model as a whole.

use axum::http::StatusCode;

use crate::{
    api::{ApiError, error::ErrorBody},
    loops::LiveLoop,
};

/// Throws away what was learned; settings, events and counters stay.
#[utoipa::path(
    delete, path = "/model", tag = "Azure v1.0", operation_id = "Model_Reset", security(("key" = [])),
    responses(
        (status = 204, description = "The loop starts from nothing"),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn reset(live: LiveLoop) -> Result<StatusCode, ApiError> {
    live.reset_model("key").await?;
    Ok(StatusCode::NO_CONTENT)
}
