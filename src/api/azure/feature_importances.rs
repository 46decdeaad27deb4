//! Feature importances, which 2022-09-01-preview alone has (contract section 11.2).

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    evaluations::{read_date, status},
    paging::Paging,
};
use crate::{
    api::{
        ApiError,
        azure::{Operation, by_key},
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
        instant,
    },
    loops::{self, ImportanceToMake, LiveLoop},
};

const CODE: &str = "InvalidContract";

/// The feature importance in the path, percent-decoded.
#[derive(Debug, Deserialize)]
pub struct ImportancePath {
    #[serde(rename = "featureImportanceId")]
    id: String,
}

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"name": "myFeatureImportance", "startTime": "2026-01-01", "endTime": "2026-01-31"}))]
pub struct FeatureImportanceContract {
    #[schema(value_type = String, max_length = 256)]
    name: Option<String>,
    /// A date or date-time; its whole day counts.
    #[schema(value_type = String)]
    start_time: Option<String>,
    /// A date or date-time; its whole day counts.
    #[schema(value_type = String)]
    end_time: Option<String>,
}

/// How much features moved the choice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureImportance {
    id: String,
    name: String,
    start_time: String,
    end_time: String,
    creation_time: String,
    /// `Running`, `Succeeded` or `Failed`.
    status: &'static str,
    /// The most important first; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    feature_scores: Option<Vec<FeatureScore>>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// One feature.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureScore {
    namespace: String,
    feature_name: String,
    /// 1 for the most important, 0 for one that moved nothing.
    score: f32,
}

/// A page of feature importances.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureImportances {
    value: Vec<FeatureImportance>,
    /// The absolute address of the next page; left out on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
}

impl FeatureImportance {
    fn of(importance: loops::FeatureImportance, feature_scores: Option<Vec<FeatureScore>>) -> Self {
        Self {
            id: importance.id.to_string(),
            name: importance.name,
            start_time: instant::write(importance.start_us),
            end_time: instant::write(importance.end_us),
            creation_time: instant::write(importance.created_at_us),
            status: status(importance.status),
            feature_scores,
            description: importance.problem,
        }
    }
}

/// The operations on feature importances.
pub fn feature_importance_operations() -> [Operation; 2] {
    [routes!(list), routes!(get_one, create, delete)]
}

/// Asks which features mattered, under the caller's id. It is done in the background.
#[utoipa::path(
    put, path = "/featureImportances/{featureImportanceId}", operation_id = "FeatureImportances_Create",
    request_body = FeatureImportanceContract, params(("featureImportanceId" = String, Path, max_length = 256)),
    security(("key" = [])),
    responses(
        (status = 200, description = "It will be done"),
        (status = 400, description = "Invalid contract.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
async fn create(
    live: LiveLoop,
    ApiPath(path): ApiPath<ImportancePath>,
    ApiJson(contract): ApiJson<FeatureImportanceContract>,
) -> Result<StatusCode, ApiError> {
    let name = contract.name.ok_or_else(|| ApiError::bad(CODE, "The contract needs a `name`.").at("name"))?;
    let importance = ImportanceToMake {
        id: Some(path.id),
        name,
        start_us: read_date(contract.start_time.as_deref(), "startTime", CODE)?,
        end_us: read_date(contract.end_time.as_deref(), "endTime", CODE)?,
    };
    live.make_importance(importance, &by_key()).await.map_err(|error| in_this_contract(error.into()))?;
    Ok(StatusCode::OK)
}

/// What evaluations refuse as an invalid evaluation contract is an invalid contract here.
fn in_this_contract(error: ApiError) -> ApiError {
    if error.code() == "InvalidEvaluationContract" { error.as_code(CODE) } else { error }
}

/// Feature importances, newest first.
#[utoipa::path(
    get, path = "/featureImportances", operation_id = "FeatureImportances_List",
    params(
        ("top" = Option<i32>, Query, description = "At most this many in all"),
        ("skip" = Option<i32>, Query, description = "Leaves out this many at the beginning"),
        ("maxpagesize" = Option<i32>, Query, description = "At most this many at once; otherwise 100"),
    ),
    security(("key" = [])),
    responses(
        (status = 200, description = "One page", body = FeatureImportances),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
async fn list(live: LiveLoop, paging: Paging) -> Result<Json<FeatureImportances>, ApiError> {
    let (here, next_link) = paging.page(live.importances().await?);
    let value = here.into_iter().map(|importance| FeatureImportance::of(importance, None)).collect();
    Ok(Json(FeatureImportances { value, next_link }))
}

/// One feature importance with its scores, once they are there.
#[utoipa::path(
    get, path = "/featureImportances/{featureImportanceId}", operation_id = "FeatureImportances_Get",
    params(("featureImportanceId" = String, Path, max_length = 256)), security(("key" = [])),
    responses(
        (status = 200, description = "The feature importance", body = FeatureImportance),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 404, description = "Feature importance not found.", body = ErrorBody),
    )
)]
async fn get_one(live: LiveLoop, ApiPath(path): ApiPath<ImportancePath>) -> Result<Json<FeatureImportance>, ApiError> {
    let importance = live.importance(&path.id).await?;
    let result = live.importance_result(&importance.id).await?;
    let scores = result.features.into_iter().map(|feature| FeatureScore {
        namespace: feature.namespace,
        feature_name: feature.feature,
        score: feature.score,
    });
    Ok(Json(FeatureImportance::of(importance, Some(scores.collect()))))
}

/// Removes a feature importance, also one that is still running.
#[utoipa::path(
    delete, path = "/featureImportances/{featureImportanceId}", operation_id = "FeatureImportances_Delete",
    params(("featureImportanceId" = String, Path, max_length = 256)), security(("key" = [])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 404, description = "Feature importance not found.", body = ErrorBody),
    )
)]
async fn delete(live: LiveLoop, ApiPath(path): ApiPath<ImportancePath>) -> Result<StatusCode, ApiError> {
    live.delete_importance(&path.id, &by_key()).await?;
    Ok(StatusCode::NO_CONTENT)
}
