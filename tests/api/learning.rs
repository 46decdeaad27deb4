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

/// A Rank that asks why.
async fn explained(app: &TestApp, of: &TestLoop, body: Value) -> Value {
    let request = axum::http::Request::post("/personalizer/v1.0/rank").header("x-rankloop-explain", "true");
    let request = request.header("ocp-apim-subscription-key", &of.keys[0]);
    let answer = app.send(request.body(body.to_string().into()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

fn sum<'a>(numbers: impl Iterator<Item = &'a Value>) -> f64 {
    numbers.map(|number| number.as_f64().expect("a number")).sum()
}

/// Their scores add up to the action's.
fn features_of(explained: &Value) -> &Vec<Value> {
    let features = explained["features"].as_array().expect("features");
    let score = explained["score"].as_f64().expect("a score");
    assert!((sum(features.iter().map(|feature| &feature["score"])) - score).abs() < 1e-5, "{explained}");
    features
}

#[tokio::test]
async fn an_explained_rank_says_what_each_feature_adds_and_what_stands_behind() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    teach(&app, &of).await;
    let answer = explained(&app, &of, two_actions("why")).await;
    let actions = answer["inferenceExplanation"].as_array().expect("explanations");
    assert_eq!(actions.len(), 2);
    for (action, ranked) in actions.iter().zip(answer["ranking"].as_array().expect("a ranking")) {
        assert_eq!(action["id"], ranked["id"]);
        assert!(features_of(action).iter().any(|feature| feature["name"] == "always"), "{action}");
        assert!(action["standardError"].as_f64().is_some_and(|error| (0.0..=0.5).contains(&error)), "{action}");
        assert_eq!(action["said"].as_object().expect("by learner").len(), 8, "{action}");
    }
    let score = |id: &str| actions.iter().find(|action| action["id"] == id).expect("the action")["score"].as_f64();
    assert!(score("coffee") > score("tea"), "{answer}");
    let behind = &answer["modelExplanation"];
    let best = probability(&answer, "coffee").max(probability(&answer, "tea"));
    assert!((behind["explored"].as_f64().expect("a share") - (1.0 - best)).abs() < 1e-6, "{behind}");
    assert!((sum(behind["trust"].as_object().expect("by learner").values()) - 1.0).abs() < 1e-5, "{behind}");
    assert_eq!(behind["exploration"]["eventsLearned"], 40);
    assert_eq!(behind["exploration"]["alarms"], 0);
    assert_eq!(behind["exploration"]["isCapped"], false, "a young loop explores as it needs");
}

#[tokio::test]
async fn an_excluded_action_is_explained_too_and_a_repeated_answer_is_not() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    teach(&app, &of).await;
    let mut request = two_actions("without coffee");
    request["excludedActions"] = json!(["coffee"]);
    let answer = explained(&app, &of, request.clone()).await;
    assert_eq!(answer["modelExplanation"]["explored"], 0.0);
    let actions = answer["inferenceExplanation"].as_array().expect("explanations");
    assert_eq!(actions.iter().map(|action| &action["id"]).collect::<Vec<_>>(), ["tea", "coffee"]);
    actions.iter().for_each(|action| assert!(!features_of(action).is_empty()));
    let again = explained(&app, &of, request).await;
    assert_eq!((again.get("inferenceExplanation"), again.get("modelExplanation")), (None, None));
    let plain = app.rank_two(&of, "unasked").await.json();
    assert_eq!((plain.get("inferenceExplanation"), plain.get("modelExplanation")), (None, None));
}

#[tokio::test]
async fn a_policy_of_vowpal_wabbit_is_explained_by_its_crosses_alone() {
    let app = TestApp::start().await;
    let made = json!({"name": "vw", "policy": {"arguments": "--cb_explore_adf --cb_type dm --epsilon 0.1 -q ::"}});
    let made = app.manage(Method::POST, "/loops", made).await.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of = TestLoop { id: text(&made["id"]), keys: [text(&made["keys"][0]), text(&made["keys"][1])] };
    teach(&app, &of).await;
    let answer = explained(&app, &of, two_actions("why")).await;
    let action = &answer["inferenceExplanation"][0];
    assert!(features_of(action).iter().any(|feature| text(&feature["name"]).contains(" × ")), "{action}");
    assert_eq!((action.get("standardError"), action.get("said")), (None, None));
    assert!((answer["modelExplanation"]["explored"].as_f64().expect("a share") - 0.05).abs() < 1e-6, "{answer}");
    assert_eq!(answer["modelExplanation"].as_object().expect("an object").len(), 1);
    let model = app.manage(Method::GET, &format!("/loops/{}/model", of.id), Value::Null).await.json();
    assert_eq!(model["arguments"], "--cb_explore_adf --cb_type dm --epsilon 0.1 -q ::");
    assert_eq!((model.get("trust"), model.get("exploration")), (None, None));
    assert_eq!(model["memory"], json!([{"part": "weights", "bytes": 4 << 20}]));
}

#[tokio::test]
async fn a_loops_model_can_be_looked_into() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    teach(&app, &of).await;
    let path = format!("/loops/{}/model", of.id);
    let model = app.manage(Method::GET, &path, Value::Null).await.json();
    assert_eq!((&model["version"], &model["eventsLearned"]), (&json!(40), &json!(40)));
    assert_eq!((&model["lowestReward"], &model["highestReward"]), (&json!(0.0), &json!(1.0)));
    assert!((sum(model["trust"].as_object().expect("by learner").values()) - 1.0).abs() < 1e-5, "{model}");
    assert_eq!(model["exploration"]["eventsSinceAlarm"], 40);
    let parts: Vec<_> = model["memory"].as_array().expect("parts").iter().map(|of| &of["part"]).collect();
    assert_eq!(parts, ["linear", "tokens", "network", "window", "forest", "recent"]);
    assert!(model["memory"].as_array().expect("parts").iter().all(|of| of["bytes"].as_u64() > Some(0)), "{model}");
    app.manage(Method::DELETE, &path, Value::Null).await;
    let reset = app.manage(Method::GET, &path, Value::Null).await.json();
    assert_eq!((&reset["version"], &reset["eventsLearned"]), (&json!(41), &json!(0)));
    assert_eq!(app.manage(Method::GET, "/loops/none/model", Value::Null).await.refusal().0, 404);
}
