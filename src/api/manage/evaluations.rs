//! Evaluations with everything that is known: three estimators, each with its interval, for all slots and for each.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::ErrorBody,
        extract::{ApiJson, ApiPath},
        instant,
    },
    bandit::evaluation::Interval,
    loops::{
        CustomPolicy, Evaluation, EvaluationResult, EvaluationStatus, EvaluationSummary, EvaluationToMake, LiveLoop,
        SegmentRow, Totals,
    },
};

/// The evaluation in the path, percent-decoded.
#[derive(Debug, Deserialize)]
pub struct EvaluationPath {
    #[serde(rename = "evaluationId")]
    evaluation_id: String,
}

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"name": "january", "startTime": "2026-01-01", "endTime": "2026-01-31", "isOptimizing": true}))]
pub struct NewEvaluation {
    /// Left out: the server makes one.
    id: Option<String>,
    name: String,
    /// A date or an instant; its whole day is evaluated.
    start_time: String,
    /// A date or an instant; its whole day is evaluated.
    end_time: String,
    /// Learning settings to judge, at most 10.
    #[serde(default)]
    policies: Vec<NewPolicy>,
    /// Whether to look for better learning settings too.
    #[serde(default)]
    is_optimizing: bool,
    /// A feature of the context, such as `device` or `user.device`: the answer then has `segments` by its values.
    segment_by: Option<String>,
}

/// Learning settings under a name.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPolicy {
    name: String,
    arguments: String,
}

/// An evaluation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationInfo {
    id: String,
    name: String,
    start_time: String,
    end_time: String,
    created_at: String,
    /// Whether the loop asked by itself.
    is_auto: bool,
    /// `running`, `succeeded`, `failed`, `optimalPolicyApplied` or `onlinePolicyRetained`.
    status: &'static str,
    /// While it is being done: 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    share_done: Option<f32>,
    /// The policy to take; `online` when none is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    optimal_policy: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// For all slots, then for each; lists leave the slots out.
    policies: Vec<JudgedPolicy>,
    /// The most important first; lists leave them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    features: Vec<JudgedFeature>,
    /// By the values of the feature that was asked for; lists leave them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    segments: Vec<JudgedSegment>,
}

/// A part of the traffic.
#[derive(Debug, Serialize, ToSchema)]
pub struct JudgedSegment {
    /// The feature's value there.
    value: String,
    policies: Vec<JudgedPolicy>,
}

/// One policy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgedPolicy {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_id: Option<String>,
    /// `Online`, `Baseline`, `Random`, `Custom` or `OfflineExperimentation`.
    source: &'static str,
    /// Left out for baselines, which have no learning settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<String>,
    n_events: f64,
    /// How many evenly weighted events would tell as much.
    n_effective: f64,
    /// The most that one event counts for. Left out of evaluations from before it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    largest_weight: Option<f64>,
    /// The share of events whose shown action the policy would never have chosen.
    share_impossible: f64,
    /// Inverse propensity scoring: unbiased.
    ips: JudgedReward,
    /// Self-normalised: less noisy, slightly biased. Left out without any evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    snips: Option<JudgedReward>,
    /// Doubly robust: unbiased, and less noisy the better a model of the rewards is.
    doubly_robust: JudgedReward,
}

/// A mean reward with its 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct JudgedReward {
    value: f64,
    /// Left out when the evidence is too little for an interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
}

/// How much a feature moved the choice.
#[derive(Debug, Serialize, ToSchema)]
pub struct JudgedFeature {
    namespace: String,
    feature: String,
    /// 1 for the most important, 0 for one that moved nothing.
    score: f32,
}

/// All evaluations, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationList {
    evaluations: Vec<EvaluationInfo>,
}

/// Which policy to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"policyName": "Inter-len1"}))]
pub struct PolicyToApply {
    policy_name: String,
}

