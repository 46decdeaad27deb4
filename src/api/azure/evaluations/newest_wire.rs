//! What 2022-09-01-preview tells of an evaluation: estimates with their intervals, policy by policy and slot by slot.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::instant,
    bandit::evaluation::{DAY_US, IpsSums, Series},
    loops::{Evaluation, EvaluationResult, EvaluationStatus, EvaluationSummary, PolicyRow},
};

const MINUTE_US: i64 = 60_000_000;

/// Which part of an evaluation is told, and in which steps.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub start_us: i64,
    pub end_us: i64,
    pub interval_us: i64,
    /// Whether each step tells of all events up to its end, and not of its own alone.
    pub is_expanding: bool,
}

/// A page of evaluations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evaluations {
    pub value: Vec<NewestEvaluation>,
    /// The absolute address of the next page; left out on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
}

/// A counterfactual evaluation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewestEvaluation {
    id: String,
    name: String,
    start_time: String,
    end_time: String,
    creation_time: String,
    /// `Running`, `Succeeded`, `Failed`; of automatic ones also `OptimalPolicyApplied` and `OnlinePolicyRetained`.
    status: &'static str,
    /// `Manual` or `Auto`.
    evaluation_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    optimal_policy: Option<String>,
    /// Once it ended well.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<EvaluationContent>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EvaluationContent {
    start_time: String,
    end_time: String,
    /// The step of the time series. Once the events span a week, six hours is the least.
    interval_in_minutes: i32,
    value: Vec<PolicyEstimates>,
}

/// One policy, over all slots or in one of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PolicyEstimates {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<String>,
    policy_source: &'static str,
    summary: RewardEstimate,
    timeseries: TimeSeries,
}

/// The mean reward that a policy would have earned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RewardEstimate {
    expected_reward: f32,
    /// The ends of the 95 % interval.
    confidence_interval: [f32; 2],
}

/// Estimates over time; steps without events are left out.
#[derive(Debug, Serialize, ToSchema)]
struct TimeSeries {
    data: Vec<TimedEstimate>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TimedEstimate {
    time_stamp: String,
    #[serde(flatten)]
    estimate: RewardEstimate,
}

/// The status of an evaluation or feature importance in words.
pub fn status(status: EvaluationStatus) -> &'static str {
    match status {
        EvaluationStatus::Running => "Running",
        EvaluationStatus::Succeeded => "Succeeded",
        EvaluationStatus::Failed => "Failed",
        EvaluationStatus::OptimalPolicyApplied => "OptimalPolicyApplied",
        EvaluationStatus::OnlinePolicyRetained => "OnlinePolicyRetained",
    }
}

impl NewestEvaluation {
    /// As lists tell of it.
    pub fn listed(evaluation: &Evaluation) -> Self {
        let summary = evaluation.summary.as_ref();
        Self {
            id: evaluation.id.to_string(),
            name: evaluation.name.clone(),
            start_time: instant::write(evaluation.start_us),
            end_time: instant::write(evaluation.end_us),
            creation_time: instant::write(evaluation.created_at_us),
            status: status(evaluation.status),
            evaluation_type: if evaluation.is_auto { "Auto" } else { "Manual" },
            optimal_policy: summary.map(|summary| summary.optimal_policy.clone()).filter(|name| !name.is_empty()),
            content: None,
            description: summary.and_then(|summary| summary.problem.clone()),
        }
    }

    /// With what it found.
    pub fn whole(evaluation: &Evaluation, result: &EvaluationResult, view: View) -> Self {
        let summary = evaluation.summary.as_ref().filter(|summary| !summary.policies.is_empty());
        let content = summary.map(|summary| EvaluationContent::of(summary, result, view));
        Self { content, ..Self::listed(evaluation) }
    }
}

impl EvaluationContent {
    fn of(summary: &EvaluationSummary, result: &EvaluationResult, view: View) -> Self {
        let finest_us = result.rows.first().map_or(0, |row| row.series.width_us);
        let view = View { interval_us: view.interval_us.max(finest_us), ..view };
        let value = result.rows.iter().filter_map(|row| PolicyEstimates::of(summary, row, view)).collect();
        Self {
            start_time: instant::write(view.start_us),
            end_time: instant::write(view.end_us),
            interval_in_minutes: i32::try_from(view.interval_us / MINUTE_US).unwrap_or(i32::MAX),
            value,
        }
    }
}

impl PolicyEstimates {
    fn of(summary: &EvaluationSummary, row: &PolicyRow, view: View) -> Option<Self> {
        let policy = summary.policies.get(row.policy_idx)?;
        let begin = |at_us: i64| at_us.div_euclid(DAY_US) * DAY_US;
        let part = row.series.within(begin(view.start_us), begin(view.end_us).saturating_add(DAY_US));
        Some(Self {
            name: policy.name.clone(),
            slot_id: row.slot_id.as_ref().map(ToString::to_string),
            arguments: policy.arguments.clone(),
            policy_source: policy.source.as_str(),
            summary: RewardEstimate::of(&part.total()),
            timeseries: TimeSeries { data: timed(&part, view) },
        })
    }
}

fn timed(series: &Series, view: View) -> Vec<TimedEstimate> {
    let mut so_far = IpsSums::default();
    let steps = series.in_windows_of(view.interval_us).into_iter().filter(|(_, sums)| !sums.is_empty());
    let estimate = steps.map(|(start_us, sums)| {
        so_far.merge(&sums);
        let shown = if view.is_expanding { &so_far } else { &sums };
        TimedEstimate { time_stamp: instant::write(start_us), estimate: RewardEstimate::of(shown) }
    });
    estimate.collect()
}

impl RewardEstimate {
    fn of(sums: &IpsSums) -> Self {
        let interval = sums.interval();
        Self { expected_reward: sums.value() as f32, confidence_interval: [interval.low as f32, interval.high as f32] }
    }
}
