//! What is odd about a loop's features, for the page and for its sentence.

use serde::{Deserialize, Serialize};

/// Everything that the page Features shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeaturePage {
    /// The answer in one sentence.
    pub sentence: String,
    /// What the answer rests on; `None` while nothing was looked at.
    pub basis: Option<String>,
    /// One for each kind that was found, the most urgent first.
    pub groups: Vec<FindingGroup>,
}

/// Findings of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingGroup {
    /// For addresses and styles.
    pub kind: String,
    pub title: String,
    pub advice: String,
    pub rows: Vec<FindingRow>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Its whole name, such as "device.kind"; empty when it is about all of a place.
    pub name: String,
    /// "context features", "actions" or "slots"
    pub place: String,
    /// "in 40 of 400"
    pub seen: String,
    pub examples: Vec<String>,
    /// For a misspelt key: what it nearly is.
    pub other_name: Option<String>,
}
