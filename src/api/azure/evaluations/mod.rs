//! Counterfactual evaluations in the three ways in which the versions speak of them (contract section 11).

mod contract;
mod dated;
mod newest;
mod newest_wire;
mod path_versions;
mod path_wire;

use axum::{Extension, http::StatusCode};
use serde::Deserialize;
use utoipa_axum::routes;

use super::versions::{EvaluationDialect, Version};
use crate::{
    api::{
        ApiError,
        azure::{Operation, by_key},
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
    },
    loops::LiveLoop,
};
pub use dated::read_date;
pub use newest_wire::status;

/// The evaluation in the path, percent-decoded.
#[derive(Debug, Deserialize)]
pub struct EvaluationPath {
    #[serde(rename = "evaluationId")]
    evaluation_id: String,
}

/// The operations on evaluations that a version has.
pub fn evaluation_operations(version: &Version) -> Vec<Operation> {
    let mut operations = match version.evaluations {
        EvaluationDialect::Stable | EvaluationDialect::Preview => {
            vec![routes!(path_versions::list, path_versions::create), routes!(path_versions::get_one, delete)]
        }
        EvaluationDialect::Newest => {
            vec![routes!(newest::list), routes!(newest::get_one, newest::create, delete)]
        }
    };
    if version.operations.has_apply_from_evaluation {
        operations.push(routes!(apply));
    }
    operations
}

/// Removes an evaluation, also one that is still running.
#[utoipa::path(
    delete, path = "/evaluations/{evaluationId}", operation_id = "Evaluations_Delete",
    params(("evaluationId" = String, Path, max_length = 256)), security(("key" = [])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 404, description = "Offline Evaluation not found.", body = ErrorBody),
    )
)]
async fn delete(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
    ApiPath(path): ApiPath<EvaluationPath>,
) -> Result<StatusCode, ApiError> {
    match live.delete_evaluation(&path.evaluation_id, &by_key()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => no_error_declared(version, error.into()),
    }
}

/// The older versions declare no refusal of a deletion, and their clients' tests delete what is not there.
fn no_error_declared(version: &Version, error: ApiError) -> Result<StatusCode, ApiError> {
    let is_silent = version.evaluations != EvaluationDialect::Newest && error.status() == StatusCode::NOT_FOUND;
    if is_silent { Ok(StatusCode::NO_CONTENT) } else { Err(error) }
}

/// The loop learns from now on as a policy of an evaluation did; a new model is trained from the log and takes over.
#[utoipa::path(
    post, path = "/configurations/applyFromEvaluation", operation_id = "ServiceConfiguration_ApplyFromEvaluation",
    request_body = contract::PolicyReferenceContract, security(("key" = [])),
    responses(
        (status = 204, description = "Its learning settings are the loop's"),
        (status = 400, description = "Invalid request.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 404, description = "No such evaluation, policy or model", body = ErrorBody),
    )
)]
async fn apply(
    live: LiveLoop,
    ApiJson(reference): ApiJson<contract::PolicyReferenceContract>,
) -> Result<StatusCode, ApiError> {
    let (evaluation_id, policy_name) = reference.check()?;
    live.apply_from_evaluation(&evaluation_id, &policy_name, &by_key()).await?;
    Ok(StatusCode::NO_CONTENT)
}
