//! A fold as bytes, and back: start is the newest snapshot plus the tail of the log.
//!
//! Layout: the magic, the length of the state in 8 bytes, the state (postcard), the length of the events in 8 bytes, the
//! events whose wait time runs, the model (each its own format). Decisions of events are not in it; they are read from the
//! log again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    cell::{InForce, Learned, LoopCell, RulesHistory, rules_of},
    fold::Fold,
    join::{EarlyReward, Join, JoinSnapshot},
    open_events::OpenEvents,
    tally::Tally,
};
use crate::{
    bandit::{ModelFileError, Policy},
    log::EventRules,
    store::LogHead,
    terms::{LearningMode, RewardAggregation},
};

const MAGIC: &[u8; 8] = b"rlfold03";

/// Why a snapshot cannot be used. The log can always be folded from its start instead.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("the snapshot is of another version or damaged")]
    Damaged,
    #[error("the state of the snapshot cannot be read")]
    State(#[from] postcard::Error),
    #[error("the settings of the snapshot cannot be read")]
    Settings(#[from] serde_json::Error),
    #[error("the model of the snapshot cannot be read")]
    Model(#[from] ModelFileError),
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    seq: i64,
    at_us: i64,
    /// As JSON: some of its fields may be absent, which postcard cannot tell.
    configuration: String,
    arguments: Option<String>,
    policy_version: i64,
    relearn_asked_seq: Option<i64>,
    rules: Vec<(i64, i64, RewardAggregation, f32, LearningMode)>,
    model_version: i64,
    model_changed_us: Option<i64>,
    logs_deleted_seq: i64,
    tally: Tally,
    early: Vec<EarlyReward>,
}

/// A fold as it stood. It is copied in some milliseconds, and in tenths of a second where a million events are open, so
/// that writing it does not hold up the next record.
#[derive(Debug)]
pub(super) struct Snapshot {
    state: State,
    events: Vec<u8>,
    policy: Policy,
}

impl Snapshot {
    /// After which record it was.
    pub fn head(&self) -> LogHead {
        LogHead { seq: self.state.seq, at_us: self.state.at_us }
    }

    /// Everything that the fold knew. With a large model this takes long: trees that are being grown are finished first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let state = postcard::to_stdvec(&self.state).expect("plain data of known length always fits a vector");
        let model = self.policy.to_bytes();
        let mut bytes = Vec::with_capacity(MAGIC.len() + 16 + state.len() + self.events.len() + model.len());
        bytes.extend_from_slice(MAGIC);
        put_part(&mut bytes, &state);
        put_part(&mut bytes, &self.events);
        bytes.extend_from_slice(&model);
        bytes
    }
}

impl Fold {
    /// Everything that the fold knows. The same log gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.snapshot(self.cell.learned().clone()).to_bytes()
    }

    /// The fold as it stands, with a copy of its model.
    pub(super) fn snapshot(&self, learned: Learned) -> Snapshot {
        let in_force = self.cell.in_force();
        let Learned { policy, version: model_version, changed_us: model_changed_us } = learned;
        let rules = in_force.rules.0.iter();
        let JoinSnapshot { events, early } = self.join.to_snapshot();
        let state = State {
            seq: self.head.seq,
            at_us: self.head.at_us,
            configuration: serde_json::to_string(&*in_force.configuration).expect("plain data becomes JSON"),
            arguments: in_force.arguments.clone(),
            policy_version: in_force.policy_version,
            relearn_asked_seq: in_force.relearn_asked_seq,
            rules: rules.map(|(seq, at_us, r)| (*seq, *at_us, r.aggregation, r.default_reward, r.mode)).collect(),
            model_version,
            model_changed_us,
            logs_deleted_seq: self.logs_deleted_seq,
            tally: self.cell.tally().clone(),
            early,
        };
        Snapshot { state, events, policy }
    }

    /// Reads a snapshot. Open events get their decisions back through `remember`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(SnapshotError::Damaged)?;
        let (state, rest) = split_part(rest)?;
        let (events, model) = split_part(rest)?;
        let state: State = postcard::from_bytes(state)?;
        let rule = |(seq, at_us, aggregation, default_reward, mode)| {
            (seq, at_us, EventRules { aggregation, default_reward, mode })
        };
        let mut rules = RulesHistory(state.rules.into_iter().map(rule).collect());
        let configuration: crate::terms::Configuration = serde_json::from_str(&state.configuration)?;
        if rules.0.is_empty() {
            rules.0.push((state.seq, state.at_us, rules_of(&configuration)));
        }
        let in_force = InForce {
            configuration: Arc::new(configuration),
            arguments: state.arguments,
            policy_version: state.policy_version,
            relearn_asked_seq: state.relearn_asked_seq,
            rules: Arc::new(rules),
        };
        let (policy, join) = rayon::join(|| Policy::from_bytes(model), || Join::from_snapshot(events, state.early));
        let (policy, join) = (policy?, join?);
        let learned = Learned { policy, version: state.model_version, changed_us: state.model_changed_us };
        let cell = LoopCell::new(in_force, learned, state.tally);
        cell.set_open(OpenEvents::of(join.until_us(), state.seq));
        let head = LogHead { seq: state.seq, at_us: state.at_us };
        Ok(Self { head, cell: Arc::new(cell), join, logs_deleted_seq: state.logs_deleted_seq })
    }
}

/// Appends a part with its length in front.
pub(super) fn put_part(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    bytes.extend_from_slice(part);
}

/// A part with its length in front, and what follows it.
pub(super) fn split_part(bytes: &[u8]) -> Result<(&[u8], &[u8]), SnapshotError> {
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or(SnapshotError::Damaged)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| SnapshotError::Damaged)?;
    rest.split_at_checked(length).ok_or(SnapshotError::Damaged)
}
