//! Skeleton.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// One action as the caller described it.
#[derive(Debug, Clone, Copy)]
pub struct ActionInput<'a> {
    pub id: &'a str,
    pub features: &'a [JsonObject],
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FeatureError {
    #[error("Features should not contain array with non-number items.")]
    MixedArray,
}

/// Context and actions as hashed features.
#[derive(Debug, Clone)]
pub struct Example;

impl Example {
    pub fn new(_context: &[JsonObject], _actions: &[ActionInput<'_>]) -> Result<Self, FeatureError> {
        todo!("bandit")
    }
    pub fn n_actions(&self) -> usize {
        todo!("bandit")
    }
}
