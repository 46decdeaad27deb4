//! Exploration that changes little by little, as programs see it.

use axum::http::Method;
use rankloop::terms::Role;
use serde_json::{Value, json};

use crate::app::{Answer, SECOND_US, TestApp, TestLoop};

const HOUR_US: i64 = 3_600 * SECOND_US;
const SERVICE: &str = "/personalizer/v1.0/configurations/service";
const POLICY: &str = "/personalizer/v1.0/configurations/policy";

async fn settings(app: &TestApp, of: &TestLoop) -> Value {
    app.manage(Method::GET, &format!("/loops/{}/configuration", of.id), Value::Null).await.json()
}

async fn end(app: &TestApp, of: &TestLoop, how: &str) -> Answer {
    app.manage(Method::POST, &format!("/loops/{}/configuration/ramp/{how}", of.id), Value::Null).await
}

/// Exploration 20 % → 5 % in a day, of which eight hours are over: 15 %.
async fn on_the_way(app: &TestApp) -> TestLoop {
    let of = app.make_loop(json!({})).await;
    let answer = app.configure(&of, json!({"explorationPercentage": 0.05, "rampExplorationOver": "PT24H"})).await;
    let begun = answer.json();
    assert_eq!((&begun["explorationPercentage"], &begun["change"]["impact"]), (&json!(0.2), &json!("instant")));
    let told = (&begun["change"]["changes"][0]["before"], &begun["change"]["changes"][0]["after"]);
    assert_eq!(told, (&json!("20 %"), &json!("5 % over 24 hours")));
    app.clock.advance_us(8 * HOUR_US);
    of
}

/// What an Azure client sees: the share of its settings, and that of the policy.
async fn seen_by_azure(app: &TestApp, of: &TestLoop) -> (Value, String) {
    let service = app.call(&of.keys[0], Method::GET, SERVICE, "").await.json();
    let policy = app.call(&of.keys[0], Method::GET, POLICY, "").await.json();
    let arguments = policy["arguments"].as_str().expect("a text");
    let epsilon = arguments.split_whitespace().skip_while(|word| *word != "--epsilon").nth(1).expect("an epsilon");
    (service["explorationPercentage"].clone(), epsilon.to_owned())
}

#[tokio::test]
async fn every_door_tells_the_share_in_force_and_ours_the_way() {
    let app = TestApp::start().await;
    let of = on_the_way(&app).await;
    let seen = settings(&app, &of).await;
    assert_eq!(seen["explorationPercentage"], 0.15);
    let ramp = json!({
        "from": 0.2, "to": 0.05, "startedAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-02T00:00:00Z",
    });
    assert_eq!(seen["explorationRamp"], ramp);
    assert_eq!(seen_by_azure(&app, &of).await, (json!(0.15), "0.15".to_owned()));
    let asked = json!({
        "contextFeatures": [], "actions": [{"id": "a", "features": [{"x": 1}]}, {"id": "b", "features": [{"x": 2}]}],
    });
    let why = app.manage(Method::POST, &format!("/loops/{}/what-if", of.id), asked).await.json();
    assert_eq!(why["explorationPercentage"], 0.15, "{why:#}");
    let (path, change) = (format!("/loops/{}/consequence", of.id), json!({"explorationPercentage": 0.1}));
    let exploration = app.manage(Method::POST, &path, change).await.json()["exploration"].clone();
    assert_eq!((&exploration["percentageNow"], &exploration["percentageThen"]), (&json!(0.15), &json!(0.1)));

    let path = format!("/loops/{}/configuration/history", of.id);
    let history = app.manage(Method::GET, &path, Value::Null).await.json();
    let newest = &history["history"][0];
    let begin = (&newest["configuration"]["explorationPercentage"], &newest["configuration"]["explorationRamp"]);
    assert_eq!(begin, (&json!(0.2), &ramp), "as it was when it began");

    app.clock.advance_us(16 * HOUR_US);
    let seen = settings(&app, &of).await;
    assert_eq!((&seen["explorationPercentage"], seen.get("explorationRamp")), (&json!(0.05), None));
    let annotations = app.manage(Method::GET, &format!("/loops/{}/annotations", of.id), Value::Null).await.json();
    let end = annotations["annotations"].as_array().and_then(|all| all.last()).expect("its end");
    assert_eq!((&end["at"], end.get("by")), (&json!("2026-01-02T00:00:00Z"), None));
    assert_eq!(end["changes"][0]["after"], "5 %");
}

