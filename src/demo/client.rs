//! The HTTP calls that a customer of rankloop makes: the management API to get a loop and a key, then rank, activate
//! and reward. Every call has a deadline; every refusal says what was attempted.

use std::time::Duration;

use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{HeaderMap, HeaderValue},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Longer than any healthy answer takes, short enough that a reader does not wait for a dead server.
const DEADLINE: Duration = Duration::from_secs(10);
const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
/// The first version with several slots is the next one.
pub const USUAL_VERSION: &str = "v1.0";
const SLOTS_VERSION: &str = "v1.1-preview.1";
const EXPLAIN_HEADER: &str = "x-rankloop-explain";
/// What opens the way in that a server keeps for what runs in its own process.
pub const SIDE_DOOR_HEADER: &str = "x-rankloop-side-door";

/// Why a call was not answered as hoped.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("could not {attempt}: the server did not answer")]
    Unreachable { attempt: &'static str, source: reqwest::Error },
    #[error("could not {attempt}: the server answered {status} {message}")]
    Refused { attempt: &'static str, status: StatusCode, message: String },
    #[error("could not {attempt}: the answer is not what was agreed")]
    Misunderstood { attempt: &'static str, source: reqwest::Error },
}

impl ClientError {
    /// Whether the key or the loop is gone, so that only a new set-up helps.
    pub fn is_lost_key(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == StatusCode::UNAUTHORIZED || *status == StatusCode::NOT_FOUND)
    }
}

/// How the newspaper and its readers name themselves, and how the simulated visitors of other loops do.
pub const DEMO_AGENT: &str = "rankloop-demo";
pub const TRAFFIC_AGENT: &str = "rankloop-traffic";

/// Without proxies: the server is on this machine, whatever the environment says about the rest of the world.
/// `side_door` goes with every call.
pub fn http_client(user_agent: &'static str, side_door: Option<&str>) -> Client {
    let mut headers = HeaderMap::new();
    if let Some(word) = side_door {
        let mut word = HeaderValue::from_str(word).expect("the server's own words are plain letters");
        word.set_sensitive(true);
        headers.insert(SIDE_DOOR_HEADER, word);
    }
    // The demo calls on loopback, in the clear. Said out loud, or the client would read the system's certificates.
    let builder = Client::builder()
        .user_agent(user_agent)
        .no_proxy()
        .default_headers(headers)
        .connect_timeout(Duration::from_secs(3))
        .timeout(DEADLINE);
    let builder = builder.tls_backend_preconfigured(trusting_nobody());
    builder.build().expect("a client without proxies or files has nothing that could fail")
}

fn trusting_nobody() -> rustls::ClientConfig {
    let ring = rustls::crypto::ring::default_provider();
    let builder = rustls::ClientConfig::builder_with_provider(ring.into()).with_safe_default_protocol_versions();
    let builder = builder.expect("ring knows the versions of TLS that rustls takes for safe");
    builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

/// A loop as `GET /api/v1/loops` lists it; the other fields are for others.
#[derive(Debug, Deserialize)]
pub struct ListedLoop {
    pub id: String,
    pub name: String,
}

/// An action as `GET /api/v1/loops/{id}/actions` lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedAction {
    pub id: String,
    #[serde(default)]
    pub is_active: bool,
}

/// The answer to `POST /api/v1/loops`.
#[derive(Debug, Deserialize)]
pub struct CreatedLoop {
    pub id: String,
}

/// An event as the management API tells it; only what the news site shows.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToldEvent {
    pub state: String,
    pub model_version: i64,
    pub learned_reward: Option<f64>,
}

/// The calls of the management API, with a token.
#[derive(Debug)]
pub struct Manager<'a> {
    pub client: &'a Client,
    pub base_url: &'a str,
    pub token: &'a str,
}

impl Manager<'_> {
    /// Whether the server can rank.
    pub async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("{}/readyz", self.base_url)).send().await;
        answer.is_ok_and(|response| response.status().is_success())
    }

    /// Every loop that the token may see.
    pub async fn loops(&self) -> Result<Vec<ListedLoop>, ClientError> {
        #[derive(Deserialize)]
        struct LoopList {
            loops: Vec<ListedLoop>,
        }
        let answer: LoopList = read("list the loops", self.authorized(self.client.get(self.url("loops")))).await?;
        Ok(answer.loops)
    }

    /// Makes a loop.
    pub async fn create_loop(&self, body: &Value) -> Result<CreatedLoop, ClientError> {
        read("make a loop", self.authorized(self.client.post(self.url("loops")).json(body))).await
    }

    /// Defines an action of a loop, or replaces its definition.
    pub async fn put_action(&self, loop_id: &str, action_id: &str, body: &Value) -> Result<(), ClientError> {
        let url = self.url(&format!("loops/{loop_id}/actions/{action_id}"));
        send("define an action", self.authorized(self.client.put(url).json(body))).await.map(drop)
    }

    /// The actions that a loop has.
    pub async fn actions(&self, loop_id: &str) -> Result<Vec<ListedAction>, ClientError> {
        #[derive(Deserialize)]
        struct ActionList {
            actions: Vec<ListedAction>,
        }
        let url = self.url(&format!("loops/{loop_id}/actions"));
        let answer: ActionList = read("list the actions", self.authorized(self.client.get(url))).await?;
        Ok(answer.actions)
    }

    /// Replaces the loop's second key. The first stays for the people who run the server.
    pub async fn rotate_second_key(&self, loop_id: &str) -> Result<String, ClientError> {
        #[derive(Deserialize)]
        struct NewKey {
            key: String,
        }
        let url = self.url(&format!("loops/{loop_id}/keys/2/rotate"));
        let answer: NewKey = read("get a key", self.authorized(self.client.post(url))).await?;
        Ok(answer.key)
    }

    /// Makes the loop forget what it learned.
    pub async fn reset_model(&self, loop_id: &str) -> Result<(), ClientError> {
        let url = self.url(&format!("loops/{loop_id}/model"));
        send("reset a model", self.authorized(self.client.delete(url))).await.map(drop)
    }

    /// Marks this moment on the loop's charts.
    pub async fn annotate(&self, loop_id: &str, text: &str) -> Result<(), ClientError> {
        let url = self.url(&format!("loops/{loop_id}/annotations"));
        let request = self.client.post(url).json(&serde_json::json!({ "text": text }));
        send("mark the charts", self.authorized(request)).await.map(drop)
    }

    /// One event with what has become of it.
    pub async fn event(&self, loop_id: &str, event_id: &str) -> Result<ToldEvent, ClientError> {
        let url = self.url(&format!("loops/{loop_id}/events/{}", encoded(event_id)));
        read("look at an event", self.authorized(self.client.get(url))).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base_url)
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.token)
    }
}

