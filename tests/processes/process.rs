//! A server as a process: started, called, paused, killed.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::database::Database;

const OWNER: &str = "token-of-the-owner";
/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often a condition is looked at.
pub const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// One test at a time: each has several servers at work, and measures how soon they do what they promise.
pub async fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}

/// A running server.
pub struct Process {
    /// For people: a, b, c.
    pub name: char,
    child: Child,
    url: String,
    client: Client,
    _data: tempfile::TempDir,
}

/// Where a server runs, and what it works on.
pub struct Place {
    /// A network namespace, if not the one of the test.
    pub namespace: Option<String>,
    pub address: String,
    pub database_url: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// False when the service says that it did not store the decision.
    pub is_logged: bool,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Process {
    /// Starts a server and waits until it is ready.
    pub fn start(name: char, database: &Database) -> Self {
        let (address, database_url) = ("127.0.0.1:0".to_owned(), database.url.clone());
        Self::start_at(name, Place { namespace: None, address, database_url })
    }

    /// The same somewhere else.
    pub fn start_at(name: char, place: Place) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let program = env!("CARGO_BIN_EXE_rankloop");
        let mut command = match &place.namespace {
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace, program]);
                command
            }
            None => Command::new(program),
        };
        let mut child = command
            .args(["serve", "--no-demo", "--addr", &place.address, "--data-dir"])
            .arg(data.path())
            .env("DATABASE_URL", place.database_url)
            .env("RANKLOOP_ADMIN_TOKEN", OWNER)
            .env("RUST_LOG", "error,rankloop::trainer=info")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let url = read_url(&mut child);
        Self { name, child, url, client: client(), _data: data }
    }

    /// What a server says that does not get the data, and ends.
    pub fn refused(database_url: &str) -> String {
        let data = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_rankloop"));
        command.args(["serve", "--no-demo", "--addr", "127.0.0.1:0", "--data-dir"]).arg(data.path());
        let ended = command.env("DATABASE_URL", database_url).output().expect("it ran");
        assert!(!ended.status.success());
        String::from_utf8_lossy(&ended.stderr).into_owned()
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill is there");
        assert!(sent.success(), "the process is there");
    }

    /// A call of the data plane; `Err` when no answer came in time.
    pub async fn call(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: &Value,
        within: Duration,
    ) -> Result<Answer, reqwest::Error> {
        let request = self.client.request(method, format!("{}/personalizer/v1.0{path}", self.url)).timeout(within);
        let request = request.header("Ocp-Apim-Subscription-Key", key).header("Content-Type", "application/json");
        let request = if body.is_null() { request } else { request.body(body.to_string()) };
        read(request).await
    }

    pub async fn rank(&self, key: &str, event_id: &str, within: Duration) -> Result<Answer, reqwest::Error> {
        self.call(key, Method::POST, "/rank", &rank_body(event_id), within).await
    }

    pub async fn reward(
        &self,
        key: &str,
        event_id: &str,
        value: f64,
        within: Duration,
    ) -> Result<Answer, reqwest::Error> {
        self.call(key, Method::POST, &format!("/events/{event_id}/reward"), &json!({ "value": value }), within).await
    }

    /// The model as bytes.
    pub async fn model(&self, key: &str) -> Vec<u8> {
        let answer = self.call(key, Method::GET, "/model", &Value::Null, PATIENCE).await.expect("an answer");
        assert_eq!(answer.status, StatusCode::OK, "{:?}", String::from_utf8_lossy(&answer.body));
        answer.body
    }

    /// A call of the management API as the owner; `Err` when no answer came in time.
    pub async fn try_manage(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        within: Duration,
    ) -> Result<Answer, reqwest::Error> {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.url)).timeout(within);
        let request = request.bearer_auth(OWNER);
        read(if body.is_null() { request } else { request.json(body) }).await
    }

    pub async fn manage(&self, method: Method, path: &str, body: Value) -> Answer {
        self.try_manage(method, path, &body, PATIENCE).await.expect("an answer")
    }

    pub async fn stats(&self, loop_id: &str) -> Value {
        self.told(&format!("/loops/{loop_id}/stats")).await
    }

    /// Who trains the loop, as this process knows it.
    pub async fn trainer(&self, loop_id: &str) -> Value {
        self.told(&format!("/loops/{loop_id}/trainer")).await
    }

    async fn told(&self, path: &str) -> Value {
        let answer = self.manage(Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whatever state it is in. An error only says that it has ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn rank_body(event_id: &str) -> Value {
    let n: usize = event_id.bytes().map(usize::from).sum();
    json!({
        "eventId": event_id,
        "contextFeatures": [{"hour": (n % 24).to_string()}, {"device": if n.is_multiple_of(3) { "mobile" } else { "desktop" }}],
        "actions": [
            {"id": "tea", "features": [{"kind": "tea", "price": 2.5}]},
            {"id": "coffee", "features": [{"kind": "coffee", "price": 3.0}]},
            {"id": "water", "features": [{"kind": "water", "price": 0.5}]},
        ],
    })
}

/// Servers are called on the loopback, in the clear. Said out loud, or the client would read the system's certificates.
fn client() -> Client {
    let ring = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(ring.into()).with_safe_default_protocol_versions();
    let tls = tls.expect("ring knows them").with_root_certificates(rustls::RootCertStore::empty());
    let builder = Client::builder().no_proxy().tls_backend_preconfigured(tls.with_no_client_auth());
    builder.build().expect("a client")
}

/// Waits for the line that says where the server is, and goes on reading so that it can go on writing.
fn read_url(child: &mut Child) -> String {
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let (sender, found) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some((_, url)) = line.split_once("ready at") {
                // Nobody waits any more when it took too long.
                let _ = sender.send(url.trim().to_owned());
            }
        }
    });
    found.recv_timeout(PATIENCE).expect("the server is ready in time")
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status();
    let is_logged = response.headers().get("x-rankloop-logged").is_none_or(|value| value != "false");
    Ok(Answer { status, is_logged, body: response.bytes().await?.to_vec() })
}

/// Looks until it is so; panics with `what` when it never is.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: not so after {PATIENCE:?}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
