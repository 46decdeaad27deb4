//! Events as rows, and what of them comes in live.

use serde::{Deserialize, Serialize};

use super::Instant;
use crate::terms::{ActionId, EventId, EventState};

/// A page of events, newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventRows {
    /// How the loop's events are doing, in a sentence.
    pub sentence: String,
    pub rows: Vec<EventRow>,
    /// Those that somebody keeps in sight, in the order in which they were pinned.
    pub pinned: Vec<EventRow>,
    /// Where the next older page starts; `None` where there is nothing further back.
    pub older: Option<i64>,
    /// What the search looked at, in a sentence; empty without a filter.
    pub bounds: String,
    /// Actions to filter by.
    pub actions: Vec<ActionId>,
    /// Events with a larger place in the log have not been looked at.
    pub newest_seq: i64,
    /// Which word of the filter is wrong, and why. Then there are no rows.
    pub problem: Option<FilterProblem>,
}

/// A word of a filter that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterProblem {
    pub field: String,
    pub message: String,
}

/// One event as a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    pub event_id: EventId,
    /// The id as a part of an address.
    pub id_in_path: String,
    /// The part of the id by which people tell events apart.
    pub id_short: String,
    pub seq: i64,
    pub ranked_at: Instant,
    /// "11:42:07.120", in the zone of whoever looks.
    pub time: String,
    /// Whether it is so young that its time needs no day.
    pub is_of_today: bool,
    /// The chosen one; of several slots that of the first.
    pub action: ActionId,
    /// "84 %"
    pub probability: String,
    /// Whose choice it was: "explored", "most probable", "first of the request".
    pub choice: String,
    pub is_exploring: bool,
    /// What its Rank came with: "1" or "2" of the loop's keys, "token"; "–" where that was not noted.
    pub key: String,
    pub n_slots: u32,
    pub standing: EventStanding,
}

/// What became of an event so far. It changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventStanding {
    pub state: EventState,
    /// Its way, a letter for each station: ranked, activated if it had to be, rewarded, and its end. `d`one, `o`pen,
    /// `m`issed.
    pub way: String,
    /// "0.75"; `None` while none has arrived.
    pub reward: Option<String>,
    /// The same as a number.
    pub reward_value: f32,
}

impl EventRow {
    /// Whether nothing more happens to it.
    pub fn is_closed(&self) -> bool {
        matches!(self.standing.state, EventState::Learned | EventState::Expired | EventState::Dropped)
    }
}

/// What came in since the last message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventNewsPart {
    /// Newest first.
    pub rows: Vec<EventRow>,
    /// By their places in the log.
    pub changes: Vec<(i64, EventStanding)>,
    /// How many came besides and are not among the rows.
    pub left_out: u64,
    /// That rows are sampled, and how; empty when all of them come.
    pub sampling: String,
}
