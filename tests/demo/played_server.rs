//! A server that answers the calls of the demo, remembers them, and fails when it is told to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use rankloop::demo::{Demo, DemoOptions, DemoStatus};
use serde_json::{Value, json};

/// What was called, and what is to be answered.
#[derive(Debug, Default)]
pub struct Played {
    pub n_loops_made: u32,
    pub actions: BTreeMap<String, Value>,
    pub n_keys: u32,
    pub ranks: Vec<Value>,
    pub rewards: Vec<(String, f64)>,
    pub activated: Vec<String>,
    /// When calls of the data plane arrived, while they were refused.
    pub refused: Vec<Instant>,
    /// Answers every call of the data plane while it is set.
    pub refusal: Option<StatusCode>,
}

type Shared = Arc<Mutex<Played>>;

/// The server with the demo that is its customer.
#[derive(Debug)]
pub struct Stage {
    pub demo: Demo,
    played: Shared,
}

impl Stage {
    /// Starts both; the demo's first reader may already be on the way.
    pub async fn open() -> Self {
        let played = Shared::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let routes = routes(Arc::clone(&played));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { demo: Demo::start(DemoOptions { base_url, token: "a-token".to_owned() }), played }
    }

    pub fn played(&self) -> MutexGuard<'_, Played> {
        self.played.lock().expect("no test panics while it plays")
    }

    /// Waits until the claim holds, for at most ten seconds.
    #[track_caller]
    pub fn eventually(&self, claim: impl Fn(&DemoStatus, &Played) -> bool) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        let (demo, played) = (self.demo.clone(), Arc::clone(&self.played));
        async move {
            for _ in 0..500 {
                if claim(&demo.status(), &played.lock().expect("no test panics while it plays")) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("{caller}: it never came; {:?}", demo.status());
        }
    }
}

fn routes(played: Shared) -> Router {
    let plane = "/loops/loop1/personalizer/v1.0";
    Router::new()
        .route("/readyz", get(|| async { "ready" }))
        .route("/api/v1/loops", get(list_loops).post(make_loop))
        .route("/api/v1/loops/loop1/actions", get(list_actions))
        .route("/api/v1/loops/loop1/actions/{id}", put(save_action))
        .route("/api/v1/loops/loop1/keys/2/rotate", post(rotate))
        .route("/api/v1/loops/loop1/events/{id}", get(tell_event))
        .route(&format!("{plane}/rank"), post(rank))
        .route(&format!("{plane}/events/{{id}}/reward"), post(reward))
        .route(&format!("{plane}/events/{{id}}/activate"), post(activate))
        .with_state(played)
}

async fn list_loops(State(played): State<Shared>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Bearer a-token") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let is_made = played.lock().expect("no test panics while it plays").n_loops_made > 0;
    let made = is_made.then(|| json!({ "id": "loop1", "name": "Demo news: lead story", "keys": [] }));
    Json(json!({ "loops": made.into_iter().collect::<Vec<_>>() })).into_response()
}

async fn make_loop(State(played): State<Shared>, Json(body): Json<Value>) -> Response {
    assert_eq!(body["settings"]["rewardAggregation"], "earliest");
    played.lock().expect("no test panics while it plays").n_loops_made += 1;
    let made = json!({ "id": "loop1", "name": body["name"], "keys": ["a", "b"], "endpoint": "/loops/loop1" });
    (StatusCode::CREATED, Json(made)).into_response()
}

async fn list_actions(State(played): State<Shared>) -> Json<Value> {
    let actions: Vec<Value> =
        played.lock().expect("no test panics while it plays").actions.keys().map(|id| json!({ "id": id })).collect();
    Json(json!({ "actions": actions }))
}

async fn save_action(State(played): State<Shared>, Path(id): Path<String>, Json(body): Json<Value>) -> StatusCode {
    played.lock().expect("no test panics while it plays").actions.insert(id, body);
    StatusCode::OK
}

async fn rotate(State(played): State<Shared>) -> Json<Value> {
    let mut played = played.lock().expect("no test panics while it plays");
    played.n_keys += 1;
    Json(json!({ "slot": 2, "key": format!("key-{}", played.n_keys) }))
}

async fn tell_event(Path(_id): Path<String>) -> Json<Value> {
    Json(json!({ "state": "learned", "modelVersion": 7, "learnedReward": 0.5 }))
}

/// The answer that a refusal makes, or nothing when the key is the newest.
fn refused(played: &mut Played, headers: &HeaderMap) -> Option<Response> {
    let key = headers.get("Ocp-Apim-Subscription-Key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let is_known = key == Some(format!("key-{}", played.n_keys));
    let status = played.refusal.or((!is_known).then_some(StatusCode::UNAUTHORIZED))?;
    played.refused.push(Instant::now());
    Some((status, Json(json!({ "error": { "code": "X", "message": "Not now." } }))).into_response())
}

async fn rank(State(played): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut played = played.lock().expect("no test panics while it plays");
    if let Some(refusal) = refused(&mut played, &headers) {
        return refusal;
    }
    let event_id = format!("event-{}", played.ranks.len());
    played.ranks.push(body);
    let n_actions = played.actions.len() as f64;
    let ids: Vec<String> = played.actions.keys().cloned().collect();
    let ranking: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "probability": 1.0 / n_actions })).collect();
    let mut answer = json!({ "eventId": event_id, "ranking": ranking, "rewardActionId": ids[0] });
    if headers.contains_key("x-rankloop-explain") {
        let features = json!([{ "name": "reader.device=phone × story.section=sport", "score": 0.25 }]);
        answer["inferenceExplanation"] = ids.iter().map(|id| json!({ "id": id, "features": features })).collect();
    }
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn reward(
    State(played): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    let mut played = played.lock().expect("no test panics while it plays");
    if let Some(refusal) = refused(&mut played, &headers) {
        return refusal;
    }
    played.rewards.push((id, body["value"].as_f64().expect("a number")));
    StatusCode::NO_CONTENT.into_response()
}

async fn activate(State(played): State<Shared>, Path(id): Path<String>) -> StatusCode {
    played.lock().expect("no test panics while it plays").activated.push(id);
    StatusCode::NO_CONTENT
}
