//! Many actions in one call: all of them, or none.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{TestApp, TestLoop};

fn named(id: &str, topic: &str) -> Value {
    json!({"id": id, "features": [{"topic": topic}]})
}

async fn put(app: &TestApp, of: &TestLoop, body: Value) -> crate::app::Answer {
    app.manage(Method::PUT, &format!("/loops/{}/actions", of.id), body).await
}

async fn ids(app: &TestApp, of: &TestLoop) -> Vec<String> {
    let all = app.manage(Method::GET, &format!("/loops/{}/actions", of.id), Value::Null).await.json();
    all["actions"].as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_list_of_actions_is_stored_in_its_order_and_says_what_it_did() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let first = put(&app, &of, json!({"actions": [named("tea", "drink"), named("cake", "food")]})).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let nothing: [&str; 0] = [];
    assert_eq!(
        first.json(),
        json!({"added": ["tea", "cake"], "changed": nothing, "unchanged": nothing, "removed": nothing, "isApplied": true})
    );
    assert_eq!(ids(&app, &of).await, ["tea", "cake"]);

    let list = json!({"actions": [named("cake", "sweet"), named("tea", "drink"), named("soup", "food")]});
    let second = put(&app, &of, list).await.json();
    assert_eq!(
        [&second["added"], &second["changed"], &second["unchanged"]],
        [&json!(["soup"]), &json!(["cake"]), &json!(["tea"])]
    );
    assert_eq!(ids(&app, &of).await, ["tea", "cake", "soup"], "those that were there keep their places");
}

#[tokio::test]
async fn one_bad_line_keeps_all_of_a_list_out_and_each_is_named() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    put(&app, &of, json!({"actions": [named("tea", "drink")]})).await;
    let dates = json!({"validFrom": "2026-02-01T00:00:00Z", "validTo": "2026-01-01T00:00:00Z"});
    let mut late = named("late", "x");
    late.as_object_mut().expect("an object").extend(dates.as_object().expect("an object").clone());
    let list = json!({"actions": [named("soup", "food"), json!({"id": "empty", "features": []}), late, named("soup", "food")]});
    for body in [list.clone(), json!({"actions": list["actions"], "dryRun": true})] {
        let refused = put(&app, &of, body).await;
        assert_eq!(refused.refusal(), (400, "InvalidAction".to_owned()));
        let targets: Vec<Value> = refused.json()["error"]["details"]
            .as_array()
            .expect("details")
            .iter()
            .map(|detail| detail["target"].clone())
            .collect();
        assert_eq!(targets, ["actions[1]", "actions[2]", "actions[3]"]);
        assert_eq!(ids(&app, &of).await, ["tea"]);
    }
    let unreadable = json!({"actions": [named("", "x"), {"id": "b", "features": [{"a": 1}], "validTo": "soon"}]});
    let refused = put(&app, &of, unreadable).await;
    assert_eq!(refused.refusal(), (400, "InvalidAction".to_owned()));
    assert_eq!(refused.json()["error"]["details"].as_array().map(Vec::len), Some(2), "{}", refused.text);
}

#[tokio::test]
async fn a_list_can_stand_for_all_and_be_tried_first() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    put(&app, &of, json!({"actions": [named("tea", "drink"), named("cake", "food")]})).await;
    let list = json!({"actions": [named("cake", "food")], "removeOthers": true, "dryRun": true});
    let tried = put(&app, &of, list.clone()).await.json();
    assert_eq!((&tried["removed"], &tried["isApplied"]), (&json!(["tea"]), &json!(false)));
    assert_eq!(ids(&app, &of).await, ["tea", "cake"]);
    let done = put(&app, &of, json!({"actions": list["actions"], "removeOthers": true})).await.json();
    assert_eq!((&done["removed"], &done["unchanged"]), (&json!(["tea"]), &json!(["cake"])));
    assert_eq!(ids(&app, &of).await, ["cake"]);
}
