//! The learning settings: their name, their default, and what is refused (contract section 9).

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, TestLoop},
    versions::call,
};

const POLICY: &str = "/configurations/policy";
const V11: &str = "v1.1-preview.3";
const DEFAULT: &str = "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::";
const OTHER: &str = "--cb_explore_adf --quadratic GT --quadratic MR --ignore A --cb_type ips --epsilon 0.2";

async fn put(app: &TestApp, of: &TestLoop, arguments: &str) -> crate::app::Answer {
    call(app, of, V11, Method::PUT, POLICY, json!({"name": "mine", "arguments": arguments})).await
}

async fn read(app: &TestApp, of: &TestLoop) -> Value {
    call(app, of, V11, Method::GET, POLICY, Value::Null).await.json()
}

#[tokio::test]
async fn arguments_come_back_as_sent_under_the_loops_own_name() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let fresh = read(&app, &of).await;
    assert_eq!(fresh["arguments"], DEFAULT);
    let changed = put(&app, &of, OTHER).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json(), json!({"name": fresh["name"], "arguments": OTHER}));
    assert_eq!(read(&app, &of).await, changed.json());
    let name = fresh["name"].as_str().expect("a name");
    assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");

    let reset = call(&app, &of, V11, Method::DELETE, POLICY, Value::Null).await;
    assert_eq!((reset.status.as_u16(), reset.json()), (200, fresh));
}

#[tokio::test]
async fn the_default_written_back_is_still_the_default_learner() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    assert_eq!(put(&app, &of, DEFAULT).await.status, 200);
    let settings = app.manage(Method::GET, &format!("/loops/{}/configuration", of.id), Value::Null).await.json();
    assert_eq!(settings["policy"]["arguments"], Value::Null);
}

#[tokio::test]
async fn the_share_of_exploration_and_epsilon_are_one_number() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    put(&app, &of, "--cb_explore_adf --epsilon 0.35 --cb_type ips").await;
    let service = "/configurations/service";
    let settings = call(&app, &of, V11, Method::GET, service, Value::Null).await.json();
    assert_eq!(settings["explorationPercentage"], 0.35);
    call(&app, &of, V11, Method::PUT, service, json!({"explorationPercentage": 0.1})).await;
    assert_eq!(read(&app, &of).await["arguments"], "--cb_explore_adf --epsilon 0.1 --cb_type ips");
}

#[tokio::test]
async fn what_is_no_policy_is_refused_with_the_codes_of_the_old_service() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for (code, body) in [
        ("InvalidPolicyContract", json!({"arguments": DEFAULT})),
        ("InvalidPolicyContract", json!({"name": "mine"})),
        ("InvalidPolicyContract", json!({"name": "m".repeat(257), "arguments": DEFAULT})),
        ("InvalidPolicyConfiguration", json!({"name": "mine", "arguments": "--epsilon 0.2"})),
        ("InvalidPolicyConfiguration", json!({"name": "mine", "arguments": "--cb_explore_adf --no_such_argument"})),
    ] {
        let answer = call(&app, &of, V11, Method::PUT, POLICY, body).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()), "{}", answer.text);
    }
    let named = put(&app, &of, "--cb_explore_adf --no_such_argument").await;
    assert!(named.message().contains("--no_such_argument"), "{}", named.message());
    assert_eq!(read(&app, &of).await["arguments"], DEFAULT);
}
