//! Models that are kept, gone back to, exported and imported.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use rankloop::terms::Role;
use serde_json::{Value, json};

use crate::app::{TestApp, TestLoop};

async fn play(app: &TestApp, of: &TestLoop, prefix: &str, n: usize) {
    for number in 0..n {
        let event_id = format!("{prefix}{number}");
        app.rank_two(of, &event_id).await;
        app.reward(of, &event_id, "{\"value\": 1}").await;
    }
}

async fn version(app: &TestApp, of: &TestLoop) -> i64 {
    let model = app.manage(Method::GET, &format!("/loops/{}/model", of.id), Value::Null).await.json();
    model["eventsLearned"].as_i64().expect("a number")
}

async fn kept(app: &TestApp, of: &TestLoop) -> Vec<Value> {
    let list = app.manage(Method::GET, &format!("/loops/{}/checkpoints", of.id), Value::Null).await.json();
    assert_eq!((&list["mostByItself"], &list["mostByHand"]), (&json!(12), &json!(12)));
    list["checkpoints"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_kept_model_is_gone_back_to_and_the_one_before_is_kept() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/checkpoints", of.id);
    play(&app, &of, "a", 5).await;
    let made = app.manage(Method::POST, &path, json!({"note": "before the sale"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["note"], &made["reason"], &made["version"]),
        (&json!("before the sale"), &json!("byHand"), &json!(5))
    );
    play(&app, &of, "b", 3).await;
    assert_eq!(version(&app, &of).await, 8);

    let id = made["id"].as_str().expect("an id");
    let restored = app.manage(Method::POST, &format!("{path}/{id}/restore"), Value::Null).await;
    assert_eq!(restored.status, StatusCode::NO_CONTENT, "{}", restored.text);
    assert_eq!(version(&app, &of).await, 5);
    let reasons: Vec<Value> = kept(&app, &of).await.iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.contains(&json!("beforeImport")), "{reasons:?}");
    let told = app.manage(Method::GET, &format!("/loops/{}/annotations", of.id), Value::Null).await.json();
    assert!(told.to_string().contains("Back to a model that had been kept"), "{told}");
    play(&app, &of, "c", 1).await;
    assert_eq!(version(&app, &of).await, 6, "it goes on learning from there");
}

#[tokio::test]
async fn a_model_is_kept_before_settings_change_and_before_a_reset_but_only_once() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.configure(&of, json!({"explorationPercentage": 0.1})).await;
    assert_eq!(kept(&app, &of).await, [] as [Value; 0], "a model that learned nothing is not worth it");
    play(&app, &of, "a", 2).await;
    app.configure(&of, json!({"explorationPercentage": 0.2})).await;
    app.configure(&of, json!({"explorationPercentage": 0.3})).await;
    let path = format!("/loops/{}/model", of.id);
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    let found: Vec<Value> = kept(&app, &of).await.iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(found, [json!("beforeSettings")], "the same model need not be kept twice");
    play(&app, &of, "b", 2).await;
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    let found = kept(&app, &of).await;
    assert_eq!((found.len(), found.iter().any(|one| one["reason"] == "beforeReset")), (2, true), "{found:?}");
}

#[tokio::test]
async fn models_travel_as_signed_files_and_only_such() {
    let app = TestApp::start().await;
    let (of, other) = (app.make_loop(json!({})).await, app.make_loop(json!({})).await);
    play(&app, &of, "a", 4).await;
    let path = format!("/loops/{}/checkpoints", of.id);
    let id =
        app.manage(Method::POST, &path, json!({"note": "n"})).await.json()["id"].as_str().expect("an id").to_owned();
    let archive = app.manage(Method::GET, &format!("{path}/{id}/archive"), Value::Null).await;
    assert_eq!((archive.status, archive.header("content-type")), (StatusCode::OK, "application/octet-stream"));
    let present = app.manage(Method::GET, &format!("/loops/{}/model/archive", of.id), Value::Null).await;
    assert!(present.bytes == archive.bytes, "it has not learned in between");

    let import = async |bytes: Vec<u8>| {
        let request = Request::builder().method(Method::PUT).uri(format!("/api/v1/loops/{}/model/archive", other.id));
        let request = request.header("Authorization", "Bearer owner-token").body(Body::from(bytes)).expect("a request");
        app.send(request).await
    };
    assert_eq!(import(archive.bytes.clone()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(version(&app, &other).await, 4);
    assert_eq!(import(b"no archive".to_vec()).await.status, StatusCode::BAD_REQUEST);
    let mut bent = archive.bytes.clone();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    assert_eq!(import(bent).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_cannot_be_kept_or_found_is_refused() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/checkpoints", of.id);
    for note in ["", "  ", "two\nlines", &"x".repeat(281)] {
        assert_eq!(app.manage(Method::POST, &path, json!({"note": note})).await.status, StatusCode::BAD_REQUEST);
    }
    for _ in 0..12 {
        assert_eq!(app.manage(Method::POST, &path, json!({"note": "n"})).await.status, StatusCode::CREATED);
    }
    let refused = app.manage(Method::POST, &path, json!({"note": "n"})).await;
    assert_eq!(refused.refusal(), (409, "Conflict".to_owned()));
    let first = kept(&app, &of).await[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        app.manage(Method::DELETE, &format!("{path}/{first}"), Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    for (method, below) in [
        (Method::DELETE, format!("{path}/{first}")),
        (Method::POST, format!("{path}/{first}/restore")),
        (Method::GET, format!("{path}/{first}/archive")),
    ] {
        assert_eq!(app.manage(method, &below, Value::Null).await.refusal().0, 404, "{below}");
    }
    let viewer = app.token(Role::Viewer).await;
    assert_eq!(app.manage_as(&viewer, Method::GET, &path, Value::Null).await.status, StatusCode::OK);
    let body = json!({"note": "n"});
    assert_eq!(app.manage_as(&viewer, Method::POST, &path, body).await.status, StatusCode::FORBIDDEN);
}
