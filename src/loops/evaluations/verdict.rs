//! From what a trial found to what is kept of it, and to the policy that should be taken.

use super::{EvaluationResult, EvaluationSummary, ONLINE, PolicyRow, PolicySource, PolicySummary, SegmentRow};
use crate::{
    bandit::evaluation::{IpsSums, ValueScore},
    trainer::{Totals, TrialResult, Verdicts},
};

/// With fewer events no policy is called better: the interval's normal shape is not to be trusted.
const N_EVENTS_LEAST: f64 = 100.0;
/// Feature values that an answer names.
const N_VALUES: usize = 500;
/// Features that an answer names.
const N_FEATURES: usize = 2_000;
/// Scores that round to the same one of these steps are one group.
const N_GROUPS: f32 = 10.0;

/// A policy that took part.
#[derive(Debug, Clone)]
pub(super) struct Entrant {
    pub name: String,
    pub source: PolicySource,
    pub arguments: Option<String>,
}

/// What is kept of a trial. The entrants are in the order of its contestants.
pub(super) fn kept(entrants: Vec<Entrant>, found: &TrialResult) -> (EvaluationSummary, EvaluationResult) {
    let optimal_policy = optimal(&entrants, &found.overall);
    let policies = entrants.into_iter().zip(&found.overall.totals).map(|(entrant, totals)| PolicySummary {
        name: entrant.name,
        source: entrant.source,
        arguments: entrant.arguments,
        totals: *totals,
    });
    let summary = EvaluationSummary { optimal_policy, policies: policies.collect(), problem: None };
    let of_slots = found.slots.iter().map(|(slot_id, verdicts)| (Some(slot_id), verdicts));
    let rows = std::iter::once((None, &found.overall)).chain(of_slots).flat_map(|(slot_id, verdicts)| {
        verdicts.totals.iter().enumerate().map(move |(policy_idx, totals)| PolicyRow {
            policy_idx,
            slot_id: slot_id.cloned(),
            totals: *totals,
            series: verdicts.timeline.series(policy_idx),
        })
    });
    let mut features = found.importances.features();
    features.truncate(N_FEATURES);
    let segment =
        |(value, totals): (&String, &Vec<Totals>)| SegmentRow { value: value.clone(), totals: totals.clone() };
    let result = EvaluationResult {
        rows: rows.collect(),
        feature_groups: groups(&found.importances.values()),
        features,
        segments: found.segments.iter().map(segment).collect(),
    };
    (summary, result)
}

/// The policy whose estimate is surely above what was really earned: the lower end of its interval is. Of several, the
/// one with the highest lower end, which does not favour the wild ones. `online` if there is none.
fn optimal(entrants: &[Entrant], verdicts: &Verdicts) -> String {
    if verdicts.totals.iter().all(|totals| totals.ips.is_empty()) {
        return String::new();
    }
    let earned = verdicts.drawn.value();
    let better = entrants.iter().zip(&verdicts.totals).filter_map(|(entrant, totals)| {
        let is_learner = matches!(entrant.source, PolicySource::Custom | PolicySource::OfflineExperimentation);
        let low = totals.ips.interval().low;
        (is_learner && is_enough(&totals.ips) && low > earned).then_some((low, &entrant.name))
    });
    let best = better.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or_else(|| ONLINE.to_owned(), |(_, name)| name.clone())
}

fn is_enough(sums: &IpsSums) -> bool {
    sums.n_events >= N_EVENTS_LEAST
}

/// The values in groups of about equal importance, as the old service listed them; what moved nothing is left out.
fn groups(values: &[ValueScore]) -> Vec<Vec<String>> {
    let mut groups: Vec<(i32, Vec<String>)> = Vec::new();
    for value in values.iter().filter(|value| value.score > 0.0).take(N_VALUES) {
        let step = (value.score * N_GROUPS).ceil() as i32;
        let text = format!("{}.{}", shown_namespace(&value.namespace), value.name);
        match groups.last_mut() {
            Some((last, group)) if *last == step => group.push(text),
            _ => groups.push((step, vec![text])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Here the old service called the namespaces of its own making by other names than elsewhere.
fn shown_namespace(namespace: &str) -> &str {
    match namespace {
        "FromUrl" => "Context",
        "i" | "j" => "Action",
        own => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bandit::evaluation::Timeline, trainer::Totals};

    fn judged(online: (f64, f64), others: &[(&str, f64, f64)]) -> String {
        let sums = |value: f64, half_width: f64| {
            let n = 2_298.0;
            let spread = half_width / 1.96;
            IpsSums {
                n_events: n,
                weighted_reward: n * value,
                squares: spread * spread * n * (n - 1.0) + n * value * value,
                ..IpsSums::default()
            }
        };
        let entrant = |name: &str, source| Entrant { name: name.to_owned(), source, arguments: None };
        let mut entrants: Vec<Entrant> =
            others.iter().map(|(name, ..)| entrant(name, PolicySource::OfflineExperimentation)).collect();
        entrants.push(entrant(ONLINE, PolicySource::Online));
        let totals = |(value, half_width)| Totals { ips: sums(value, half_width), ..Totals::default() };
        let mut all: Vec<Totals> = others.iter().map(|(_, value, width)| totals((*value, *width))).collect();
        all.push(totals(online));
        let drawn = sums(online.0, online.1);
        optimal(&entrants, &Verdicts { timeline: Timeline::new(all.len()), totals: all, drawn })
    }

    /// The recorded evaluation, where the highest mean was not enough.
    #[test]
    fn a_higher_mean_alone_changes_nothing() {
        let others = [("Hyper1", 0.1898, 0.0341), ("Inter-len1", 0.2532, 0.0304), ("Hyper2", 0.2794, 0.0308)];
        assert_eq!(judged((0.2689, 0.0), &others), ONLINE);
    }

    #[test]
    fn of_those_that_are_surely_better_the_surest_is_taken() {
        let others = [("Hyper1", 0.5, 0.22), ("Inter-len1", 0.4, 0.05), ("Hyper2", 0.2794, 0.0308)];
        assert_eq!(judged((0.2689, 0.0), &others), "Inter-len1");
    }

    #[test]
    fn without_events_nothing_is_said() {
        let entrants = [Entrant { name: ONLINE.to_owned(), source: PolicySource::Online, arguments: None }];
        let nothing =
            Verdicts { totals: vec![Totals::default()], timeline: Timeline::new(1), drawn: IpsSums::default() };
        assert_eq!(optimal(&entrants, &nothing), "");
    }

    #[test]
    fn values_of_about_equal_importance_are_one_group_under_the_names_of_old() {
        let value = |namespace: &str, name: &str, score| ValueScore {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            score,
        };
        let found = groups(&[
            value("i", "idPerson2", 1.0),
            value("environment", "weatherSunny", 0.95),
            value("FromUrl", "hoursOnSite", 0.2),
            value("j", "topicnews", 0.0),
        ]);
        assert_eq!(found, [vec!["Action.idPerson2", "environment.weatherSunny"], vec!["Context.hoursOnSite"]]);
    }
}
