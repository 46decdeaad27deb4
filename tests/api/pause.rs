//! Pausing loops.

use axum::http::{Method, StatusCode};
use rankloop::terms::Role;
use serde_json::{Value, json};

use crate::app::{TestApp, TestLoop};

async fn order(app: &TestApp, of: &TestLoop, order: &str) -> Value {
    let answer = app.manage(Method::POST, &format!("/loops/{}/{order}", of.id), Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["learningMode"].clone()
}

#[tokio::test]
async fn a_paused_loop_answers_the_first_action_and_goes_on_as_it_was() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({"learningMode": "Frozen"})).await;
    assert_eq!(order(&app, &of, "pause").await, "LoggingOnly");
    for n in 0..20 {
        let ranked = app.rank_two(&of, &format!("paused-{n}")).await.json();
        assert_eq!((&ranked["rewardActionId"], &ranked["ranking"][0]["probability"]), (&json!("tea"), &json!(1.0)));
        app.reward(&of, &format!("paused-{n}"), r#"{"value": 1}"#).await;
    }
    assert_eq!(app.stats(&of).await["learned"], 0, "rewards are logged and teach nothing");
    assert_eq!(order(&app, &of, "resume").await, "Frozen", "the mode from before");

    let history = app.manage(Method::GET, &format!("/loops/{}/configuration/history", of.id), Value::Null).await;
    let n_entries = history.json()["history"].as_array().map(Vec::len);
    assert_eq!(n_entries, Some(3), "made, paused, resumed: {}", history.text);
}

#[tokio::test]
async fn to_pause_twice_or_to_resume_what_runs_changes_nothing() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let head = app.log_head(&of).await;
    assert_eq!(order(&app, &of, "resume").await, "Online");
    assert_eq!(app.log_head(&of).await, head);
    order(&app, &of, "pause").await;
    let head = app.log_head(&of).await;
    assert_eq!(order(&app, &of, "pause").await, "LoggingOnly");
    assert_eq!(app.log_head(&of).await, head);
    let viewer = app.token(Role::Viewer).await;
    let refused = app.manage_as(&viewer, Method::POST, &format!("/loops/{}/resume", of.id), Value::Null).await;
    assert_eq!(refused.refusal(), (403, "Forbidden".to_owned()));
}

#[tokio::test]
async fn a_loop_that_only_ever_logged_goes_online() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({"learningMode": "LoggingOnly"})).await;
    assert_eq!(order(&app, &of, "resume").await, "Online");
}
