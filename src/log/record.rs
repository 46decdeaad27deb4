//! What can happen to a loop, as data that outlives the program that wrote it.
//!
//! Bodies are JSON: a log is read for years, by people too. New fields get a `serde(default)`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Ranked;
use crate::terms::{Configuration, EventId, SlotId};

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
    /// Shared: the answer to the caller is made of it too.
    Ranked(Arc<Ranked>),
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
    /// Somebody noted what happened to the loop, or around it. Nothing follows from it.
    Noted(Noted),
    /// Time went by and nothing else happened: events whose wait is over close at this instant.
    Ticked,
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
    /// The version of this loop's own model that it was, when somebody went back to one that had been kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores_version: Option<i64>,
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

/// A remark at this place of the log, for the people who read its charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    pub by: String,
    pub text: String,
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

/// The kinds that retention may remove: what happened to events, and time. Settings stay.
pub const REMOVABLE_KINDS: [i16; 6] = [1, 2, 3, 7, 8, 9];

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
            Self::Noted(_) => 12,
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
            Self::Ranked(fact) => fact.to_json(),
            Self::RankConflicted(fact) => serde_json::to_vec(fact),
            Self::Rewarded(fact) => serde_json::to_vec(fact),
            Self::SlotsRewarded(fact) => serde_json::to_vec(fact),
            Self::Activated(fact) => serde_json::to_vec(fact),
            Self::Configured(fact) => serde_json::to_vec(fact),
            Self::ModelReset(fact) => serde_json::to_vec(fact),
            Self::ModelImported(fact) => serde_json::to_vec(fact),
            Self::LogsDeleted(fact) => serde_json::to_vec(fact),
            Self::Relearned(fact) => serde_json::to_vec(fact),
            Self::Noted(fact) => serde_json::to_vec(fact),
            Self::Ticked => Ok(Vec::new()),
        };
        written.expect("plain data with text keys always becomes JSON")
    }

    /// Reads a stored body back. `seq` is for the message.
    pub fn from_body(seq: i64, kind: i16, body: &[u8]) -> Result<Self, RecordError> {
        fn read<'a, T: Deserialize<'a>>(seq: i64, body: &'a [u8]) -> Result<T, RecordError> {
            serde_json::from_slice(body).map_err(|source| RecordError::Body { seq, source })
        }
        let whole = |ranked: Ranked| {
            if ranked.is_whole() { Ok(Arc::new(ranked)) } else { Err(RecordError::Indices { seq }) }
        };
        Ok(match kind {
            Self::RANKED => Self::Ranked(whole(read(seq, body)?)?),
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
            12 => Self::Noted(read(seq, body)?),
            kind => return Err(RecordError::UnknownKind { seq, kind }),
        })
    }
}
