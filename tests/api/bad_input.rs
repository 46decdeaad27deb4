//! Whatever comes in: a clear answer in the documented shape, and nothing lost.

use std::num::NonZeroU32;

use axum::http::{Method, StatusCode};
use rankloop::api::RateLimit;
use serde_json::{Value, json};

use crate::app::{SECOND_US, TestApp, two_actions};

const RANK: &str = "/personalizer/v1.0/rank";

fn bad(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for body in ["", "   ", "{", "nonsense", "[1, 2", "{\"actions\": [}", "\u{feff}{}", "{} {}"] {
        let answer = app.call(&of.keys[0], Method::POST, RANK, body).await;
        assert_eq!(answer.refusal(), bad("BadRequest"), "{body:?}");
    }
    assert_eq!(app.stats(&of).await["ranked"], 0);
}

#[tokio::test]
async fn a_wrong_type_is_refused_with_the_name_of_its_field() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for (field, body) in [
        ("actions", json!({"actions": "many"})),
        ("actions[0].id", json!({"actions": [{"id": 5, "features": [{"a": 1}]}]})),
        ("actions[0].features", json!({"actions": [{"id": "a", "features": {"a": 1}}]})),
        ("actions[1]", json!({"actions": [{"id": "a", "features": [{"a": 1}]}, "b"]})),
        ("eventId", json!({"eventId": {}, "actions": []})),
        ("deferActivation", json!({"deferActivation": "yes"})),
    ] {
        let answer = app.rank(&of, body).await;
        assert_eq!(answer.refusal(), bad("BadRequest"));
        assert!(answer.message().starts_with(&format!("`{field}`")), "{}", answer.text);
        assert_eq!(answer.json()["error"]["target"], field);
    }
}

#[tokio::test]
async fn what_no_text_and_no_number_is_within_an_action_is_refused_with_its_place() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for value in ["1e999", r#""\ud800""#] {
        let bad_action = format!(r#"{{"id": "b", "features": [{{"x": {value}}}]}}"#);
        let body = format!(r#"{{"actions": [{{"id": "a", "features": [{{"x": 1}}]}}, {bad_action}]}}"#);
        let answer = app.call(&of.keys[0], Method::POST, RANK, &body).await;
        assert_eq!(answer.refusal(), bad("BadRequest"));
        assert!(answer.message().starts_with("`actions[1]` is not JSON"), "{}", answer.text);
        assert_eq!(answer.json()["error"]["target"], "actions[1]");
    }
}

#[tokio::test]
async fn an_action_sent_before_is_read_as_the_first_time() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let action = |id: &str| json!({"id": id, "features": [{"kind": format!("sent before {id}")}]});
    for (n, ids) in [["a", "b"], ["a", "b"], ["b", "a"]].into_iter().enumerate() {
        let actions = ids.map(action);
        let body = json!({ "eventId": format!("e{n}"), "actions": actions });
        let answer = app.rank(&of, body).await;
        assert_eq!((answer.status, answer.json()["ranking"].as_array().map(Vec::len)), (StatusCode::CREATED, Some(2)));
    }
    let same = ["a", "a"].map(action);
    let twice = app.rank(&of, json!({ "actions": same })).await;
    assert_eq!(twice.refusal(), bad("InvalidRankRequest"));
}

