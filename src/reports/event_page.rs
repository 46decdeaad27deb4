//! Events, as rows and one as a page.

use serde::{Deserialize, Serialize};

use crate::terms::{ActionId, EventId, EventState, LearningMode, SlotId};

/// A moment for people and machines; made on the server, so that both renderings of a page agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instant {
    pub at_us: i64,
    /// For `<time datetime>`.
    pub iso: String,
    /// "21 Nov 2025, 12:42:07.120 CET": in the zone of whoever looks.
    pub local: String,
    /// The same, and in UTC where that is another: "21 Nov 2025, 12:42 CET (21 Nov 2025, 11:42 UTC)".
    pub exact: String,
    /// "3 seconds ago"
    pub relative: String,
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
    /// "It came with key 1."; empty where that was not noted.
    pub came_with: String,
    pub timeline: Vec<TimelineStep>,
    /// In the order of the request; a plain event has one without a name.
    pub slots: Vec<SlotPart>,
    pub rewards: Vec<RewardRow>,
    /// Of several slots the mean.
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

impl EventPageData {
    /// Whether it was a multi-slot Rank.
    pub fn is_multi_slot(&self) -> bool {
        self.slots.iter().any(|slot| slot.slot_id.is_some())
    }
}

/// One slot of an event: what was decided there, and what it earned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotPart {
    /// `None` in a plain event.
    pub slot_id: Option<SlotId>,
    /// What happened to it, in one sentence; empty in a plain event, whose own sentence says it.
    pub sentence: String,
    /// As answered, in the order of the answer.
    pub answer: Vec<ProbabilityBar>,
    /// The policy's own probabilities where they are not what was answered.
    pub policy: Option<Vec<ProbabilityBar>>,
    pub learned_reward: Option<String>,
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
    /// "84.2 %", or why it could not be shown here: "excluded", "shown in Main".
    pub words: String,
    /// The one that was answered as the one to show.
    pub is_chosen: bool,
    /// The most probable one: what would have been chosen without exploring.
    pub is_best: bool,
    /// The caller's first action; in a slot its baseline action.
    pub is_baseline: bool,
    /// It could not be shown here.
    pub is_excluded: bool,
}

/// One reward that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardRow {
    /// Which slot it is for; `None` in a plain event.
    pub slot: Option<String>,
    pub at: Instant,
    pub value: String,
    /// What became of it: "counted", "too late by 3 minutes", "duplicate".
    pub fate: String,
    pub is_counted: bool,
}
