//! The model as a whole.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use time::{OffsetDateTime, macros::format_description};

use super::wire;
use crate::{
    api::{ApiError, error::ErrorBody, instant},
    loops::LiveLoop,
};

/// The model that ranks, as a file.
#[utoipa::path(
    get, path = "/model", operation_id = "Model_Get", security(("key" = [])),
    responses(
        (status = 200, description = "The model", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn export(live: LiveLoop) -> Response {
    let model = live.export_model();
    file(model.bytes, "model.vw", model.changed_us)
}

fn file(bytes: Vec<u8>, name: &str, changed_us: i64) -> Response {
    let disposition = format!("attachment; filename={name}; filename*=UTF-8''{name}");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    for (header, text) in
        [(header::CONTENT_DISPOSITION, Some(disposition)), (header::LAST_MODIFIED, http_date(changed_us))]
    {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header, value);
        }
    }
    response
}

/// The date form of HTTP (RFC 9110, section 5.6.7).
fn http_date(at_us: i64) -> Option<String> {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let instant = OffsetDateTime::from_unix_timestamp(at_us.div_euclid(1_000_000)).ok()?;
    instant.format(form).ok()
}

/// How old the model is.
#[utoipa::path(
    get, path = "/model/properties", operation_id = "Model_GetProperties", security(("key" = [])),
    responses(
        (status = 200, description = "When it was made and last changed", body = wire::ModelProperties),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn properties(live: LiveLoop) -> Json<wire::ModelProperties> {
    let whole_second = |at_us: i64| instant::write_offset(at_us.div_euclid(1_000_000) * 1_000_000);
    Json(wire::ModelProperties {
        creation_time: whole_second(live.created_at_us()),
        last_modified_time: whole_second(live.model_changed_us()),
    })
}

/// Throws away what was learned; settings, events and counters stay.
#[utoipa::path(
    delete, path = "/model", operation_id = "Model_Reset", security(("key" = [])),
    responses(
        (status = 204, description = "The loop starts from nothing"),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn reset(live: LiveLoop) -> Result<StatusCode, ApiError> {
    live.reset_model("key").await?;
    Ok(StatusCode::NO_CONTENT)
}
