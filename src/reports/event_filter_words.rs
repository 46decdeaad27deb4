//! Which events are wanted, in the words of an address: the pages and the API share them.

use serde::{Deserialize, Serialize};

/// A filter of events as it is written. What is left out, or empty, narrows nothing down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventFilterWords {
    /// The action that was shown.
    pub action: String,
    /// `pending`, `inactive`, `rewarded`, `learned`, `expired` or `dropped`; several with commas between them.
    pub state: String,
    /// `true`: another action than the most probable one was drawn; `false`: that one was.
    pub explored: String,
    pub reward_min: String,
    pub reward_max: String,
    /// How the event's id begins.
    pub event: String,
    /// `1` or `2`: its Rank came with this key of the loop; `token`: with an issuer's token.
    pub key: String,
    /// Words that stand in the features of the context.
    pub feature: String,
    /// Ranked at this instant or later.
    pub from: String,
    /// Ranked before this instant.
    pub to: String,
}

impl EventFilterWords {
    /// Names and values in the order of the form.
    pub fn pairs(&self) -> [(&'static str, &str); 10] {
        [
            ("feature", &self.feature),
            ("action", &self.action),
            ("state", &self.state),
            ("explored", &self.explored),
            ("rewardMin", &self.reward_min),
            ("rewardMax", &self.reward_max),
            ("event", &self.event),
            ("key", &self.key),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Out of whatever tells the words of an address by their names.
    pub fn read(word: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name: &str| word(name).unwrap_or_default();
        Self {
            action: word("action"),
            state: word("state"),
            explored: word("explored"),
            reward_min: word("rewardMin"),
            reward_max: word("rewardMax"),
            event: word("event"),
            key: word("key"),
            feature: word("feature"),
            from: word("from"),
            to: word("to"),
        }
    }

    /// Whether it narrows nothing down.
    pub fn is_empty(&self) -> bool {
        self.pairs().iter().all(|(_, value)| value.trim().is_empty())
    }
}
