//! Taking the learning settings of an evaluated policy.

use super::{EvaluationError, EvaluationStatus, PolicySummary};
use crate::{
    loops::{ConfigurationChange, LiveLoop, LoopError, RampStep},
    store::Fence,
    terms::{AuditKind, Author},
};

impl LiveLoop {
    /// The loop learns like this policy from now on: a new model is trained from the log with its settings, the old one
    /// serving until then. The evaluation stays as it is.
    ///
    /// Returns with the new model in place, unless its training takes long: that goes on.
    pub async fn apply_from_evaluation(&self, id: &str, policy_name: &str, by: &Author) -> Result<(), LoopError> {
        let evaluation = self.evaluation(id).await?;
        let summary = match (evaluation.status, evaluation.summary) {
            (EvaluationStatus::Running | EvaluationStatus::Failed, _) | (_, None) => {
                return Err(EvaluationError::NotCompleted.into());
            }
            (_, Some(summary)) => summary,
        };
        let policy = summary.policies.iter().find(|policy| policy.name == policy_name);
        self.apply_policy(policy.ok_or(EvaluationError::LearningSettingsNotFound)?, by, None).await?;
        self.new_model_in_place().await;
        Ok(())
    }

    pub(super) async fn apply_policy(
        &self,
        policy: &PolicySummary,
        by: &Author,
        fence: Option<Fence>,
    ) -> Result<(), LoopError> {
        // A baseline learns nothing, so it has no settings.
        let arguments = policy.arguments.as_deref().ok_or(EvaluationError::LearningSettingsNotFound)?;
        // The share that the loop is on its way to is no other one.
        let change = ConfigurationChange { ramp: RampStep::GoOn, ..self.policy_change(arguments)? };
        self.configure_behind(change, by, fence).await?;
        self.note(self.line(AuditKind::EvaluationApplied, by).on(&policy.name)).await
    }
}
