//! What is said about the features of a loop.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, TestLoop};

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
