//! Evaluations in words: who is better than what the loop did, and how sure that is.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{coverage, words};
use crate::{
    bandit::evaluation::{FeatureScore, Interval},
    loops::{
        Evaluation, EvaluationResult, EvaluationStatus, EvaluationSummary, LiveLoop, LoopError, ONLINE, PolicySource,
        Totals,
    },
    reports::{EvaluationLine, EvaluationReport, FeatureLine, PolicyLine, SlotPolicies, VerdictTone},
};

/// Features that a report names.
const N_FEATURES: usize = 12;
/// Below it an interval's normal shape is not to be trusted.
const N_LEAST: f64 = 100.0;

/// All evaluations, newest first.
pub async fn evaluations(live: &LiveLoop) -> Result<Vec<EvaluationLine>, LoopError> {
    let now_us = live.now_us();
    let line = |evaluation: &Evaluation| EvaluationLine {
        id_in_path: utf8_percent_encode(evaluation.id.as_str(), NON_ALPHANUMERIC).to_string(),
        name: evaluation.name.clone(),
        span: span(evaluation),
        asked: format!("asked for {}", words::ago(evaluation.created_at_us, now_us)),
        sentence: headline(evaluation),
        is_running: evaluation.status == EvaluationStatus::Running,
    };
    Ok(live.evaluations().await?.iter().map(line).collect())
}

/// One evaluation with everything that it found.
pub async fn evaluation(live: &LiveLoop, id: &str) -> Result<EvaluationReport, LoopError> {
    let evaluation = live.evaluation(id).await?;
    let result = live.evaluation_result(&evaluation.id).await?;
    Ok(report(&evaluation, &result))
}

/// The report that a link leads to.
pub async fn shared_evaluation(live: &LiveLoop, secret: &str) -> Result<EvaluationReport, LoopError> {
    let evaluation = live.shared_evaluation(secret).await?;
    let result = live.evaluation_result(&evaluation.id).await?;
    Ok(report(&evaluation, &result))
}

fn report(evaluation: &Evaluation, result: &EvaluationResult) -> EvaluationReport {
    let is_running = evaluation.status == EvaluationStatus::Running;
    let policies = evaluation.summary.as_ref().map_or_else(Vec::new, |summary| {
        let totals: Vec<(usize, &Totals)> = summary.policies.iter().map(|policy| &policy.totals).enumerate().collect();
        lines(summary, &totals)
    });
    let n_events = evaluation.summary.as_ref().and_then(online).map_or(0.0, |totals| totals.ips.n_events);
    EvaluationReport {
        name: evaluation.name.clone(),
        span: span(evaluation),
        headline: headline(evaluation),
        percent_done: is_running.then(|| (evaluation.share_done.unwrap_or(0.0) * 100.0) as u32),
        basis: if policies.is_empty() {
            String::new()
        } else {
            format!(
                "From {} decisions of the log. Values are doubly robust; verdicts rest on inverse propensity scoring, whose \
                 95 % interval must leave out what the loop earned.",
                words::count(n_events as u64)
            )
        },
        policies,
        overlap: evaluation.summary.as_ref().map_or_else(Vec::new, coverage::overlap),
        segments: evaluation.summary.as_ref().map_or_else(Vec::new, |summary| coverage::segments(summary, result)),
        segment_by: evaluation.segment_by.clone().unwrap_or_default(),
        segment_policy: evaluation.summary.as_ref().and_then(coverage::challenger).unwrap_or_default(),
        slots: evaluation.summary.as_ref().map_or_else(Vec::new, |summary| slots(summary, result)),
        features: result.features.iter().take(N_FEATURES).map(feature).collect(),
    }
}

fn slots(summary: &EvaluationSummary, result: &EvaluationResult) -> Vec<SlotPolicies> {
    let mut names: Vec<String> = Vec::new();
    for slot_id in result.rows.iter().filter_map(|row| row.slot_id.as_ref()) {
        if !names.iter().any(|name| name == slot_id.as_str()) {
            names.push(slot_id.to_string());
        }
    }
    let of_slot = |slot: String| {
        let rows = result.rows.iter().filter(|row| row.slot_id.as_ref().is_some_and(|id| id.as_str() == slot));
        let totals: Vec<(usize, &Totals)> = rows.map(|row| (row.policy_idx, &row.totals)).collect();
        SlotPolicies { policies: lines(summary, &totals), slot }
    };
    names.into_iter().map(of_slot).collect()
}

