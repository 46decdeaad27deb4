//! The service configuration and the learning settings (contract sections 8 and 9).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{ApiError, azure::versions::ConfigurationFields, instant},
    loops::{LiveLoop, ShownPolicy},
    terms::{AutoOptimization, Configuration, ExplorationShare, LearningMode},
};

/// How the old service wrote an instant that was never set.
const NEVER: &str = "0001-01-01T00:00:00";
/// And the date of an edit that never was.
const NEVER_EDITED: &str = "1601-01-01T00:00:00";

/// How the service behaves. Versions know more or less of it.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "rewardWaitTime": "PT10M", "defaultReward": 0.0, "rewardAggregation": "earliest", "explorationPercentage": 0.2,
    "modelExportFrequency": "PT5M", "logRetentionDays": 90,
}))]
pub struct ServiceConfiguration {
    reward_wait_time: String,
    default_reward: f32,
    reward_aggregation: &'static str,
    exploration_percentage: f32,
    model_export_frequency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_mirror_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_mirror_sas_uri: Option<String>,
    log_retention_days: i32,
    /// When a setting of training was last changed, UTC. This and what follows came with v1.1-preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_configuration_edit_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    learning_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_auto_optimization_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_optimization_frequency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_optimization_start_date: Option<String>,
    /// Once the loop was in apprentice mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_apprentice_mode_metrics: Option<ApprenticeMetrics>,
    /// This and what follows came with 2022-09-01-preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    model_retrain_days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_inference_explainability_enabled: Option<bool>,
}

/// How apprentice mode went: over the most recent 1,000 of its events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ApprenticeMetrics {
    start_time: String,
    last_processed_event_time: String,
    last_batch_metrics: ImitationMetrics,
    #[serde(flatten)]
    total: ImitationMetrics,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImitationMetrics {
    number_of_events: u64,
    sum_of_rewards: f32,
    number_of_imitated_events: u64,
    sum_of_imitated_rewards: f32,
}

impl ServiceConfiguration {
    /// What a version tells of a loop's settings.
    pub fn of(live: &LiveLoop, fields: ConfigurationFields) -> Self {
        let configuration = live.configuration();
        let stable = Self::stable(&configuration, live.exploration_now());
        match fields {
            ConfigurationFields::Stable => stable,
            ConfigurationFields::Preview => stable.with_preview(live, &configuration),
            ConfigurationFields::Newest => Self {
                model_retrain_days: Some(configuration.model_retrain_days),
                is_inference_explainability_enabled: Some(configuration.explains_inference),
                ..stable.with_preview(live, &configuration)
            },
        }
    }

    /// With the share of exploration that is in force, on its way or not.
    fn stable(configuration: &Configuration, exploration: ExplorationShare) -> Self {
        Self {
            reward_wait_time: configuration.reward_wait_time.get().to_string(),
            default_reward: configuration.default_reward.get(),
            reward_aggregation: configuration.reward_aggregation.as_str(),
            exploration_percentage: exploration.get(),
            model_export_frequency: configuration.model_export_frequency.to_string(),
            log_mirror_enabled: configuration.log_mirror_enabled,
            log_mirror_sas_uri: configuration.log_mirror_sas_uri.clone(),
            log_retention_days: configuration.log_retention_days.into(),
            ..Self::default()
        }
    }

    fn with_preview(self, live: &LiveLoop, configuration: &Configuration) -> Self {
        let AutoOptimization { is_enabled, frequency, start_us } = &configuration.auto_optimization;
        let edited = configuration.last_edit_us.map_or_else(|| NEVER_EDITED.to_owned(), instant::write_bare);
        Self {
            last_configuration_edit_date: Some(edited),
            learning_mode: Some(configuration.learning_mode.as_str()),
            is_auto_optimization_enabled: Some(*is_enabled),
            auto_optimization_frequency: Some(frequency.to_string()),
            auto_optimization_start_date: Some(start_us.map_or_else(|| NEVER.to_owned(), instant::write_bare)),
            latest_apprentice_mode_metrics: ApprenticeMetrics::of(live),
            ..self
        }
    }

    /// The start of automatic optimisation with its zone, as the answer to the call that set it had it.
    pub fn with_zone(mut self) -> Self {
        self.auto_optimization_start_date.iter_mut().for_each(|date| date.push('Z'));
        self
    }
}

impl ApprenticeMetrics {
    fn of(live: &LiveLoop) -> Option<Self> {
        let start_time = instant::write_bare(live.last_began_us(LearningMode::Apprentice)?);
        let last_us = live.counters().last_rank_us;
        let numbers = live.imitation();
        let total = ImitationMetrics {
            number_of_events: numbers.n_events,
            sum_of_rewards: numbers.sum_rewards as f32,
            number_of_imitated_events: numbers.n_imitated,
            sum_of_imitated_rewards: numbers.sum_imitated_rewards as f32,
        };
        let last_processed_event_time = last_us.map_or_else(|| start_time.clone(), instant::write_bare);
        Some(Self { start_time, last_processed_event_time, last_batch_metrics: total, total })
    }
}

/// Learning settings: how the model is trained.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "myPersonalizer", "arguments": "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::",
}))]
pub struct PolicyContract {
    /// 32 hex digits of the loop; a name that is sent is not kept.
    #[schema(value_type = String, max_length = 256)]
    name: Option<String>,
    /// Vowpal Wabbit arguments.
    #[schema(value_type = String, max_length = 1024)]
    arguments: Option<String>,
}

impl PolicyContract {
    /// The arguments of a whole contract.
    pub fn check(self) -> Result<String, ApiError> {
        const CODE: &str = "InvalidPolicyContract";
        let name = self.name.ok_or_else(|| ApiError::bad(CODE, "The policy needs a `name`.").at("name"))?;
        if name.chars().count() > 256 {
            return Err(ApiError::bad(CODE, "The name of a policy can have at most 256 characters.").at("name"));
        }
        self.arguments.ok_or_else(|| ApiError::bad(CODE, "The policy needs `arguments`.").at("arguments"))
    }
}

impl From<ShownPolicy> for PolicyContract {
    fn from(policy: ShownPolicy) -> Self {
        Self { name: Some(policy.name), arguments: Some(policy.arguments) }
    }
}
