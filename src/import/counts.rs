//! What became of the lines of an import: how many, and why not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why a line is not an event of the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum Skipped {
    #[error("not a JSON object")]
    NotJson,
    #[error("longer than 16 MB")]
    TooLong,
    #[error("without a decision: no context, or an observation on its own")]
    NoDecision,
    #[error("slates or continuous actions, which the service did not have")]
    OtherProblem,
    #[error("without a usable event id")]
    NoEventId,
    #[error("without a readable time")]
    NoTime,
    #[error("later than now")]
    InTheFuture,
    #[error("without actions")]
    NoActions,
    #[error("an action id twice, or one that cannot be an id")]
    ActionIds,
    #[error("slots and outcomes that do not fit together")]
    Slots,
    #[error("without the probabilities of the decision")]
    NoProbabilities,
    #[error("probabilities that are none, or do not add up to 1")]
    Probabilities,
    #[error("a chosen action with probability 0")]
    ZeroProbability,
    #[error("a label whose probability is not that of the decision")]
    ProbabilityMismatch,
    #[error("an action that the context does not have")]
    UnknownAction,
    #[error("a label that names another action than the decision")]
    LabelMismatch,
    #[error("a reward that is no number")]
    Reward,
    #[error("dropped by sampling with certainty (pdrop 1)")]
    DroppedForSure,
    #[error("features that Rank refuses")]
    Features,
    #[error("an event id seen before")]
    Duplicate,
}

/// What was read and written so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Lines with anything in them.
    pub lines: u64,
    /// Events now in the log.
    pub events: u64,
    /// Of these, with several slots.
    pub multi_slot: u64,
    /// Of these, with a reward of their own.
    pub rewarded: u64,
    /// Of these, answered with the caller's order while the model learned to imitate it.
    pub apprentice: u64,
    /// Of these, deferred and never shown: kept, and not learned.
    pub not_activated: u64,
    /// Of these, logged by a caller that kept only a share of its events.
    pub sampled: u64,
    /// Of these, out of order by more than the reading window: they stand at the time of the event before them.
    pub moved: u64,
    /// The time of the first event in the log.
    pub first_us: Option<i64>,
    /// The time of the last event in the log.
    pub last_us: Option<i64>,
    /// Lines that are not in the log, by reason.
    pub skipped: BTreeMap<Skipped, u64>,
}

impl Counts {
    /// One more line for this reason.
    pub fn skip(&mut self, why: Skipped) {
        *self.skipped.entry(why).or_default() += 1;
    }

    /// All lines that are not in the log.
    pub fn n_skipped(&self) -> u64 {
        self.skipped.values().sum()
    }
}
