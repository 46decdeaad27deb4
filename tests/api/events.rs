//! The list of events with its filters, and the stream of those that come in.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::app::{SECOND_US, TestApp, TestLoop, two_actions};

fn ids(page: &Value) -> Vec<&str> {
    let events = page["events"].as_array().unwrap_or_else(|| panic!("a list: {page}"));
    events.iter().map(|event| event["eventId"].as_str().expect("an id")).collect()
}

async fn list(app: &TestApp, of: &TestLoop, query: &str) -> Value {
    let answer = app.manage(Method::GET, &format!("/loops/{}/events?{query}", of.id), Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text);
    answer.json()
}

/// Six events, a second apart: `e0` to `e5`, of which the even ones are on a phone, the first three are rewarded, and the
/// last came with the loop's second key.
async fn six(app: &TestApp) -> TestLoop {
    let of = app.make_loop(json!({"rewardWaitTime": "PT10M"})).await;
    for n in 0..6 {
        let mut body = two_actions(&format!("e{n}"));
        body["contextFeatures"] = json!([{"reader": {"device": if n % 2 == 0 { "phone" } else { "tablet" }}}]);
        let key = &of.keys[usize::from(n == 5)];
        let ranked = app.call(key, Method::POST, "/personalizer/v1.0/rank", body.to_string()).await;
        assert_eq!(ranked.status, StatusCode::CREATED);
        app.clock.advance_us(SECOND_US);
    }
    for (n, value) in [(0, "1"), (1, "0"), (2, "-0.5")] {
        app.reward(&of, &format!("e{n}"), &format!(r#"{{"value": {value}}}"#)).await;
    }
    of
}

#[tokio::test]
async fn each_filter_narrows_the_list_down_to_what_it_says() {
    let app = TestApp::start().await;
    let of = six(&app).await;
    let all = list(&app, &of, "").await;
    assert_eq!(ids(&all), ["e5", "e4", "e3", "e2", "e1", "e0"]);
    let cases: [(&str, &[&str]); 14] = [
        ("state=learned", &["e2", "e1", "e0"]),
        ("state=pending", &["e5", "e4", "e3"]),
        ("state=pending,learned&feature=phone", &["e4", "e2", "e0"]),
        ("feature=reader.device%3Dtablet", &["e5", "e3", "e1"]),
        ("feature=device%3A+phone&state=learned", &["e2", "e0"]),
        ("rewardMin=0", &["e1", "e0"]),
        ("rewardMin=-1&rewardMax=0", &["e2", "e1"]),
        ("event=e4", &["e4"]),
        ("event=x", &[]),
        ("key=1&feature=tablet", &["e3", "e1"]),
        ("key=2", &["e5"]),
        ("key=token", &[]),
        ("from=2026-01-01T00:00:02Z&to=2026-01-01T00:00:04Z", &["e3", "e2"]),
        ("action=water", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&list(&app, &of, query).await), expected, "{query}");
    }
    // Whatever was drawn, each event is either explored or not, and shows one of the two actions.
    for [one, other] in [["explored=true", "explored=false"], ["action=tea", "action=coffee"]] {
        let n = ids(&list(&app, &of, one).await).len() + ids(&list(&app, &of, other).await).len();
        assert_eq!(n, 6, "{one}");
    }
}

#[tokio::test]
async fn an_event_says_which_key_it_came_with_and_nothing_of_the_key() {
    let app = TestApp::start().await;
    let of = six(&app).await;
    let rows = list(&app, &of, "").await;
    let keys: Vec<_> = rows["events"].as_array().expect("a list").iter().map(|event| &event["key"]).collect();
    assert_eq!(keys, ["2", "1", "1", "1", "1", "1"]);
    let event = app.event(&of, "e5").await;
    assert_eq!(event["key"], "2");
    assert!(of.keys.iter().all(|key| !event.to_string().contains(key)), "{event}");
    // Told again under the same id, it stays what it was first.
    let mut body = two_actions("e5");
    body["contextFeatures"] = json!([{"reader": {"device": "tablet"}}]);
    assert_eq!(app.rank(&of, body).await.status, StatusCode::CREATED);
    assert_eq!(app.event(&of, "e5").await["key"], "2");
}

#[tokio::test]
async fn a_list_says_how_far_it_looked_and_goes_on_from_there() {
    let app = TestApp::start().await;
    let of = six(&app).await;
    let first = list(&app, &of, "feature=phone&limit=2").await;
    assert_eq!(ids(&first), ["e4", "e2"]);
    assert_eq!(first["searched"], json!({"nEvents": 4, "backTo": "2026-01-01T00:00:02Z"}));
    let rest = list(&app, &of, &format!("feature=phone&limit=2&before={}", first["nextBefore"])).await;
    assert_eq!(ids(&rest), ["e0"]);
    assert_eq!((&rest["nextBefore"], &rest["searched"]["nEvents"]), (&Value::Null, &json!(2)));
    let none = list(&app, &app.make_loop(json!({})).await, "state=learned").await;
    assert_eq!((ids(&none).len(), &none["searched"]), (0, &json!({"nEvents": 0})));
}

#[tokio::test]
async fn an_event_that_expired_is_found_as_expired_with_what_stands_for_it() {
    let app = TestApp::start().await;
    let of = six(&app).await;
    app.clock.advance_us(600 * SECOND_US);
    let expired = list(&app, &of, "state=expired&rewardMax=0").await;
    assert_eq!(ids(&expired), ["e5", "e4", "e3"]);
    assert_eq!(expired["events"][0]["reward"], 0.0);
}

#[tokio::test]
async fn a_wrong_filter_is_refused_with_its_name() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let cases = [
        ("state=done", "state"),
        ("explored=perhaps", "explored"),
        ("key=first", "key"),
        ("rewardMin=much", "rewardMin"),
        ("rewardMin=1&rewardMax=0", "rewardMax"),
        ("from=yesterday", "from"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("action=a%0Ab", "action"),
    ];
    for path in ["events", "event-stream"] {
        for (query, field) in cases {
            let refused = app.manage(Method::GET, &format!("/loops/{}/{path}?{query}", of.id), Value::Null).await;
            assert_eq!(refused.refusal(), (400, "InvalidEventFilter".to_owned()), "{query}");
            assert_eq!(refused.json()["error"]["target"], field, "{query}");
        }
    }
    let refused = app.manage(Method::GET, "/loops/nowhere/event-stream", Value::Null).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let refused = app.manage_as("wrong", Method::GET, &format!("/loops/{}/event-stream", of.id), Value::Null).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

/// An open stream, read message by message.
struct Stream(Body, String);

impl Stream {
    async fn open(app: &TestApp, of: &TestLoop, query: &str) -> Self {
        let uri = format!("/api/v1/loops/{}/event-stream?{query}", of.id);
        let request = Request::builder().uri(uri).header("Authorization", "Bearer owner-token");
        Self(app.open_stream(request.body(Body::empty()).expect("a request")).await, String::new())
    }

    /// The next message that tells something: its number and data.
    async fn next(&mut self) -> (String, Value) {
        loop {
            while !self.1.contains("\n\n") {
                let frame = self.0.frame().await.expect("a message").expect("a whole one");
                self.1.push_str(std::str::from_utf8(frame.data_ref().expect("data")).expect("text"));
            }
            let (message, rest) = self.1.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("one");
            self.1 = rest;
            let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            if field("event") == Some("events") {
                let data = serde_json::from_str(field("data").expect("data")).expect("JSON");
                return (field("id").expect("a number").to_owned(), data);
            }
        }
    }
}

#[tokio::test]
async fn a_stream_tells_what_comes_in_and_what_becomes_of_it() {
    let app = TestApp::start().await;
    let of = six(&app).await;
    let mut stream = Stream::open(&app, &of, "feature=phone").await;
    app.rank_two(&of, "no-phone").await;
    let mut body = two_actions("on-phone");
    body["contextFeatures"] = json!([{"device": "phone"}]);
    app.rank(&of, body).await;

    let (seq, told) = stream.next().await;
    assert_eq!((ids(&told), &told["leftOut"]), (vec!["on-phone"], &json!(0)));
    assert_eq!((&told["events"][0]["state"], &told["events"][0]["key"]), (&json!("pending"), &json!("1")));
    assert_eq!(seq, told["events"][0]["seq"].to_string());

    app.reward(&of, "on-phone", r#"{"value": 0.75}"#).await;
    let (_, told) = stream.next().await;
    assert_eq!(told["events"], json!([]));
    assert_eq!(
        told["changes"],
        json!([{"seq": seq.parse::<i64>().expect("a number"), "state": "learned", "reward": 0.75}])
    );
}

#[tokio::test]
async fn too_many_events_are_sampled_and_the_stream_says_how_many_are_missing() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    for n in 0..57 {
        app.rank_two(&of, &format!("e{n}")).await;
    }
    app.stats(&of).await;
    let (_, told) = Stream::open(&app, &of, "after=0").await.next().await;
    assert_eq!((ids(&told).len(), &told["leftOut"]), (10, &json!(47)));
    assert_eq!(ids(&told)[0], "e56");
}