#[tokio::test]
async fn it_is_stopped_or_finished_and_a_second_time_there_is_nothing_to_end() {
    let app = TestApp::start().await;
    let of = on_the_way(&app).await;
    let stopped = end(&app, &of, "stop").await.json();
    assert_eq!((&stopped["explorationPercentage"], stopped.get("explorationRamp")), (&json!(0.15), None));
    assert_eq!(stopped["change"]["changes"][0]["after"], "15 %");
    for how in ["stop", "finish"] {
        assert_eq!(end(&app, &of, how).await.refusal(), (409, "Conflict".to_owned()));
    }
    let of = on_the_way(&app).await;
    assert_eq!(end(&app, &of, "finish").await.json()["explorationPercentage"], 0.05);
    let viewer = app.token(Role::Viewer).await;
    let path = format!("/loops/{}/configuration/ramp/stop", of.id);
    assert_eq!(app.manage_as(&viewer, Method::POST, &path, Value::Null).await.refusal().0, 403);
    let audit = app.manage(Method::GET, "/audit", Value::Null).await.text;
    assert!(audit.contains("explorationPercentage 5 % over 24 hours → 15 %"), "{audit}");
}

#[tokio::test]
async fn the_same_settings_once_more_disturb_no_ramp_and_going_back_ends_it() {
    let app = TestApp::start().await;
    let of = on_the_way(&app).await;
    let head = app.log_head(&of).await;
    for same in
        [json!({"explorationPercentage": 0.05}), json!({"explorationPercentage": 0.05, "rampExplorationOver": "P1D"})]
    {
        let answer = app.configure(&of, same).await.json();
        assert_eq!((&answer["change"]["impact"], &answer["explorationPercentage"]), (&json!("none"), &json!(0.15)));
    }
    assert_eq!(app.log_head(&of).await, head);
    assert_eq!(app.configure(&of, json!({"logRetentionDays": 30})).await.json()["explorationPercentage"], 0.15);
    app.clock.advance_us(4 * HOUR_US);
    assert_eq!(settings(&app, &of).await["explorationPercentage"], 0.125);
    let back = app.configure(&of, json!({"restoresSeq": 1})).await.json();
    assert_eq!((&back["explorationPercentage"], back.get("explorationRamp")), (&json!(0.2), None));
}

#[tokio::test]
async fn azures_clients_change_other_settings_on_the_way_and_what_they_set_holds_at_once() {
    let app = TestApp::start().await;
    let of = on_the_way(&app).await;
    let key = &of.keys[0];
    // They have to send the share with everything, so they send what they have read.
    let mut read = app.call(key, Method::GET, SERVICE, "").await.json();
    read["rewardWaitTime"] = json!("PT1H");
    app.clock.advance_us(2 * SECOND_US);
    assert_eq!(app.call(key, Method::PUT, SERVICE, read.to_string()).await.json()["rewardWaitTime"], "PT1H");
    let policy = app.call(key, Method::GET, POLICY, "").await.text.replace("-l 0.001", "-l 0.5");
    assert_eq!(app.call(key, Method::PUT, POLICY, policy).await.status, 200);
    app.clock.advance_us(4 * HOUR_US);
    assert_eq!(seen_by_azure(&app, &of).await.0, json!(0.125), "it went on");

    let sent = app.call(key, Method::PUT, SERVICE, json!({"explorationPercentage": 0.05}).to_string()).await.json();
    assert_eq!(sent["explorationPercentage"], 0.05, "what is answered is what was sent");
    assert_eq!(settings(&app, &of).await.get("explorationRamp"), None);

    let of = on_the_way(&app).await;
    let policy = json!({"name": "p", "arguments": "--cb_explore_adf --epsilon 0.05 --cb_type ips"}).to_string();
    assert_eq!(app.call(&of.keys[0], Method::PUT, POLICY, policy).await.status, 200);
    assert_eq!(seen_by_azure(&app, &of).await, (json!(0.05), "0.05".to_owned()));
}

#[tokio::test]
async fn a_ramp_that_cannot_be_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for wrong in [
        json!({"explorationPercentage": 0.1, "rampExplorationOver": "soon"}),
        json!({"explorationPercentage": 0.1, "rampExplorationOver": "PT59S"}),
        json!({"explorationPercentage": 0.1, "rampExplorationOver": "P91D"}),
        json!({"rampExplorationOver": "PT1H"}),
        json!({"restoresSeq": 1, "rampExplorationOver": "PT1H"}),
    ] {
        let answer = app.configure(&of, wrong.clone()).await;
        assert_eq!(answer.refusal(), (400, "InvalidServiceConfiguration".to_owned()), "{wrong}");
        assert_eq!(answer.json()["error"]["target"], "rampExplorationOver", "{wrong}");
    }
}
