//! What can happen to a loop, as data that outlives the program that wrote it.
//!
//! Bodies are JSON: a log is read for years, by people too. New fields get a `serde(default)`.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::terms::{ActionId, Configuration, EventId, LearningMode, SlotId};

/// One fact with its place in the loop's order.
#[derive(Debug, Clone)]
pub struct Record {
    /// Counts from 1 within a loop, without gaps as long as nothing was removed by retention.
    pub seq: i64,
    /// Microseconds since 1970; never smaller than that of the record before.
    pub at_us: i64,
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Fact {
    Ranked(Box<Ranked>),
    /// A Rank came again under a known event id but with another body; it was answered and not stored.
    RankConflicted(EventId),
    Rewarded(Rewarded),
    SlotsRewarded(SlotsRewarded),
    Activated(Activated),
    Configured(Box<Configured>),
    ModelReset(ModelReset),
    ModelImported(Box<ModelImported>),
    LogsDeleted(LogsDeleted),
    /// The retrained model took over from the one that served meanwhile.
    Relearned(Relearned),
    /// Time went by and nothing else happened: events whose wait is over close at this instant.
    Ticked,
}

/// One Rank, complete when it is made: nothing of it is ever looked up later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "StoredRanked")]
pub struct Ranked {
    pub event_id: EventId,
    /// The body as it was received.
    pub request: Box<RawValue>,
    /// The loop's own actions, when the request brought none (a list as in `request.actions`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_actions: Option<Box<RawValue>>,
    /// What was decided, slot by slot in the order of the request. A plain Rank has one slot without a name.
    pub slots: Vec<RankedSlot>,
    pub mode: LearningMode,
    pub is_deferred: bool,
    /// Rewards that arrive within this span count.
    pub reward_wait_us: i64,
    /// How many learning steps the model had behind it.
    pub model_version: i64,
    /// The record that set the learning settings in force.
    pub policy_version: i64,
    pub seed: u64,
}

/// One decision: which action fills this slot. Actions are named by their index in the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankedSlot {
    /// `None` in a plain Rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_id: Option<SlotId>,
    pub answer: RankedAnswer,
    /// What would be shown without the service: the first action that is not excluded, or the slot's baseline action.
    pub baseline_idx: usize,
    /// The policy's own draw. Differs from the answer when the caller's order was answered.
    pub policy_choice_idx: usize,
    /// The policy's distribution over the actions, in request order.
    pub policy_pmf: Vec<f32>,
    /// Actions that could not be chosen: excluded, or shown in an earlier slot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_idx: Vec<usize>,
}

/// A Rank as it is stored. The first logs knew one slot only and had its fields among the others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRanked {
    event_id: EventId,
    request: Box<RawValue>,
    #[serde(default)]
    loop_actions: Option<Box<RawValue>>,
    #[serde(default)]
    slots: Vec<RankedSlot>,
    answer: Option<RankedAnswer>,
    #[serde(default)]
    baseline_idx: usize,
    #[serde(default)]
    policy_choice_idx: usize,
    #[serde(default)]
    policy_pmf: Vec<f32>,
    #[serde(default)]
    excluded_idx: Vec<usize>,
    mode: LearningMode,
    is_deferred: bool,
    reward_wait_us: i64,
    model_version: i64,
    policy_version: i64,
    seed: u64,
}

impl From<StoredRanked> for Ranked {
    fn from(stored: StoredRanked) -> Self {
        let only = stored.answer.map(|answer| RankedSlot {
            slot_id: None,
            answer,
            baseline_idx: stored.baseline_idx,
            policy_choice_idx: stored.policy_choice_idx,
            policy_pmf: stored.policy_pmf,
            excluded_idx: stored.excluded_idx,
        });
        Self {
            event_id: stored.event_id,
            request: stored.request,
            loop_actions: stored.loop_actions,
            slots: stored.slots.into_iter().chain(only).collect(),
            mode: stored.mode,
            is_deferred: stored.is_deferred,
            reward_wait_us: stored.reward_wait_us,
            model_version: stored.model_version,
            policy_version: stored.policy_version,
            seed: stored.seed,
        }
    }
}

/// What the caller was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankedAnswer {
    /// Action ids in the order of the answer.
    pub ranking: Vec<(ActionId, f32)>,
    /// The chosen action, as an index into the actions of the request.
    pub chosen_idx: usize,
    pub reward_action_id: ActionId,
}

