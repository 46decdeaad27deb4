//! Evaluations and feature importances as clients of each version see them.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, SECOND_US, TestApp, TestLoop, two_actions};

const PREVIEW: &str = "/personalizer/v1.1-preview.3";
const NEWEST: &str = "api-version=2022-09-01-preview";
const MINE: &str = "--cb_explore_adf --epsilon 0.2 --cb_type ips -l 0.5 --power_t 0.5";
/// The day of the test app's clock, and the one after.
const DAYS: [&str; 2] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];

fn contract(policies: Value) -> Value {
    json!({"name": "mine", "startTime": DAYS[0], "endTime": DAYS[1], "policies": policies})
}

pub fn mine() -> Value {
    json!([{"name": "mine", "arguments": MINE}])
}

async fn call(app: &TestApp, of: &TestLoop, method: Method, path: &str, body: Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    app.call(&of.keys[0], method, path, body).await
}

/// Six events in two windows of five minutes, every second one rewarded with 1.
pub async fn play(app: &TestApp, of: &TestLoop) {
    for n in 0..6 {
        if n == 3 {
            app.clock.advance_us(600 * SECOND_US);
        }
        app.rank_two(of, &format!("e{n}")).await;
        let reward = if n % 2 == 0 { 1.0 } else { 0.0 };
        assert_eq!(app.reward(of, &format!("e{n}"), &json!({"value": reward}).to_string()).await.status, 204);
    }
}

