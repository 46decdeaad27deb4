//! The management API: loops, settings, keys, roles.

use axum::http::{Method, StatusCode};
use rankloop::terms::Role;
use serde_json::{Value, json};

use crate::app::{TestApp, two_actions};

#[tokio::test]
async fn a_loop_is_made_found_renamed_and_removed() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({"explorationPercentage": 0.5})).await;
    let path = format!("/loops/{}", of.id);
    let found = app.manage(Method::GET, &path, Value::Null).await.json();
    assert_eq!(found["configuration"]["explorationPercentage"], 0.5);
    assert_eq!(found["keys"][0]["last4"], of.keys[0][of.keys[0].len() - 4..]);
    let renamed = app.manage(Method::PATCH, &path, json!({"name": "tea"})).await.json();
    assert_eq!(renamed["name"], "tea");
    let all = app.manage(Method::GET, "/loops", Value::Null).await.json();
    assert_eq!(all["loops"][0]["name"], "tea");
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.manage(Method::GET, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.rank(&of, two_actions("e")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_loop_says_where_its_callers_live() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}", of.id);
    assert_eq!(app.manage(Method::GET, &path, Value::Null).await.json()["environment"], "production");
    let name = app.manage(Method::GET, &path, Value::Null).await.json()["name"].clone();
    let moved = app.manage(Method::PATCH, &path, json!({"environment": "staging"})).await.json();
    assert_eq!((&moved["environment"], &moved["name"]), (&json!("staging"), &name));
    let renamed = app.manage(Method::PATCH, &path, json!({"name": "tea"})).await.json();
    assert_eq!((&renamed["environment"], &renamed["name"]), (&json!("staging"), &json!("tea")));
    let history = app.manage(Method::GET, "/audit", Value::Null).await.text;
    assert!(history.contains("production → staging"), "{history}");
    let wrong = app.manage(Method::PATCH, &path, json!({"environment": "moon"})).await;
    assert_eq!(wrong.refusal(), (400, "BadRequest".to_owned()));
    let made = app.manage(Method::POST, "/loops", json!({"name": "n", "environment": "development"})).await.json();
    let made = app.manage(Method::GET, &format!("/loops/{}", made["id"].as_str().expect("an id")), Value::Null).await;
    assert_eq!(made.json()["environment"], "development");
}

#[tokio::test]
async fn a_loop_takes_its_exploration_from_the_policy_unless_settings_say_otherwise() {
    let app = TestApp::start().await;
    let arguments = "--cb_explore_adf --epsilon 0.3 --cb_type mtr -q ::";
    for (settings, expected) in [(json!({}), 0.3), (json!({"explorationPercentage": 0.1}), 0.1)] {
        let body = json!({"name": "n", "settings": settings, "policy": {"name": "p", "arguments": arguments}});
        let made = app.manage(Method::POST, "/loops", body).await.json();
        let path = format!("/loops/{}/configuration", made["id"].as_str().expect("an id"));
        let answer = app.manage(Method::GET, &path, Value::Null).await;
        assert!(answer.text.contains(&format!("\"explorationPercentage\":{expected}")), "{}", answer.text);
        assert_eq!(answer.json()["policy"]["arguments"], arguments);
    }
}

#[tokio::test]
async fn what_a_loop_cannot_be_is_refused() {
    let app = TestApp::start().await;
    for (code, body) in [
        ("InvalidServiceConfiguration", json!({"name": "n", "settings": {"autoOptimizationFrequency": "PT1H"}})),
        ("InvalidModelRetrainDays", json!({"name": "n", "settings": {"modelRetrainDays": 91}})),
        ("InvalidPolicyConfiguration", json!({"name": "n", "policy": {"arguments": "--what"}})),
        ("InvalidServiceConfiguration", json!({"name": "n", "settings": {"explorationPercentage": 1.5}})),
        ("InvalidRewardWaitTime", json!({"name": "n", "settings": {"rewardWaitTime": "PT1S"}})),
        ("InvalidServiceConfiguration", json!({"name": "n", "settings": {"rewardWaitTime": "soon"}})),
        ("InvalidLogRetentionDays", json!({"name": "n", "settings": {"logRetentionDays": 1}})),
        ("BadRequest", json!({"name": ""})),
        ("BadRequest", json!({})),
        ("BadRequest", json!({"name": "n", "settings": {"defaultReward": "low"}})),
    ] {
        assert_eq!(app.manage(Method::POST, "/loops", body).await.refusal(), (400, code.to_owned()));
    }
    assert_eq!(app.manage(Method::GET, "/loops", Value::Null).await.json()["loops"], json!([]));
}

