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
    routing::{delete, get, post, put},
};
use rankloop::demo::{Demo, DemoOptions, DemoStatus};
use serde_json::{Value, json};

/// What was called, and what is to be answered.
#[derive(Debug, Default)]
pub struct Played {
    /// The names of the loops in the order in which they were made; the first is `loop1`, the lead's.
    pub loops: Vec<String>,
    /// Of the lead's loop.
    pub actions: BTreeMap<String, Value>,
    /// Keys that the lead's loop was given.
    pub n_keys: u32,
    /// Calls of the data plane to the other loops, by the loop's id and what was called.
    pub others: Vec<(String, &'static str, Value)>,
    /// Whether every call to the other loops fails.
    pub are_others_absent: bool,
    pub annotations: Vec<(String, String)>,
    pub n_resets: u32,
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
        Self { demo: Demo::start(DemoOptions { base_url, token: "a-token".to_owned(), side_door: None }), played }
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
        .route("/api/v1/loops/{id}/actions", get(list_actions))
        .route("/api/v1/loops/{id}/actions/{action}", put(save_action))
        .route("/api/v1/loops/{id}/keys/2/rotate", post(rotate))
        .route("/api/v1/loops/{id}/events/{event}", get(tell_event))
        .route("/api/v1/loops/{id}/annotations", post(annotate))
        .route("/api/v1/loops/{id}/model", delete(reset))
        .route(&format!("{plane}/rank"), post(rank))
        .route(&format!("{plane}/events/{{id}}/reward"), post(reward))
        .route(&format!("{plane}/events/{{id}}/activate"), post(activate))
        .route("/loops/{id}/personalizer/v1.0/rank", post(rank_other))
        .route("/loops/{id}/personalizer/v1.0/events/{event}/reward", post(reward_other))
        .route("/loops/{id}/personalizer/v1.1-preview.1/multislot/rank", post(rank_slots))
        .route("/loops/{id}/personalizer/v1.1-preview.1/multislot/events/{event}/reward", post(reward_other))
        .with_state(played)
}

fn held(played: &Shared) -> MutexGuard<'_, Played> {
    played.lock().expect("no test panics while it plays")
}

async fn list_loops(State(played): State<Shared>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Bearer a-token") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let list = |(idx, name): (usize, &String)| json!({ "id": format!("loop{}", idx + 1), "name": name, "keys": [] });
    let loops: Vec<Value> = held(&played).loops.iter().enumerate().map(list).collect();
    Json(json!({ "loops": loops })).into_response()
}

async fn make_loop(State(played): State<Shared>, Json(body): Json<Value>) -> Response {
    assert_eq!(body["settings"]["rewardAggregation"], "earliest");
    let mut played = held(&played);
    let name = body["name"].as_str().expect("a name").to_owned();
    assert!(!played.loops.contains(&name), "{name} was made twice");
    played.loops.push(name);
    let id = format!("loop{}", played.loops.len());
    let made = json!({ "id": id, "name": body["name"], "keys": ["a", "b"], "endpoint": format!("/loops/{id}") });
    (StatusCode::CREATED, Json(made)).into_response()
}

async fn list_actions(State(played): State<Shared>, Path(id): Path<String>) -> Json<Value> {
    let played = held(&played);
    let of_lead = played.actions.iter().filter(|_| id == "loop1");
    let actions: Vec<Value> = of_lead.map(|(id, action)| json!({ "id": id, "isActive": action["isActive"] })).collect();
    Json(json!({ "actions": actions }))
}

async fn save_action(
    State(played): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> StatusCode {
    if id == "loop1" {
        held(&played).actions.insert(action, body);
    }
    StatusCode::OK
}

async fn rotate(State(played): State<Shared>, Path(id): Path<String>) -> Response {
    let mut played = held(&played);
    if id != "loop1" {
        let status = if played.are_others_absent { StatusCode::NOT_FOUND } else { StatusCode::OK };
        return (status, Json(json!({ "slot": 2, "key": "another" }))).into_response();
    }
    played.n_keys += 1;
    Json(json!({ "slot": 2, "key": format!("key-{}", played.n_keys) })).into_response()
}

async fn tell_event(Path(_): Path<(String, String)>) -> Json<Value> {
    Json(json!({ "state": "learned", "modelVersion": 7, "learnedReward": 0.5 }))
}

async fn annotate(State(played): State<Shared>, Path(id): Path<String>, Json(body): Json<Value>) -> StatusCode {
    held(&played).annotations.push((id, body["text"].as_str().expect("a text").to_owned()));
    StatusCode::CREATED
}

async fn reset(State(played): State<Shared>, Path(_): Path<String>) -> StatusCode {
    held(&played).n_resets += 1;
    StatusCode::NO_CONTENT
}

/// The first action that the request brings, or a story for a loop that has its own.
async fn rank_other(State(played): State<Shared>, Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    let mut played = held(&played);
    if played.are_others_absent {
        return StatusCode::NOT_FOUND.into_response();
    }
    let chosen = match (body["actions"][0]["id"].as_str(), played.loops[loop_idx(&id)].as_str()) {
        (Some(first), _) => first.to_owned(),
        (None, "Demo news: newsletter banner") => "night-desk".to_owned(),
        (None, _) => "the-harbour-that-learned-to-wait".to_owned(),
    };
    let event_id = format!("other-{}", played.others.len());
    played.others.push((id, "rank", body));
    let ranking = [json!({ "id": chosen, "probability": 1.0 })];
    (StatusCode::CREATED, Json(json!({ "eventId": event_id, "ranking": ranking, "rewardActionId": chosen })))
        .into_response()
}

async fn rank_slots(State(played): State<Shared>, Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    let mut played = held(&played);
    if played.are_others_absent {
        return StatusCode::NOT_FOUND.into_response();
    }
    let filled = ["sport", "culture", "science"];
    let slots = body["slots"].as_array().expect("slots").iter().zip(filled);
    let slots: Vec<Value> = slots.map(|(slot, chosen)| json!({ "id": slot["id"], "rewardActionId": chosen })).collect();
    let event_id = format!("slots-{}", played.others.len());
    played.others.push((id, "slots", body));
    (StatusCode::CREATED, Json(json!({ "eventId": event_id, "slots": slots }))).into_response()
}

async fn reward_other(
    State(played): State<Shared>,
    Path((id, _event)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> StatusCode {
    held(&played).others.push((id, "reward", body));
    StatusCode::NO_CONTENT
}

fn loop_idx(id: &str) -> usize {
    id.trim_start_matches("loop").parse::<usize>().expect("one of ours") - 1
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
