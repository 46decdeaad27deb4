//! Where an event stands, and what a change of settings costs.

use serde::{Deserialize, Serialize};

/// The life of an event. See `log::event` for how it moves from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventState {
    /// Ranked and active; its reward is still awaited.
    Pending,
    /// Ranked with `deferActivation`, not activated yet.
    Inactive,
    /// A reward is in, but not learned: its wait time runs, or the loop does not learn.
    Rewarded,
    /// Its reward was learned.
    Learned,
    /// No reward came in time; the default reward stands for it.
    Expired,
    /// Deferred and never activated: nothing is learned from it.
    Dropped,
}

impl EventState {
    /// The word on the wire and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Inactive => "inactive",
            Self::Rewarded => "rewarded",
            Self::Learned => "learned",
            Self::Expired => "expired",
            Self::Dropped => "dropped",
        }
    }
}

/// What a change of settings costs. The API and the screen say it before the change is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Impact {
    /// Nothing changes.
    None,
    /// Holds from the next Rank on; the model stays.
    Instant,
    /// A new model is trained from the retained log in the background and then takes over.
    Relearn,
    /// What was learned is thrown away.
    Reset,
}
