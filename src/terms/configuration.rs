//! The service configuration of a loop: how the service behaves, value by value checked (contract section 8).
//!
//! How the learner learns is another thing: `bandit::LearningSettings`.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{AutoOptimization, ExplorationRamp, IsoDuration};

/// Why a value of the configuration is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigurationError {
    #[error("the reward wait time must be between 5 seconds and 90 days")]
    RewardWaitTime,
    #[error("the default reward must be a number between -1 and 1")]
    DefaultReward,
    #[error("the exploration percentage must be a number between 0 and 1")]
    Exploration,
    #[error("exploration must take between 1 minute and 90 days to change; leave the time out to change it at once")]
    RampTime,
    #[error("the model export frequency must be between 1 second and 30 days")]
    ModelExportFrequency,
    #[error(
        "Log Retention Days must be -1 to store indefinitely or must be at least reward wait time plus 1 day (rounded up)"
    )]
    LogRetentionDays,
    #[error("the reward aggregation must be one of earliest, average, median, sum, min, max")]
    RewardAggregation,
    #[error("The auto-optimization frequency must be atleast 1 days.")]
    AutoOptimizationFrequency,
    #[error("Auto-optimization is not compatible with multi-slot personalization.")]
    AutoOptimizationOfSlots,
    #[error("Model retrain days must be between 0 and the number of log retention days.")]
    ModelRetrainDays,
    #[error("the learning mode must be one of Online, Apprentice, LoggingOnly, Frozen")]
    LearningMode,
}

/// Who decides, and what is learned from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LearningMode {
    /// The learned policy decides and learns from rewards.
    Online,
    /// The caller's first action is answered; the model learns to imitate that choice.
    Apprentice,
    /// The caller's first action is answered and logged; nothing is learned.
    LoggingOnly,
    /// The learned policy decides, but stays as it is. Ours; the old service had no such mode.
    Frozen,
}

impl LearningMode {
    /// All modes, in the order in which screens offer them.
    pub const ALL: [Self; 4] = [Self::Online, Self::Apprentice, Self::LoggingOnly, Self::Frozen];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "Online",
            Self::Apprentice => "Apprentice",
            Self::LoggingOnly => "LoggingOnly",
            Self::Frozen => "Frozen",
        }
    }

    /// Reads the word of the wire, in any case.
    pub fn parse(text: &str) -> Result<Self, ConfigurationError> {
        let found = Self::ALL.into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(text));
        found.ok_or(ConfigurationError::LearningMode)
    }

    /// Whether the learned policy chooses, and not the caller's order.
    pub fn policy_decides(self) -> bool {
        matches!(self, Self::Online | Self::Frozen)
    }
}

/// How several rewards of one event become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RewardAggregation {
    /// The first that arrived; learned at once.
    Earliest,
    Average,
    Median,
    /// The sum, which may leave [-1, 1].
    Sum,
    Min,
    Max,
}

impl RewardAggregation {
    /// All of them, in the order in which screens offer them.
    pub const ALL: [Self; 6] = [Self::Earliest, Self::Sum, Self::Average, Self::Median, Self::Min, Self::Max];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Earliest => "earliest",
            Self::Average => "average",
            Self::Median => "median",
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
        }
    }

    /// Reads the word of the wire, in any case.
    pub fn parse(text: &str) -> Result<Self, ConfigurationError> {
        let found = Self::ALL.into_iter().find(|aggregation| aggregation.as_str().eq_ignore_ascii_case(text));
        found.ok_or(ConfigurationError::RewardAggregation)
    }
}

/// How long after its Rank an event's rewards count: 5 seconds to 90 days.
///
/// The old service stopped at 2 days, which was its third most frequent complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "IsoDuration", into = "IsoDuration")]
pub struct RewardWaitTime(IsoDuration);

impl RewardWaitTime {
    /// The span itself.
    pub fn get(self) -> IsoDuration {
        self.0
    }
}

impl TryFrom<IsoDuration> for RewardWaitTime {
    type Error = ConfigurationError;

    fn try_from(duration: IsoDuration) -> Result<Self, ConfigurationError> {
        let allowed = Duration::from_secs(5)..=Duration::from_secs(90 * 86_400);
        let good = allowed.contains(&duration.get());
        good.then_some(Self(duration)).ok_or(ConfigurationError::RewardWaitTime)
    }
}

impl From<RewardWaitTime> for IsoDuration {
    fn from(time: RewardWaitTime) -> Self {
        time.0
    }
}

macro_rules! bounded_number {
    ($(#[$doc:meta])* $name:ident, $range:expr, $error:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f32", into = "f32")]
        pub struct $name(f32);

        impl $name {
            /// The number itself.
            pub fn get(self) -> f32 {
                self.0
            }
        }

        impl TryFrom<f32> for $name {
            type Error = ConfigurationError;

            fn try_from(value: f32) -> Result<Self, ConfigurationError> {
                // A NaN is in no range, so it is refused here too.
                ($range).contains(&value).then_some(Self(value)).ok_or($error)
            }
        }

        impl From<$name> for f32 {
            fn from(value: $name) -> f32 {
                value.0
            }
        }
    };
}

bounded_number! {
    /// The share of ranks that explore, 0 to 1; `explorationPercentage` on the wire.
    ExplorationShare, 0.0..=1.0, ConfigurationError::Exploration
}
impl fmt::Display for ExplorationShare {
    /// "12.5 %", without the noise of single precision: 15 % is stored as 15.0000006 %.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share: f64 = self.0.to_string().parse().map_err(|_| fmt::Error)?;
        write!(f, "{} %", (share * 1e11).round() / 1e9)
    }
}