async fn until_ended(app: &TestApp, of: &TestLoop, path: &str) -> Value {
    for _ in 0..1_200 {
        let answer = call(app, of, Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        if !["pending", "Running"].contains(&answer.json()["status"].as_str().expect("a status")) {
            return answer.json();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} came to no end");
}

pub async fn evaluated(app: &TestApp, of: &TestLoop, policies: Value) -> Value {
    let made = call(app, of, Method::POST, &format!("{PREVIEW}/evaluations"), contract(policies)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    until_ended(app, of, &format!("{PREVIEW}/evaluations/{id}")).await
}

#[tokio::test]
async fn a_new_evaluation_is_pending_and_says_where_it_is() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let body =
        json!({"name": "mine", "startTime": "2026-01-01T00:00:00-07:00", "endTime": "2026-01-02", "policies": mine()});
    for (base, spoken) in [("v1.0", "v1.0"), ("v1.1-preview.1", "v1.1-preview.1"), ("v1.1-preview.3", "v1.1-preview.1")]
    {
        let made = call(&app, &of, Method::POST, &format!("/personalizer/{base}/evaluations"), body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let found = made.json();
        let id = found["id"].as_str().expect("an id");
        assert_eq!(id.len(), 36);
        assert_eq!(made.header("location"), format!("/personalizer/{spoken}/evaluations/{id}"));
        assert_eq!((&found["jobId"], &found["status"]), (&json!(id), &json!("pending")));
        assert_eq!(found["startTime"], "2026-01-01T07:00:00Z");
        assert_eq!(found["endTime"], "2026-01-02T00:00:00Z");
        let row = &found["policyResults"][0];
        assert_eq!((&row["name"], &row["arguments"]), (&json!("mine"), &json!(MINE)));
        let has_newer_fields = base != "v1.0";
        assert_eq!(found.get("optimalPolicy").is_some(), has_newer_fields);
        assert_eq!(row.get("policySource").is_some(), has_newer_fields);
    }
}

#[tokio::test]
async fn a_completed_evaluation_has_the_rows_sums_and_windows_of_the_contract() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let found = evaluated(&app, &of, mine()).await;
    assert_eq!((&found["status"], &found["optimalPolicy"]), (&json!("completed"), &json!("online")));
    let rows = found["policyResults"].as_array().expect("rows");
    let sources: Vec<&str> = rows.iter().map(|row| row["policySource"].as_str().expect("a source")).collect();
    assert_eq!(sources, ["Custom", "Online", "Baseline", "Random"]);
    assert_eq!(rows[1]["arguments"], "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::");
    assert!(rows[2].get("arguments").is_none());
    assert_eq!(
        rows[1]["totalSummary"],
        json!({
            "timeStamp": DAYS[1], "ipsEstimatorNumerator": 3.0, "ipsEstimatorDenominator": 6.0,
            "snipsEstimatorDenominator": 6.0, "aggregateTimeWindow": "PT0S", "confidenceInterval": 0.0,
            "averageReward": 0.5,
        })
    );
    let windows: Vec<(&str, f64)> = rows[1]["summary"]
        .as_array()
        .expect("windows")
        .iter()
        .map(|row| {
            let n_events = row["ipsEstimatorDenominator"].as_f64().expect("a number");
            (row["aggregateTimeWindow"].as_str().expect("a window"), n_events)
        })
        .collect();
    // The window between the two halves has no event and is there all the same.
    assert_eq!(windows, [("PT5M", 3.0), ("PT5M", 0.0), ("PT5M", 3.0), ("PT1H", 6.0), ("PT6H", 6.0), ("P1D", 6.0)]);
    assert!(rows[0]["totalSummary"]["sumOfSquares"].is_f64());
}

#[tokio::test]
async fn the_list_is_bare_and_without_windows() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let id = evaluated(&app, &of, json!([])).await["id"].clone();
    let list = call(&app, &of, Method::GET, &format!("{PREVIEW}/evaluations"), Value::Null).await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!((&list[0]["id"], &list[0]["featureImportance"]), (&id, &json!([])));
    let row = &list[0]["policyResults"][0];
    assert!(row.get("summary").is_none());
    assert_eq!(row["totalSummary"]["timeStamp"], "0001-01-01T00:00:00");
    let stable = call(&app, &of, Method::GET, "/personalizer/v1.0/evaluations", Value::Null).await.json();
    assert!(stable[0]["policyResults"][0]["totalSummary"].get("averageReward").is_none());
}

#[tokio::test]
async fn a_deleted_evaluation_is_not_found() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let id = evaluated(&app, &of, json!([])).await["id"].as_str().expect("an id").to_owned();
    let path = format!("{PREVIEW}/evaluations/{id}");
    assert_eq!(call(&app, &of, Method::DELETE, &path, Value::Null).await.status, 204);
    let gone = call(&app, &of, Method::GET, &path, Value::Null).await;
    assert_eq!(gone.refusal(), (404, "EvaluationNotFound".to_owned()));
    let newest = format!("/personalizer/evaluations/{id}?{NEWEST}");
    let again = call(&app, &of, Method::DELETE, &newest, Value::Null).await;
    assert_eq!(again.refusal(), (404, "EvaluationNotFound".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_evaluated_is_refused_by_name() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let many: Vec<Value> = (0..11).map(|n| json!({"name": n.to_string(), "arguments": MINE})).collect();
    let with = |key: &str, value: Value| {
        let mut body = contract(json!([]));
        body[key] = value;
        body
    };
    for (code, body) in [
        ("InvalidEvaluationContract", with("policies", json!(many))),
        ("DuplicateCustomPolicyNames", with("policies", json!([mine()[0], mine()[0]]))),
        ("DuplicateCustomPolicyNames", with("policies", json!([{"name": "online", "arguments": MINE}]))),
        ("InvalidPolicyContract", with("policies", json!([{"name": "x"}]))),
        ("InvalidPolicyContract", with("policies", json!([{"name": "", "arguments": MINE}]))),
        ("InvalidPolicyContract", with("policies", json!([null]))),
        ("InvalidPolicyConfiguration", with("policies", json!([{"name": "x", "arguments": "--what"}]))),
        ("InvalidEvaluationContract", with("name", json!("x".repeat(257)))),
        ("InvalidEvaluationContract", with("name", Value::Null)),
        ("InvalidEvaluationContract", with("startTime", json!("soon"))),
        ("InvalidEvaluationContract", with("endTime", Value::Null)),
        ("InvalidEvaluationContract", with("endTime", json!("2025-12-31"))),
        ("BadRequest", with("policies", json!("none"))),
    ] {
        let answer = call(&app, &of, Method::POST, &format!("{PREVIEW}/evaluations"), body).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()), "{}", answer.text);
    }
    let none = call(&app, &of, Method::GET, &format!("{PREVIEW}/evaluations"), Value::Null).await;
    assert_eq!(none.json(), json!([]));
}

