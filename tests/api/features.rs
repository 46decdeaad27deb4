//! What is said about the features of a loop, and which moved.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{SECOND_US, TestApp, TestLoop};

async fn findings(app: &TestApp, of: &TestLoop) -> Value {
    app.manage(Method::GET, &format!("/loops/{}/feature-checks", of.id), Value::Null).await.json()
}

#[tokio::test]
async fn odd_features_are_found_with_an_advice_and_logged_as_they_came() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    assert_eq!(findings(&app, &of).await, json!({"eventsLookedAt": 0, "findings": []}));
    for n in 0..60 {
        let body = json!({
            "eventId": format!("e{n}"),
            "contextFeatures": [{"user": {"id": format!("u-{n}")}, "diet": "{'vegan'}", "hour": n % 24}],
            "actions": [{"id": "a", "features": [{"topic": "news"}]}, {"id": "b", "features": [{"topic": "sport"}]}],
        });
        app.rank(&of, body).await;
    }
    assert_eq!(app.stats(&of).await["ranked"], 60);
    let found = findings(&app, &of).await;
    assert_eq!(found["eventsLookedAt"], 60);
    let kinds: Vec<_> = found["findings"].as_array().expect("a list").iter().map(|f| (&f["kind"], &f["key"])).collect();
    assert_eq!(kinds, [(&json!("printedList"), &json!("diet")), (&json!("identifier"), &json!("id"))]);
    let identifier = &found["findings"][1];
    assert_eq!((&identifier["namespace"], &identifier["place"]), (&json!("user"), &json!("context")));
    assert_eq!((&identifier["seen"], &identifier["of"]), (&json!(60), &json!(60)));
    assert_eq!(identifier["examples"][0], json!("\"u-0\""));
    assert!(identifier["advice"].as_str().is_some_and(|advice| advice.contains("Leave ids out")));
    let event = app.event(&of, "e7").await;
    assert_eq!(event["request"]["contextFeatures"][0]["diet"], "{'vegan'}");
}

#[tokio::test]
async fn features_that_moved_come_with_then_now_and_the_interval_of_what_lies_between() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}/feature-moves", of.id);
    let asked = async || app.manage(Method::GET, &path, Value::Null).await.json();
    let start = "2026-01-01T00:00:00Z";
    assert_eq!(asked().await, json!({"asOf": start, "version": 0, "decisions": 0, "features": []}));

    let play = async |prefix: &str, n: usize| {
        for n in 0..n {
            let event_id = format!("{prefix}{n}");
            let shown = app.rank_two(&of, &event_id).await.json()["rewardActionId"].clone();
            let value = if shown == "tea" { 1.0 } else { 0.0 };
            app.reward(&of, &event_id, &json!({ "value": value }).to_string()).await;
        }
    };
    play("a", 1).await;
    let kept = app.manage(Method::POST, &format!("/loops/{}/checkpoints", of.id), json!({"note": "early"})).await;
    assert_eq!(kept.status, StatusCode::CREATED);
    play("b", 40).await;
    app.clock.advance_us(60 * SECOND_US);
    let moved = asked().await;
    assert_eq!(moved["since"], json!({"version": 1, "keptAt": start}));
    assert_eq!((&moved["version"], &moved["asOf"]), (&json!(41), &json!("2026-01-01T00:01:00Z")));
    assert!(moved["decisions"].as_u64().is_some_and(|n| (1..=41).contains(&n)), "{moved}");
    let features = moved["features"].as_array().expect("a list");
    let names: Vec<_> = features.iter().map(|of| (of["namespace"].as_str(), of["feature"].as_str())).collect();
    for name in [("FromUrl", "time"), ("i", "id"), ("j", "kind")] {
        assert!(names.contains(&(Some(name.0), Some(name.1))), "{names:?}");
    }
    for of in features {
        let number = |name: &str| of[name].as_f64().unwrap_or_else(|| panic!("{name} of {of}"));
        assert!((number("now") - number("before") - number("change")).abs() < 1e-9, "{of}");
        assert!(number("low") <= number("change") && number("change") <= number("high"), "{of}");
    }
    let first = features.first().and_then(|of| of["change"].as_f64()).expect("a first one");
    assert!(first > 0.01, "what tea is came to decide: {moved}");
}