/// A reward for an event, known or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rewarded {
    pub event_id: EventId,
    pub value: f32,
    /// The end of the event's wait time, when the event was known. Should the event be closed when this record is
    /// applied, it tells a late reward from an orphan, and by how much it missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_deadline_us: Option<i64>,
}

/// Rewards for slots of a multi-slot event, known or not, that came in one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotsRewarded {
    pub event_id: EventId,
    pub rewards: Vec<SlotReward>,
    /// As in `Rewarded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_deadline_us: Option<i64>,
}

/// What one slot earned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotReward {
    pub slot_id: SlotId,
    pub value: f32,
}

/// A deferred event was shown after all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activated {
    pub event_id: EventId,
}

/// The settings in force from here on, whole. The first record of every loop is one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Configured {
    pub configuration: Configuration,
    /// `None`: the learning settings stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_settings: Option<LearningSettingsChange>,
    /// Whether a new model is to be trained from the retained log.
    #[serde(default)]
    pub needs_relearn: bool,
    /// Who did it: a person's name, `key`, `token` or `server`.
    pub by: String,
    /// The earlier record that this one goes back to, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores_seq: Option<i64>,
}

/// New learning settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LearningSettingsChange {
    /// Vowpal Wabbit arguments; `None` is the server's own default.
    pub arguments: Option<String>,
}

/// The model was thrown away on request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelReset {
    pub by: String,
}

/// The events so far are forgotten, and their records may go. What was learned from them stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogsDeleted {
    pub by: String,
}

/// Another model took the place of the present one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelImported {
    pub by: String,
    /// The model's bytes, so that a replay needs nothing but the log.
    #[serde(with = "base64_text")]
    pub model: Vec<u8>,
}

/// Bytes within JSON.
mod base64_text {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}

/// A background training reached the present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relearned {
    /// The `Configured` record that asked for it.
    pub asked_seq: i64,
}

/// A stored record that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("record {seq} has the unknown kind {kind}")]
    UnknownKind { seq: i64, kind: i16 },
    #[error("record {seq} cannot be read")]
    Body { seq: i64, source: serde_json::Error },
    #[error("record {seq} speaks of actions that it does not have")]
    Indices { seq: i64 },
}

/// Nothing that folds records has to ask for an index again.
fn whole(seq: i64, ranked: Box<Ranked>) -> Result<Box<Ranked>, RecordError> {
    let is_whole = !ranked.slots.is_empty() && ranked.slots.iter().all(RankedSlot::is_whole);
    if is_whole { Ok(ranked) } else { Err(RecordError::Indices { seq }) }
}

/// The kinds that retention may remove: what happened to events, and time. Settings stay.
pub const REMOVABLE_KINDS: [i16; 6] = [1, 2, 3, 7, 8, 9];

impl RankedSlot {
    /// Which actions could be chosen, in request order.
    pub fn eligible(&self) -> Vec<bool> {
        let mut is_eligible = vec![true; self.policy_pmf.len()];
        for &action_idx in &self.excluded_idx {
            is_eligible[action_idx] = false;
        }
        is_eligible
    }

    /// Whether the draw took another action than the most probable one.
    fn is_exploring(&self) -> bool {
        let most = self.policy_pmf.iter().copied().fold(0.0, f32::max);
        self.policy_pmf[self.answer.chosen_idx] < most
    }

    /// Whether every index is within the actions, as it is in all that this program wrote.
    fn is_whole(&self) -> bool {
        let mut indices =
            self.excluded_idx.iter().chain([&self.answer.chosen_idx, &self.baseline_idx, &self.policy_choice_idx]);
        indices.all(|action_idx| *action_idx < self.policy_pmf.len())
    }
}

impl Ranked {
    /// Context, actions and slots out of the request as it was received.
    pub fn features(&self) -> Result<RequestFeatures, serde_json::Error> {
        let mut features: RequestFeatures = serde_json::from_str(self.request.get())?;
        if let Some(actions) = &self.loop_actions {
            features.actions = serde_json::from_str(actions.get())?;
        }
        Ok(features)
    }

    /// Whether the draw took another action than the most probable one, in any slot.
    pub fn is_exploring(&self) -> bool {
        self.mode.policy_decides() && self.slots.iter().any(RankedSlot::is_exploring)
    }

