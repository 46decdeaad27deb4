//! Why the actions of a Rank have their scores, as the answer says it.
//!
//! `id` and `features` are the old service's own (contract section 5); the rest is ours.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::exploration::MixtureExploration,
    bandit::{Contribution, Explanation, Explanations},
};

/// Why an action has its score.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionExplanation {
    id: String,
    /// What features add to the score, the largest first and the rest in the last. They add up to the score.
    features: Vec<FeatureScore>,
    /// The reward that is expected.
    score: f32,
    /// How far off that may be: the standard error. Only rankloop's own learner knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    standard_error: Option<f32>,
    /// The reward that each base learner expects, by name. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    said: BTreeMap<&'static str, f32>,
}

/// What one feature adds to the score.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeatureScore {
    name: String,
    score: f32,
}

/// What stands behind an explanation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelExplanation {
    /// The probability that does not go to the most probable action: what of this decision explores.
    explored: f32,
    /// How much each base learner is trusted, by name; the sum is 1. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trust: BTreeMap<&'static str, f32>,
    /// How it explores in general. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    exploration: Option<MixtureExploration>,
}

/// What is said of each action. `ids` are in the order of `explained.actions`.
pub fn of_actions(ids: impl Iterator<Item = String>, explained: &Explanations) -> Vec<ActionExplanation> {
    ids.zip(&explained.actions).map(|(id, explanation)| of_action(id, explanation)).collect()
}

fn of_action(id: String, explanation: &Explanation) -> ActionExplanation {
    let feature = |part: &Contribution| FeatureScore { name: part.feature.clone(), score: part.score };
    ActionExplanation {
        id,
        features: explanation.contributions.iter().map(feature).collect(),
        score: explanation.score,
        standard_error: explanation.standard_error,
        said: explanation.said.iter().map(|(learner, reward)| (learner.name(), *reward)).collect(),
    }
}

impl From<&Explanations> for ModelExplanation {
    fn from(explained: &Explanations) -> Self {
        let mixture = explained.mixture.as_ref();
        let trust = mixture.iter().flat_map(|mixture| &mixture.trust);
        Self {
            explored: explained.explored,
            trust: trust.map(|(learner, weight)| (learner.name(), *weight)).collect(),
            exploration: mixture.map(Into::into),
        }
    }
}