#[tokio::test]
async fn the_newest_version_names_its_evaluations_and_reads_them_in_steps() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let path = format!("/personalizer/evaluations/my%20own?{NEWEST}");
    let made = call(&app, &of, Method::PUT, &path, contract(mine())).await;
    assert_eq!((made.status.as_u16(), made.text.as_str()), (200, ""));
    let again = call(&app, &of, Method::PUT, &path, contract(mine())).await;
    assert_eq!(again.refusal(), (400, "EvaluationAlreadyExists".to_owned()));
    assert_eq!(again.message(), "Evaluation with id my own already exists.");
    let read = format!("{path}&startTime={}&endTime={}", DAYS[0], DAYS[1]);
    let found = until_ended(&app, &of, &read).await;
    assert_eq!((&found["status"], &found["evaluationType"]), (&json!("Succeeded"), &json!("Manual")));
    assert_eq!(found["content"]["intervalInMinutes"], 5);
    let online = &found["content"]["value"][1];
    assert_eq!(online["summary"]["expectedReward"], 0.5);
    let data = online["timeseries"]["data"].as_array().expect("steps");
    let rewards: Vec<f64> = data.iter().map(|step| step["expectedReward"].as_f64().expect("a number")).collect();
    // Expanding: the second step tells of both.
    assert_eq!((data.len(), rewards[1]), (2, 0.5));
    let rolling =
        call(&app, &of, Method::GET, &format!("{read}&intervalInMinutes=1440&window=Rolling"), Value::Null).await;
    let content = &rolling.json()["content"];
    assert_eq!(
        (&content["intervalInMinutes"], content["value"][1]["timeseries"]["data"].as_array().map(Vec::len)),
        (&json!(1440), Some(1))
    );
    for wrong in
        ["intervalInMinutes=7", "window=Rolling", "intervalInMinutes=60&window=Expanding", "intervalInMinutes=x"]
    {
        let refused = call(&app, &of, Method::GET, &format!("{read}&{wrong}"), Value::Null).await;
        assert_eq!(refused.refusal(), (400, "BadRequest".to_owned()), "{wrong}");
    }
    let before =
        call(&app, &of, Method::GET, &format!("{path}&startTime=2025-01-01&endTime=2025-01-02"), Value::Null).await;
    assert_eq!(before.json()["content"]["value"][1]["timeseries"]["data"], json!([]));
}

#[tokio::test]
async fn lists_of_the_newest_version_come_in_pages_that_lead_to_the_next() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for kind in ["evaluations", "featureImportances"] {
        for id in ["a", "b", "c"] {
            let made =
                call(&app, &of, Method::PUT, &format!("/personalizer/{kind}/{id}?{NEWEST}"), contract(json!([]))).await;
            assert_eq!(made.status, 200, "{}", made.text);
        }
        let (mut path, mut found) = (format!("/personalizer/{kind}?{NEWEST}&skip=0&maxpagesize=2"), Vec::new());
        loop {
            let page = call(&app, &of, Method::GET, &path, Value::Null).await.json();
            let ids = page["value"]
                .as_array()
                .expect("a page")
                .iter()
                .map(|one| one["id"].as_str().expect("an id").to_owned());
            found.extend(ids);
            let Some(next) = page.get("nextLink") else { break };
            let next = next.as_str().expect("an address");
            path = next.strip_prefix("http://localhost").expect("an absolute address").to_owned();
        }
        assert_eq!(found, ["c", "b", "a"], "{kind}");
        let wrong = call(&app, &of, Method::GET, &format!("/personalizer/{kind}?{NEWEST}&skip=-1"), Value::Null).await;
        assert_eq!(wrong.refusal(), (400, "BadRequest".to_owned()));
    }
    let filtered = |text: &str| format!("/personalizer/evaluations?{NEWEST}&filter={text}");
    let auto = call(&app, &of, Method::GET, &filtered("metadata%3DevaluationType%20eq%20'Auto'"), Value::Null).await;
    assert_eq!(auto.json()["value"], json!([]));
    let wrong = call(&app, &of, Method::GET, &filtered("anything"), Value::Null).await;
    assert_eq!(wrong.refusal(), (400, "BadRequest".to_owned()));
}

