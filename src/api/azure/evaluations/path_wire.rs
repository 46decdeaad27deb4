//! What v1.0 and v1.1-preview tell of an evaluation: the running sums, window by window.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{azure::versions::EvaluationDialect, instant},
    bandit::evaluation::{COARSE_US, DAY_US, FINE_US, IpsSums, Series},
    loops::{self, EvaluationResult, EvaluationStatus, PolicySource, PolicySummary},
};

/// How the old service wrote the time of a total in a list.
const NEVER: &str = "0001-01-01T00:00:00";
/// The windows of rows over time, by width.
const WINDOWS: [(i64, &str); 4] = [(FINE_US, "PT5M"), (12 * FINE_US, "PT1H"), (COARSE_US, "PT6H"), (DAY_US, "P1D")];

/// Evaluations in a bare list.
pub type Listed = Vec<Evaluation>;

/// A counterfactual evaluation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    id: String,
    name: String,
    start_time: String,
    end_time: String,
    job_id: String,
    /// `pending`, `completed`, `failed`; of automatic ones also `optimalPolicyApplied` and `onlinePolicyRetained`.
    status: &'static str,
    policy_results: Vec<PolicyResult>,
    /// Features with their values, the most important group first.
    feature_importance: Vec<Vec<String>>,
    /// `Manual` or `Auto`. This and what follows came with v1.1-preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    evaluation_type: Option<&'static str>,
    /// The policy to take: `online` when none is better, empty while nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    optimal_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_time: Option<String>,
}

/// One policy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PolicyResult {
    name: String,
    /// Left out for baselines, which have no learning settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Vec<PolicyResultSummary>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_summary: Option<PolicyResultSummary>,
}

/// The sums of one window.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PolicyResultSummary {
    time_stamp: String,
    /// Σ w r, with w the chance that the policy gave the logged action by the chance that it had, and r the reward.
    ips_estimator_numerator: f32,
    /// The number of events.
    ips_estimator_denominator: f32,
    /// Σ w.
    snips_estimator_denominator: f32,
    aggregate_time_window: &'static str,
    /// Events whose logged action the policy might have chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    non_zero_probability: Option<f32>,
    /// Σ (w r)².
    #[serde(skip_serializing_if = "Option::is_none")]
    sum_of_squares: Option<f32>,
    /// Half the width of the 95 % interval around the average.
    confidence_interval: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    average_reward: Option<f32>,
}

impl Evaluation {
    /// With what it found, once it has.
    pub fn whole(evaluation: loops::Evaluation, result: Option<EvaluationResult>, dialect: EvaluationDialect) -> Self {
        let result = result.unwrap_or_default();
        let end_time = instant::write(evaluation.end_us);
        let mut told = Self::told(evaluation, dialect, &end_time);
        // Slot by slot is told by the newest version alone.
        for row in result.rows.iter().filter(|row| row.slot_id.is_none()) {
            if let Some(policy) = told.policy_results.get_mut(row.policy_idx) {
                policy.summary = Some(summaries(&row.series, policy.is_online(), dialect));
            }
        }
        told.feature_importance = result.feature_groups;
        told
    }

    /// As lists tell of it.
    pub fn listed(evaluation: loops::Evaluation, dialect: EvaluationDialect) -> Self {
        Self::told(evaluation, dialect, NEVER)
    }

    fn told(evaluation: loops::Evaluation, dialect: EvaluationDialect, total_time: &str) -> Self {
        let status = status(evaluation.status, dialect);
        let (policies, optimal_policy) = match evaluation.summary {
            Some(summary) if !summary.policies.is_empty() => {
                let result = |policy| PolicyResult::judged(policy, total_time, dialect);
                (summary.policies.into_iter().map(result).collect(), summary.optimal_policy)
            }
            _ => {
                let named = evaluation.policies.into_iter();
                (named.map(|policy| PolicyResult::asked(policy, dialect)).collect(), String::new())
            }
        };
        let id = evaluation.id.to_string();
        let is_preview = dialect == EvaluationDialect::Preview;
        Self {
            job_id: id.clone(),
            id,
            name: evaluation.name,
            start_time: instant::write(evaluation.start_us),
            end_time: instant::write(evaluation.end_us),
            status,
            policy_results: policies,
            feature_importance: Vec::new(),
            evaluation_type: is_preview.then_some(if evaluation.is_auto { "Auto" } else { "Manual" }),
            optimal_policy: is_preview.then_some(optimal_policy),
            creation_time: is_preview.then(|| instant::write(evaluation.created_at_us)),
        }
    }
}

fn status(status: EvaluationStatus, dialect: EvaluationDialect) -> &'static str {
    match status {
        EvaluationStatus::Running => "pending",
        EvaluationStatus::Failed => "failed",
        EvaluationStatus::OptimalPolicyApplied if dialect == EvaluationDialect::Preview => "optimalPolicyApplied",
        EvaluationStatus::OnlinePolicyRetained if dialect == EvaluationDialect::Preview => "onlinePolicyRetained",
        EvaluationStatus::Succeeded
        | EvaluationStatus::OptimalPolicyApplied
        | EvaluationStatus::OnlinePolicyRetained => "completed",
    }
}

fn source(source: PolicySource, dialect: EvaluationDialect) -> Option<&'static str> {
    (dialect == EvaluationDialect::Preview).then(|| source.as_str())
}

impl PolicyResult {
    fn judged(policy: PolicySummary, total_time: &str, dialect: EvaluationDialect) -> Self {
        let is_online = policy.source == PolicySource::Online;
        let total = PolicyResultSummary::of(&policy.totals.ips, total_time.to_owned(), "PT0S", is_online, dialect);
        Self {
            name: policy.name,
            arguments: policy.arguments,
            policy_source: source(policy.source, dialect),
            summary: None,
            total_summary: Some(total),
        }
    }

    fn asked(policy: loops::CustomPolicy, dialect: EvaluationDialect) -> Self {
        Self {
            name: policy.name,
            arguments: Some(policy.arguments),
            policy_source: source(PolicySource::Custom, dialect),
            summary: None,
            total_summary: None,
        }
    }

    fn is_online(&self) -> bool {
        self.name == loops::ONLINE
    }
}

fn summaries(series: &Series, is_online: bool, dialect: EvaluationDialect) -> Vec<PolicyResultSummary> {
    let widths = WINDOWS.iter().filter(|(width_us, _)| *width_us >= series.width_us);
    let rows = widths.flat_map(|(width_us, window)| {
        let rows = series.in_windows_of(*width_us).into_iter();
        rows.map(|(start_us, sums)| {
            PolicyResultSummary::of(&sums, instant::write(start_us), window, is_online, dialect)
        })
    });
    rows.collect()
}

impl PolicyResultSummary {
    /// What was really earned is no estimate, so the online policy's rows have neither spread nor width.
    fn of(
        sums: &IpsSums,
        time_stamp: String,
        window: &'static str,
        is_online: bool,
        dialect: EvaluationDialect,
    ) -> Self {
        let estimated = |value: f64| (!is_online).then_some(value as f32);
        Self {
            time_stamp,
            ips_estimator_numerator: sums.weighted_reward as f32,
            ips_estimator_denominator: sums.n_events as f32,
            snips_estimator_denominator: sums.weight as f32,
            aggregate_time_window: window,
            non_zero_probability: estimated(sums.n_possible),
            sum_of_squares: estimated(sums.squares),
            confidence_interval: estimated(sums.half_width()).unwrap_or(0.0),
            average_reward: (dialect == EvaluationDialect::Preview).then(|| sums.value() as f32),
        }
    }
}
