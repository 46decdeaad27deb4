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

#[tokio::test]
async fn a_signed_model_comes_back_byte_for_byte_and_another_is_refused() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "one").await;
    app.reward(&of, "one", r#"{"value": 1}"#).await;
    let export = async |signed: &str| {
        let path = format!("/personalizer/{V11}/model?signed={signed}");
        app.call_bytes(&of.keys[0], Method::GET, &path, Vec::new()).await
    };
    let plain = export("false").await;
    assert_eq!(plain.header("content-type"), "application/octet-stream");
    assert_eq!(plain.header("content-disposition"), "attachment; filename=model.vw; filename*=UTF-8''model.vw");
    assert_eq!(plain.header("last-modified"), "Thu, 01 Jan 2026 00:00:00 GMT");
    let signed = export("true").await;
    assert_eq!(
        signed.header("content-disposition"),
        "attachment; filename=model.vw.zip; filename*=UTF-8''model.vw.zip"
    );
    assert_eq!(&signed.bytes[..2], b"PK");
    assert_eq!(export("perhaps").await.refusal(), (400, "InvalidRequest".to_owned()));

    assert_eq!(call(&app, &of, V11, Method::DELETE, "/model", Value::Null).await.status, 204);
    assert_ne!(export("false").await.bytes, plain.bytes);
    let import = async |bytes: Vec<u8>| {
        app.call_bytes(&of.keys[0], Method::PUT, &format!("/personalizer/{V11}/model"), bytes).await
    };
    assert_eq!(import(plain.bytes.clone()).await.refusal(), (400, "InvalidModelImportSignature".to_owned()));
    assert_eq!(import(signed.bytes.clone()).await.status, 204);
    assert_eq!(export("false").await.bytes, plain.bytes);
}
