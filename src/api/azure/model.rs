//! The model as a whole.

use axum::{
    Extension, Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use time::{OffsetDateTime, macros::format_description};

use super::{versions::Version, wire};
use crate::{
    api::{
        ApiError,
        azure::by_key,
        error::ErrorBody,
        extract::{ApiFile, ApiQuery},
        instant,
    },
    loops::LiveLoop,
};

/// Which form of the model is wanted.
#[derive(Debug, Deserialize)]
pub struct Form {
    signed: Option<String>,
}

/// The model that ranks, as a file.
///
/// With `signed=true` it is a zip of the model, this server's certificate and the signature, which is what can be
/// imported again. Versions that knew no signed models ignore it.
#[utoipa::path(
    get, path = "/model", operation_id = "Model_Get",
    params(("signed" = Option<bool>, Query, description = "Whether the model is to be signed")), security(("key" = [])),
    responses(
        (status = 200, description = "The model", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 400, description = "`signed` is neither true nor false", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn export(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
    ApiQuery(form): ApiQuery<Form>,
) -> Result<Response, ApiError> {
    let is_signed = match form.signed.filter(|_| version.operations.has_signed_models).as_deref() {
        None => false,
        Some(text) if text.eq_ignore_ascii_case("true") => true,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        Some(_) => return Err(ApiError::bad("InvalidRequest", "`signed` must be true or false.").at("signed")),
    };
    if is_signed {
        let model = live.export_signed_model().await?;
        live.note_export(&by_key()).await?;
        return Ok(file(model.bytes, "model.vw.zip", model.changed_us));
    }
    let model = live.export_model().await?;
    live.note_export(&by_key()).await?;
    Ok(file(model.bytes, "model.vw", model.changed_us))
}

/// Puts a signed model in place of the present one, with the learning settings that it was trained under.
#[utoipa::path(
    put, path = "/model", operation_id = "Model_Import",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), security(("key" = [])),
    responses(
        (status = 204, description = "The next Rank uses it"),
        (status = 400, description = "Not signed, signed by somebody unknown, or no model", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 413, description = "Larger than any model", body = ErrorBody),
    )
)]
pub async fn import(live: LiveLoop, ApiFile(archive): ApiFile) -> Result<StatusCode, ApiError> {
    live.import_signed_model(&archive, &by_key()).await?;
    Ok(StatusCode::NO_CONTENT)
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
    live.reset_model(&by_key()).await?;
    Ok(StatusCode::NO_CONTENT)
}
