//! Links to reports: what whoever has one can read, and until when.

use axum::http::{Method, StatusCode};
use rankloop::{loops::LiveLoop, terms::Author};
use serde_json::{Value, json};

use crate::{
    app::{SECOND_US, TestApp, TestLoop},
    evaluations::{evaluated, mine, play},
};

const DAY_US: i64 = 24 * 3_600 * SECOND_US;

/// A server with one loop, and the id of its one report.
async fn with_report() -> (TestApp, TestLoop, String) {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    play(&app, &of).await;
    let id = evaluated(&app, &of, mine()).await["id"].as_str().expect("an id").to_owned();
    (app, of, id)
}

async fn share(live: &LiveLoop, evaluation_id: &str, n_days: u16) -> String {
    live.share_evaluation(evaluation_id, n_days, &Author::server("ada")).await.expect("a link")
}

async fn status(app: &TestApp, of: &TestLoop, secret: &str) -> StatusCode {
    app.page(Method::GET, &format!("/shared/{}/{secret}", of.id)).await.status
}

#[tokio::test]
async fn whoever_has_a_link_reads_the_report_without_an_account_until_it_is_taken_back() {
    let (app, of, evaluation_id) = with_report().await;
    let live = app.live(&of);
    let secret = share(&live, &evaluation_id, 30).await;
    let opened = app.page(Method::GET, &format!("/shared/{}/{secret}", of.id)).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.text.contains("Who would have earned what"), "{}", opened.text);
    for (name, value) in
        [("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex"), ("cache-control", "private, no-store")]
    {
        assert_eq!(opened.header(name), value, "the address is a secret");
    }

    let shares = live.evaluation_shares(&evaluation_id).await.expect("read");
    assert_eq!(shares.iter().map(|share| share.by.as_str()).collect::<Vec<_>>(), ["ada"]);
    assert!(!format!("{shares:?}").contains(&secret), "it is answered once and not kept");
    live.stop_sharing(&shares[0].id, &Author::server("bob")).await.expect("it was there");
    let gone = app.page(Method::GET, &format!("/shared/{}/{secret}", of.id)).await;
    assert_eq!((gone.status, gone.header("referrer-policy")), (StatusCode::NOT_FOUND, "no-referrer"));
    assert!(!gone.text.contains("Who would have earned what"));
    assert!(live.stop_sharing(&shares[0].id, &Author::server("bob")).await.is_err(), "it is gone");
    for (kind, by) in [("reportShared", "ada"), ("sharingStopped", "bob")] {
        let lines = app.manage(Method::GET, &format!("/audit?kind={kind}"), Value::Null).await.json();
        assert_eq!(lines["lines"][0]["by"], by, "{lines}");
    }
}

#[tokio::test]
async fn a_link_ends_when_it_was_said_to_and_with_its_report() {
    let (app, of, evaluation_id) = with_report().await;
    let live = app.live(&of);
    let (short, long) = (share(&live, &evaluation_id, 1).await, share(&live, &evaluation_id, 7).await);
    app.clock.advance_us(DAY_US - 1);
    assert_eq!(status(&app, &of, &short).await, StatusCode::OK);
    app.clock.advance_us(1);
    assert_eq!(status(&app, &of, &short).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&app, &of, &long).await, StatusCode::OK, "each link has an end of its own");

    let path = format!("/loops/{}/evaluations/{evaluation_id}", of.id);
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(status(&app, &of, &long).await, StatusCode::NOT_FOUND);
    let again = json!({
        "id": evaluation_id, "name": "another", "startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z",
    });
    let again = app.manage(Method::POST, &format!("/loops/{}/evaluations", of.id), again).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.text);
    assert_eq!(status(&app, &of, &long).await, StatusCode::NOT_FOUND, "an old link leads to no new report of that id");
}

#[tokio::test]
async fn a_wrong_link_is_answered_alike_whatever_is_wrong_with_it() {
    let (app, of, evaluation_id) = with_report().await;
    let secret = share(&app.live(&of), &evaluation_id, 30).await;
    let other = app.make_loop(json!({})).await;
    let wrong = [
        format!("/shared/{}/{}", of.id, "x".repeat(secret.len())),
        format!("/shared/{}/{secret}x", of.id),
        format!("/shared/{}/{}", of.id, &secret[1..]),
        format!("/shared/{}/{evaluation_id}", of.id),
        format!("/shared/{}/{}", of.id, of.keys[0]),
        format!("/shared/{}/{secret}", other.id),
        format!("/shared/no-such-loop/{secret}"),
        format!("/shared/%20/{secret}"),
    ];
    let mut told = Vec::new();
    for path in &wrong {
        let answer = app.page(Method::GET, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        told.push(answer.text);
    }
    assert!(told.iter().all(|text| *text == told[0]), "nothing is told of which loops and reports there are");
}

#[tokio::test]
async fn nothing_but_the_report_is_reached_by_a_link() {
    let (app, of, evaluation_id) = with_report().await;
    let secret = share(&app.live(&of), &evaluation_id, 30).await;
    let link = format!("/shared/{}/{secret}", of.id);
    let report = app.page(Method::GET, &link).await.text;
    for way_on in ["href=\"/loops", "href=\"/api", "<form", "action=", &evaluation_id, &of.keys[0]] {
        assert!(!report.contains(way_on), "{way_on} stands in the report");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(app.page(method, &link).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    for below in ["/events", "/..", "/files"] {
        assert_eq!(app.page(Method::GET, &format!("{link}{below}")).await.status, StatusCode::NOT_FOUND, "{below}");
    }
    // The secret is no key, and no token.
    for path in ["", "/events", "/evaluations", &format!("/evaluations/{evaluation_id}")] {
        let refused = app.manage_as(&secret, Method::GET, &format!("/loops/{}{path}", of.id), Value::Null).await;
        assert_eq!(refused.refusal().0, 401, "{path}");
    }
    for (method, path) in [(Method::GET, "/personalizer/v1.0/model"), (Method::POST, "/personalizer/v1.0/rank")] {
        assert_eq!(app.call(&secret, method, path, "{}").await.refusal().0, 401, "{path}");
    }
}