#[tokio::test]
async fn feature_importances_say_what_moved_the_choice() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let path = format!("/personalizer/featureImportances/f?{NEWEST}");
    let body = json!({"name": "mine", "startTime": "2026-01-01", "endTime": "2026-01-02"});
    let made = call(&app, &of, Method::PUT, &path, body.clone()).await;
    assert_eq!((made.status.as_u16(), made.text.as_str()), (200, ""));
    let again = call(&app, &of, Method::PUT, &path, body).await;
    assert_eq!(again.refusal(), (400, "FeatureImportanceAlreadyExists".to_owned()));
    let found = until_ended(&app, &of, &path).await;
    assert_eq!((&found["status"], &found["startTime"]), (&json!("Succeeded"), &json!(DAYS[0])));
    let scores = found["featureScores"].as_array().expect("scores");
    let named = |namespace: &str, feature: &str| {
        scores.iter().any(|score| score["namespace"] == namespace && score["featureName"] == feature)
    };
    assert!(named("FromUrl", "time") && named("j", "kind") && named("i", "id"), "{scores:?}");
    assert_eq!(scores[0]["score"], 1.0);
    assert_eq!(call(&app, &of, Method::DELETE, &path, Value::Null).await.status, 204);
    let gone = call(&app, &of, Method::GET, &path, Value::Null).await;
    assert_eq!(gone.refusal(), (404, "FeatureImportanceNotFound".to_owned()));
    let wrong =
        call(&app, &of, Method::PUT, &path, json!({"name": "", "startTime": DAYS[0], "endTime": DAYS[1]})).await;
    assert_eq!(wrong.refusal(), (400, "InvalidContract".to_owned()));
}

#[tokio::test]
async fn a_policy_of_an_evaluation_becomes_the_loops() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let found = evaluated(&app, &of, mine()).await;
    let apply = format!("{PREVIEW}/configurations/applyFromEvaluation");
    let reference = |id: &Value, policy: &str| json!({"evaluationId": id, "policyName": policy});
    for (code, body) in [
        ("EvaluationNotFound", reference(&json!("nothing"), "mine")),
        ("LearningSettingsNotFound", reference(&found["id"], "nobody")),
        ("LearningSettingsNotFound", reference(&found["id"], "baseline1")),
    ] {
        assert_eq!(call(&app, &of, Method::POST, &apply, body).await.refusal(), (404, code.to_owned()));
    }
    let nothing = call(&app, &of, Method::POST, &apply, json!({})).await;
    assert_eq!(nothing.refusal(), (400, "BadRequest".to_owned()));
    assert_eq!(call(&app, &of, Method::POST, &apply, reference(&found["id"], "mine")).await.status, 204);
    let policy = call(&app, &of, Method::GET, &format!("{PREVIEW}/configurations/policy"), Value::Null).await.json();
    assert_eq!(policy["arguments"], MINE);
    assert_eq!(call(&app, &of, Method::POST, &apply, reference(&found["id"], "online")).await.status, 204);
    let policy = call(&app, &of, Method::GET, &format!("{PREVIEW}/configurations/policy"), Value::Null).await.json();
    assert_ne!(policy["arguments"], MINE);
    let id = found["id"].as_str().expect("an id");
    let after = call(&app, &of, Method::GET, &format!("{PREVIEW}/evaluations/{id}"), Value::Null).await.json();
    assert_eq!(after["status"], "completed");
}

