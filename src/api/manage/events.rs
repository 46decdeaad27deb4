//! Events as the log has them.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::event_filter::{EventFilterParams, read_filter};
use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::ErrorBody,
        extract::{ApiPath, ApiQuery},
        instant,
    },
    loops::{EventSummary, EventView, LoopError, RewardView, SlotView},
    reports::EventFilterWords,
    terms::{ActionId, Credential},
};

/// Events in one answer, unless the caller says.
const N_USUAL: usize = 50;
/// The most that a caller can ask for.
const N_MOST: usize = 500;

/// One event, whole.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventInfo {
    event_id: String,
    seq: i64,
    /// `pending`, `inactive`, `rewarded`, `learned`, `expired` or `dropped`.
    state: &'static str,
    ranked_at: String,
    /// What the Rank came with: `1` or `2` for that key of the loop, or `token`; left out where that was not noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'static str>,
    /// The Rank's body as it was sent.
    #[schema(value_type = Object)]
    request: Box<RawValue>,
    /// The loop's own actions, when the request brought none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    loop_actions: Option<Box<RawValue>>,
    /// As it was answered.
    ranking: Vec<ActionProbability>,
    reward_action_id: String,
    /// Slot by slot in the order of the request; left out for plain events. The fields beside it are the first slot's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slots: Vec<SlotInfo>,
    /// What the policy would have answered; differs from `ranking` when the caller's order was answered.
    policy_ranking: Vec<ActionProbability>,
    policy_action_id: String,
    baseline_action_id: String,
    is_exploring: bool,
    learning_mode: &'static str,
    model_version: i64,
    policy_version: i64,
    /// Rewards that arrive before this instant count.
    reward_deadline: String,
    is_deferred: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    activated_at: Option<String>,
    /// Every reward that arrived, also late and duplicate ones.
    rewards: Vec<RewardInfo>,
    /// The reward that was learned, or that stands for the event when it expired; of several slots the mean.
    learned_reward: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
}

/// An action and how probable it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionProbability {
    id: String,
    probability: f32,
}

/// One slot of a multi-slot event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotInfo {
    slot_id: String,
    /// The probabilities of the draw for this slot.
    ranking: Vec<ActionProbability>,
    reward_action_id: String,
    policy_ranking: Vec<ActionProbability>,
    policy_action_id: String,
    baseline_action_id: String,
    /// The reward that was learned, or that stands for the slot when it expired.
    learned_reward: Option<f32>,
}

/// A reward that arrived.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RewardInfo {
    /// Left out when the call named no slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_id: Option<String>,
    value: f32,
    received_at: String,
}

/// One event as a row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventRow {
    event_id: String,
    seq: i64,
    state: &'static str,
    ranked_at: String,
    /// What the Rank came with: `1` or `2` for that key of the loop, or `token`; left out where that was not noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'static str>,
    reward_action_id: String,
    probability: f32,
    is_exploring: bool,
    n_actions: usize,
    /// More than one in a multi-slot event, whose first slot this row shows.
    n_slots: usize,
    learning_mode: &'static str,
    model_version: i64,
    /// The reward that stands for it so far.
    reward: Option<f32>,
}

/// Events, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventList {
    events: Vec<EventRow>,
    /// `before` of the next page; left out when the log was searched to its beginning, or to `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<i64>,
    searched: Searched,
}

/// How much of the log an answer rests on. A search with a filter looks at 5,000 events and then stops, also when it found
/// nothing: `nextBefore` goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Searched {
    n_events: u64,
    /// When the oldest of them was ranked; left out when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    back_to: Option<String>,
}

/// Which page of the list.
#[derive(Debug, Deserialize)]
pub struct Page {
    before: Option<i64>,
    limit: Option<usize>,
}

/// The event in the path, percent-decoded.
#[derive(Debug, Deserialize)]
pub struct EventPath {
    #[serde(rename = "eventId")]
    event_id: String,
}

fn probabilities(pmf: Vec<(ActionId, f32)>) -> Vec<ActionProbability> {
    pmf.into_iter().map(|(id, probability)| ActionProbability { id: id.into(), probability }).collect()
}

