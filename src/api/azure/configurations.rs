//! The service configuration: how the service behaves.

use axum::{Extension, Json};

use super::{versions::Version, wire};
use crate::{
    api::{ApiError, error::ErrorBody, extract::ApiJson, settings::SettingsPatch},
    loops::{ConfigurationChange, LiveLoop},
};

/// Who changes settings, for the history: whoever holds the loop's key.
const BY_KEY: &str = "key";

/// The settings in force.
#[utoipa::path(
    get, path = "/configurations/service", tag = "Azure v1.0", operation_id = "ServiceConfiguration_Get",
    security(("key" = [])),
    responses(
        (status = 200, description = "The settings in force", body = wire::ServiceConfiguration),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn get_service(live: LiveLoop) -> Json<wire::ServiceConfiguration> {
    Json(wire::ServiceConfiguration::from(&*live.configuration()))
}

/// Changes settings; those that are left out stay as they are.
#[utoipa::path(
    put, path = "/configurations/service", tag = "Azure v1.0", operation_id = "ServiceConfiguration_Update",
    request_body = SettingsPatch, security(("key" = [])),
    responses(
        (status = 200, description = "The settings in force from now on", body = wire::ServiceConfiguration),
        (status = 400, description = "Invalid service configuration.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn update_service(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
    ApiJson(mut patch): ApiJson<SettingsPatch>,
) -> Result<Json<wire::ServiceConfiguration>, ApiError> {
    if !version.has_learning_mode {
        patch.learning_mode = None;
    }
    let configuration = patch.apply(&live.configuration())?;
    let change = ConfigurationChange { configuration: Some(configuration), ..ConfigurationChange::default() };
    live.configure(change, BY_KEY).await?;
    Ok(get_service(live).await)
}