#[tokio::test]
async fn a_multi_slot_loop_writes_policies_in_its_own_way_and_judges_each_slot() {
    let app = TestApp::start().await;
    let made = app.manage(Method::POST, "/loops", json!({"name": "pages", "multiSlot": true})).await.json();
    let key = made["keys"][0].as_str().expect("a key").to_owned();
    let of = TestLoop { id: made["id"].as_str().expect("an id").to_owned(), keys: [key.clone(), key] };
    for n in 0..4 {
        let mut request = two_actions(&format!("e{n}"));
        request["slots"] = json!([
            {"id": "hero", "features": [{"size": "large"}], "baselineAction": "tea"},
            {"id": "side", "features": [{"size": "small"}], "baselineAction": "coffee"},
        ]);
        let ranked = call(&app, &of, Method::POST, &format!("{PREVIEW}/multislot/rank"), request).await;
        assert_eq!(ranked.status, 201, "{}", ranked.text);
        let reward = json!({"reward": [{"slotId": "hero", "value": 1.0}, {"slotId": "side", "value": 0.5}]});
        let path = format!("{PREVIEW}/multislot/events/e{n}/reward");
        assert_eq!(call(&app, &of, Method::POST, &path, reward).await.status, 204);
    }
    let path = format!("/personalizer/evaluations/slots?{NEWEST}");
    assert_eq!(call(&app, &of, Method::PUT, &path, contract(mine())).await.status, 200);
    let found = until_ended(&app, &of, &path).await;
    let rows = found["content"]["value"].as_array().expect("rows");
    assert_eq!(rows[0]["arguments"], MINE.replace("--cb_explore_adf", "--ccb_explore_adf"));
    let online: Vec<(Option<&str>, f64)> = rows
        .iter()
        .filter(|row| row["policySource"] == "Online")
        .map(|row| (row["slotId"].as_str(), row["summary"]["expectedReward"].as_f64().expect("a number")))
        .collect();
    assert_eq!(online, [(None, 0.75), (Some("hero"), 1.0), (Some("side"), 0.5)]);
    let older = call(&app, &of, Method::GET, &format!("{PREVIEW}/evaluations/slots"), Value::Null).await.json();
    assert_eq!(older["policyResults"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn the_management_api_tells_three_estimates_and_looks_for_better_settings() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let path = format!("/loops/{}/evaluations", of.id);
    let body = json!({"id": "january", "name": "mine", "startTime": "2026-01-01", "endTime": "2026-01-31", "isOptimizing": true});
    let made = app.manage(Method::POST, &path, body).await;
    assert_eq!((made.status.as_u16(), &made.json()["status"]), (201, &json!("running")), "{}", made.text);
    let mut found = Value::Null;
    for _ in 0..1_200 {
        found = app.manage(Method::GET, &format!("{path}/january"), Value::Null).await.json();
        if found["status"] != "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((&found["status"], &found["optimalPolicy"]), (&json!("succeeded"), &json!("online")));
    let policies = found["policies"].as_array().expect("policies");
    let searched: Vec<&Value> = policies.iter().filter(|policy| policy["source"] == "OfflineExperimentation").collect();
    assert!(searched.len() >= 5, "{searched:?}");
    for policy in searched {
        assert!(
            policy["ips"]["value"].is_f64()
                && policy["doublyRobust"]["low"].is_f64()
                && policy["snips"]["value"].is_f64()
        );
        assert_eq!(policy["nEvents"], 6.0);
    }
    assert_eq!(found["features"][0]["score"], 1.0);
    let list = app.manage(Method::GET, &path, Value::Null).await.json();
    assert_eq!(list["evaluations"][0]["id"], "january");
    let apply = app.manage(Method::POST, &format!("{path}/january/apply"), json!({"policyName": "Hyper1"})).await;
    assert_eq!(apply.status, StatusCode::NO_CONTENT, "{}", apply.text);
    assert_eq!(
        app.manage(Method::DELETE, &format!("{path}/january"), Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    let gone = app.manage(Method::GET, &format!("{path}/january"), Value::Null).await;
    assert_eq!(gone.refusal(), (404, "EvaluationNotFound".to_owned()));
}