#[tokio::test]
async fn a_viewer_reads_and_an_editor_changes() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let (viewer, editor) = (app.token(Role::Viewer).await, app.token(Role::Editor).await);
    let path = format!("/loops/{}", of.id);
    let name = || json!({"name": "mine"});
    assert_eq!(app.manage_as(&viewer, Method::GET, &path, Value::Null).await.status, StatusCode::OK);
    let changes = [
        (Method::PATCH, path.clone(), name()),
        (Method::POST, "/loops".to_owned(), name()),
        (Method::PUT, format!("{path}/configuration"), json!({"explorationPercentage": 0.1})),
        (Method::PUT, format!("{path}/actions/a"), json!({"features": [{"a": 1}]})),
        (Method::POST, format!("{path}/keys/1/rotate"), Value::Null),
        (Method::DELETE, format!("{path}/model"), Value::Null),
        (Method::DELETE, path.clone(), Value::Null),
    ];
    for (method, path, body) in changes {
        let refused = app.manage_as(&viewer, method, &path, body).await;
        assert_eq!(refused.refusal(), (403, "Forbidden".to_owned()), "{path}");
    }
    assert_eq!(app.manage_as(&editor, Method::PATCH, &path, name()).await.status, StatusCode::OK);
    for token in ["", "wrong", &of.keys[0]] {
        let refused = app.manage_as(token, Method::GET, &path, Value::Null).await;
        assert_eq!(refused.refusal(), (401, "Unauthorized".to_owned()));
    }
}

#[tokio::test]
async fn keys_are_listed_with_their_last_use_and_without_themselves() {
    let app = TestApp::start().await;
    let mut of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/keys", of.id);
    let before = app.manage(Method::GET, &path, Value::Null).await.json();
    let [first, second] = [&before["keys"][0], &before["keys"][1]];
    assert_eq!((&first["slot"], &second["slot"]), (&json!(1), &json!(2)));
    assert_eq!(second["last4"], of.keys[1][of.keys[1].len() - 4..]);
    assert!(first.get("lastUsedAt").is_none() && second.get("lastUsedAt").is_none(), "{before}");

    of.keys.swap(0, 1);
    assert_eq!(app.rank(&of, two_actions("e")).await.status, StatusCode::CREATED);
    let after = app.manage(Method::GET, &path, Value::Null).await.json();
    assert!(after["keys"][0].get("lastUsedAt").is_none(), "the other key was not used: {after}");
    let used = after["keys"][1]["lastUsedAt"].as_str().expect("when it was used");
    assert!(used >= after["keys"][1]["createdAt"].as_str().expect("when it was made"), "{after}");
    assert!(after["keys"][1]["lastUsedBy"].is_string(), "{after}");
    assert!(of.keys.iter().all(|key| !after.to_string().contains(key.as_str())), "{after}");
}

