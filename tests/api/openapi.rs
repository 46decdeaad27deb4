//! The description of the APIs.

use crate::app::TestApp;
use axum::http::Method;

#[tokio::test]
async fn the_document_is_served_and_names_every_operation_once() {
    let app = TestApp::start().await;
    let mut document = app.call("", Method::GET, "/api/openapi.json", "").await.json();
    document.sort_all_objects();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            operations.push(format!(
                "{} {path} {}",
                method.to_uppercase(),
                operation["operationId"].as_str().expect("a name")
            ));
        }
    }
    insta::assert_snapshot!(operations.join("\n"));
}

#[test]
fn the_document_changes_only_on_purpose() {
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    settings.bind(|| insta::assert_json_snapshot!(rankloop::api::openapi()));
}
