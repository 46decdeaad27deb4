//! Why an evaluation or a feature importance is refused. `api` gives each its status and code.

use crate::{
    bandit::LearningSettingsError,
    terms::{IdError, JobId},
};

/// Why a question about the past is refused.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    #[error("An evaluation needs a name of 1 to 256 characters.")]
    Name,
    #[error("The start time must not lie after the end time.")]
    Span,
    #[error("A maximum of 10 custom policies are allowed")]
    TooManyPolicies,
    #[error("Custom policy names should be unique.")]
    DuplicatePolicies,
    #[error("{0} is the name of a policy that every evaluation has.")]
    TakenPolicyName(String),
    #[error("A custom policy needs a name of 1 to 256 characters.")]
    PolicyName,
    #[error("The custom policy {name}: {reason}")]
    Policy { name: String, reason: LearningSettingsError },
    #[error("The id: {0}")]
    Id(IdError),
    #[error("Evaluation with id {0} already exists.")]
    EvaluationExists(JobId),
    #[error("Feature importance with id {0} already exists.")]
    ImportanceExists(JobId),
    #[error("A loop keeps at most {most} of them: delete some first.")]
    TooMany { most: usize },
    #[error("Offline Evaluation not found.")]
    EvaluationNotFound,
    #[error("Feature importance not found.")]
    ImportanceNotFound,
    #[error("Learning Settings not found in evaluation.")]
    LearningSettingsNotFound,
    #[error("Model not found in evaluation. The evaluation must be completed.")]
    NotCompleted,
}