bounded_number! {
    /// A reward between -1 and 1.
    RewardValue, -1.0..=1.0, ConfigurationError::DefaultReward
}

/// How many days the log is kept: -1 for ever, else at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct RetentionDays(i32);

impl RetentionDays {
    /// Never delete.
    pub const FOREVER: Self = Self(-1);

    /// How long, or `None` for ever.
    pub fn get(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(|days| Duration::from_secs(days * 86_400))
    }
}

impl TryFrom<i32> for RetentionDays {
    type Error = ConfigurationError;

    fn try_from(days: i32) -> Result<Self, ConfigurationError> {
        (days == -1 || days >= 1).then_some(Self(days)).ok_or(ConfigurationError::LogRetentionDays)
    }
}

impl From<RetentionDays> for i32 {
    fn from(days: RetentionDays) -> i32 {
        days.0
    }
}

/// Everything that decides how a loop behaves, apart from its learning settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    pub reward_wait_time: RewardWaitTime,
    pub default_reward: RewardValue,
    pub reward_aggregation: RewardAggregation,
    /// What was asked for. During a ramp another share is in force: see `exploration_at`.
    pub exploration_percentage: ExplorationShare,
    /// The way to that share, if it is not to be there at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploration_ramp: Option<ExplorationRamp>,
    /// How often the model is stored and offered to other processes. Ranking never waits for it.
    pub model_export_frequency: IsoDuration,
    pub log_retention_days: RetentionDays,
    pub learning_mode: LearningMode,
    /// Whether a Rank may fill several slots. Plain Ranks work as well.
    #[serde(default)]
    pub is_multi_slot: bool,
    #[serde(default)]
    pub auto_optimization: AutoOptimization,
    /// Whether every answer to a Rank says why each action has its score.
    #[serde(default)]
    pub explains_inference: bool,
    /// Kept for Azure's clients: training anew always reads the whole retained log.
    #[serde(default = "default_retrain_days")]
    pub model_retrain_days: i32,
    /// When the settings of training were last changed. Set by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_edit_us: Option<i64>,
    /// Azure's log mirror. Kept for its clients and without effect here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_mirror_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_mirror_sas_uri: Option<String>,
}

fn default_retrain_days() -> i32 {
    2
}

impl Default for Configuration {
    /// The old service's recorded defaults (contract section 8).
    fn default() -> Self {
        Self {
            reward_wait_time: RewardWaitTime(IsoDuration::from_secs(600)),
            default_reward: RewardValue(0.0),
            reward_aggregation: RewardAggregation::Earliest,
            exploration_percentage: ExplorationShare(0.2),
            exploration_ramp: None,
            model_export_frequency: IsoDuration::from_secs(300),
            log_retention_days: RetentionDays(90),
            learning_mode: LearningMode::Online,
            is_multi_slot: false,
            auto_optimization: AutoOptimization::default(),
            explains_inference: false,
            model_retrain_days: default_retrain_days(),
            last_edit_us: None,
            log_mirror_enabled: None,
            log_mirror_sas_uri: None,
        }
    }
}

impl Configuration {
    /// Checks what no single value can know: retention against the wait time, and the export frequency.
    pub fn check(&self) -> Result<(), ConfigurationError> {
        let export = self.model_export_frequency.get();
        if export < Duration::from_secs(1) || export > Duration::from_secs(30 * 86_400) {
            return Err(ConfigurationError::ModelExportFrequency);
        }
        let frequency = self.auto_optimization.frequency.get();
        if frequency < Duration::from_secs(86_400) || frequency > Duration::from_secs(3_650 * 86_400) {
            return Err(ConfigurationError::AutoOptimizationFrequency);
        }
        if self.is_multi_slot && self.auto_optimization.is_enabled {
            return Err(ConfigurationError::AutoOptimizationOfSlots);
        }
        let wait_days = self.reward_wait_time.get().get().as_secs().div_ceil(86_400);
        match self.log_retention_days.get() {
            Some(kept) if kept.as_secs() / 86_400 < wait_days + 1 => return Err(ConfigurationError::LogRetentionDays),
            _ => {}
        }
        let kept_days = i32::from(self.log_retention_days);
        if self.model_retrain_days < 0 || (kept_days >= 0 && self.model_retrain_days > kept_days) {
            return Err(ConfigurationError::ModelRetrainDays);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_old_service() {
        let written = serde_json::to_value(Configuration::default()).expect("plain data");
        assert_eq!(written["rewardWaitTime"], "PT10M");
        assert_eq!(written["rewardAggregation"], "earliest");
        assert_eq!(written["logRetentionDays"], 90);
        assert!(Configuration::default().check().is_ok());
    }

    #[test]
    fn a_number_out_of_its_range_is_no_value_of_its_type() {
        assert!(ExplorationShare::try_from(1.01).is_err());
        let told = |share| ExplorationShare::try_from(share).expect("a share").to_string();
        assert_eq!([0.15, 0.07, 0.1234, 0.0, 1.0].map(told), ["15 %", "7 %", "12.34 %", "0 %", "100 %"]);
        assert!(ExplorationShare::try_from(f32::NAN).is_err());
        assert!(RewardValue::try_from(-1.0).is_ok());
        assert!(RetentionDays::try_from(0).is_err());
    }

    #[test]
    fn retention_must_outlast_the_wait_time_by_a_day() {
        let kept = |log_retention_days| Configuration { log_retention_days, ..Configuration::default() };
        assert_eq!(kept(RetentionDays(1)).check(), Err(ConfigurationError::LogRetentionDays));
        assert!(kept(RetentionDays(2)).check().is_ok());
        assert!(kept(RetentionDays::FOREVER).check().is_ok());
    }
}
