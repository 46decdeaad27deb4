//! Lines that are not what they should be.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LoopFacts, Skipped, prepare, read_line};
use crate::log::Fact;

const NOW_US: i64 = 2_000_000_000_000_000;
const FACTS: LoopFacts = LoopFacts { reward_wait_us: 600_000_000, default_reward: 0.0, policy_version: 1 };
/// A line of each kind.
const LINES: [&str; 3] = [
    r#"{"_label_cost":-1.0,"_label_probability":0.7,"_label_Action":2,"_labelIndex":1,"o":[{"v":1.0,"EventId":"e","ActionTaken":false}],"Timestamp":"2023-03-01T10:00:00.1234567Z","Version":"1","EventId":"e","a":[2,1,3],"c":{"FromUrl":[{"hour":9,"day":"mon"},{"user":{"kind":"new","v":[0.5,1]}}],"_multi":[{"_tag":"x","i":{"constant":1,"id":"x"},"j":[{"n":1}]},{"_tag":"y","i":{"constant":1,"id":"y"},"j":[{"n":2}]},{"_tag":"z","i":{"constant":1,"id":"z"},"j":[{"n":3}]}]},"p":[0.7,0.2,0.1],"pdrop":0.1,"VWState":{"m":"N/A"},"_original_label_cost":-1.0}"#,
    r#"{"Timestamp":"2021-06-09T12:08:00.000000Z","EventId":"m","c":{"GUser":{"id":"a"},"_multi":[{"T":{"a1":"f1"}},{"T":{"a2":"f2"}}],"_slots":[{"_id":"hero","Slot":{"a1":"f1"}},{"j":[{"b":2}]}]},"_outcomes":[{"_label_cost":-0.5,"_id":"hero","_a":[1,0],"_p":[0.9,0.1]},{"_label_cost":0,"_id":"side","_a":[0],"_p":[1],"_o":[{"v":0.0,"Index":"side"}]}],"_skipLearn":true}"#,
    r#"{"_label_cost":0,"_label_probability":0.5,"_label_Action":1,"Timestamp":"2023-03-01T00:00:00","EventId":"f","DeferredAction":true,"a":[0,1],"p":[0.5,0.5],"c":{"hour":9,"_multi":[{"T":{"topic":"a"}},{"T":{"topic":"b"}}]}}"#,
];

/// Reads a line as an import does; what comes of it can be read back.
fn go_through(line: &[u8]) -> Result<usize, Skipped> {
    let Some(event) = read_line(line, NOW_US)? else { return Ok(0) };
    let prepared = prepare(&event, FACTS, event.is_imitation())?;
    for (seq, record) in (1..).zip(&prepared.records) {
        if let Fact::Ranked(ranked) = Fact::from_body(seq, record.kind, &record.body).expect("what was written") {
            ranked.features().expect("a request");
            assert!(ranked.slots.iter().all(|slot| slot.policy_pmf[slot.policy_choice_idx] > 0.0));
        }
    }
    Ok(prepared.records.len())
}

/// A line with the value under a path replaced; an empty value removes it.
fn with(line: &str, pointer: &str, value: Option<Value>) -> String {
    let mut line: Value = serde_json::from_str(line).expect("JSON");
    let (parent, key) = pointer.rsplit_once('/').expect("a path");
    let parent = line.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    match value {
        Some(value) => drop(parent.insert(key.to_owned(), value)),
        None => drop(parent.remove(key)),
    }
    line.to_string()
}

#[test]
fn each_line_becomes_its_records() {
    assert_eq!(LINES.map(|line| go_through(line.as_bytes())), [Ok(2), Ok(2), Ok(1)]);
    assert_eq!(["", "  ", "[", "]", "\u{feff}"].map(|line| go_through(line.as_bytes())), [Ok(0); 5]);
    assert_eq!(go_through(format!("{},\r", LINES[0]).as_bytes()), Ok(2));
}