fn online(summary: &EvaluationSummary) -> Option<&Totals> {
    summary.policies.iter().find(|policy| policy.source == PolicySource::Online).map(|policy| &policy.totals)
}

/// The policies by what they would have earned, the best first.
fn lines(summary: &EvaluationSummary, totals: &[(usize, &Totals)]) -> Vec<PolicyLine> {
    let is_online = |idx: usize| summary.policies.get(idx).is_some_and(|policy| policy.source == PolicySource::Online);
    let earned = totals.iter().find(|(idx, _)| is_online(*idx)).map(|(_, totals)| totals.ips.value());
    let known = |interval: Interval| interval.low.is_finite() && interval.high.is_finite();
    let intervals =
        || totals.iter().map(|(_, totals)| totals.doubly_robust.interval()).filter(|interval| known(*interval));
    let low = intervals().map(|interval| interval.low).fold(f64::INFINITY, f64::min);
    let high = intervals().map(|interval| interval.high).fold(f64::NEG_INFINITY, f64::max);
    let at = |value: f64| ((value - low) / (high - low)).clamp(0.0, 1.0) as f32;
    let mut sorted: Vec<&(usize, &Totals)> = totals.iter().collect();
    sorted.sort_by(|a, b| b.1.doubly_robust.value().total_cmp(&a.1.doubly_robust.value()));
    let line = |(idx, totals): &&(usize, &Totals)| {
        let policy = summary.policies.get(*idx)?;
        let (robust, ips) = (totals.doubly_robust.interval(), totals.ips.interval());
        let (verdict, tone) = verdict(policy.source, totals, earned);
        Some(PolicyLine {
            name: policy.name.clone(),
            what: what(policy.source).to_owned(),
            arguments: policy.arguments.clone(),
            value: words::interval(totals.doubly_robust.value(), (robust.high - robust.low) / 2.0),
            ips: words::interval(totals.ips.value(), (ips.high - ips.low) / 2.0),
            effective: totals
                .snips
                .estimate()
                .map_or_else(|| "0".to_owned(), |estimate| words::count(estimate.n_effective as u64)),
            verdict,
            tone,
            scale: (known(robust) && high > low)
                .then(|| [at(robust.low), at(totals.doubly_robust.value()), at(robust.high)]),
        })
    };
    sorted.iter().filter_map(line).collect()
}

pub(super) fn verdict(source: PolicySource, totals: &Totals, earned: Option<f64>) -> (String, VerdictTone) {
    let interval = totals.ips.interval();
    match (source, earned) {
        (PolicySource::Online, _) => ("what the others are held against".to_owned(), VerdictTone::Reference),
        _ if totals.ips.n_events < N_LEAST => ("too few events".to_owned(), VerdictTone::Open),
        (_, Some(earned)) if interval.low > earned => ("surely better".to_owned(), VerdictTone::Better),
        (_, Some(earned)) if interval.high < earned => ("surely worse".to_owned(), VerdictTone::Worse),
        _ => ("cannot be told apart".to_owned(), VerdictTone::Open),
    }
}

fn what(source: PolicySource) -> &'static str {
    match source {
        PolicySource::Online => "what the loop really showed",
        PolicySource::Baseline => "always your first action",
        PolicySource::Random => "an even draw",
        PolicySource::Custom => "learning settings of yours",
        PolicySource::OfflineExperimentation => "found by the search",
    }
}

fn headline(evaluation: &Evaluation) -> String {
    let summary = match (&evaluation.summary, evaluation.status) {
        (_, EvaluationStatus::Running) => return "It is being worked out.".to_owned(),
        (Some(summary), EvaluationStatus::Failed) => {
            let problem = summary.problem.clone().unwrap_or_default();
            return format!("It failed. {problem}");
        }
        (None, _) => return "It failed.".to_owned(),
        (Some(summary), _) => summary,
    };
    let Some(earned) = online(summary).filter(|totals| totals.ips.n_events > 0.0) else {
        return "There were no events in these days.".to_owned();
    };
    let earned = match earned.ips.half_width() {
        half_width if half_width.is_finite() => words::interval(earned.ips.value(), half_width),
        _ => words::reward(earned.ips.value()),
    };
    let best = summary.policies.iter().find(|policy| policy.name == summary.optimal_policy);
    match best.filter(|policy| policy.name != ONLINE) {
        Some(policy) => {
            let ips = &policy.totals.ips;
            let value = words::interval(ips.value(), ips.half_width());
            format!("{} would have earned {value} per decision, where the loop earned {earned} (95 %).", policy.name)
        }
        None => format!("Nothing that was tried is surely better than what the loop did: {earned} per decision."),
    }
}