#[tokio::test]
async fn one_key_is_replaced_while_the_other_goes_on_working() {
    let app = TestApp::start().await;
    let mut of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/keys/1/rotate", of.id);
    let new = app.manage(Method::POST, &path, Value::Null).await.json()["key"].as_str().expect("a key").to_owned();
    assert_eq!(app.rank(&of, two_actions("old")).await.status, StatusCode::UNAUTHORIZED);
    for (event, key) in [("second", of.keys[1].clone()), ("new", new)] {
        of.keys[0] = key;
        assert_eq!(app.rank(&of, two_actions(event)).await.status, StatusCode::CREATED);
    }
    let path = format!("/loops/{}/keys/3/rotate", of.id);
    assert_eq!(app.manage(Method::POST, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_change_says_what_it_costs_is_kept_and_can_be_taken_back() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/configuration", of.id);
    let change = json!({"defaultReward": -0.5});
    let preview = app.manage(Method::POST, &format!("{path}/preview"), change.clone()).await.json();
    assert_eq!(preview["impact"], "relearn");
    assert_eq!(preview["changes"][0]["field"], "defaultReward");
    assert_eq!(app.manage(Method::GET, &path, Value::Null).await.json()["defaultReward"], 0.0);
    assert_eq!(app.configure(&of, change).await.json()["defaultReward"], -0.5);
    let history = app.manage(Method::GET, &format!("{path}/history"), Value::Null).await.json();
    assert_eq!(history["history"][0]["by"], "owner");
    let first = history["history"][1]["seq"].clone();
    let restored = app.configure(&of, json!({"restoresSeq": first})).await.json();
    assert_eq!(restored["defaultReward"], 0.0);
    let wrong = app.configure(&of, json!({"explorationPercentage": "half"})).await;
    assert_eq!(wrong.json()["error"]["target"], "explorationPercentage");
    let mixed = app.configure(&of, json!({"learningMode": "Apprentice", "defaultReward": 1})).await;
    assert_eq!(mixed.refusal(), (400, "InvalidLearningModeServiceConfiguration".to_owned()));
}

#[tokio::test]
async fn actions_are_kept_in_order_and_refused_when_they_say_nothing() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = |id: &str| format!("/loops/{}/actions/{id}", of.id);
    for id in ["b", "a%2F1"] {
        let body = json!({"features": [{"kind": "x"}], "validFrom": "2026-01-01T00:00:00Z", "notes": "n"});
        let saved = app.manage(Method::PUT, &path(id), body).await.json();
        assert_eq!((&saved["isOffered"], &saved["updatedBy"]), (&json!(true), &json!("owner")));
    }
    let list = app.manage(Method::GET, &format!("/loops/{}/actions", of.id), Value::Null).await.json();
    let ids: Vec<_> = list["actions"].as_array().expect("a list").iter().map(|action| &action["id"]).collect();
    assert_eq!(ids, ["b", "a/1"]);
    for body in [
        json!({"features": []}),
        json!({"features": [{"tags": ["x"]}]}),
        json!({"features": [{"a": 1}], "validFrom": "tomorrow"}),
        json!({"features": [{"a": 1}], "validFrom": "2026-01-02T00:00:00Z", "validTo": "2026-01-01T00:00:00Z"}),
    ] {
        assert_eq!(app.manage(Method::PUT, &path("b"), body).await.refusal(), (400, "InvalidAction".to_owned()));
    }
    assert_eq!(app.manage(Method::DELETE, &path("b"), Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.manage(Method::GET, &path("b"), Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_latest_events_come_page_by_page() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for n in 0..3 {
        app.rank_two(&of, &format!("e{n}")).await;
    }
    let path = format!("/loops/{}/events?limit=2", of.id);
    let first = app.manage(Method::GET, &path, Value::Null).await.json();
    let ids = |page: &Value| -> Vec<String> {
        let events = page["events"].as_array().expect("a list").iter();
        events.map(|event| event["eventId"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&first), ["e2", "e1"]);
    let path = format!("{path}&before={}", first["nextBefore"]);
    let second = app.manage(Method::GET, &path, Value::Null).await.json();
    assert_eq!(ids(&second), ["e0"]);
    assert_eq!(second["nextBefore"], Value::Null);
    let wrong = app.manage(Method::GET, &format!("/loops/{}/events?limit=x", of.id), Value::Null).await;
    assert_eq!(wrong.refusal(), (400, "BadRequest".to_owned()));
}

#[tokio::test]
async fn a_reset_model_starts_from_nothing() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "e").await;
    app.reward(&of, "e", r#"{"value": 1}"#).await;
    assert_eq!(app.call(&of.keys[0], Method::DELETE, "/personalizer/v1.0/model", "").await.status, 204);
    let even = app.rank_two(&of, "after").await.json();
    assert_eq!(even["ranking"][0]["probability"], 0.5);
    assert_eq!(app.stats(&of).await["ranked"], 2);
}
