//! What a mean reward is the mean of: the decisions of plain Ranks, or the slots of multi-slot ones.

use serde::{Deserialize, Serialize};

/// In the sums of rewards each slot is one observation, while Ranks are counted as events. The words of a page keep
/// the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// One Rank, one decision.
    Decision,
    /// One Rank, a decision for each of its slots.
    Slot,
}

impl Unit {
    /// Of a loop whose Ranks fill several slots, or one.
    pub fn of(is_multi_slot: bool) -> Self {
        if is_multi_slot { Self::Slot } else { Self::Decision }
    }

    /// "reward per …"
    pub fn one(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Slot => "slot",
        }
    }

    /// Several of them.
    pub fn many(self) -> &'static str {
        match self {
            Self::Decision => "decisions",
            Self::Slot => "slots",
        }
    }

    /// What is counted as an event: "1,200 …".
    pub fn events(self) -> &'static str {
        match self {
            Self::Decision => "decisions",
            Self::Slot => "Ranks",
        }
    }

    /// The same at the head of a column.
    pub fn events_title(self) -> &'static str {
        match self {
            Self::Decision => "Decisions",
            Self::Slot => "Ranks",
        }
    }

    /// What the application would show without the service.
    pub fn baseline(self) -> &'static str {
        match self {
            Self::Decision => "your first action",
            Self::Slot => "your baseline actions",
        }
    }

    /// The same at the beginning of a sentence.
    pub fn baseline_title(self) -> &'static str {
        match self {
            Self::Decision => "Your first action",
            Self::Slot => "Your baseline actions",
        }
    }

    /// "… is answered"
    pub fn baseline_is(self) -> &'static str {
        match self {
            Self::Decision => "your first action is",
            Self::Slot => "your baseline actions are",
        }
    }
}
