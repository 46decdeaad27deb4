//! Why a decision was taken, or would be: of an event, and in the playground.

use serde::{Deserialize, Serialize};

/// The reasons of a Rank, slot by slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhyPart {
    /// Which model says so, and what it may explore.
    pub origin: String,
    /// A plain Rank has one.
    pub decisions: Vec<DecisionPart>,
}

/// The reasons of one slot's decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionPart {
    /// `None` in a plain Rank.
    pub slot: Option<String>,
    /// "Sports would be shown, 92 % of the time."
    pub headline: String,
    /// The most probable first, those that cannot be chosen last.
    pub actions: Vec<ActionPart>,
    pub counterfactual: CounterfactualPart,
}

/// One action with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionPart {
    pub id: String,
    /// The two parts of its probability, 0 to 1.
    pub exploit: f32,
    pub explore: f32,
    /// "92 %", or why it cannot be chosen.
    pub words: String,
    /// "90 % known best, 2 % to find out", or one of the two; empty where it cannot be chosen.
    pub split: String,
    /// "0.71 ± 0.08"
    pub expected: String,
    pub is_best: bool,
    pub is_eligible: bool,
    /// Of an event: what was shown, and how probable it was then.
    pub was_shown: bool,
    pub then: Option<String>,
    /// What features add to what is expected, the largest first. They add up, but for what would read as nothing.
    pub reasons: Vec<ReasonPart>,
}

/// What one feature adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonPart {
    pub name: String,
    /// "+0.19"
    pub words: String,
    pub is_for: bool,
    /// Its length against the longest of the decision, 0 to 1; none for the mean of all events.
    pub length: f32,
}

/// What would have to be different for another choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CounterfactualPart {
    /// "With device = mobile instead of desktop it would be Sports."
    pub sentence: String,
    /// How far was looked, or how usual that is.
    pub note: String,
    /// The context with that change, as JSON, to be tried.
    pub context: Option<String>,
}