impl NewEvaluation {
    fn check(self) -> Result<EvaluationToMake, ApiError> {
        let date = |text: &str, field: &'static str| {
            let message = format!("`{field}` is neither a date nor an instant.");
            instant::read(text).ok_or_else(|| ApiError::bad("InvalidEvaluationContract", message).at(field))
        };
        let policy = |policy: NewPolicy| CustomPolicy { name: policy.name, arguments: policy.arguments };
        Ok(EvaluationToMake {
            id: self.id,
            name: self.name,
            start_us: date(&self.start_time, "startTime")?,
            end_us: date(&self.end_time, "endTime")?,
            policies: self.policies.into_iter().map(policy).collect(),
            is_optimizing: self.is_optimizing,
            segment_by: self.segment_by,
        })
    }
}

impl JudgedReward {
    fn of(value: f64, interval: Interval) -> Self {
        let finite = |end: f64| end.is_finite().then_some(end);
        Self { value, low: finite(interval.low), high: finite(interval.high) }
    }
}

impl JudgedPolicy {
    fn of(summary: &EvaluationSummary, policy_idx: usize, slot_id: Option<String>, totals: &Totals) -> Option<Self> {
        let policy = summary.policies.get(policy_idx)?;
        let snips = totals.snips.estimate();
        Some(Self {
            name: policy.name.clone(),
            slot_id,
            source: policy.source.as_str(),
            arguments: policy.arguments.clone(),
            n_events: totals.ips.n_events,
            n_effective: snips.map_or(0.0, |estimate| estimate.n_effective),
            largest_weight: Some(totals.largest_weight).filter(|weight| *weight > 0.0),
            share_impossible: 1.0 - totals.ips.n_possible / totals.ips.n_events.max(1.0),
            ips: JudgedReward::of(totals.ips.value(), totals.ips.interval()),
            snips: snips.map(|estimate| {
                JudgedReward::of(estimate.value, Interval::around(estimate.value, estimate.half_width))
            }),
            doubly_robust: JudgedReward::of(totals.doubly_robust.value(), totals.doubly_robust.interval()),
        })
    }
}

fn status(status: EvaluationStatus) -> &'static str {
    match status {
        EvaluationStatus::Running => "running",
        EvaluationStatus::Succeeded => "succeeded",
        EvaluationStatus::Failed => "failed",
        EvaluationStatus::OptimalPolicyApplied => "optimalPolicyApplied",
        EvaluationStatus::OnlinePolicyRetained => "onlinePolicyRetained",
    }
}

impl EvaluationInfo {
    fn listed(evaluation: &Evaluation) -> Self {
        let summary = evaluation.summary.as_ref();
        let overall = summary.map(|summary| {
            let rows = summary.policies.iter().enumerate();
            rows.filter_map(|(idx, policy)| JudgedPolicy::of(summary, idx, None, &policy.totals)).collect()
        });
        Self {
            id: evaluation.id.to_string(),
            name: evaluation.name.clone(),
            start_time: instant::write(evaluation.start_us),
            end_time: instant::write(evaluation.end_us),
            created_at: instant::write(evaluation.created_at_us),
            is_auto: evaluation.is_auto,
            status: status(evaluation.status),
            share_done: evaluation.share_done,
            optimal_policy: summary.map(|summary| summary.optimal_policy.clone()).filter(|name| !name.is_empty()),
            problem: summary.and_then(|summary| summary.problem.clone()),
            policies: overall.unwrap_or_default(),
            features: Vec::new(),
            segments: Vec::new(),
        }
    }

    fn whole(evaluation: &Evaluation, result: EvaluationResult) -> Self {
        let mut told = Self::listed(evaluation);
        if let Some(summary) = &evaluation.summary {
            let of_slots = result.rows.iter().filter_map(|row| {
                let slot_id = row.slot_id.as_ref()?.to_string();
                JudgedPolicy::of(summary, row.policy_idx, Some(slot_id), &row.totals)
            });
            told.policies.extend(of_slots);
            let segment = |segment: &SegmentRow| JudgedSegment {
                value: segment.value.clone(),
                policies: segment
                    .totals
                    .iter()
                    .enumerate()
                    .filter_map(|(idx, totals)| JudgedPolicy::of(summary, idx, None, totals))
                    .collect(),
            };
            told.segments = result.segments.iter().map(segment).collect();
        }
        let feature = |score: crate::bandit::evaluation::FeatureScore| JudgedFeature {
            namespace: score.namespace,
            feature: score.feature,
            score: score.score,
        };
        told.features = result.features.into_iter().map(feature).collect();
        told
    }
}

