//! What the overview of a loop says.

use serde::{Deserialize, Serialize};

use super::{Chart, Health, MovedPart, Share, Smoothing, TimeRange, Unit};
use crate::terms::{LearningMode, LoopId};

/// Everything on the overview of a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub loop_id: LoopId,
    pub mode: LearningMode,
    /// What its averages are over.
    pub unit: Unit,
    /// The range that was asked for, or the one that suits the loop's age.
    pub range: TimeRange,
    /// Why the charts show less than the range: "The loop is 14 minutes old: this is all of it."
    pub range_note: Option<String>,
    /// What is drawn, as fields for a date and a time hold it: `2025-11-21T11:42`.
    pub from: String,
    pub to: String,
    pub smoothing: Smoothing,
    /// False until the first Rank: there is nothing to draw, and something to do.
    pub has_events: bool,
    pub headline: Headline,
    /// The most urgent first; never empty.
    pub health: Vec<Health>,
    /// The way of an event: ranked, (activated,) rewarded, learned or expired.
    pub funnel: Vec<CounterRow>,
    /// What went wrong, if anything.
    pub troubles: Vec<CounterRow>,
    pub exploration: ExplorationNumbers,
    /// What is odd about the features, the most urgent first: "Constant: device.kind".
    pub warnings: Vec<String>,
    pub reward: Chart,
    pub actions: Chart,
    /// In apprentice mode only.
    pub apprentice: Option<ApprenticeNumbers>,
    pub relearning_percent: Option<u32>,
    /// Which features weigh more or less than a week ago.
    pub moved: MovedPart,
    /// The time zone of `from` and `to`.
    pub zone: String,
    /// What the page shows is as of this time, by the server's clock: "11:42:07 UTC".
    pub as_of: String,
}

/// The answer to the screen's question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    pub verdict: Verdict,
    /// "+18 % ± 6 %"; `None` when it would mislead.
    pub figure: Option<String>,
    /// The figure as a number, to sort by: 0.18.
    pub value: Option<f64>,
    /// The words that stand in the figure's place, as the beginning of the sentence: "No difference"; empty beside one.
    pub opening: String,
    /// How it goes on from the figure or the opening: "reward vs your first action, 95 % interval".
    pub rest: String,
    /// How it was computed and from how much, for those who ask.
    pub detail: String,
}

impl Headline {
    /// What is set in large type, so that the first line is there in any case.
    pub fn large(&self) -> &str {
        self.figure.as_deref().unwrap_or(&self.opening)
    }

    /// What the figure is of, or why there is none.
    pub fn sentence(&self) -> String {
        match self.opening.as_str() {
            "" => self.rest.clone(),
            opening => format!("{opening} {}", self.rest),
        }
    }
}

/// What the interval allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The interval lies above zero.
    Better,
    /// The interval lies below zero.
    Worse,
    /// The interval holds zero.
    Undecided,
    /// Too few events for an interval.
    TooEarly,
    /// The mode compares nothing.
    NotCompared,
}

/// One number that is counted since the loop was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterRow {
    /// A stable word for tests and styles: `ranked`.
    pub key: String,
    pub label: String,
    pub n: u64,
    /// `12,345`.
    pub words: String,
    /// Its part of what was ranked: "91 %"; empty where that says nothing.
    pub share: String,
    /// What is counted, in a sentence.
    pub meaning: String,
}

/// How much was explored, beside how much may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplorationNumbers {
    /// "2.2 %"; `None` without a decision in the range.
    pub explored: Option<String>,
    /// "20 %": the setting.
    pub setting: String,
    /// What the two have to do with each other.
    pub sentence: String,
}

/// Apprentice mode in the old service's terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprenticeNumbers {
    /// On how many of the last 1,000 events the policy's own draw was the caller's first action.
    pub imitated: Option<Share>,
    /// The highest share that imitation can reach while the policy explores, in words.
    pub ceiling: Option<String>,
    /// Mean reward of all those events, with its meaning: "0.31".
    pub sentence: String,
}
