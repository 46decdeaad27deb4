//! What rank, reward, activate and the modes mean, as a caller sees it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{SECOND_US, TestApp, TestLoop, two_actions};

const WAIT_US: i64 = 600 * SECOND_US;
const FULL: &str = r#"{"value": 1.0}"#;

fn probability(answer: &Value, id: &str) -> f64 {
    let ranking = answer["ranking"].as_array().expect("a ranking");
    let entry = ranking.iter().find(|entry| entry["id"] == id).expect("the action");
    entry["probability"].as_f64().expect("a number")
}

/// Rewards coffee and nothing else until the model prefers it.
async fn teach(app: &TestApp, of: &TestLoop) {
    for n in 0..40 {
        let event = format!("teach-{n}");
        let answer = app.rank_two(of, &event).await.json();
        let value = if answer["rewardActionId"] == "coffee" { 1.0 } else { 0.0 };
        let body = json!({ "value": value }).to_string();
        assert_eq!(app.reward(of, &event, &body).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_reward_is_visible_in_the_next_rank() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({"explorationPercentage": 0.2})).await;
    let first = app.rank_two(&of, "first").await;
    assert_eq!(first.header("x-rankloop-model-version"), "0");
    app.reward(&of, "first", FULL).await;
    assert_ne!(app.rank_two(&of, "second").await.header("x-rankloop-model-version"), "0");
    teach(&app, &of).await;
    let taught = app.rank_two(&of, "taught").await.json();
    assert!(probability(&taught, "coffee") > 0.6, "{taught}");
}

#[tokio::test]
async fn a_repeated_rank_is_answered_as_the_first_time_and_counted_once() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let first = app.rank_two(&of, "e").await;
    app.reward(&of, "e", FULL).await;
    assert_eq!(app.rank_two(&of, "e").await.text, first.text);
    let mut other = two_actions("e");
    other["contextFeatures"] = json!([{"time": "evening"}]);
    let conflicting = app.rank(&of, other).await;
    assert_eq!(conflicting.status, StatusCode::CREATED);
    assert_eq!(conflicting.header("x-rankloop-logged"), "false");
    let stats = app.stats(&of).await;
    assert_eq!((&stats["ranked"], &stats["conflictingRanks"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn duplicate_late_and_orphan_rewards_are_told_apart_and_answered_204() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "e").await;
    app.rank_two(&of, "slow").await;
    for event in ["e", "e", "unknown"] {
        assert_eq!(app.reward(&of, event, FULL).await.status, StatusCode::NO_CONTENT);
    }
    app.clock.advance_us(WAIT_US + SECOND_US);
    assert_eq!(app.reward(&of, "slow", FULL).await.status, StatusCode::NO_CONTENT);
    app.clock.advance_us(WAIT_US + SECOND_US);
    app.rank_two(&of, "later").await;
    app.reward(&of, "later", FULL).await;
    let stats = app.stats(&of).await;
    assert_eq!(stats["duplicateRewards"], 1);
    assert_eq!(stats["orphanRewards"], 1);
    assert_eq!(stats["lateRewards"], 1);
    assert_eq!(app.event(&of, "slow").await["state"], "expired");
    assert_eq!(app.event(&of, "slow").await["learnedReward"], 0.0);
}

#[tokio::test]
async fn a_deferred_event_counts_once_it_is_activated() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let mut request = two_actions("e");
    request["deferActivation"] = json!(true);
    app.rank(&of, request).await;
    app.reward(&of, "e", FULL).await;
    assert_eq!(app.event(&of, "e").await["state"], "inactive");
    assert_eq!(app.activate(&of, "e").await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.event(&of, "e").await["state"], "learned");
    assert_eq!(app.stats(&of).await["activated"], 1);
}

#[tokio::test]
async fn an_event_id_with_slashes_and_accents_is_one_event() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "e 1/2?é").await;
    assert_eq!(app.reward(&of, "e%201%2F2%3F%C3%A9", FULL).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.event(&of, "e%201%2F2%3F%C3%A9").await["learnedReward"], 1.0);
}

#[tokio::test]
async fn an_apprentice_answers_the_callers_first_action() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({"learningMode": "Apprentice"})).await;
    for n in 0..20 {
        assert_eq!(app.rank_two(&of, &format!("e{n}")).await.json()["rewardActionId"], "tea");
    }
}

#[tokio::test]
async fn a_frozen_loop_serves_and_does_not_learn() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    teach(&app, &of).await;
    assert_eq!(app.configure(&of, json!({"learningMode": "Frozen"})).await.status, StatusCode::OK);
    let before = app.rank_two(&of, "before").await;
    app.reward(&of, "before", r#"{"value": -1}"#).await;
    let after = app.rank_two(&of, "after").await;
    let version = "x-rankloop-model-version";
    assert_eq!(before.header(version), after.header(version));
    assert_eq!(app.event(&of, "before").await["state"], "rewarded");
}

#[tokio::test]
async fn a_rank_without_actions_offers_the_loops_own() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = |id: &str| format!("/loops/{}/actions/{id}", of.id);
    let none = app.rank(&of, json!({})).await;
    assert_eq!(none.refusal(), (400, "InvalidRankRequest".to_owned()));
    for (id, is_active) in [("tea", true), ("cocoa", false)] {
        let body = json!({"features": [{"kind": id}], "isActive": is_active});
        assert_eq!(app.manage(Method::PUT, &path(id), body).await.status, StatusCode::OK);
    }
    let answer = app.rank(&of, json!({"eventId": "e", "contextFeatures": [{"time": "noon"}]})).await;
    assert_eq!(answer.json()["ranking"], json!([{"id": "tea", "probability": 1.0}]));
    assert_eq!(app.event(&of, "e").await["loopActions"][0]["id"], "tea");
}

#[tokio::test]
async fn a_change_of_exploration_is_seen_in_the_next_rank() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    teach(&app, &of).await;
    let set = |share: f64| json!({ "explorationPercentage": share });
    app.configure(&of, set(0.0)).await;
    let sure = app.rank_two(&of, "sure").await.json();
    assert!((probability(&sure, "coffee") - 1.0).abs() < 1e-6, "{sure}");
    // The share is the most that may be explored; a learner that is sure explores less.
    app.configure(&of, set(1.0)).await;
    let curious = app.rank_two(&of, "curious").await.json();
    assert!(probability(&curious, "tea") > 0.001, "{curious}");
}

#[tokio::test]
async fn an_explained_rank_says_what_each_feature_adds() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    teach(&app, &of).await;
    let request = axum::http::Request::post("/personalizer/v1.0/rank").header("x-rankloop-explain", "true");
    let request = request.header("ocp-apim-subscription-key", &of.keys[0]);
    let answer = app.send(request.body(two_actions("why").to_string().into()).expect("a request")).await.json();
    let explained = answer["inferenceExplanation"].as_array().expect("explanations");
    assert_eq!(explained.len(), 2);
    assert_eq!(explained[0]["id"], answer["ranking"][0]["id"]);
    assert!(explained[0]["features"][0]["score"].is_f64());
}
