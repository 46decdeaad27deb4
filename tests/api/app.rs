//! A whole server without a socket: one method per call.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use http_body_util::BodyExt;
use rankloop::{
    accounts::Accounts,
    api::{
        self, ApiParts, Limits, RateLimit,
        bearer::{TokenOptions, Tokens},
    },
    clock::{Clock, ManualClock},
    loops::{LiveLoop, Loops, LoopsOptions, TrustedSigners},
    store::{Durability, Store},
    terms::{Author, LoopId, Role},
    vitals::Vitals,
    web::shared_report::shared_routes,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// 2026-01-01T00:00:00Z.
const START_US: i64 = 1_767_225_600_000_000;
pub const SECOND_US: i64 = 1_000_000;
/// The same start as tokens write it.
pub const START_S: i64 = START_US / SECOND_US;
const OWNER: &str = "owner-token";

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Empty for a file, which is no text.
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a plain header"))
    }

    /// The status and the error's code; proves the documented shape.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let error = body.get("error").unwrap_or_else(|| panic!("no error object: {}", self.text));
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", self.text);
        assert!(self.header("content-type").starts_with("application/json"));
        (self.status.as_u16(), error["code"].as_str().expect("a code").to_owned())
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().expect("a message").to_owned()
    }
}

/// A loop made for a test.
#[derive(Debug, Clone)]
pub struct TestLoop {
    pub id: String,
    pub keys: [String; 2],
}

pub struct TestApp {
    pub clock: ManualClock,
    accounts: Accounts,
    loops: Loops,
    store: Store,
    router: Router,
    _folder: TempDir,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    pub async fn start_with(rate: Option<RateLimit>) -> Self {
        Self::open(rate, None).await
    }

    /// A server that takes tokens, too.
    pub async fn start_with_tokens(options: TokenOptions) -> Self {
        Self::open(None, Some(options)).await
    }

    pub async fn open(rate: Option<RateLimit>, tokens: Option<TokenOptions>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.expect("a store");
        store.migrate().await.expect("a schema");
        let manual = ManualClock::at(START_US);
        let clock = Clock::Manual(manual.clone());
        let options = LoopsOptions {
            durability: Durability::Relaxed,
            n_queued: 1_000,
            n_actions_most: 50,
            trusted_signers: TrustedSigners::default(),
            learners: Default::default(),
        };
        let loops = Loops::open(store.clone(), clock.clone(), options).await.expect("loops");
        let accounts = Accounts::new(store.clone(), clock, vec![("owner".to_owned(), OWNER.to_owned())]);
        let limits = Limits::new(1024 * 1024, rate);
        let tokens = tokens.map(|options| Tokens::start(options, Clock::Manual(manual.clone())).expect("a client"));
        let router = api::routes(
            ApiParts {
                loops: loops.clone(),
                accounts: accounts.clone(),
                limits,
                tokens,
                vitals: Vitals::new(),
                stopping: None,
            }
            .into(),
        );
        let router = router.merge(shared_routes(loops.clone()));
        Self { clock: manual, accounts, loops, store, router, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let bytes = bytes.to_vec();
        let text = String::from_utf8(bytes.clone()).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }

    /// How a call is answered whose answer does not end when it is a good one.
    pub async fn begin_stream_as(&self, token: &str, path: &str) -> Answer {
        let request =
            Request::builder().uri(format!("/api/v1{path}")).header("Authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let is_open = parts.status == StatusCode::OK;
        let bytes = if is_open { Vec::new() } else { body.collect().await.expect("a whole body").to_bytes().to_vec() };
        let text = String::from_utf8(bytes.clone()).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }

    /// The body of an answer that does not end.
    pub async fn open_stream(&self, request: Request<Body>) -> Body {
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body()
    }

    /// A call of the data plane with a key.
    pub async fn call(&self, key: &str, method: Method, path: &str, body: impl Into<String>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("Ocp-Apim-Subscription-Key", key);
        self.send(request.body(Body::from(body.into())).expect("a request")).await
    }

    /// The same with a file.
    pub async fn call_bytes(&self, key: &str, method: Method, path: &str, body: Vec<u8>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("Ocp-Apim-Subscription-Key", key);
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// A call of the management API as its owner.
    pub async fn manage(&self, method: Method, path: &str, body: Value) -> Answer {
        self.manage_as(OWNER, method, path, body).await
    }

    pub async fn manage_as(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header("Authorization", format!("Bearer {token}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).expect("a request")).await
    }

    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    pub fn live(&self, of: &TestLoop) -> LiveLoop {
        self.loops.get(&of.id.parse().expect("an id")).expect("it was made")
    }

    /// A page as a browser without a session asks for it.
    pub async fn page(&self, method: Method, path: &str) -> Answer {
        self.send(Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")).await
    }

    pub async fn token(&self, role: Role) -> String {
        self.accounts.create_token(role.as_str(), role, &Author::server("test")).await.expect("a token")
    }

    pub async fn make_loop(&self, settings: Value) -> TestLoop {
        let body = json!({"name": "test", "settings": settings});
        let made = self.manage(Method::POST, "/loops", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        let key = |idx: usize| made["keys"][idx].as_str().expect("a key").to_owned();
        TestLoop { id: made["id"].as_str().expect("an id").to_owned(), keys: [key(0), key(1)] }
    }

    pub async fn rank(&self, of: &TestLoop, body: Value) -> Answer {
        self.call(&of.keys[0], Method::POST, "/personalizer/v1.0/rank", body.to_string()).await
    }

    /// A Rank of two actions that must succeed.
    pub async fn rank_two(&self, of: &TestLoop, event_id: &str) -> Answer {
        let answer = self.rank(of, two_actions(event_id)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer
    }

    /// `event_id` goes into the path as it is.
    pub async fn reward(&self, of: &TestLoop, event_id: &str, body: &str) -> Answer {
        let path = format!("/personalizer/v1.0/events/{event_id}/reward");
        self.call(&of.keys[0], Method::POST, &path, body).await
    }

    pub async fn activate(&self, of: &TestLoop, event_id: &str) -> Answer {
        let path = format!("/personalizer/v1.0/events/{event_id}/activate");
        self.call(&of.keys[0], Method::POST, &path, "").await
    }

    /// The counters, once all that was stored is counted: a Rank is answered a moment before.
    pub async fn stats(&self, of: &TestLoop) -> Value {
        let id: LoopId = of.id.parse().expect("an id");
        if let Some(live) = self.loops.get(&id) {
            let head = self.store.log_head(&id).await.expect("a log");
            live.progress().wait_for(|folded| *folded >= head.seq).await.expect("a trainer");
        }
        self.manage(Method::GET, &format!("/loops/{}/stats", of.id), Value::Null).await.json()
    }

    /// The place of the last record in the loop's log.
    pub async fn log_head(&self, of: &TestLoop) -> i64 {
        self.store.log_head(&of.id.parse().expect("an id")).await.expect("a log").seq
    }

    pub async fn event(&self, of: &TestLoop, event_id: &str) -> Value {
        self.manage(Method::GET, &format!("/loops/{}/events/{event_id}", of.id), Value::Null).await.json()
    }

    pub async fn configure(&self, of: &TestLoop, body: Value) -> Answer {
        self.manage(Method::PUT, &format!("/loops/{}/configuration", of.id), body).await
    }
}

pub fn two_actions(event_id: &str) -> Value {
    json!({
        "eventId": event_id,
        "contextFeatures": [{"time": "morning"}],
        "actions": [{"id": "tea", "features": [{"kind": "tea"}]}, {"id": "coffee", "features": [{"kind": "coffee"}]}],
    })
}
