//! How far a log can tell of a policy that did not make it, and what it says of parts of the traffic.
//!
//! With w = π(a|x) / p the weight of a decision: (Σ w)² / Σ w² decisions of even weight would tell as much; where π(a|x) = 0
//! for what was shown, the decision says nothing of the policy; and one decision with a large weight can decide all.

use super::{evaluations::verdict, words};
use crate::{
    loops::{EvaluationResult, EvaluationSummary, PolicySource, PolicySummary, Totals},
    reports::{OverlapLine, SegmentLine, VerdictTone},
};

/// Below these shares of effective decisions the log tells little, or hardly anything.
const THIN: f64 = 0.2;
const POOR: f64 = 0.05;
/// With fewer effective decisions an interval's shape is not to be trusted.
const N_LEAST: f64 = 100.0;
/// One decision that counts for more than this part of all is too much.
const MOST_OF_ALL: f64 = 0.05;

/// Every policy but the loop's own, whose decisions the log consists of.
pub fn overlap(summary: &EvaluationSummary) -> Vec<OverlapLine> {
    summary.policies.iter().filter(|policy| policy.source != PolicySource::Online).filter_map(overlap_of).collect()
}

fn overlap_of(policy: &PolicySummary) -> Option<OverlapLine> {
    let totals = &policy.totals;
    let n = totals.ips.n_events;
    if n == 0.0 {
        return None;
    }
    let n_effective = totals.snips.estimate().map_or(0.0, |estimate| estimate.n_effective);
    let (verdict, tone) = overlap_verdict(totals, n_effective);
    Some(OverlapLine {
        policy: policy.name.clone(),
        effective: format!("{} of {}", words::count(n_effective as u64), words::count(n as u64)),
        largest_weight: match totals.largest_weight {
            0.0 => "–".to_owned(),
            weight if weight < 10.0 => format!("{weight:.1}"),
            weight => words::count(weight.round() as u64),
        },
        impossible: words::percent(1.0 - totals.ips.n_possible / n),
        verdict: verdict.to_owned(),
        tone,
    })
}

fn overlap_verdict(totals: &Totals, n_effective: f64) -> (&'static str, VerdictTone) {
    let share = n_effective / totals.ips.n_events;
    let weight_of_one = totals.largest_weight / totals.ips.weight.max(1.0);
    match () {
        () if n_effective < N_LEAST => ("too few decisions tell of it", VerdictTone::Worse),
        () if share < POOR => ("its value rests on few decisions", VerdictTone::Worse),
        () if weight_of_one > MOST_OF_ALL => ("one decision counts for too much", VerdictTone::Worse),
        () if share < THIN => ("thin: mind the interval", VerdictTone::Open),
        () => ("well covered", VerdictTone::Better),
    }
}

/// Whom the loop is held against in parts: the policy to take, or the best of those that were judged.
pub fn challenger(summary: &EvaluationSummary) -> Option<String> {
    Some(summary.policies.get(challenger_idx(summary)?)?.name.clone())
}

fn challenger_idx(summary: &EvaluationSummary) -> Option<usize> {
    let is_other = |policy: &PolicySummary| policy.source != PolicySource::Online;
    let optimal = summary.policies.iter().position(|policy| policy.name == summary.optimal_policy && is_other(policy));
    let value = |policy: &PolicySummary| policy.totals.doubly_robust.value();
    let best = || {
        let others = summary.policies.iter().enumerate().filter(|(_, policy)| is_other(policy));
        others.max_by(|(_, a), (_, b)| value(a).total_cmp(&value(b))).map(|(idx, _)| idx)
    };
    optimal.or_else(best)
}

/// The parts, the largest first. A part with too few decisions says so instead of a number.
pub fn segments(summary: &EvaluationSummary, result: &EvaluationResult) -> Vec<SegmentLine> {
    let online = summary.policies.iter().position(|policy| policy.source == PolicySource::Online);
    let (Some(online), Some(challenger)) = (online, challenger_idx(summary)) else { return Vec::new() };
    let mut parts: Vec<(&str, &Totals, &Totals)> = result
        .segments
        .iter()
        .filter_map(|row| Some((row.value.as_str(), row.totals.get(online)?, row.totals.get(challenger)?)))
        .collect();
    parts.sort_by(|a, b| b.1.ips.n_events.total_cmp(&a.1.ips.n_events));
    let source = summary.policies[challenger].source;
    parts.into_iter().map(|(value, own, other)| segment(value, own, other, source)).collect()
}

