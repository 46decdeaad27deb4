//! Which features weigh more or less than they did, for the overview.

use serde::{Deserialize, Serialize};

/// What the overview says of features that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedPart {
    pub title: String,
    /// What the rows tell and rest on, or why there are none.
    pub sentence: String,
    /// Those that moved most and surely.
    pub rows: Vec<MovedRow>,
    /// Whether it is being worked out: whoever asks again in some seconds is told.
    pub is_pending: bool,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedRow {
    /// "device", "action.topic"
    pub name: String,
    /// "0.021": how far it pushed the actions apart then, and does now.
    pub before: String,
    pub now: String,
    /// "+0.043 ± 0.006"
    pub change: String,
}
