//! Settings as people type them: checked here once, field by field, on their way to a configuration.

use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::{
    terms::{
        Configuration, ConfigurationError, ExplorationShare, IsoDuration, LearningMode, RetentionDays,
        RewardAggregation, RewardValue, RewardWaitTime,
    },
    web::PageError,
};

/// Units of the wait time with their length in seconds, largest last.
pub const UNITS: [(&str, u64); 4] = [("seconds", 1), ("minutes", 60), ("hours", 3_600), ("days", 86_400)];

/// What stands in the form. It travels in the address of the page, so that a draft can be sent to a colleague.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsDraft {
    /// In percent.
    pub exploration: String,
    pub wait: String,
    pub wait_unit: String,
    pub default_reward: String,
    pub aggregation: String,
    pub mode: String,
    /// Days; -1 is for ever.
    pub retention: String,
    /// `own` or `arguments`.
    pub learner: String,
    pub arguments: String,
}

impl SettingsDraft {
    /// The names of the inputs, in order.
    pub const NAMES: [&str; 9] = [
        "exploration",
        "wait",
        "wait_unit",
        "default_reward",
        "aggregation",
        "mode",
        "retention",
        "learner",
        "arguments",
    ];

    /// Settings in force, as the form shows them.
    pub fn of(configuration: &Configuration, arguments: Option<&str>) -> Self {
        let seconds = configuration.reward_wait_time.get().get().as_secs();
        let fits = |(_, length): &&(&str, u64)| seconds.is_multiple_of(*length);
        let (unit, length) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[0]);
        Self {
            exploration: decimal(f64::from(configuration.exploration_percentage.get()) * 100.0),
            wait: (seconds / length).to_string(),
            wait_unit: (*unit).to_owned(),
            default_reward: decimal(f64::from(configuration.default_reward.get())),
            aggregation: configuration.reward_aggregation.as_str().to_owned(),
            mode: configuration.learning_mode.as_str().to_owned(),
            retention: i32::from(configuration.log_retention_days).to_string(),
            learner: if arguments.is_some() { "arguments" } else { "own" }.to_owned(),
            arguments: arguments.unwrap_or_default().to_owned(),
        }
    }

    /// The draft in the page's address, if there is one.
    pub fn of_query(query: &ParamsMap) -> Option<Self> {
        let read = |name: &str| query.get(name).unwrap_or_default();
        query.get("mode")?;
        Some(Self {
            exploration: read("exploration"),
            wait: read("wait"),
            wait_unit: read("wait_unit"),
            default_reward: read("default_reward"),
            aggregation: read("aggregation"),
            mode: read("mode"),
            retention: read("retention"),
            learner: read("learner"),
            arguments: read("arguments"),
        })
    }

    /// Name and value of every input.
    pub fn pairs(&self) -> [(&'static str, String); 9] {
        let values = [
            &self.exploration,
            &self.wait,
            &self.wait_unit,
            &self.default_reward,
            &self.aggregation,
            &self.mode,
            &self.retention,
            &self.learner,
            &self.arguments,
        ];
        std::array::from_fn(|place| (Self::NAMES[place], values[place].clone()))
    }

    /// The learning settings that were asked for; `None` is rankloop's own learner.
    pub fn learning_arguments(&self) -> Option<String> {
        (self.learner == "arguments").then(|| self.arguments.trim().to_owned())
    }

    /// `base` with everything that the form sets.
    pub fn to_configuration(&self, base: &Configuration) -> Result<Configuration, PageError> {
        let percent = number("exploration", &self.exploration)?;
        let at =
            |field: &'static str| move |error: ConfigurationError| PageError::at(field, sentence(&error.to_string()));
        let configuration = Configuration {
            exploration_percentage: ExplorationShare::try_from((percent / 100.0) as f32)
                .map_err(|_| PageError::at("exploration", "Exploration is between 0 % and 100 %."))?,
            reward_wait_time: RewardWaitTime::try_from(self.wait_time()?).map_err(at("wait"))?,
            default_reward: RewardValue::try_from(number("default_reward", &self.default_reward)? as f32)
                .map_err(at("default_reward"))?,
            reward_aggregation: RewardAggregation::parse(&self.aggregation).map_err(at("aggregation"))?,
            learning_mode: LearningMode::parse(&self.mode).map_err(at("mode"))?,
            log_retention_days: self.retention_days()?,
            ..base.clone()
        };
        configuration.check().map_err(at("retention"))?;
        Ok(configuration)
    }

    fn wait_time(&self) -> Result<IsoDuration, PageError> {
        let length = UNITS.iter().find(|(unit, _)| *unit == self.wait_unit).map_or(60, |(_, length)| *length);
        let amount: u64 =
            self.wait.trim().parse().map_err(|_| PageError::at("wait", "The wait time is a whole number."))?;
        Ok(IsoDuration::from_secs(amount.saturating_mul(length)))
    }

    fn retention_days(&self) -> Result<RetentionDays, PageError> {
        let words = "Days are a whole number from 1, or -1 for ever.";
        let days: i32 = self.retention.trim().parse().map_err(|_| PageError::at("retention", words))?;
        RetentionDays::try_from(days).map_err(|_| PageError::at("retention", words))
    }
}

fn number(field: &str, text: &str) -> Result<f64, PageError> {
    let parsed = text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    parsed.ok_or_else(|| PageError::at(field, format!("{text:?} is not a number.")))
}

/// Without the noise of single precision: 0.2 is stored as 0.200000003.
fn decimal(value: f64) -> String {
    let rounded = (value * 1e4).round() / 1e4;
    rounded.to_string()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_draft() -> SettingsDraft {
        SettingsDraft::of(&Configuration::default(), None)
    }

    #[test]
    fn settings_survive_the_way_through_the_form() {
        let draft = default_draft();
        assert_eq!(
            (draft.exploration.as_str(), draft.wait.as_str(), draft.wait_unit.as_str()),
            ("20", "10", "minutes")
        );
        assert_eq!(draft.to_configuration(&Configuration::default()), Ok(Configuration::default()));
        assert_eq!(draft.learning_arguments(), None);
    }

    #[test]
    fn a_draft_survives_the_way_through_the_address() {
        let draft = SettingsDraft {
            arguments: "--cb_explore_adf -q ::".into(),
            learner: "arguments".into(),
            ..default_draft()
        };
        let query: ParamsMap = draft.pairs().into_iter().collect();
        assert_eq!(SettingsDraft::of_query(&query), Some(draft));
        assert_eq!(SettingsDraft::of_query(&ParamsMap::new()), None);
    }

    #[test]
    fn a_wrong_value_is_told_at_its_field() {
        let wrong = |edit: fn(&mut SettingsDraft)| {
            let mut draft = default_draft();
            edit(&mut draft);
            match draft.to_configuration(&Configuration::default()) {
                Err(PageError::Rejected { field: Some(field), .. }) => field,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(wrong(|draft| draft.exploration = "101".into()), "exploration");
        assert_eq!(wrong(|draft| draft.exploration = "NaN".into()), "exploration");
        assert_eq!(
            wrong(|draft| {
                draft.wait = "1".into();
                draft.wait_unit = "seconds".into();
            }),
            "wait"
        );
        assert_eq!(wrong(|draft| draft.default_reward = "2".into()), "default_reward");
        assert_eq!(wrong(|draft| draft.aggregation = "mode".into()), "aggregation");
        assert_eq!(wrong(|draft| draft.mode = "Off".into()), "mode");
        assert_eq!(wrong(|draft| draft.retention = "0".into()), "retention");
    }
}
