//! Skeleton.
use super::{ActionInput, Example, FeatureError, JsonObject, LearningSettings, Pmf};
use crate::terms::ExplorationShare;

/// What is learned from one event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    pub action_idx: usize,
    /// The logged probability of that action.
    pub probability: f32,
    pub reward: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// `device=mobile × topic=sports`, readable.
    pub feature: String,
    /// Signed share of the score, in reward units.
    pub score: f32,
}

/// Why an action has its score. Contributions add up to the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub score: f32,
    pub contributions: Vec<Contribution>,
}

#[derive(Debug, thiserror::Error)]
#[error("the model file is damaged: {0}")]
pub struct ModelFileError(pub String);

/// Trained weights with the settings that train and use them.
#[derive(Debug, Clone)]
pub struct Policy;

impl Policy {
    pub fn new(_settings: LearningSettings) -> Self {
        todo!("bandit")
    }
    pub fn settings(&self) -> &LearningSettings {
        todo!("bandit")
    }
    /// How many events it has learned from.
    pub fn n_learned(&self) -> u64 {
        todo!("bandit")
    }
    /// Probabilities over the actions; those with `is_eligible` false get exactly 0. At least one must be eligible.
    pub fn pmf(&self, _example: &Example, _is_eligible: &[bool], _exploration: ExplorationShare) -> Pmf {
        todo!("bandit")
    }
    /// Expected reward of each action.
    pub fn scores(&self, _example: &Example) -> Vec<f32> {
        todo!("bandit")
    }
    pub fn learn(&mut self, _example: &Example, _is_eligible: &[bool], _outcome: Outcome) {
        todo!("bandit")
    }
    /// Signed feature contributions of one action's score, largest first, the rest gathered in the last entry.
    pub fn explain(
        &self,
        _context: &[JsonObject],
        _action: ActionInput<'_>,
        _n_most: usize,
    ) -> Result<Explanation, FeatureError> {
        todo!("bandit")
    }
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!("bandit")
    }
    pub fn from_bytes(_bytes: &[u8]) -> Result<Self, ModelFileError> {
        todo!("bandit")
    }
}
