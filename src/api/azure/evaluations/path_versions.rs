//! Evaluations in the versions that stand in the path: v1.0 and v1.1-preview.

use axum::{
    Extension, Json,
    http::{HeaderName, StatusCode, header},
};

use super::{
    EvaluationPath,
    contract::EvaluationContract,
    path_wire::{Evaluation, Listed},
};
use crate::{
    api::{
        ApiError,
        azure::by_key,
        azure::versions::{EvaluationDialect, Version},
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
    },
    loops::LiveLoop,
};

type Created = (StatusCode, [(HeaderName, String); 1], Json<Evaluation>);

/// Asks what policies would have earned. It is done in the background.
#[utoipa::path(
    post, path = "/evaluations", operation_id = "Evaluations_Create", request_body = EvaluationContract,
    security(("key" = [])),
    responses(
        (
            status = 201, description = "It will be done", body = Evaluation,
            headers(("Location" = String, description = "Where it is read"))
        ),
        (status = 400, description = "Invalid evaluation contract.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn create(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
    ApiJson(contract): ApiJson<EvaluationContract>,
) -> Result<Created, ApiError> {
    let dialect = version.evaluations;
    let made = live.make_evaluation(contract.check(None, dialect)?, &by_key()).await?;
    // All previews answered with the address of the first.
    let spoken = if dialect == EvaluationDialect::Stable { "v1.0" } else { "v1.1-preview.1" };
    let location = format!("/personalizer/{spoken}/evaluations/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(Evaluation::whole(made, None, dialect))))
}

/// All evaluations, newest first, without their rows over time.
#[utoipa::path(
    get, path = "/evaluations", operation_id = "Evaluations_List", security(("key" = [])),
    responses(
        (status = 200, description = "All evaluations", body = Vec<Evaluation>),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn list(live: LiveLoop, Extension(version): Extension<&'static Version>) -> Result<Json<Listed>, ApiError> {
    let evaluations = live.evaluations().await?.into_iter();
    Ok(Json(evaluations.map(|evaluation| Evaluation::listed(evaluation, version.evaluations)).collect()))
}

/// One evaluation with everything that it found.
#[utoipa::path(
    get, path = "/evaluations/{evaluationId}", operation_id = "Evaluations_Get",
    params(("evaluationId" = String, Path, max_length = 256)), security(("key" = [])),
    responses(
        (status = 200, description = "The evaluation", body = Evaluation),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 404, description = "Offline Evaluation not found.", body = ErrorBody),
    )
)]
pub async fn get_one(
    live: LiveLoop,
    Extension(version): Extension<&'static Version>,
    ApiPath(path): ApiPath<EvaluationPath>,
) -> Result<Json<Evaluation>, ApiError> {
    let evaluation = live.evaluation(&path.evaluation_id).await?;
    let result = live.evaluation_result(&evaluation.id).await?;
    Ok(Json(Evaluation::whole(evaluation, Some(result), version.evaluations)))
}