fn segment(value: &str, own: &Totals, other: &Totals, source: PolicySource) -> SegmentLine {
    let n_effective = other.snips.estimate().map_or(0.0, |estimate| estimate.n_effective);
    let told = |totals: &Totals| {
        let interval = totals.doubly_robust.interval();
        words::interval(totals.doubly_robust.value(), (interval.high - interval.low) / 2.0)
    };
    let has_own = own.ips.n_events >= N_LEAST;
    let has_other = has_own && n_effective >= N_LEAST;
    let (verdict, tone) = if has_other {
        verdict(source, other, Some(own.ips.value()))
    } else {
        ("too few decisions".to_owned(), VerdictTone::Open)
    };
    SegmentLine {
        value: value.to_owned(),
        n_events: words::count(own.ips.n_events as u64),
        earned: if has_own { words::interval(own.ips.value(), own.ips.half_width()) } else { "too few".to_owned() },
        would_earn: if has_other { told(other) } else { format!("too few: {} tell", words::count(n_effective as u64)) },
        verdict,
        tone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loops::SegmentRow;

    fn totals(n: usize, weight: impl Fn(usize) -> f64, reward: f64) -> Totals {
        let mut totals = Totals::default();
        for at in 0..n {
            let (weight, reward) = (weight(at), reward + if at % 2 == 0 { 0.1 } else { -0.1 });
            totals.ips.add(weight, reward);
            totals.snips.add(weight, reward);
            totals.doubly_robust.add(reward, weight, reward, reward);
            totals.largest_weight = totals.largest_weight.max(weight);
        }
        totals
    }

    fn policy(name: &str, source: PolicySource, totals: Totals) -> PolicySummary {
        PolicySummary { name: name.to_owned(), source, arguments: None, totals }
    }

    fn told(totals: Totals) -> OverlapLine {
        overlap_of(&policy("p", PolicySource::Custom, totals)).expect("there are decisions")
    }

    #[test]
    fn what_the_log_hardly_tells_of_is_called_so() {
        let even = told(totals(1_000, |_| 1.0, 0.4));
        assert_eq!((even.effective.as_str(), even.impossible.as_str()), ("1,000 of 1,000", "0.0 %"));
        assert_eq!((even.verdict.as_str(), even.tone), ("well covered", VerdictTone::Better));
        let seldom = told(totals(4_000, |at| if at % 32 == 0 { 32.0 } else { 0.0 }, 0.4));
        assert_eq!((seldom.effective.as_str(), seldom.largest_weight.as_str()), ("125 of 4,000", "32"));
        assert_eq!((seldom.impossible.as_str(), seldom.verdict.as_str()), ("97 %", "its value rests on few decisions"));
        let one = told(totals(2_000, |at| if at == 0 { 150.0 } else { 1.0 }, 0.4));
        assert_eq!(one.verdict, "one decision counts for too much");
        assert_eq!(told(totals(90, |_| 1.0, 0.4)).verdict, "too few decisions tell of it");
        assert_eq!(overlap_of(&policy("p", PolicySource::Custom, Totals::default())), None);
    }

    #[test]
    fn parts_are_told_with_intervals_and_small_ones_with_the_reason() {
        let summary = EvaluationSummary {
            optimal_policy: "mine".to_owned(),
            policies: vec![
                policy("mine", PolicySource::Custom, totals(500, |_| 1.0, 0.6)),
                policy("online", PolicySource::Online, totals(500, |_| 1.0, 0.4)),
            ],
            problem: None,
        };
        let part = |value: &str, n| SegmentRow {
            value: value.to_owned(),
            totals: vec![totals(n, |_| 1.0, 0.6), totals(n, |_| 1.0, 0.4)],
        };
        let result =
            EvaluationResult { segments: vec![part("desktop", 99), part("mobile", 400)], ..Default::default() };
        let lines = segments(&summary, &result);
        assert_eq!([lines[0].value.as_str(), lines[1].value.as_str()], ["mobile", "desktop"]);
        assert!(lines[0].would_earn.starts_with("0.600 ± 0.0"), "{}", lines[0].would_earn);
        assert_eq!((lines[0].tone, lines[0].verdict.as_str()), (VerdictTone::Better, "surely better"));
        assert_eq!((lines[1].earned.as_str(), lines[1].verdict.as_str()), ("too few", "too few decisions"));
        assert_eq!(challenger(&summary).as_deref(), Some("mine"));
    }
}