impl SlotInfo {
    /// `None` for the one slot of a plain event.
    fn of(slot: SlotView) -> Option<Self> {
        Some(Self {
            slot_id: slot.slot_id?.into(),
            ranking: probabilities(slot.ranking),
            reward_action_id: slot.reward_action_id.into(),
            policy_ranking: probabilities(slot.policy_pmf),
            policy_action_id: slot.policy_action_id.into(),
            baseline_action_id: slot.baseline_action_id.into(),
            learned_reward: slot.learned_reward,
        })
    }
}

impl From<EventView> for EventInfo {
    fn from(event: EventView) -> Self {
        let reward = |reward: RewardView| RewardInfo {
            slot_id: reward.slot_id.map(String::from),
            value: reward.value,
            received_at: instant::write(reward.at_us),
        };
        let first = event.first().clone();
        let slots = event.slots.into_iter().filter_map(SlotInfo::of).collect();
        Self {
            event_id: event.event_id.into(),
            seq: event.seq,
            state: event.state.as_str(),
            ranked_at: instant::write(event.ranked_at_us),
            key: event.came_with.map(Credential::as_str),
            request: RawValue::from_string(event.request.into()).expect("it was JSON when it came"),
            loop_actions: event.loop_actions,
            ranking: probabilities(first.ranking),
            reward_action_id: first.reward_action_id.into(),
            slots,
            policy_ranking: probabilities(first.policy_pmf),
            policy_action_id: first.policy_action_id.into(),
            baseline_action_id: first.baseline_action_id.into(),
            is_exploring: event.is_exploring,
            learning_mode: event.mode.as_str(),
            model_version: event.model_version,
            policy_version: event.policy_version,
            reward_deadline: instant::write(event.deadline_us),
            is_deferred: event.is_deferred,
            activated_at: event.activated_at_us.map(instant::write),
            rewards: event.rewards.into_iter().map(reward).collect(),
            learned_reward: event.learned_reward,
            closed_at: event.closed_at_us.map(instant::write),
        }
    }
}

impl From<EventSummary> for EventRow {
    fn from(event: EventSummary) -> Self {
        Self {
            event_id: event.event_id.into(),
            seq: event.seq,
            state: event.state.as_str(),
            ranked_at: instant::write(event.ranked_at_us),
            key: event.came_with.map(Credential::as_str),
            reward_action_id: event.reward_action_id.into(),
            probability: event.probability,
            is_exploring: event.is_exploring,
            n_actions: event.n_actions,
            n_slots: event.n_slots,
            learning_mode: event.mode.as_str(),
            model_version: event.model_version,
            reward: event.reward,
        }
    }
}

/// The latest events, or those of them that a filter admits, newest first.
#[utoipa::path(
    get, path = "/loops/{id}/events", tag = "Events", operation_id = "listEvents",
    params(
        ("id" = String, Path),
        ("before" = Option<i64>, Query, description = "Only events with a smaller `seq`"),
        ("limit" = Option<usize>, Query, description = "At most this many, up to 500; otherwise 50"),
        EventFilterParams,
    ),
    security(("token" = [])), responses((status = 200, body = EventList), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn list(
    managed: ManagedLoop,
    ApiQuery(page): ApiQuery<Page>,
    ApiQuery(words): ApiQuery<EventFilterWords>,
) -> Result<Json<EventList>, ApiError> {
    let n_most = page.limit.unwrap_or(N_USUAL).clamp(1, N_MOST);
    let filter = read_filter(&words)?;
    let found = managed.analyse()?.0.search_events(&filter, page.before.unwrap_or(i64::MAX), n_most).await?;
    let searched = Searched { n_events: found.n_looked_at, back_to: found.back_to_us.map(instant::write) };
    let events = found.events.into_iter().map(EventRow::from).collect();
    Ok(Json(EventList { events, next_before: found.next_before, searched }))
}

/// One event with everything that joined it.
#[utoipa::path(
    get, path = "/loops/{id}/events/{eventId}", tag = "Events", operation_id = "getEvent",
    params(("id" = String, Path), ("eventId" = String, Path, description = "The event, percent-encoded")),
    security(("token" = [])), responses((status = 200, body = EventInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn get_one(managed: ManagedLoop, ApiPath(path): ApiPath<EventPath>) -> Result<Json<EventInfo>, ApiError> {
    let event_id = path.event_id.parse().map_err(LoopError::Id)?;
    let event = managed.analyse()?.0.event(&event_id).await?;
    let event = event.ok_or_else(|| ApiError::not_found("There is no such event."))?;
    Ok(Json(event.into()))
}
