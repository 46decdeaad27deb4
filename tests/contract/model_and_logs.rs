//! The model and the logs as wholes (contract section 10).

use axum::http::Method;
use serde_json::{Value, json};

use crate::{app::TestApp, versions::call};

const V11: &str = "v1.1-preview.3";

#[tokio::test]
async fn days_of_logs_are_whole_days_and_go_with_the_logs() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let properties = "/logs/properties";
    assert_eq!(call(&app, &of, V11, Method::GET, properties, Value::Null).await.text, "{}");
    let never = "0001-01-01T00:00:00+00:00";
    let stable = call(&app, &of, "v1.0", Method::GET, properties, Value::Null).await.json();
    assert_eq!(stable, json!({"dateRange": {"from": never, "to": never}}));

    app.rank_two(&of, "one").await;
    let day = "2026-01-01T00:00:00+00:00";
    let logged = call(&app, &of, V11, Method::GET, properties, Value::Null).await.json();
    assert_eq!(logged, json!({"dateRange": {"from": day, "to": day}}));
    assert_eq!(call(&app, &of, V11, Method::DELETE, "/logs", Value::Null).await.status, 204);
    assert_eq!(call(&app, &of, V11, Method::GET, properties, Value::Null).await.text, "{}");
}

#[tokio::test]
async fn the_age_of_the_model_is_told_with_an_offset() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.clock.advance_us(90 * crate::app::SECOND_US);
    app.rank_two(&of, "one").await;
    app.reward(&of, "one", r#"{"value": 1}"#).await;
    let answer = call(&app, &of, V11, Method::GET, "/model/properties", Value::Null).await;
    insta::assert_snapshot!(answer.text, @r#"{"creationTime":"2026-01-01T00:00:00+00:00","lastModifiedTime":"2026-01-01T00:01:30+00:00"}"#);
}