#[test]
fn what_is_wrong_with_a_line_is_said() {
    let cases = [
        ("/c", None, Skipped::NoDecision),
        ("/EventId", Some(json!("")), Skipped::NoEventId),
        ("/Timestamp", Some(json!("yesterday")), Skipped::NoTime),
        ("/Timestamp", Some(json!("2222-01-01T00:00:00Z")), Skipped::InTheFuture),
        ("/Timestamp", Some(json!("1922-01-01T00:00:00Z")), Skipped::NoTime),
        ("/p", None, Skipped::NoProbabilities),
        ("/p", Some(json!([0.5, 0.5])), Skipped::NoProbabilities),
        ("/p", Some(json!([0.5, 0.5, 0.5])), Skipped::Probabilities),
        ("/p", Some(json!([0, 0.9, 0.1])), Skipped::ZeroProbability),
        ("/_label_probability", Some(json!(0)), Skipped::ZeroProbability),
        ("/_label_probability", Some(json!(0.9)), Skipped::ProbabilityMismatch),
        ("/a", Some(json!([2, 1, 4])), Skipped::UnknownAction),
        ("/a", Some(json!([2, 2, 1])), Skipped::UnknownAction),
        ("/_labelIndex", Some(json!(7)), Skipped::UnknownAction),
        ("/_label_cost", Some(json!("none")), Skipped::Reward),
        ("/pdrop", Some(json!(1)), Skipped::DroppedForSure),
        ("/c/_multi", Some(json!([])), Skipped::NoActions),
        ("/c/FromUrl", Some(json!([{"tags": ["a", "b"]}])), Skipped::Features),
        ("/_outcomes", Some(json!([])), Skipped::Slots),
        ("/_label_ca", Some(json!({})), Skipped::OtherProblem),
    ];
    for (pointer, value, why) in cases {
        assert_eq!(go_through(with(LINES[0], pointer, value.clone()).as_bytes()), Err(why), "{pointer} {value:?}");
    }
    let two_heroes = with(LINES[1], "/c/_slots/1/_id", Some(json!("hero")));
    assert_eq!(go_through(two_heroes.as_bytes()), Err(Skipped::Slots));
}

#[test]
fn a_name_that_stands_twice_counts_as_it_stood_last() {
    let twice =
        LINES[0].replacen("\"_label_probability\":0.7", "\"_label_probability\":0.1,\"_label_probability\":0.7", 1);
    assert_eq!(go_through(twice.as_bytes()), Ok(2));
}

#[test]
fn a_label_that_is_less_probable_than_the_decision_says_that_the_log_was_sampled() {
    let line = with(&with(LINES[0], "/pdrop", None), "/_label_probability", Some(json!(0.35)));
    let event = read_line(line.as_bytes(), NOW_US).expect("an event").expect("one");
    assert!((event.kept_share - 0.5).abs() < 1e-6);
}

/// Pieces of lines, so that changes meet what the reader looks for.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "\"a\":",
        "\"p\":",
        "\"c\":",
        "\"_multi\":",
        "\"_slots\":",
        "\"_outcomes\":",
        "\"_a\":",
        "\"_p\":",
        "\"o\":",
        "null",
        "[]",
        "{}",
        "-1",
        "1e308",
        "0.5",
        "18446744073709551615",
        "\"\"",
        "true",
        "[[",
        "]]",
        ",",
        ":",
        "\"_labelIndex\":",
        "\"pdrop\":",
        "\"_id\":\"hero\"",
    ];
    prop_oneof![
        proptest::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        // Either is well.
        let _ = go_through(&bytes);
    }

    #[test]
    fn no_change_of_a_line_makes_it_panic(
        line in 0..LINES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..12, piece()), 1..6),
    ) {
        let mut bytes = LINES[line].as_bytes().to_vec();
        for (at, n_gone, piece) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + n_gone).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        // Either is well.
        let _ = go_through(&bytes);
    }
}
