//! What other policies would have earned: the list of questions, and one answer.

use serde::{Deserialize, Serialize};

/// One evaluation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationLine {
    pub id_in_path: String,
    pub name: String,
    /// "1 Jan to 31 Jan 2026"
    pub span: String,
    /// The answer in a sentence, or where it stands.
    pub sentence: String,
    pub is_running: bool,
}

/// One evaluation whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationReport {
    pub name: String,
    pub span: String,
    pub headline: String,
    /// While it is being done, the share that is, in percent.
    pub percent_done: Option<u32>,
    /// What it rests on.
    pub basis: String,
    /// All slots together.
    pub policies: Vec<PolicyLine>,
    pub slots: Vec<SlotPolicies>,
    pub features: Vec<FeatureLine>,
}

/// The policies in one slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotPolicies {
    pub slot: String,
    pub policies: Vec<PolicyLine>,
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyLine {
    pub name: String,
    /// What it is: "what the loop really showed".
    pub what: String,
    pub arguments: Option<String>,
    /// "0.412 ± 0.010", doubly robust, and by inverse propensity scoring.
    pub value: String,
    pub ips: String,
    /// Events that would tell as much if they all counted alike.
    pub effective: String,
    pub verdict: String,
    pub tone: VerdictTone,
    /// The interval and the value on a scale that all rows share, 0 to 1; `None` without enough evidence.
    pub scale: Option<[f32; 3]>,
}

/// What a verdict means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerdictTone {
    Better,
    Worse,
    Open,
    /// What the others are held against.
    Reference,
}

/// A feature by how much it moved the choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureLine {
    pub name: String,
    /// 0 to 1, where 1 is the most important one.
    pub length: f32,
}
