//! What other policies would have earned: the list of questions, and one answer.

use serde::{Deserialize, Serialize};

/// One evaluation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationLine {
    pub id_in_path: String,
    pub name: String,
    /// "1 Jan to 31 Jan 2026"
    pub span: String,
    /// "asked for 3 minutes ago": evaluations of one name and span are told apart by it.
    pub asked: String,
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
    /// How far the log can tell of each policy.
    pub overlap: Vec<OverlapLine>,
    /// By the values of a feature, when that was asked for.
    pub segments: Vec<SegmentLine>,
    /// The feature, and the policy that the loop is held against there.
    pub segment_by: String,
    pub segment_policy: String,
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

/// How far the log can tell of one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverlapLine {
    pub policy: String,
    /// "1,204 of 9,800"
    pub effective: String,
    /// "36"; a dash where it was not kept.
    pub largest_weight: String,
    /// Of the decisions, the share whose shown action the policy would never have chosen: "12 %".
    pub impossible: String,
    pub verdict: String,
    pub tone: VerdictTone,
}

/// A part of the traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentLine {
    pub value: String,
    /// "2,410"
    pub n_events: String,
    /// What the loop earned there, and what the policy would have: each with its interval, or why not.
    pub earned: String,
    pub would_earn: String,
    pub verdict: String,
    pub tone: VerdictTone,
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
