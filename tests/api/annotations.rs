//! What happened to a loop, read and noted by programs.

use axum::http::{Method, StatusCode};
use rankloop::terms::Role;
use serde_json::{Value, json};

use crate::app::{SECOND_US, TestApp};

fn kinds(list: &Value) -> Vec<&str> {
    let annotations = list["annotations"].as_array().expect("a list");
    annotations.iter().filter_map(|one| one["kind"].as_str()).collect()
}

#[tokio::test]
async fn a_note_stands_in_the_log_beside_what_else_happened() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/annotations", of.id);
    let list = app.manage(Method::GET, &path, Value::Null).await.json();
    assert!(kinds(&list).is_empty(), "that it was made is no change: {list}");

    app.configure(&of, json!({"explorationPercentage": 0.1})).await;
    app.clock.advance_us(SECOND_US);
    let made = app.manage(Method::POST, &path, json!({"text": " The campaign began. "})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let note = json!({
        "at": "2026-01-01T00:00:01Z", "kind": "note", "by": made.json()["by"], "text": "The campaign began.",
    });
    assert_eq!(made.json(), note);
    app.clock.advance_us(SECOND_US);
    app.manage(Method::DELETE, &format!("/loops/{}/model", of.id), Value::Null).await;

    let list = app.manage(Method::GET, &path, Value::Null).await.json();
    assert_eq!(kinds(&list), ["settings", "note", "reset"]);
    assert_eq!(list["annotations"][0]["changes"][0]["field"], "explorationPercentage");
    assert_eq!(list["annotations"][1], note);
    let between = format!("{path}?from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:02Z");
    assert_eq!(kinds(&app.manage(Method::GET, &between, Value::Null).await.json()), ["note"]);
}

#[tokio::test]
async fn what_is_no_note_is_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/annotations", of.id);
    for text in ["", "  ", "two\nlines", &"x".repeat(281)] {
        let refused = app.manage(Method::POST, &path, json!({"text": text})).await;
        assert_eq!(refused.refusal(), (400, "InvalidAnnotation".to_owned()), "{text:?}");
        assert_eq!(refused.json()["error"]["target"], "text");
    }
    assert_eq!(app.manage(Method::POST, &path, json!({})).await.status, StatusCode::BAD_REQUEST);
    let refused = app.manage(Method::GET, &format!("{path}?from=yesterday"), Value::Null).await;
    assert_eq!(refused.refusal(), (400, "InvalidAnnotation".to_owned()));
    let viewer = app.token(Role::Viewer).await;
    let refused = app.manage_as(&viewer, Method::POST, &path, json!({"text": "I was here."})).await;
    assert_eq!(refused.refusal(), (403, "Forbidden".to_owned()));
    let list = app.manage_as(&viewer, Method::GET, &path, Value::Null).await.json();
    assert!(kinds(&list).is_empty(), "{list}");
}