/// A Rank without `actions`: the loop's own active ones stand for it, so an editor can take a story off in the dashboard.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RankBody<'a> {
    pub context_features: &'a [Value],
    pub defer_activation: bool,
}

/// The answer to a Rank.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankAnswer {
    pub event_id: String,
    pub ranking: Vec<RankedAction>,
    pub reward_action_id: String,
    /// In the answer when the request asked for it.
    #[serde(default, skip_serializing)]
    pub inference_explanation: Vec<ExplainedAction>,
}

/// The answer to a Rank of several slots.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotsAnswer {
    pub event_id: String,
    pub slots: Vec<FilledSlot>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FilledSlot {
    pub id: String,
    pub reward_action_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RankedAction {
    pub id: String,
    pub probability: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ExplainedAction {
    pub id: String,
    pub features: Vec<ExplainedFeature>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ExplainedFeature {
    pub name: String,
    pub score: f64,
}

/// The calls of the data plane, with a key of the loop.
#[derive(Debug)]
pub struct Customer<'a> {
    pub client: &'a Client,
    /// `http://…/loops/<id>/personalizer`
    pub endpoint: &'a str,
    pub key: &'a str,
}

impl Customer<'_> {
    /// Asks which action to choose.
    pub async fn rank(&self, body: &impl Serialize, is_explained: bool) -> Result<RankAnswer, ClientError> {
        let mut request = self.post("rank").json(body);
        if is_explained {
            request = request.header(EXPLAIN_HEADER, "true");
        }
        read("rank the stories", request).await
    }

    /// Asks which actions to choose for several slots.
    pub async fn rank_slots(&self, body: &Value) -> Result<SlotsAnswer, ClientError> {
        read("rank the sections", self.post_in(SLOTS_VERSION, "multislot/rank").json(body)).await
    }

    /// Says how well the choices for the slots went.
    pub async fn reward_slots(&self, event_id: &str, rewards: &[(String, f64)]) -> Result<(), ClientError> {
        let rewards = rewards.iter().map(|(slot_id, value)| serde_json::json!({ "slotId": slot_id, "value": value }));
        let body = serde_json::json!({ "reward": rewards.collect::<Vec<_>>() });
        let path = format!("multislot/events/{}/reward", encoded(event_id));
        send("send the rewards", self.post_in(SLOTS_VERSION, &path).json(&body)).await.map(drop)
    }

    /// Says that a deferred event was shown after all.
    pub async fn activate(&self, event_id: &str) -> Result<(), ClientError> {
        let request = self.post(&format!("events/{}/activate", encoded(event_id)));
        send("activate an event", request).await.map(drop)
    }

    /// Says how well the choice went.
    pub async fn reward(&self, event_id: &str, value: f64) -> Result<(), ClientError> {
        let request = self.post(&format!("events/{}/reward", encoded(event_id)));
        send("send a reward", request.json(&serde_json::json!({ "value": value }))).await.map(drop)
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.post_in(USUAL_VERSION, path)
    }

    fn post_in(&self, version: &str, path: &str) -> RequestBuilder {
        self.client.post(format!("{}/{version}/{path}", self.endpoint)).header(KEY_HEADER, self.key)
    }
}

fn encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn read<T: DeserializeOwned>(attempt: &'static str, request: RequestBuilder) -> Result<T, ClientError> {
    let response = send(attempt, request).await?;
    response.json().await.map_err(|source| ClientError::Misunderstood { attempt, source })
}

async fn send(attempt: &'static str, request: RequestBuilder) -> Result<Response, ClientError> {
    // A URL in an error would put event ids into the log.
    let unreachable = |source: reqwest::Error| ClientError::Unreachable { attempt, source: source.without_url() };
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.unwrap_or_default();
    Err(ClientError::Refused { attempt, status, message: refusal(&body) })
}

/// The sentence in the documented error object `{"error":{"code","message"}}`, or nothing.
fn refusal(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
    message.chars().take(200).collect()
}
