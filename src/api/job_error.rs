//! The statuses and codes of refused evaluations and feature importances (contract section 2).

use axum::http::StatusCode;

use super::ApiError;
use crate::loops::EvaluationError;

impl From<&EvaluationError> for ApiError {
    fn from(error: &EvaluationError) -> Self {
        let message = error.to_string();
        let not_found = |code| Self::new(StatusCode::NOT_FOUND, code, message.clone());
        match error {
            EvaluationError::Name => Self::bad("InvalidEvaluationContract", message).at("name"),
            EvaluationError::Span => Self::bad("InvalidEvaluationContract", message).at("endTime"),
            EvaluationError::TooManyPolicies => Self::bad("InvalidEvaluationContract", message).at("policies"),
            EvaluationError::Id(_) | EvaluationError::TooMany { .. } => Self::bad("InvalidEvaluationContract", message),
            EvaluationError::DuplicatePolicies | EvaluationError::TakenPolicyName(_) => {
                Self::bad("DuplicateCustomPolicyNames", message).at("policies")
            }
            EvaluationError::PolicyName => Self::bad("InvalidPolicyContract", message).at("policies"),
            EvaluationError::Policy { .. } => Self::bad("InvalidPolicyConfiguration", message).at("policies"),
            EvaluationError::EvaluationExists(_) => Self::bad("EvaluationAlreadyExists", message),
            EvaluationError::ImportanceExists(_) => Self::bad("FeatureImportanceAlreadyExists", message),
            EvaluationError::EvaluationNotFound => not_found("EvaluationNotFound"),
            EvaluationError::ImportanceNotFound => not_found("FeatureImportanceNotFound"),
            EvaluationError::LearningSettingsNotFound => not_found("LearningSettingsNotFound"),
            EvaluationError::NotCompleted => not_found("EvaluationModelNotFound"),
        }
    }
}