fn feature(score: &FeatureScore) -> FeatureLine {
    FeatureLine { name: feature_name(&score.namespace, &score.feature), length: score.score }
}

/// "device", "action.topic", "sky.weather"; an array is named by itself.
pub(super) fn feature_name(namespace: &str, feature: &str) -> String {
    match namespace {
        "FromUrl" => feature.to_owned(),
        "i" | "j" => format!("action.{feature}"),
        own if own == feature => own.to_owned(),
        own => format!("{own}.{feature}"),
    }
}

fn span(evaluation: &Evaluation) -> String {
    let day = |at_us: i64| words::day(at_us);
    let (first, last) = (day(evaluation.start_us), day(evaluation.end_us));
    if first == last { first } else { format!("{first} to {last}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loops::PolicySummary;

    /// A policy whose decisions earned `value` on average, a little more and less by turns.
    fn policy(name: &str, source: PolicySource, value: f64, n_events: usize) -> PolicySummary {
        let mut totals = Totals::default();
        for n in 0..n_events {
            let reward = value + if n % 2 == 0 { 0.1 } else { -0.1 };
            totals.ips.add(1.0, reward);
            totals.snips.add(1.0, reward);
            totals.doubly_robust.add(value, 1.0, reward, value);
        }
        PolicySummary { name: name.to_owned(), source, arguments: None, totals }
    }

    fn evaluation(policies: Vec<PolicySummary>, optimal: &str) -> Evaluation {
        Evaluation {
            id: "e1".to_owned().try_into().expect("an id"),
            name: "january".to_owned(),
            start_us: 1_767_225_600_000_000,
            end_us: 1_767_312_000_000_000,
            created_at_us: 0,
            is_auto: false,
            status: EvaluationStatus::Succeeded,
            segment_by: None,
            policies: Vec::new(),
            share_done: None,
            summary: Some(EvaluationSummary { optimal_policy: optimal.to_owned(), policies, problem: None }),
        }
    }

    #[test]
    fn the_best_stands_first_and_is_called_better_only_when_that_is_sure() {
        let policies = vec![
            policy(ONLINE, PolicySource::Online, 0.4, 400),
            policy("Hyper1", PolicySource::OfflineExperimentation, 0.5, 400),
            policy("baselineRand", PolicySource::Random, 0.2, 400),
            policy("mine", PolicySource::Custom, 0.405, 400),
        ];
        let report = report(&evaluation(policies, "Hyper1"), &EvaluationResult::default());
        assert_eq!(report.span, "1 Jan 2026 to 2 Jan 2026");
        assert!(report.headline.starts_with("Hyper1 would have earned 0.500 ± 0.01"), "{}", report.headline);
        assert!(report.headline.contains("where the loop earned 0.40"), "{}", report.headline);
        let told: Vec<_> = report.policies.iter().map(|line| (line.name.as_str(), line.tone)).collect();
        let tones = [VerdictTone::Better, VerdictTone::Open, VerdictTone::Reference, VerdictTone::Worse];
        assert_eq!(told, ["Hyper1", "mine", ONLINE, "baselineRand"].into_iter().zip(tones).collect::<Vec<_>>());
        let scales: Vec<[f32; 3]> = report.policies.iter().filter_map(|line| line.scale).collect();
        assert!(
            scales.len() == 4 && scales.iter().all(|[low, value, high]| low <= value && value <= high),
            "{scales:?}"
        );
    }

    #[test]
    fn where_nothing_is_better_or_known_that_is_the_headline() {
        let few = |optimal: &str, n| evaluation(vec![policy(ONLINE, PolicySource::Online, 0.4, n)], optimal);
        assert!(headline(&few(ONLINE, 400)).starts_with("Nothing that was tried is surely better"));
        assert_eq!(headline(&few("", 0)), "There were no events in these days.");
        let few_events =
            vec![policy(ONLINE, PolicySource::Online, 0.4, 50), policy("mine", PolicySource::Custom, 0.9, 50)];
        let report = report(&evaluation(few_events, ONLINE), &EvaluationResult::default());
        assert_eq!(report.policies[0].verdict, "too few events");
    }
}
