//! The wire contract of v1.0 as request and answer pairs, written by us from the contract: exact bodies, statuses and
//! headers.

#[path = "../api/app.rs"]
#[expect(dead_code, reason = "the other test binary uses the rest")]
mod app;
mod evaluations;
mod model_and_logs;
mod multi_slot;
mod mutated_bodies;
mod policy;
mod versions;

use app::TestApp;
use axum::http::Method;
use serde_json::json;

const CONFIGURATION: &str = "/personalizer/v1.0/configurations/service";

#[tokio::test]
async fn rank_answers_201_with_excluded_actions_in_their_place() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let request = r#"{"contextFeatures": [{"timeOfDay": "Morning"}], "actions": [
        {"id": "NewsArticle", "features": [{"type": "News"}]},
        {"id": "SportsArticle", "features": [{"type": "Sports"}]}],
        "excludedActions": ["NewsArticle"], "eventId": "75269AD0-BFEE-4598-8196-C57383D38E10",
        "deferActivation": false, "unknown": [null]}"#;
    let answer = app.call(&of.keys[0], Method::POST, "/personalizer/v1.0/rank", request).await;
    assert_eq!(answer.status, 201);
    insta::assert_snapshot!(answer.text, @r#"{"ranking":[{"id":"NewsArticle","probability":0.0},{"id":"SportsArticle","probability":1.0}],"eventId":"75269AD0-BFEE-4598-8196-C57383D38E10","rewardActionId":"SportsArticle"}"#);
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("cache-control", "no-store, must-revalidate, no-cache"),
        ("pragma", "no-cache"),
        ("expires", "0"),
        ("timing-allow-origin", "*"),
        ("csp-billing-usage", "CognitiveServices.Personalizer.Transaction=1"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn optional_fields_may_be_null_and_an_event_id_is_made() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let request = json!({
        "contextFeatures": null, "excludedActions": null, "eventId": null, "deferActivation": null,
        "actions": [{"id": "Person", "features": [{"videoType": "documentary", "videoLength": 35}]}],
    });
    let answer = app.rank(&of, request).await.json();
    assert_eq!(answer["ranking"], json!([{"id": "Person", "probability": 1.0}]));
    let (random, seconds) = answer["eventId"].as_str().expect("an id").split_once('-').expect("two parts");
    assert_eq!((random.len(), seconds.len()), (32, 5));
}

#[tokio::test]
async fn a_fresh_loop_draws_evenly_and_writes_floats_in_their_shortest_form() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let actions: Vec<_> = (0..5).map(|n| json!({"id": format!("a{n}"), "features": [{"n": n}, {"x": 1}]})).collect();
    let answer = app.rank(&of, json!({ "actions": actions })).await;
    assert_eq!(answer.text.matches("\"probability\":0.2}").count(), 5, "{}", answer.text);
}

#[tokio::test]
async fn reward_and_activate_answer_204_without_a_body_also_for_unknown_events() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let reward = app.reward(&of, "123456789", r#"{"value": 0.5}"#).await;
    assert_eq!((reward.status.as_u16(), reward.text.as_str()), (204, ""));
    assert_eq!(reward.header("timing-allow-origin"), "");
    let activate = app.activate(&of, "event_id_returned_by_rank").await;
    assert_eq!((activate.status.as_u16(), activate.text.as_str()), (204, ""));
}

#[tokio::test]
async fn the_service_configuration_merges_and_answers_what_holds() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let fresh = app.call(&of.keys[0], Method::GET, CONFIGURATION, "").await;
    assert_eq!(fresh.status, 200);
    insta::assert_snapshot!(fresh.text, @r#"{"rewardWaitTime":"PT10M","defaultReward":0.0,"rewardAggregation":"earliest","explorationPercentage":0.2,"modelExportFrequency":"PT5M","logRetentionDays":90}"#);
    let request = r#"{"rewardWaitTime": "PT4H", "defaultReward": 1.0, "rewardAggregation": "average",
        "explorationPercentage": 0.200000003, "modelExportFrequency": "PT3H", "logRetentionDays": 2147483647,
        "learningMode": "Apprentice", "logMirrorEnabled": true}"#;
    let changed = app.call(&of.keys[0], Method::PUT, CONFIGURATION, request).await;
    assert_eq!(changed.status, 200);
    insta::assert_snapshot!(changed.text, @r#"{"rewardWaitTime":"PT4H","defaultReward":1.0,"rewardAggregation":"average","explorationPercentage":0.2,"modelExportFrequency":"PT3H","logMirrorEnabled":true,"logRetentionDays":2147483647}"#);
    let partial = app.call(&of.keys[0], Method::PUT, CONFIGURATION, r#"{"explorationPercentage": 0.5}"#).await;
    assert_eq!(partial.json()["rewardWaitTime"], "PT4H");
    assert_eq!(partial.json()["explorationPercentage"], 0.5);
}

#[tokio::test]
async fn errors_have_the_documented_shape_and_name_their_code_in_a_header() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let answer = app.rank(&of, json!({"actions": []})).await;
    insta::assert_snapshot!(answer.text, @r#"{"error":{"code":"InvalidRankRequest","message":"Action count should be between 1 and 50."}}"#);
    assert_eq!(answer.header("x-ms-error-code"), "InvalidRankRequest");
    let answer = app.call("wrong", Method::GET, CONFIGURATION, "").await;
    assert_eq!(answer.refusal(), (401, "401".to_owned()));
}