async fn read(live: &LiveLoop, id: &str) -> Result<Json<EvaluationInfo>, ApiError> {
    let evaluation = live.evaluation(id).await?;
    let result = live.evaluation_result(&evaluation.id).await?;
    Ok(Json(EvaluationInfo::whole(&evaluation, result)))
}

/// All evaluations of a loop.
#[utoipa::path(
    get, path = "/loops/{id}/evaluations", tag = "Evaluations", operation_id = "listEvaluations",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = EvaluationList), (status = 404, body = ErrorBody))
)]
pub async fn list(managed: ManagedLoop) -> Result<Json<EvaluationList>, ApiError> {
    let evaluations = managed.read().evaluations().await?.iter().map(EvaluationInfo::listed).collect();
    Ok(Json(EvaluationList { evaluations }))
}

/// Asks what policies would have earned. It is done in the background.
#[utoipa::path(
    post, path = "/loops/{id}/evaluations", tag = "Evaluations", operation_id = "createEvaluation",
    params(("id" = String, Path)), request_body = NewEvaluation, security(("token" = [])),
    responses(
        (status = 201, body = EvaluationInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 403, description = "The token may only read", body = ErrorBody),
    )
)]
pub async fn create(
    managed: ManagedLoop,
    ApiJson(asked): ApiJson<NewEvaluation>,
) -> Result<(StatusCode, Json<EvaluationInfo>), ApiError> {
    let (live, by) = managed.analyse()?;
    let made = live.make_evaluation(asked.check()?, by).await?;
    Ok((StatusCode::CREATED, Json(EvaluationInfo::listed(&made))))
}

/// One evaluation.
#[utoipa::path(
    get, path = "/loops/{id}/evaluations/{evaluationId}", tag = "Evaluations", operation_id = "getEvaluation",
    params(("id" = String, Path), ("evaluationId" = String, Path, description = "Percent-encoded")),
    security(("token" = [])), responses((status = 200, body = EvaluationInfo), (status = 404, body = ErrorBody))
)]
pub async fn get_one(
    managed: ManagedLoop,
    ApiPath(path): ApiPath<EvaluationPath>,
) -> Result<Json<EvaluationInfo>, ApiError> {
    read(managed.read(), &path.evaluation_id).await
}

/// Removes an evaluation, also one that is still running.
#[utoipa::path(
    delete, path = "/loops/{id}/evaluations/{evaluationId}", tag = "Evaluations", operation_id = "deleteEvaluation",
    params(("id" = String, Path), ("evaluationId" = String, Path, description = "Percent-encoded")),
    security(("token" = [])), responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn delete(managed: ManagedLoop, ApiPath(path): ApiPath<EvaluationPath>) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.analyse()?;
    live.delete_evaluation(&path.evaluation_id, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The loop learns from now on as a policy of the evaluation did; a new model is trained from the log and takes over.
#[utoipa::path(
    post, path = "/loops/{id}/evaluations/{evaluationId}/apply", tag = "Evaluations", operation_id = "applyEvaluation",
    params(("id" = String, Path), ("evaluationId" = String, Path, description = "Percent-encoded")),
    request_body = PolicyToApply, security(("token" = [])),
    responses((status = 204), (status = 404, description = "No such evaluation or policy", body = ErrorBody))
)]
pub async fn apply(
    managed: ManagedLoop,
    ApiPath(path): ApiPath<EvaluationPath>,
    ApiJson(wanted): ApiJson<PolicyToApply>,
) -> Result<StatusCode, ApiError> {
    let (live, by) = managed.change()?;
    live.apply_from_evaluation(&path.evaluation_id, &wanted.policy_name, by).await?;
    Ok(StatusCode::NO_CONTENT)
}
