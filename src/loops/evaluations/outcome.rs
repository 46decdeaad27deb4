//! The answers of jobs, as they are stored: JSON, because they are read for years.

use serde::{Deserialize, Serialize};

use crate::{
    bandit::evaluation::{FeatureScore, Series},
    terms::SlotId,
    trainer::Totals,
};

/// Where a judged policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicySource {
    /// The loop's own, as it really decided.
    Online,
    Baseline,
    Random,
    Custom,
    /// Found by the search for better learning settings.
    OfflineExperimentation,
}

impl PolicySource {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "Online",
            Self::Baseline => "Baseline",
            Self::Random => "Random",
            Self::Custom => "Custom",
            Self::OfflineExperimentation => "OfflineExperimentation",
        }
    }
}

/// One policy over all slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicySummary {
    pub name: String,
    pub source: PolicySource,
    /// `None` for baselines, which have no learning settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    pub totals: Totals,
}

/// What lists tell of a finished job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationSummary {
    /// The policy to take; `online` when none is better, empty when nothing could be judged.
    pub optimal_policy: String,
    pub policies: Vec<PolicySummary>,
    /// Why it failed, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One policy, for all slots or for one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRow {
    /// Its place in the summary's policies.
    pub policy_idx: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_id: Option<SlotId>,
    pub totals: Totals,
    pub series: Series,
}

/// Everything that an evaluation found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationResult {
    /// The policies over all slots, then each slot's.
    pub rows: Vec<PolicyRow>,
    /// Features with their values as `Namespace.nameValue`, the most important group first.
    pub feature_groups: Vec<Vec<String>>,
    pub features: Vec<FeatureScore>,
    /// By the value of the feature that was asked for, each policy in the summary's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentRow>,
}

/// A part of the traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentRow {
    pub value: String,
    pub totals: Vec<Totals>,
}

/// Everything that a feature importance found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportanceResult {
    pub features: Vec<FeatureScore>,
}