#[tokio::test]
async fn the_rules_of_a_rank_are_refused_in_the_old_services_own_words() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let action = |id: &str| json!({"id": id, "features": [{"kind": id}]});
    let many: Vec<Value> = (0..51).map(|idx| action(&format!("a{idx}"))).collect();
    let no_feature = "Every action should have at least one non-null action feature.";
    for (message, body) in [
        ("Action count should be between 1 and 50.", json!({"actions": many})),
        ("Action count should be between 1 and 50.", json!({"actions": []})),
        ("Actions contains null value.", json!({"actions": [null]})),
        ("Action ids must not be empty.", json!({"actions": [{"id": "", "features": [{"a": 1}]}]})),
        ("Action ids must not be empty.", json!({"actions": [{"features": [{"a": 1}]}]})),
        (no_feature, json!({"actions": [{"id": "a", "features": []}]})),
        (no_feature, json!({"actions": [{"id": "a"}]})),
        (no_feature, json!({"actions": [{"id": "a", "features": [{"a": null}]}]})),
        ("Context features contains null value.", json!({"contextFeatures": [null], "actions": [action("a")]})),
        ("Features are not in key value pair format.", json!({"actions": [{"id": "a", "features": ["big"]}]})),
        (
            "Features should not contain array with non-number items.",
            json!({"actions": [{"id": "a", "features": [{"tags": ["x"]}]}]}),
        ),
        (
            "Context features and action features cannot use the empty string as an id.",
            json!({"actions": [{"id": "a", "features": [{"": 1}]}]}),
        ),
        (
            "All excluded action ID's must have corresponding action ID",
            json!({"actions": [action("a")], "excludedActions": ["z"]}),
        ),
        ("EventId should be non-empty or null.", json!({"eventId": "", "actions": [action("a")]})),
    ] {
        let answer = app.rank(&of, body).await;
        assert_eq!(answer.refusal(), bad("InvalidRankRequest"), "{message}");
        assert_eq!(answer.message(), message);
    }
    assert_eq!(app.stats(&of).await["ranked"], 0);
}

