//! Skeleton.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningSettings;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearningSettingsError {
    #[error("the argument {0} is not supported")]
    Unsupported(String),
}

impl LearningSettings {
    /// The old service's default, as its clients compare it.
    pub const COMPATIBLE_DEFAULT: &'static str =
        "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::";
    /// `None`: rankloop's own default learner. `Some`: exactly what the Vowpal Wabbit arguments say.
    pub fn parse(_arguments: Option<&str>) -> Result<Self, LearningSettingsError> {
        todo!("bandit")
    }
    /// The arguments it was made from.
    pub fn arguments(&self) -> Option<&str> {
        todo!("bandit")
    }
    /// The exploration share that the arguments name, if they do (`--epsilon`).
    pub fn epsilon(&self) -> Option<f32> {
        todo!("bandit")
    }
}
