//! Everything that can keep a loop from doing what was asked. `api` gives each its status and code.

use super::EvaluationError;
use crate::{
    bandit::{FeatureError, LearningSettingsError, ModelFileError},
    store::StoreError,
    terms::{ActionId, ConfigurationError, IdError},
};

/// Why a loop did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LoopError {
    #[error("Action count should be between 1 and {most}.")]
    ActionCount { most: usize },
    #[error("Action ids must be unique: {0} stands twice.")]
    DuplicateAction(ActionId),
    #[error("Every action should have at least one non-null action feature.")]
    ActionWithoutFeatures,
    #[error("All excluded action ID's must have corresponding action ID")]
    UnknownExcludedAction,
    #[error("At least one action must not be excluded.")]
    AllExcluded,
    #[error("At lease one slot must be defined in a multi-slot rank request.")]
    NoSlots,
    #[error("Slots count should be between 1 and the number of actions")]
    SlotCount,
    #[error("All slot's must contain unique, non empty ID")]
    SlotIds,
    #[error("Each slot must contain a unique BaselineAction with an ID corresponding to an element of Actions.")]
    SlotBaseline,
    #[error("BaselineAction cannot be part of ExcludedActions.")]
    BaselineExcluded,
    #[error(
        "Multi-slot feature is currently disabled. Please follow multi-slot Personalizer documentation to update your loop settings to enable multi-slot functionality."
    )]
    NotMultiSlot,
    #[error("The request has no actions and the loop has no active ones.")]
    NoLoopActions,
    #[error(transparent)]
    Features(#[from] FeatureError),
    #[error(transparent)]
    Id(#[from] IdError),
    #[error("The reward must be a finite number between -1 and 1.")]
    RewardValue,
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error(
        "Updating defaultReward, rewardWaitTime and rewardAggregation when changing learning mode from Online to Apprentice mode and vice versa is not allowed. Make the mode change and then change the additional settings with an additional API call."
    )]
    ModeAndRewardTogether,
    #[error(transparent)]
    LearningSettings(#[from] LearningSettingsError),
    #[error("A model can have at most {most} bytes.")]
    ModelTooLarge { most: usize },
    #[error(transparent)]
    Model(#[from] ModelFileError),
    #[error("A loop's name must have 1 to 100 characters.")]
    Name,
    #[error("A loop can have at most {most} actions of its own.")]
    TooManyLoopActions { most: usize },
    #[error("An action's valid-from must lie before its valid-to.")]
    ActionDates,
    #[error("{} of the actions cannot be stored; nothing was changed.", .0.len())]
    ActionList(Vec<super::ActionProblem>),
    #[error("Something else was changed since; this can no longer be taken back.")]
    NoWayBack,
    #[error("Exploration is not on its way anywhere: there is no ramp to end.")]
    NoRamp,
    #[error("A loop keeps at most {most} models by hand. Remove one first.")]
    TooManyCheckpoints { most: usize },
    #[error("A loop can have at most {most} links to reports at a time. Take one back first.")]
    TooManyShares { most: usize },
    #[error("A note must be one line of 1 to {most} characters.")]
    Note { most: usize },
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    #[error("The loop's log cannot be written at the moment.")]
    Store(#[from] StoreError),
    #[error("The loop's log cannot be read.")]
    Trainer(#[from] crate::trainer::TrainerError),
    #[error(transparent)]
    ModelArchive(#[from] super::model_archive::ArchiveError),
    #[error("The server has no key to sign models with.")]
    SigningKey(#[from] super::SigningKeyError),
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    #[error("The loop's past could not be judged.")]
    Trial(#[from] crate::trainer::TrialError),
    #[error("A stored evaluation cannot be read.")]
    DamagedJob(#[source] serde_json::Error),
    #[error("The log holds a record that cannot be read.")]
    Damaged(#[from] crate::log::RecordError),
}

impl LoopError {
    /// Whether it failed for want of space on the device, which only an operator can give back.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Store(StoreError::Full { .. }))
    }
}
