//! Simulated visitors of a template's loop, seen from the server that they call.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use rankloop::{
    demo::{RunState, Traffic, TrafficError, TrafficOptions, template},
    terms::LoopId,
};
use serde_json::{Value, json};
use tokio::time::sleep;

/// What was called.
#[derive(Debug, Default)]
struct Called {
    contexts: Vec<Value>,
    rewards: Vec<(String, f64)>,
    notes: Vec<String>,
    is_key_lost: bool,
}

type Shared = Arc<Mutex<Called>>;

struct Stage {
    traffic: Traffic,
    loop_id: LoopId,
    called: Shared,
}

impl Stage {
    async fn open() -> Self {
        let called = Shared::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let routes = Router::new()
            .route("/api/v1/loops/{id}/annotations", post(annotate))
            .route("/loops/abc/personalizer/v1.0/rank", post(rank))
            .route("/loops/abc/personalizer/v1.0/events/{event}/reward", post(reward))
            .with_state(Arc::clone(&called));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let traffic = Traffic::new(TrafficOptions { base_url, token: "a-token".to_owned(), side_door: None });
        Self { traffic, loop_id: "abc".parse().expect("an id"), called }
    }

    fn called(&self) -> MutexGuard<'_, Called> {
        self.called.lock().expect("no test panics while it plays")
    }

    fn state(&self) -> Option<RunState> {
        self.traffic.status(&self.loop_id).map(|status| status.state)
    }

    async fn eventually(&self, what: &str, claim: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if claim(self) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("{what} never came: {:?}", self.traffic.status(&self.loop_id));
    }
}

async fn annotate(State(called): State<Shared>, Path(_): Path<String>, Json(body): Json<Value>) -> StatusCode {
    called.lock().expect("held").notes.push(body["text"].as_str().expect("a text").to_owned());
    StatusCode::CREATED
}

async fn rank(State(called): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut called = called.lock().expect("held");
    let key = headers.get("Ocp-Apim-Subscription-Key").and_then(|key| key.to_str().ok());
    if called.is_key_lost || key != Some("first-key") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    assert!(body.get("actions").is_none(), "the loop has its own");
    let event_id = format!("e{}", called.contexts.len());
    called.contexts.push(body["contextFeatures"][0].clone());
    let answer =
        json!({"eventId": event_id, "rewardActionId": "loyalty", "ranking": [{"id": "loyalty", "probability": 1.0}]});
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn reward(State(called): State<Shared>, Path(event): Path<String>, Json(body): Json<Value>) -> StatusCode {
    called.lock().expect("held").rewards.push((event, body["value"].as_f64().expect("a number")));
    StatusCode::NO_CONTENT
}

#[tokio::test]
async fn made_up_visitors_call_like_a_customer_until_they_are_stopped_and_the_charts_say_so() {
    let stage = Stage::open().await;
    let banner = template("banner").expect("a template");
    let without_key = stage.traffic.start(&stage.loop_id, banner, None).await;
    assert!(matches!(without_key, Err(TrafficError::NoKey)));
    assert_eq!((stage.state(), stage.called().notes.len()), (None, 0));

    stage.traffic.remember_key(&stage.loop_id, "first-key");
    stage.traffic.start(&stage.loop_id, banner, None).await.expect("started");
    assert!(stage.called().notes[0].starts_with("Simulated traffic began: made-up visitors"));
    let again = stage.traffic.start(&stage.loop_id, banner, None).await;
    assert!(matches!(again, Err(TrafficError::Running)));
    stage.eventually("forty visitors", |stage| stage.called().rewards.len() >= 40).await;

    stage.traffic.stop(&stage.loop_id);
    stage.eventually("the end", |stage| stage.called().notes.len() == 2).await;
    assert_eq!(stage.state(), Some(RunState::Stopped));
    assert!(stage.called().notes[1].starts_with("Simulated traffic ended after"));
    // Those who were on their way finish; nobody else comes.
    sleep(Duration::from_millis(900)).await;
    let n_before = stage.called().contexts.len();
    sleep(Duration::from_millis(500)).await;
    assert_eq!(stage.called().contexts.len(), n_before);

    let called = stage.called();
    assert!(called.rewards.iter().all(|(_, value)| *value == 0.0 || *value == 1.0));
    // Members like what is shown here, and new customers hardly ever do.
    assert!(
        called.rewards.iter().any(|(_, value)| *value == 1.0) && called.rewards.iter().any(|(_, value)| *value == 0.0)
    );
    let known: Vec<Value> = banner.visitors.iter().map(|visitors| visitors.context().swap_remove(0)).collect();
    assert!(called.contexts.iter().all(|context| known.contains(context)));
}

#[tokio::test]
async fn a_lost_key_ends_it_with_the_reason_and_a_pasted_one_begins_anew() {
    let stage = Stage::open().await;
    let banner = template("banner").expect("a template");
    stage.called().is_key_lost = true;
    stage.traffic.start(&stage.loop_id, banner, Some("first-key".into())).await.expect("started");
    stage.eventually("the failure", |stage| matches!(stage.state(), Some(RunState::Failed(_)))).await;
    let Some(RunState::Failed(why)) = stage.state() else { panic!("it failed") };
    assert!(why.contains("401"), "{why}");

    stage.called().is_key_lost = false;
    stage.eventually("a place", |stage| stage.called().notes.len() == 2).await;
    stage.traffic.start(&stage.loop_id, banner, Some("first-key".into())).await.expect("started");
    stage.eventually("visitors", |stage| stage.called().rewards.len() >= 3).await;
    tokio::time::timeout(Duration::from_secs(3), stage.traffic.shut_down()).await.expect("it ends when it is told to");
}
