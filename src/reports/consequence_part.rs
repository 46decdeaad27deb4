//! What a change of settings would have meant for the last days.

use serde::{Deserialize, Serialize};

/// The answer in a sentence, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsequencePart {
    pub headline: String,
    /// Whether the sentence is one that says that nothing can be said yet.
    pub is_too_early: bool,
    pub rows: Vec<ConsequenceRow>,
    /// What to know about it.
    pub notes: Vec<String>,
    /// "From 12,400 events of the last 7 days."
    pub basis: String,
}

/// One figure, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsequenceRow {
    pub label: String,
    pub now: String,
    pub then: String,
    /// The difference, where it has an interval of its own.
    pub difference: String,
}
