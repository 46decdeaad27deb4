//! The service configuration, and the learning settings: how the service behaves, and how it learns.

use axum::{Extension, Json};

use super::{
    versions::{ConfigurationFields, Version},
    wire,
};
use crate::{
    api::{ApiError, azure::by_key, error::ErrorBody, extract::ApiJson, settings::SettingsPatch},
    loops::{ConfigurationChange, LiveLoop, RampStep},
};

/// The settings in force.
#[utoipa::path(
    get, path = "/configurations/service", operation_id = "ServiceConfiguration_Get", security(("key" = [])),
    responses(
        (status = 200, description = "The settings in force", body = wire::ServiceConfiguration),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn get_service(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
) -> Json<wire::ServiceConfiguration> {
    Json(wire::ServiceConfiguration::of(&live, version.configuration))
}

/// Changes settings; those that are left out stay as they are.
#[utoipa::path(
    put, path = "/configurations/service", operation_id = "ServiceConfiguration_Update",
    request_body = SettingsPatch, security(("key" = [])),
    responses(
        (status = 200, description = "The settings in force from now on", body = wire::ServiceConfiguration),
        (status = 400, description = "Invalid service configuration.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 403, description = "Automatic optimisation of a multi-slot loop", body = ErrorBody),
    )
)]
pub async fn update_service(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
    ApiJson(patch): ApiJson<SettingsPatch>,
) -> Result<Json<wire::ServiceConfiguration>, ApiError> {
    let mut patch = known(patch, version.configuration);
    // This door has no ramps, so a share that is sent holds at once, unless it is only what was read here.
    patch.exploration_percentage = patch.exploration_percentage.filter(|share| !live.is_read_back(*share));
    let ramp = if patch.exploration_percentage.is_some() { RampStep::AtOnce } else { RampStep::GoOn };
    let sets_start = patch.auto_optimization_start_date.is_some();
    let configuration = patch.apply(&live.configuration())?;
    let change = ConfigurationChange { configuration: Some(configuration), ramp, ..ConfigurationChange::default() };
    live.configure(change, &by_key()).await?;
    let answer = wire::ServiceConfiguration::of(&live, version.configuration);
    Ok(Json(if sets_start { answer.with_zone() } else { answer }))
}

/// What this version of the contract knows of; the rest is ignored like any unknown property.
fn known(patch: SettingsPatch, fields: ConfigurationFields) -> SettingsPatch {
    let patch = SettingsPatch { multi_slot: None, ..patch };
    match fields {
        ConfigurationFields::Newest => patch,
        ConfigurationFields::Preview => {
            SettingsPatch { model_retrain_days: None, is_inference_explainability_enabled: None, ..patch }
        }
        ConfigurationFields::Stable => SettingsPatch {
            learning_mode: None,
            is_auto_optimization_enabled: None,
            auto_optimization_frequency: None,
            auto_optimization_start_date: None,
            model_retrain_days: None,
            is_inference_explainability_enabled: None,
            ..patch
        },
    }
}

/// The learning settings asked for.
#[utoipa::path(
    get, path = "/configurations/policy", operation_id = "Policy_Get", security(("key" = [])),
    responses(
        (status = 200, description = "The learning settings", body = wire::PolicyContract),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn get_policy(live: LiveLoop) -> Json<wire::PolicyContract> {
    Json(live.shown_policy().into())
}

/// Learns otherwise from now on; a new model is trained from the log and takes over.
#[utoipa::path(
    put, path = "/configurations/policy", operation_id = "Policy_Update", request_body = wire::PolicyContract,
    security(("key" = [])),
    responses(
        (status = 200, description = "The learning settings", body = wire::PolicyContract),
        (status = 400, description = "Invalid policy configuration.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 403, description = "A multi-slot policy while automatic optimisation is on", body = ErrorBody),
    )
)]
pub async fn update_policy(
    live: LiveLoop,
    ApiJson(policy): ApiJson<wire::PolicyContract>,
) -> Result<Json<wire::PolicyContract>, ApiError> {
    let change = live.policy_change(&policy.check()?)?;
    live.configure(change, &by_key()).await?;
    Ok(get_policy(live).await)
}

/// Back to the default learning settings, which are answered.
#[utoipa::path(
    delete, path = "/configurations/policy", operation_id = "Policy_Reset", security(("key" = [])),
    responses(
        (status = 200, description = "The default learning settings", body = wire::PolicyContract),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn reset_policy(live: LiveLoop) -> Result<Json<wire::PolicyContract>, ApiError> {
    live.configure(live.policy_reset(), &by_key()).await?;
    Ok(get_policy(live).await)
}
