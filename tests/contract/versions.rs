//! What the six versions have in common and what they differ in.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, TestLoop, two_actions};

const PATHS: [&str; 5] = ["v1.0-preview", "v1.0", "v1.1-preview.1", "v1.1-preview.2", "v1.1-preview.3"];
const NEWEST: &str = "2022-09-01-preview";

/// The address of an operation in one version.
pub fn address(version: &str, path: &str) -> String {
    if version == NEWEST {
        return format!("/personalizer{path}?api-version={NEWEST}");
    }
    format!("/personalizer/{version}{path}")
}

pub async fn call(app: &TestApp, of: &TestLoop, version: &str, method: Method, path: &str, body: Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    app.call(&of.keys[0], method, &address(version, path), body).await
}

#[tokio::test]
async fn every_version_ranks_activates_and_rewards_the_same_loop() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for version in PATHS.into_iter().chain([NEWEST]) {
        let mut request = two_actions(version);
        request["deferActivation"] = json!(true);
        let ranked = call(&app, &of, version, Method::POST, "/rank", request).await;
        assert_eq!(ranked.status, 201, "{version}: {}", ranked.text);
        let event = format!("/events/{version}");
        let activated = call(&app, &of, version, Method::POST, &format!("{event}/activate"), Value::Null).await;
        let rewarded = call(&app, &of, version, Method::POST, &format!("{event}/reward"), json!({"value": 1.0})).await;
        assert_eq!((activated.status.as_u16(), rewarded.status.as_u16()), (204, 204), "{version}");
        assert_eq!(app.event(&of, version).await["state"], "learned");
    }
    assert_eq!(app.stats(&of).await["learned"], 6);
}

#[tokio::test]
async fn the_newest_version_has_to_be_named_in_every_call() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for path in ["/personalizer/rank", "/personalizer/rank?api-version=2019-01-01"] {
        let answer = app.call(&of.keys[0], Method::POST, path, two_actions("one").to_string()).await;
        assert_eq!(answer.refusal(), (400, "BadRequest".to_owned()));
        assert!(answer.message().contains(NEWEST), "{}", answer.message());
    }
    let prefixed = format!("/loops/{}{}", of.id, address(NEWEST, "/rank"));
    let answer = app.call(&of.keys[0], Method::POST, &prefixed, two_actions("one").to_string()).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn an_operation_that_a_version_does_not_have_is_not_found_there() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for (version, path) in [
        ("v1.0-preview", "/configurations/service"),
        ("v1.0", "/multislot/rank"),
        ("v1.1-preview.1", "/logs/interactions"),
        ("v3.0", "/rank"),
    ] {
        let answer = call(&app, &of, version, Method::POST, path, json!({})).await;
        assert_eq!(answer.refusal(), (404, "ResourceNotFound".to_owned()), "{version}{path}");
    }
}

#[tokio::test]
async fn a_version_tells_the_settings_that_it_knows() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let read = async |version| call(&app, &of, version, Method::GET, "/configurations/service", Value::Null).await.text;
    insta::assert_snapshot!(read("v1.0").await, @r#"{"rewardWaitTime":"PT10M","defaultReward":0.0,"rewardAggregation":"earliest","explorationPercentage":0.2,"modelExportFrequency":"PT5M","logRetentionDays":90}"#);
    insta::assert_snapshot!(read("v1.1-preview.3").await, @r#"{"rewardWaitTime":"PT10M","defaultReward":0.0,"rewardAggregation":"earliest","explorationPercentage":0.2,"modelExportFrequency":"PT5M","logRetentionDays":90,"lastConfigurationEditDate":"1601-01-01T00:00:00","learningMode":"Online","isAutoOptimizationEnabled":false,"autoOptimizationFrequency":"P28D","autoOptimizationStartDate":"0001-01-01T00:00:00"}"#);
    insta::assert_snapshot!(read(NEWEST).await, @r#"{"rewardWaitTime":"PT10M","defaultReward":0.0,"rewardAggregation":"earliest","explorationPercentage":0.2,"modelExportFrequency":"PT5M","logRetentionDays":90,"lastConfigurationEditDate":"1601-01-01T00:00:00","learningMode":"Online","isAutoOptimizationEnabled":false,"autoOptimizationFrequency":"P28D","autoOptimizationStartDate":"0001-01-01T00:00:00","modelRetrainDays":2,"isInferenceExplainabilityEnabled":false}"#);
}

#[tokio::test]
async fn only_settings_of_training_move_the_date_of_the_last_edit() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let put = async |body| call(&app, &of, NEWEST, Method::PUT, "/configurations/service", body).await.json();
    let explored = put(json!({"explorationPercentage": 0.5})).await;
    assert_eq!(explored["lastConfigurationEditDate"], "1601-01-01T00:00:00");
    let edited = put(json!({"rewardWaitTime": "PT4H", "autoOptimizationStartDate": "2026-02-01"})).await;
    assert_eq!(edited["lastConfigurationEditDate"], "2026-01-01T00:00:00");
    assert_eq!(edited["autoOptimizationStartDate"], "2026-02-01T00:00:00Z");
}

#[tokio::test]
async fn each_refused_setting_has_the_code_of_the_old_service() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for (status, code, body) in [
        (400, "InvalidModelRetrainDays", json!({"modelRetrainDays": 91})),
        (400, "InvalidLogRetentionDays", json!({"logRetentionDays": 0})),
        (400, "InvalidRewardWaitTime", json!({"rewardWaitTime": "PT1S"})),
        (400, "InvalidServiceConfiguration", json!({"autoOptimizationStartDate": "soon"})),
        (400, "InvalidServiceConfiguration", json!({"autoOptimizationFrequency": "PT1H"})),
        (400, "InvalidLearningModeServiceConfiguration", json!({"learningMode": "Apprentice", "defaultReward": 0.5})),
    ] {
        let answer = call(&app, &of, NEWEST, Method::PUT, "/configurations/service", body).await;
        assert_eq!(answer.refusal(), (status, code.to_owned()));
        assert_eq!(answer.header("x-ms-error-code"), code);
    }
}

#[tokio::test]
async fn uploads_of_local_inference_are_refused_by_name() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for path in ["/logs/interactions", "/logs/observations"] {
        let answer = call(&app, &of, "v1.1-preview.2", Method::POST, path, json!("bytes")).await;
        assert_eq!(answer.refusal(), (403, "InvalidApiAccess".to_owned()));
    }
}

#[tokio::test]
async fn a_clients_own_request_id_comes_back_when_it_asks_for_it() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let request = axum::http::Request::get(address(NEWEST, "/configurations/policy"))
        .header("Ocp-Apim-Subscription-Key", &of.keys[0])
        .header("x-ms-client-request-id", "mine")
        .header("x-ms-return-client-request-id", "true");
    let answer = app.send(request.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!(answer.header("x-ms-client-request-id"), "mine");
}
