//! What is found in events, and what is not.

use serde_json::{Value, json};

use super::{FeatureChecks, Finding, FindingKind, Place};
use crate::{
    log::{Ranked, RankedAnswer, RankedSlot},
    terms::{ActionId, LearningMode},
};

fn ranked(number: u64, context: Value, action: Value) -> Ranked {
    let body = json!({"contextFeatures": [context], "actions": [{"id": "a", "features": [action]}]});
    let id: ActionId = "a".parse().expect("an id");
    Ranked {
        event_id: format!("e{number}").parse().expect("an id"),
        came_with: None,
        request: body.to_string().into(),
        loop_actions: None,
        slots: vec![RankedSlot {
            slot_id: None,
            answer: RankedAnswer { ranking: vec![(id.clone(), 1.0)], chosen_idx: 0, reward_action_id: id },
            baseline_idx: 0,
            policy_choice_idx: 0,
            policy_pmf: vec![1.0],
            excluded_idx: vec![],
        }],
        mode: LearningMode::Online,
        is_deferred: false,
        reward_wait_us: 1,
        model_version: 0,
        policy_version: 1,
        seed: 0,
    }
}

const SECOND_US: i64 = 1_000_000;

/// The findings after events, one a second, whose context and action the number makes.
fn found(n: u64, of: impl Fn(u64) -> (Value, Value)) -> Vec<Finding> {
    let mut checks = FeatureChecks::default();
    for number in 0..n {
        let (context, action) = of(number);
        let n_before = number.cast_signed();
        checks.offer(n_before + 1, n_before * SECOND_US, &ranked(number, context, action));
    }
    checks.findings()
}

fn kinds(findings: &[Finding]) -> Vec<(FindingKind, &str)> {
    findings.iter().map(|finding| (finding.kind, finding.key.as_str())).collect()
}

#[test]
fn good_features_are_left_in_peace() {
    let parts = ["morning", "noon", "night"];
    let findings = found(2_000, |n| {
        let context = json!({"partOfDay": parts[(n % 3) as usize], "age": 20 + n % 50, "isNew": n % 7 == 0, "vector": [0.5, n % 11]});
        (context, json!({"topic": format!("topic {}", n % 40), "price": 0.01 * (n % 90) as f64}))
    });
    assert_eq!(findings, []);
}

#[test]
fn each_mistake_is_found_where_it_is_made() {
    let findings = found(400, |n| {
        let context = json!({
            "userId": format!("user-{n}"), "now": format!("2024-03-01T10:{:02}:{:02}Z", n / 60 % 60, n % 60),
            "tags": "{'vegetarian', 'vegan'}", "nothing": null, "one": "always", "age": format!("{}", n % 60),
            "income": 1_000 + 37 * n % 5_000, "order": 90_000 + n, "epoch": 1_700_000_000 + n,
        });
        let right = if n % 10 == 0 { "nutritionalLevel" } else { "nutritionLevel" };
        let mut hot = vec![0; 60];
        hot[(n % 60) as usize] = 1;
        (
            context,
            json!({right: n % 9, "inner": {"hot": hot}, "size": if n % 2 == 0 { json!(4 + n % 3) } else { json!("4") }}),
        )
    });
    use FindingKind::*;
    let expected = [
        (PrintedList, "tags"),
        (MisspeltKey, "nutritionalLevel"),
        (Identifier, "order"),
        (Identifier, "userId"),
        (Timestamp, "epoch"),
        (Timestamp, "now"),
        (AlwaysNull, "nothing"),
        (MixedTypes, "size"),
        (NumberAsText, "age"),
        (LargeNumbers, "income"),
        (Constant, "one"),
        (SparseArray, "hot"),
    ];
    assert_eq!(kinds(&findings), expected);
    let misspelt = &findings[1];
    assert_eq!((misspelt.place, misspelt.other_key.as_deref()), (Place::Action, Some("nutritionLevel")));
    assert_eq!((misspelt.n_seen, misspelt.n_of), (40, 400));
    assert_eq!(findings[2].examples, ["90000", "90001", "90002"]);
    assert_eq!(findings[11].namespace, "inner");
}

#[test]
fn names_that_stand_together_are_both_meant() {
    let findings = found(300, |n| {
        let context =
            if n % 20 == 0 { json!({"height": n % 7, "heights": 1 + n % 2}) } else { json!({"height": n % 7}) };
        (context, json!({"n": n % 5}))
    });
    assert_eq!(findings, []);
}

#[test]
fn keys_without_end_are_said_and_do_not_fill_the_memory() {
    let findings =
        found(1_100, |n| (json!({format!("clicked-{n}-{}", n * 7_919): 1, "hour": n % 24}), json!({"n": n % 5})));
    assert_eq!(kinds(&findings), []);
    let findings = found(3_000, |n| (json!({format!("x{}y", n * 7_919): 1, "hour": n % 24}), json!({"n": n % 5})));
    assert_eq!(kinds(&findings), [(FindingKind::TooManyKeys, "")]);
}

#[test]
fn what_was_mended_is_forgotten_after_a_while() {
    let mut checks = FeatureChecks::default();
    for number in 0..30_000 {
        let context = if number < 15_000 { json!({"tags": "[1, 2]"}) } else { json!({"tag": number % 4}) };
        checks.offer(number + 1, number * SECOND_US, &ranked(0, context, json!({"n": number % 5})));
        if number == 14_000 {
            assert_eq!(kinds(&checks.findings()), [(FindingKind::PrintedList, "tags")]);
        }
    }
    assert_eq!(checks.findings(), []);
}

#[test]
fn of_events_that_come_fast_some_are_looked_at_and_of_each_kind() {
    let mut checks = FeatureChecks::default();
    // The kinds come in turns: always one, and a millisecond later the other.
    for turn in 0..10_000 {
        for (kind, wait_us) in [("first", 0), ("second", 1_000)] {
            let context = json!({kind: "[1, 2]", "hour": turn % 24});
            checks.offer(2 * turn + 1, turn * 10_000 + wait_us, &ranked(0, context, json!({"n": turn % 5})));
        }
    }
    let (n_looked_at, _) = checks.basis();
    // The first thousand, and then for 95 seconds some forty a second.
    assert!((3_000..7_000).contains(&n_looked_at), "{n_looked_at}");
    let findings = checks.findings();
    assert_eq!(kinds(&findings), [(FindingKind::PrintedList, "first"), (FindingKind::PrintedList, "second")]);
    assert!(findings.iter().all(|finding| finding.n_seen > 500), "{findings:?}");
}
