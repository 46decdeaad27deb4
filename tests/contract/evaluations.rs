//! Evaluations: exact bodies in the three ways in which the versions write them.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use crate::app::{Answer, TestApp, TestLoop};

const BODY: &str = r#"{"enableOfflineExperimentation": false, "name": "myFirstEvaluation",
    "startTime": "2026-01-01T00:00:00Z", "endTime": "2126-01-01T00:00:00Z", "unknown": [null],
    "policies": [{"name": "Custom Policy 1", "arguments": "--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5"}]}"#;

async fn with_one_event() -> (TestApp, TestLoop) {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let request = r#"{"eventId": "e", "actions": [{"id": "Person", "features": [{"videoLength": 35}]}]}"#;
    assert_eq!(app.call(&of.keys[0], Method::POST, "/personalizer/v1.0/rank", request).await.status, 201);
    assert_eq!(app.reward(&of, "e", r#"{"value": 0.5}"#).await.status, 204);
    (app, of)
}

/// The answer once the job ended, with `id` in the place of the id.
async fn ended(app: &TestApp, of: &TestLoop, path: &str, id: &str) -> String {
    for _ in 0..1_200 {
        let answer = app.call(&of.keys[0], Method::GET, path, "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        if !answer.text.contains("\"pending\"") && !answer.text.contains("\"Running\"") {
            return answer.text.replace(id, "id");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} came to no end");
}

fn made_id(answer: &Answer) -> String {
    answer.json()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn v1_0_writes_sums_without_their_average() {
    let (app, of) = with_one_event().await;
    let made = app.call(&of.keys[0], Method::POST, "/personalizer/v1.0/evaluations", BODY).await;
    let id = made_id(&made);
    assert_eq!((made.status.as_u16(), made.header("content-type")), (201, "application/json; charset=utf-8"));
    assert_eq!(made.header("location"), format!("/personalizer/v1.0/evaluations/{id}"));
    insta::assert_snapshot!(made.text.replace(&id, "id"), @r#"{"id":"id","name":"myFirstEvaluation","startTime":"2026-01-01T00:00:00Z","endTime":"2126-01-01T00:00:00Z","jobId":"id","status":"pending","policyResults":[{"name":"Custom Policy 1","arguments":"--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5"}],"featureImportance":[]}"#);
    let path = format!("/personalizer/v1.0/evaluations/{id}");
    insta::assert_snapshot!(ended(&app, &of, &path, &id).await, @r#"{"id":"id","name":"myFirstEvaluation","startTime":"2026-01-01T00:00:00Z","endTime":"2126-01-01T00:00:00Z","jobId":"id","status":"completed","policyResults":[{"name":"Custom Policy 1","arguments":"--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5","summary":[{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT5M","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT1H","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT6H","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"P1D","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0}],"totalSummary":{"timeStamp":"2126-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0}},{"name":"online","arguments":"--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::","summary":[{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT5M","confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT1H","confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT6H","confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"P1D","confidenceInterval":0.0}],"totalSummary":{"timeStamp":"2126-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","confidenceInterval":0.0}},{"name":"baseline1","summary":[{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT5M","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT1H","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT6H","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"P1D","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0}],"totalSummary":{"timeStamp":"2126-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0}},{"name":"baselineRand","summary":[{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT5M","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT1H","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT6H","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0},{"timeStamp":"2026-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"P1D","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0}],"totalSummary":{"timeStamp":"2126-01-01T00:00:00Z","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0}}],"featureImportance":[]}"#);
}

#[tokio::test]
async fn v1_1_preview_writes_sources_averages_and_the_optimal_policy() {
    let (app, of) = with_one_event().await;
    let made = app.call(&of.keys[0], Method::POST, "/personalizer/v1.1-preview.3/evaluations", BODY).await;
    let id = made_id(&made);
    assert_eq!(made.header("location"), format!("/personalizer/v1.1-preview.1/evaluations/{id}"));
    insta::assert_snapshot!(made.text.replace(&id, "id"), @r#"{"id":"id","name":"myFirstEvaluation","startTime":"2026-01-01T00:00:00Z","endTime":"2126-01-01T00:00:00Z","jobId":"id","status":"pending","policyResults":[{"name":"Custom Policy 1","arguments":"--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5","policySource":"Custom"}],"featureImportance":[],"evaluationType":"Manual","optimalPolicy":"","creationTime":"2026-01-01T00:00:00Z"}"#);
    let path = format!("/personalizer/v1.1-preview.1/evaluations/{id}");
    ended(&app, &of, &path, &id).await;
    let list = app.call(&of.keys[0], Method::GET, "/personalizer/v1.1-preview.2/evaluations", "").await;
    insta::assert_snapshot!(list.text.replace(&id, "id"), @r#"[{"id":"id","name":"myFirstEvaluation","startTime":"2026-01-01T00:00:00Z","endTime":"2126-01-01T00:00:00Z","jobId":"id","status":"completed","policyResults":[{"name":"Custom Policy 1","arguments":"--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5","policySource":"Custom","totalSummary":{"timeStamp":"0001-01-01T00:00:00","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0,"averageReward":0.5}},{"name":"online","arguments":"--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::","policySource":"Online","totalSummary":{"timeStamp":"0001-01-01T00:00:00","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","confidenceInterval":0.0,"averageReward":0.5}},{"name":"baseline1","policySource":"Baseline","totalSummary":{"timeStamp":"0001-01-01T00:00:00","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0,"averageReward":0.5}},{"name":"baselineRand","policySource":"Random","totalSummary":{"timeStamp":"0001-01-01T00:00:00","ipsEstimatorNumerator":0.5,"ipsEstimatorDenominator":1.0,"snipsEstimatorDenominator":1.0,"aggregateTimeWindow":"PT0S","nonZeroProbability":1.0,"sumOfSquares":0.25,"confidenceInterval":0.0,"averageReward":0.5}}],"featureImportance":[],"evaluationType":"Manual","optimalPolicy":"online","creationTime":"2026-01-01T00:00:00Z"}]"#);
}

#[tokio::test]
async fn the_newest_version_writes_estimates_with_both_ends_of_their_intervals() {
    let (app, of) = with_one_event().await;
    let path = "/personalizer/evaluations/mine?api-version=2022-09-01-preview";
    let made = app.call(&of.keys[0], Method::PUT, path, BODY).await;
    assert_eq!((made.status.as_u16(), made.text.as_str(), made.header("location")), (200, "", ""));
    let read = format!("{path}&startTime=2026-01-01T00%3A00%3A00.000Z&endTime=2026-01-02T00%3A00%3A00.000Z");
    insta::assert_snapshot!(ended(&app, &of, &read, "mine").await, @r#"{"id":"id","name":"myFirstEvaluation","startTime":"2026-01-01T00:00:00Z","endTime":"2126-01-01T00:00:00Z","creationTime":"2026-01-01T00:00:00Z","status":"Succeeded","evaluationType":"Manual","optimalPolicy":"online","content":{"startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-02T00:00:00Z","intervalInMinutes":5,"value":[{"name":"Custom Policy 1","arguments":"--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5","policySource":"Custom","summary":{"expectedReward":0.5,"confidenceInterval":[0.5,0.5]},"timeseries":{"data":[{"timeStamp":"2026-01-01T00:00:00Z","expectedReward":0.5,"confidenceInterval":[0.5,0.5]}]}},{"name":"online","arguments":"--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::","policySource":"Online","summary":{"expectedReward":0.5,"confidenceInterval":[0.5,0.5]},"timeseries":{"data":[{"timeStamp":"2026-01-01T00:00:00Z","expectedReward":0.5,"confidenceInterval":[0.5,0.5]}]}},{"name":"baseline1","policySource":"Baseline","summary":{"expectedReward":0.5,"confidenceInterval":[0.5,0.5]},"timeseries":{"data":[{"timeStamp":"2026-01-01T00:00:00Z","expectedReward":0.5,"confidenceInterval":[0.5,0.5]}]}},{"name":"baselineRand","policySource":"Random","summary":{"expectedReward":0.5,"confidenceInterval":[0.5,0.5]},"timeseries":{"data":[{"timeStamp":"2026-01-01T00:00:00Z","expectedReward":0.5,"confidenceInterval":[0.5,0.5]}]}}]}}"#);
    let list = app.call(&of.keys[0], Method::GET, "/personalizer/evaluations?api-version=2022-09-01-preview", "").await;
    insta::assert_snapshot!(list.text, @r#"{"value":[{"id":"mine","name":"myFirstEvaluation","startTime":"2026-01-01T00:00:00Z","endTime":"2126-01-01T00:00:00Z","creationTime":"2026-01-01T00:00:00Z","status":"Succeeded","evaluationType":"Manual","optimalPolicy":"online"}]}"#);
}
