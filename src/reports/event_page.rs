//! Events, as rows and one as a page.

use serde::{Deserialize, Serialize};

use crate::terms::{ActionId, EventId, EventState, LearningMode};

/// A moment for people and machines; made on the server, so that both renderings of a page agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instant {
    /// For `<time datetime>`.
    pub iso: String,
    /// "21 Nov, 11:42:07.120 UTC"
    pub utc: String,
    /// "3 seconds ago"
    pub relative: String,
}

/// The newest events, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRows {
    pub rows: Vec<EventRow>,
    /// Where the next older page starts; `None` at the beginning of the log.
    pub older: Option<i64>,
    /// How many events the loop had when this was read.
    pub n_ranked: u64,
}

/// One event as a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    pub event_id: EventId,
    /// The id as a part of an address.
    pub id_in_path: String,
    pub seq: i64,
    pub ranked_at: Instant,
    pub state: EventState,
    pub action: ActionId,
    /// "84 %"
    pub probability: String,
    pub is_exploring: bool,
    pub n_actions: u32,
    pub mode: LearningMode,
    pub model_version: i64,
    /// "0.75"; `None` while none has arrived.
    pub reward: Option<String>,
}

/// Everything that is known of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventPageData {
    pub event_id: EventId,
    pub state: EventState,
    pub mode: LearningMode,
    /// What happened, in one sentence.
    pub sentence: String,
    pub ranked_at: Instant,
    pub model_version: i64,
    pub policy_version: i64,
    pub timeline: Vec<TimelineStep>,
    /// As answered, in the order of the answer.
    pub answer: Vec<ProbabilityBar>,
    /// The policy's own probabilities where they are not what was answered.
    pub policy: Option<Vec<ProbabilityBar>>,
    pub rewards: Vec<RewardRow>,
    pub learned_reward: Option<String>,
    /// The Rank's body, indented.
    pub request: String,
    /// The loop's own actions when the request brought none, indented.
    pub loop_actions: Option<String>,
    /// The answer's body, indented.
    pub response: String,
    /// The Rank's body without its event id, between single quotes of a shell: to be sent again.
    pub body_for_shell: String,
}

/// One station of an event's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineStep {
    pub label: String,
    /// `None` for what has not happened (yet).
    pub at: Option<Instant>,
    /// Such as "1.4 s after the Rank".
    pub note: String,
}

/// One action's probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbabilityBar {
    pub action: ActionId,
    pub probability: f32,
    /// "84.2 %"
    pub words: String,
    /// The one that was answered as the one to show.
    pub is_chosen: bool,
    /// The most probable one: what would have been chosen without exploring.
    pub is_best: bool,
    /// The caller's first action.
    pub is_baseline: bool,
    pub is_excluded: bool,
}

/// One reward that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardRow {
    pub at: Instant,
    pub value: String,
    /// What became of it: "counted", "too late by 3 minutes", "duplicate".
    pub fate: String,
    pub is_counted: bool,
}
