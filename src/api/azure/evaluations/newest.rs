//! Evaluations in 2022-09-01-preview: the caller names them, and reads of them what an interval asks for.

use axum::{
    Json,
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;

use super::{
    EvaluationPath,
    contract::EvaluationContract,
    newest_wire::{Evaluations, NewestEvaluation, View},
    read_date,
};
use crate::{
    api::{
        ApiError,
        azure::by_key,
        azure::{paging::Paging, versions::EvaluationDialect},
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
    },
    loops::{Evaluation, LiveLoop},
};

const MINUTE_US: i64 = 60_000_000;

/// Asks what policies would have earned, under the caller's id. It is done in the background.
#[utoipa::path(
    put, path = "/evaluations/{evaluationId}", operation_id = "Evaluations_Create", request_body = EvaluationContract,
    params(("evaluationId" = String, Path, max_length = 256)), security(("key" = [])),
    responses(
        (status = 200, description = "It will be done"),
        (status = 400, description = "Invalid contract.", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn create(
    live: LiveLoop,
    ApiPath(path): ApiPath<EvaluationPath>,
    ApiJson(contract): ApiJson<EvaluationContract>,
) -> Result<StatusCode, ApiError> {
    live.make_evaluation(contract.check(Some(path.evaluation_id), EvaluationDialect::Newest)?, &by_key()).await?;
    Ok(StatusCode::OK)
}

/// Evaluations, newest first.
#[utoipa::path(
    get, path = "/evaluations", operation_id = "Evaluations_List",
    params(
        ("filter" = Option<String>, Query, description = "Such as `metadata=evaluationType eq 'Manual'`"),
        ("top" = Option<i32>, Query, description = "At most this many in all"),
        ("skip" = Option<i32>, Query, description = "Leaves out this many at the beginning"),
        ("maxpagesize" = Option<i32>, Query, description = "At most this many at once; otherwise 100"),
    ),
    security(("key" = [])),
    responses(
        (status = 200, description = "One page", body = Evaluations),
        (status = 400, description = "A filter that cannot be read", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
    )
)]
pub async fn list(live: LiveLoop, paging: Paging) -> Result<Json<Evaluations>, ApiError> {
    let mut evaluations = live.evaluations().await?;
    if let Some(filter) = paging.filter() {
        let is_auto = read_filter(filter)?;
        evaluations.retain(|evaluation| evaluation.is_auto == is_auto);
    }
    let (here, next_link) = paging.page(evaluations);
    Ok(Json(Evaluations { value: here.iter().map(NewestEvaluation::listed).collect(), next_link }))
}

/// `metadata=evaluationType eq 'Auto'`: whether automatic ones are meant.
fn read_filter(filter: &str) -> Result<bool, ApiError> {
    const MESSAGE: &str = "The filter must read metadata=evaluationType eq 'Manual', or 'Auto'.";
    let bad = || ApiError::bad("BadRequest", MESSAGE).at("filter");
    let condition = filter.trim().strip_prefix("metadata=").unwrap_or(filter.trim());
    let words: Vec<&str> = condition.split_whitespace().collect();
    let [name, operator, value] = words[..] else { return Err(bad()) };
    if !name.eq_ignore_ascii_case("evaluationType") || !operator.eq_ignore_ascii_case("eq") {
        return Err(bad());
    }
    match value.trim_matches('\'') {
        value if value.eq_ignore_ascii_case("Manual") => Ok(false),
        value if value.eq_ignore_ascii_case("Auto") => Ok(true),
        _ => Err(bad()),
    }
}

/// Which part of an evaluation is wanted, and in which steps.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ViewQuery {
    start_time: Option<String>,
    end_time: Option<String>,
    interval_in_minutes: Option<i32>,
    window: Option<String>,
}

impl ViewQuery {
    fn check(self, evaluation: &Evaluation) -> Result<View, ApiError> {
        const CODE: &str = "BadRequest";
        let interval = self.interval_in_minutes.unwrap_or(5);
        if ![5, 60, 360, 720, 1_440].contains(&interval) {
            let message = "intervalInMinutes must be 5, 60, 360, 720 or 1440.";
            return Err(ApiError::bad(CODE, message).at("intervalInMinutes"));
        }
        let is_expanding = match self.window.as_deref() {
            None => interval == 5,
            Some(window) if window.eq_ignore_ascii_case("Expanding") && interval == 5 => true,
            Some(window) if window.eq_ignore_ascii_case("Rolling") && interval != 5 => false,
            Some(_) => {
                let message = "window must be Expanding, with intervalInMinutes 5, or Rolling, with another.";
                return Err(ApiError::bad(CODE, message).at("window"));
            }
        };
        let date = |text: Option<&str>, field, otherwise| match text {
            None => Ok(otherwise),
            Some(text) => read_date(Some(text), field, CODE),
        };
        Ok(View {
            start_us: date(self.start_time.as_deref(), "startTime", evaluation.start_us)?,
            end_us: date(self.end_time.as_deref(), "endTime", evaluation.end_us)?,
            interval_us: i64::from(interval) * MINUTE_US,
            is_expanding,
        })
    }
}

/// One evaluation with what it found, as far as it lies between the two days.
#[utoipa::path(
    get, path = "/evaluations/{evaluationId}", operation_id = "Evaluations_Get",
    params(
        ("evaluationId" = String, Path, max_length = 256),
        ("startTime" = String, Query, description = "The first day"),
        ("endTime" = String, Query, description = "The last day"),
        ("intervalInMinutes" = Option<i32>, Query, description = "5 (the default), 60, 360, 720 or 1440"),
        ("window" = Option<String>, Query, description = "`Expanding` with 5 minutes, `Rolling` with more"),
    ),
    security(("key" = [])),
    responses(
        (status = 200, description = "The evaluation", body = NewestEvaluation),
        (status = 400, description = "An interval or window that there is not", body = ErrorBody),
        (status = 401, description = "No key, or a wrong one", body = ErrorBody),
        (status = 404, description = "Offline Evaluation not found.", body = ErrorBody),
    )
)]
pub async fn get_one(
    live: LiveLoop,
    ApiPath(path): ApiPath<EvaluationPath>,
    query: Result<Query<ViewQuery>, QueryRejection>,
) -> Result<Json<NewestEvaluation>, ApiError> {
    let evaluation = live.evaluation(&path.evaluation_id).await?;
    let Query(query) = query.map_err(|error| ApiError::bad("BadRequest", error.body_text()))?;
    let view = query.check(&evaluation)?;
    let result = live.evaluation_result(&evaluation.id).await?;
    Ok(Json(NewestEvaluation::whole(&evaluation, &result, view)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_tells_manual_evaluations_from_automatic_ones() {
        assert_eq!(read_filter("metadata=evaluationType eq 'Manual'").ok(), Some(false));
        assert_eq!(read_filter("evaluationType eq 'Auto'").ok(), Some(true));
        assert!(read_filter("status eq 'Running'").is_err());
        assert!(read_filter("evaluationType").is_err());
    }
}
