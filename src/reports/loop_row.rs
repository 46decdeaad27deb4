//! One loop in a list, and how it is doing in words.

use serde::{Deserialize, Serialize};

use crate::terms::{LearningMode, LoopId};

/// A loop as a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopRow {
    pub id: LoopId,
    pub name: String,
    pub mode: LearningMode,
    /// Over the last five minutes.
    pub events_per_minute: f64,
    /// The share of the last hour's events that have a reward so far; `None` without events.
    pub reward_rate: Option<f64>,
    pub health: Health,
    pub last_event_us: Option<i64>,
}

/// Whether somebody should look at a loop, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub level: HealthLevel,
    pub words: String,
}

/// From "nothing to do" to "look at it"; lists that sort by attention sort by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HealthLevel {
    Good,
    /// Nothing is asked of it at the moment.
    Idle,
    Warning,
    Bad,
}