#[tokio::test]
async fn an_id_may_have_256_characters_and_no_more() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let (good, long) = ("é".repeat(256), "é".repeat(257));
    assert_eq!(app.rank(&of, two_actions(&good)).await.status, StatusCode::CREATED);
    assert_eq!(app.rank(&of, two_actions(&long)).await.refusal(), bad("InvalidRankRequest"));
    let action = json!({"actions": [{"id": long, "features": [{"a": 1}]}]});
    assert_eq!(app.rank(&of, action).await.refusal(), bad("InvalidRankRequest"));
    let in_path = "%C3%A9".repeat(257);
    assert_eq!(app.reward(&of, &in_path, r#"{"value": 1}"#).await.refusal(), bad("InvalidRewardRequest"));
    assert_eq!(app.activate(&of, &in_path).await.refusal(), bad("InvalidEventIdToActivate"));
    assert_eq!(app.reward(&of, "%C3%A9".repeat(256).as_str(), r#"{"value": 1}"#).await.status, 204);
}

#[tokio::test]
async fn a_reward_is_a_finite_number_from_minus_one_to_one() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "e").await;
    for body in [r#"{"value": 1.01}"#, r#"{"value": -2}"#, r#"{"value": 1e30}"#, r#"{"value": null}"#, "{}"] {
        assert_eq!(app.reward(&of, "e", body).await.refusal(), bad("InvalidRewardRequest"), "{body}");
    }
    for body in [r#"{"value": 1e999}"#, r#"{"value": NaN}"#, r#"{"value": "NaN"}"#, r#"{"value": "1"}"#, "1"] {
        assert_eq!(app.reward(&of, "e", body).await.refusal(), bad("BadRequest"), "{body}");
    }
    assert_eq!(app.stats(&of).await["rewarded"], 0);
    for (event, body) in [("e", r#"{"value": -1}"#), ("x", r#"{"value": 1}"#)] {
        assert_eq!(app.reward(&of, event, body).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn nesting_without_end_is_refused_wherever_it_stands() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let unknown = format!(r#"{{"actions": [{{"id": "a", "features": [{{"x": 1}}]}}], "ignored": {deep}}}"#);
    assert_eq!(app.call(&of.keys[0], Method::POST, RANK, unknown).await.refusal(), bad("BadRequest"));
    let mut features = json!(1);
    for _ in 0..8 {
        features = json!({ "a": features });
    }
    let answer = app.rank(&of, json!({"actions": [{"id": "a", "features": [features]}]})).await;
    assert_eq!(answer.refusal(), bad("InvalidRankRequest"));
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused_whole() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let answer = app.call(&of.keys[0], Method::POST, RANK, " ".repeat(10_000_000)).await;
    assert_eq!(answer.refusal(), (413, "PayloadSizeExceeded".to_owned()));
}

#[tokio::test]
async fn a_key_opens_its_own_loop_and_no_other() {
    let app = TestApp::start().await;
    let (one, other) = (app.make_loop(json!({})).await, app.make_loop(json!({})).await);
    let body = two_actions("e").to_string();
    let unauthorized = (401, "401".to_owned());
    for key in ["", "0123", &one.id] {
        assert_eq!(app.call(key, Method::POST, RANK, &body).await.refusal(), unauthorized);
    }
    let behind = |id: &str| format!("/loops/{id}/personalizer/v1.0/rank");
    assert_eq!(app.call(&one.keys[0], Method::POST, &behind(&other.id), &body).await.refusal(), unauthorized);
    assert_eq!(app.call(&one.keys[0], Method::POST, &behind("nowhere"), &body).await.refusal(), unauthorized);
    assert_eq!(app.call(&one.keys[1], Method::POST, &behind(&one.id), &body).await.status, StatusCode::CREATED);
    assert_eq!(app.stats(&other).await["ranked"], 0);
}

#[tokio::test]
async fn unknown_paths_methods_and_loops_are_refused_in_the_documented_shape() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let not_found = (404, "ResourceNotFound".to_owned());
    for path in ["/personalizer/v1.0/nothing", "/personalizer/v9/rank", "/personalizer/v1.0/events/e/nothing"] {
        assert_eq!(app.call(&of.keys[0], Method::POST, path, "").await.refusal(), not_found, "{path}");
    }
    assert_eq!(app.call(&of.keys[0], Method::GET, RANK, "").await.refusal(), (405, "MethodNotAllowed".to_owned()));
    assert_eq!(app.manage(Method::GET, "/loops/nowhere/stats", Value::Null).await.refusal(), not_found);
    assert_eq!(app.manage(Method::GET, "/nothing", Value::Null).await.refusal(), not_found);
    let unknown = format!("/loops/{}/events/unknown", of.id);
    assert_eq!(app.manage(Method::GET, &unknown, Value::Null).await.refusal(), not_found);
}

#[tokio::test]
async fn a_clock_that_goes_backwards_loses_nothing() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "before").await;
    app.clock.advance_us(-3_600 * SECOND_US);
    app.rank_two(&of, "after").await;
    for event in ["before", "after"] {
        assert_eq!(app.reward(&of, event, r#"{"value": 1}"#).await.status, StatusCode::NO_CONTENT);
        assert_eq!(app.event(&of, event).await["state"], "learned");
    }
    assert_eq!(app.stats(&of).await["learned"], 2);
}

#[tokio::test]
async fn more_calls_than_allowed_are_refused_with_a_time_to_wait() {
    let one = NonZeroU32::MIN;
    let app = TestApp::start_with(Some(RateLimit { per_second: one, burst: one })).await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "e").await;
    let answer = app.rank(&of, two_actions("f")).await;
    assert_eq!(answer.refusal(), (429, "TooManyRequests".to_owned()));
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn a_model_that_was_changed_on_the_way_is_refused_and_the_present_one_stays() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = "/personalizer/v1.1-preview.3/model";
    let signed = app.call_bytes(&of.keys[0], Method::GET, &format!("{path}?signed=true"), Vec::new()).await.bytes;
    for damaged in [vec![], b"PK".to_vec(), signed[..signed.len() / 2].to_vec(), vec![0; 65 * 1024 * 1024]] {
        let n_bytes = damaged.len();
        let (status, code) = app.call_bytes(&of.keys[0], Method::PUT, path, damaged).await.refusal();
        let expected = if n_bytes > 64 * 1024 * 1024 { 413 } else { 400 };
        assert_eq!(status, expected, "{n_bytes} bytes: {code}");
    }
    assert_eq!(app.stats(&of).await["modelVersion"], 0);
    assert_eq!(app.call_bytes(&of.keys[0], Method::PUT, path, signed).await.status, 204);
}