    /// Whether it was a multi-slot Rank.
    pub fn is_multi_slot(&self) -> bool {
        self.slots.iter().any(|slot| slot.slot_id.is_some())
    }
}

/// The part of a Rank request that decides: its names are those of the wire, because the log keeps bodies as received.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestFeatures {
    #[serde(deserialize_with = "null_as_default")]
    pub context_features: Vec<JsonObject>,
    #[serde(deserialize_with = "null_as_default")]
    pub actions: Vec<RequestAction>,
    #[serde(deserialize_with = "null_as_default")]
    pub slots: Vec<RequestSlot>,
}

/// One slot of a multi-slot request.
#[derive(Debug, Clone, Deserialize)]
pub struct RequestSlot {
    #[serde(default, deserialize_with = "null_as_default")]
    pub features: Vec<JsonObject>,
}

/// One action of a request.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct RequestAction {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
}

/// Features by name.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

fn null_as_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

impl Fact {
    /// The kind of a Rank's record, for those who look for them in the store.
    pub const RANKED: i16 = 1;
    /// The kind of a change of settings.
    pub const CONFIGURED: i16 = 4;

    /// The number under which the store keeps this kind. Never reused.
    pub fn kind(&self) -> i16 {
        match self {
            Self::Ranked(_) => Self::RANKED,
            Self::Activated(_) => 2,
            Self::Rewarded(_) => 3,
            Self::Configured(_) => Self::CONFIGURED,
            Self::ModelReset(_) => 5,
            Self::Relearned(_) => 6,
            Self::Ticked => 7,
            Self::RankConflicted(_) => 8,
            Self::SlotsRewarded(_) => 9,
            Self::ModelImported(_) => 10,
            Self::LogsDeleted(_) => 11,
        }
    }

    /// The event that it is about, for the index.
    pub fn event_id(&self) -> Option<&EventId> {
        match self {
            Self::Ranked(ranked) => Some(&ranked.event_id),
            Self::RankConflicted(event_id) => Some(event_id),
            Self::Rewarded(rewarded) => Some(&rewarded.event_id),
            Self::SlotsRewarded(rewarded) => Some(&rewarded.event_id),
            Self::Activated(activated) => Some(&activated.event_id),
            _ => None,
        }
    }

    /// The body to store.
    pub fn to_body(&self) -> Vec<u8> {
        let written = match self {
            Self::Ranked(fact) => serde_json::to_vec(fact),
            Self::RankConflicted(fact) => serde_json::to_vec(fact),
            Self::Rewarded(fact) => serde_json::to_vec(fact),
            Self::SlotsRewarded(fact) => serde_json::to_vec(fact),
            Self::Activated(fact) => serde_json::to_vec(fact),
            Self::Configured(fact) => serde_json::to_vec(fact),
            Self::ModelReset(fact) => serde_json::to_vec(fact),
            Self::ModelImported(fact) => serde_json::to_vec(fact),
            Self::LogsDeleted(fact) => serde_json::to_vec(fact),
            Self::Relearned(fact) => serde_json::to_vec(fact),
            Self::Ticked => Ok(Vec::new()),
        };
        written.expect("plain data with text keys always becomes JSON")
    }

    /// Reads a stored body back. `seq` is for the message.
    pub fn from_body(seq: i64, kind: i16, body: &[u8]) -> Result<Self, RecordError> {
        fn read<'a, T: Deserialize<'a>>(seq: i64, body: &'a [u8]) -> Result<T, RecordError> {
            serde_json::from_slice(body).map_err(|source| RecordError::Body { seq, source })
        }
        Ok(match kind {
            Self::RANKED => Self::Ranked(whole(seq, read(seq, body)?)?),
            2 => Self::Activated(read(seq, body)?),
            3 => Self::Rewarded(read(seq, body)?),
            Self::CONFIGURED => Self::Configured(read(seq, body)?),
            5 => Self::ModelReset(read(seq, body)?),
            6 => Self::Relearned(read(seq, body)?),
            7 => Self::Ticked,
            8 => Self::RankConflicted(read(seq, body)?),
            9 => Self::SlotsRewarded(read(seq, body)?),
            10 => Self::ModelImported(read(seq, body)?),
            11 => Self::LogsDeleted(read(seq, body)?),
            kind => return Err(RecordError::UnknownKind { seq, kind }),
        })
    }
}
