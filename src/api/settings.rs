//! Service settings as callers send them: every name of the Azure configuration and ours, each optional. What is left
//! out keeps its value (contract section 8).

use serde::Deserialize;
use utoipa::ToSchema;

use super::{ApiError, instant};
use crate::{
    bandit::LearningSettings,
    loops::LoopError,
    terms::{
        Configuration, ConfigurationError, ExplorationShare, IsoDuration, LearningMode, RetentionDays,
        RewardAggregation, RewardValue, RewardWaitTime,
    },
};

/// Settings to change; what is left out or null stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(example = json!({"rewardWaitTime": "PT10M", "explorationPercentage": 0.2, "rewardAggregation": "earliest"}))]
pub struct SettingsPatch {
    /// How long after its Rank an event's rewards count: an ISO 8601 duration, 5 seconds to 90 days.
    pub reward_wait_time: Option<String>,
    /// What an event without a reward is worth, -1 to 1.
    pub default_reward: Option<f32>,
    /// `earliest`, `sum`, `average`, `median`, `min` or `max`.
    pub reward_aggregation: Option<String>,
    /// The share of Ranks that explore, 0 to 1.
    pub exploration_percentage: Option<f32>,
    /// How often the model is stored: an ISO 8601 duration.
    pub model_export_frequency: Option<String>,
    /// Days that events are kept; -1 is for ever.
    pub log_retention_days: Option<i64>,
    /// `Online`, `Apprentice`, `LoggingOnly` or `Frozen`.
    pub learning_mode: Option<String>,
    /// Whether Ranks may fill several slots.
    pub multi_slot: Option<bool>,
    /// Whether other learning settings are evaluated regularly, and better ones taken.
    pub is_auto_optimization_enabled: Option<bool>,
    /// How often: an ISO 8601 duration of at least a day.
    pub auto_optimization_frequency: Option<String>,
    /// When for the first time: a date or a date and time.
    pub auto_optimization_start_date: Option<String>,
    /// Whether every answer to a Rank says why each action has its score.
    pub is_inference_explainability_enabled: Option<bool>,
    /// Kept for Azure's clients, without effect: training anew always reads the whole retained log.
    pub model_retrain_days: Option<i64>,
    /// Kept for Azure's clients, without effect.
    pub log_mirror_enabled: Option<bool>,
    /// Kept for Azure's clients, without effect.
    pub log_mirror_sas_uri: Option<String>,
}

/// Learning settings as callers send them.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PolicyPatch {
    /// A name for people; the server does not keep it.
    #[serde(default)]
    #[expect(dead_code, reason = "read for the check of its type and the document only")]
    name: Option<String>,
    /// Vowpal Wabbit arguments; null is the server's own learner.
    #[serde(default)]
    pub arguments: Option<String>,
}

impl SettingsPatch {
    /// `current` with what is sent in its place.
    pub fn apply(self, current: &Configuration) -> Result<Configuration, ApiError> {
        let mut changed = current.clone();
        if let Some(text) = self.reward_wait_time {
            changed.reward_wait_time = RewardWaitTime::try_from(duration(&text, "rewardWaitTime")?)?;
        }
        if let Some(value) = self.default_reward {
            changed.default_reward = RewardValue::try_from(value)?;
        }
        if let Some(text) = self.reward_aggregation {
            changed.reward_aggregation = RewardAggregation::parse(&text)?;
        }
        if let Some(share) = self.exploration_percentage {
            changed.exploration_percentage = ExplorationShare::try_from(share)?;
        }
        if let Some(text) = self.model_export_frequency {
            changed.model_export_frequency = duration(&text, "modelExportFrequency")?;
        }
        if let Some(days) = self.log_retention_days {
            let days = i32::try_from(days).map_err(|_| ConfigurationError::LogRetentionDays)?;
            changed.log_retention_days = RetentionDays::try_from(days)?;
        }
        if let Some(text) = self.learning_mode {
            changed.learning_mode = LearningMode::parse(&text)?;
        }
        changed.is_multi_slot = self.multi_slot.unwrap_or(changed.is_multi_slot);
        changed.explains_inference = self.is_inference_explainability_enabled.unwrap_or(changed.explains_inference);
        let automatic = &mut changed.auto_optimization;
        automatic.is_enabled = self.is_auto_optimization_enabled.unwrap_or(automatic.is_enabled);
        if let Some(text) = self.auto_optimization_frequency {
            automatic.frequency = duration(&text, "autoOptimizationFrequency")?;
        }
        if let Some(text) = self.auto_optimization_start_date {
            automatic.start_us = start_date(&text)?;
        }
        if let Some(days) = self.model_retrain_days {
            changed.model_retrain_days = i32::try_from(days).map_err(|_| ConfigurationError::ModelRetrainDays)?;
        }
        changed.log_mirror_enabled = self.log_mirror_enabled.or(changed.log_mirror_enabled);
        changed.log_mirror_sas_uri = self.log_mirror_sas_uri.or(changed.log_mirror_sas_uri);
        changed.check()?;
        Ok(changed)
    }

    /// Takes the share of exploration from the learning settings' `--epsilon`, unless one is sent beside them.
    pub fn explore_like(&mut self, arguments: Option<&str>) -> Result<(), ApiError> {
        let epsilon = LearningSettings::parse(arguments).map_err(LoopError::from)?.epsilon();
        self.exploration_percentage = self.exploration_percentage.or(epsilon);
        Ok(())
    }
}

/// The year 1 is how the old service wrote that there is no date.
fn start_date(text: &str) -> Result<Option<i64>, ApiError> {
    const FIELD: &str = "autoOptimizationStartDate";
    if text.starts_with("0001-01-01") {
        return Ok(None);
    }
    let message = format!("{FIELD}: `{text}` is not a date and time such as 2026-01-31T12:00:00Z");
    instant::read(text).map(Some).ok_or_else(|| ApiError::bad("InvalidServiceConfiguration", message).at(FIELD))
}

pub(super) fn duration(text: &str, field: &'static str) -> Result<IsoDuration, ApiError> {
    let bad = |error: crate::terms::IsoDurationError| {
        ApiError::bad("InvalidServiceConfiguration", format!("{field}: {error}")).at(field)
    };
    text.parse().map_err(bad)
}
