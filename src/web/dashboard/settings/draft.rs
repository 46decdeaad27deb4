//! Settings as people type them: checked here once, field by field, on their way to a configuration.

use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::{
    terms::{
        AutoOptimization, Configuration, ConfigurationError, ExplorationShare, IsoDuration, LearningMode,
        RetentionDays, RewardAggregation, RewardValue, RewardWaitTime,
    },
    web::PageError,
};

/// Units of the wait time with their length in seconds, largest last.
pub const UNITS: [(&str, u64); 4] = [("seconds", 1), ("minutes", 60), ("hours", 3_600), ("days", 86_400)];

const DAY: u64 = 86_400;
/// Two words that stand for yes and no in the address.
pub const ON: &str = "on";
pub const OFF: &str = "off";
/// What the arguments of several slots say, and those of one do not.
const MULTI_SLOT: &str = "--ccb_explore_adf";

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
    /// `one` or `several` in a Rank.
    pub slots: String,
    /// `on` or `off`, as everywhere below.
    pub explain: String,
    /// Days; -1 is for ever.
    pub retention: String,
    /// `own` or `arguments`.
    pub learner: String,
    pub arguments: String,
    pub optimization: String,
    /// How often, in days.
    pub optimization_days: String,
}

impl SettingsDraft {
    /// The names of the inputs, in order.
    pub const NAMES: [&str; 13] = [
        "exploration",
        "wait",
        "wait_unit",
        "default_reward",
        "aggregation",
        "mode",
        "slots",
        "explain",
        "retention",
        "learner",
        "arguments",
        "optimization",
        "optimization_days",
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
            slots: if configuration.is_multi_slot { "several" } else { "one" }.to_owned(),
            explain: switch(configuration.explains_inference),
            retention: i32::from(configuration.log_retention_days).to_string(),
            learner: if arguments.is_some() { "arguments" } else { "own" }.to_owned(),
            arguments: arguments.unwrap_or_default().to_owned(),
            optimization: switch(configuration.auto_optimization.is_enabled),
            optimization_days: whole_days(configuration.auto_optimization.frequency),
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
            slots: read("slots"),
            explain: read("explain"),
            retention: read("retention"),
            learner: read("learner"),
            arguments: read("arguments"),
            optimization: read("optimization"),
            optimization_days: read("optimization_days"),
        })
    }

    /// Name and value of every input.
    pub fn pairs(&self) -> [(&'static str, String); 13] {
        let values = [
            &self.exploration,
            &self.wait,
            &self.wait_unit,
            &self.default_reward,
            &self.aggregation,
            &self.mode,
            &self.slots,
            &self.explain,
            &self.retention,
            &self.learner,
            &self.arguments,
            &self.optimization,
            &self.optimization_days,
        ];
        std::array::from_fn(|place| (Self::NAMES[place], values[place].clone()))
    }

    /// The learning settings that were asked for; `None` is rankloop's own learner.
    pub fn learning_arguments(&self) -> Option<String> {
        (self.learner == "arguments").then(|| self.arguments.trim().to_owned())
    }

    /// The learning settings when others than those in force were asked for.
    ///
    /// Those in force follow the loop from one slot to several and back. What is typed anew says itself which it is
    /// for, and has to agree with what was chosen.
    pub fn new_arguments(&self, in_force: Option<&str>) -> Result<Option<Option<String>>, PageError> {
        let wanted = self.learning_arguments();
        if wanted.as_deref() == in_force {
            return Ok(None);
        }
        let are_for_slots = |text: &str| text.split_whitespace().any(|word| word == MULTI_SLOT);
        match wanted.as_deref().map(are_for_slots) {
            Some(true) if !self.is_multi_slot() => Err(PageError::at(
                "arguments",
                "--ccb_explore_adf is for several slots per Rank, and one is chosen above. Choose several, or write --cb_explore_adf.",
            )),
            Some(false) if self.is_multi_slot() => Err(PageError::at(
                "arguments",
                "Several slots per Rank are chosen above, so the arguments have to say --ccb_explore_adf.",
            )),
            _ => Ok(Some(wanted)),
        }
    }

    fn is_multi_slot(&self) -> bool {
        self.slots == "several"
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
            is_multi_slot: self.is_multi_slot(),
            explains_inference: self.explain == ON,
            auto_optimization: self.auto_optimization(&base.auto_optimization)?,
            ..base.clone()
        };
        configuration.check().map_err(|error| match error {
            ConfigurationError::AutoOptimizationOfSlots => {
                PageError::at("optimization", "Automatic optimisation works with one slot per Rank only.")
            }
            ConfigurationError::AutoOptimizationFrequency => PageError::at("optimization_days", DAYS),
            error => at("retention")(error),
        })?;
        Ok(configuration)
    }

    /// A browser leaves out what is disabled: without a number of days the present one stays.
    fn auto_optimization(&self, base: &AutoOptimization) -> Result<AutoOptimization, PageError> {
        let typed = self.optimization_days.trim();
        let is_kept = typed.is_empty() || typed == whole_days(base.frequency);
        let frequency = if is_kept {
            base.frequency
        } else {
            let days: u64 = typed.parse().map_err(|_| PageError::at("optimization_days", DAYS))?;
            IsoDuration::from_secs(days.saturating_mul(DAY))
        };
        Ok(AutoOptimization { is_enabled: self.optimization == ON, frequency, start_us: base.start_us })
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

const DAYS: &str = "Days are a whole number from 1 to 3650.";

fn switch(is_on: bool) -> String {
    if is_on { ON } else { OFF }.to_owned()
}

fn whole_days(span: IsoDuration) -> String {
    (span.get().as_secs() / DAY).to_string()
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
    fn what_the_browser_left_out_because_it_was_disabled_stays() {
        let every_ten_days = AutoOptimization { frequency: IsoDuration::from_secs(10 * DAY), ..Default::default() };
        let base = Configuration { auto_optimization: every_ten_days.clone(), ..Configuration::default() };
        let draft = SettingsDraft {
            slots: "several".into(),
            optimization: String::new(),
            optimization_days: String::new(),
            ..default_draft()
        };
        let configuration = draft.to_configuration(&base).expect("good settings");
        assert!(configuration.is_multi_slot);
        assert_eq!(configuration.auto_optimization, every_ten_days);
    }

    #[test]
    fn arguments_in_force_follow_the_slots_and_new_ones_have_to_agree_with_them() {
        let draft = |slots: &str, arguments: &str| SettingsDraft {
            slots: slots.into(),
            learner: "arguments".into(),
            arguments: arguments.into(),
            ..default_draft()
        };
        let one = "--cb_explore_adf -l 0.1";
        assert_eq!(draft("several", one).new_arguments(Some(one)), Ok(None));
        assert!(draft("several", one).new_arguments(None).is_err());
        let several = "--ccb_explore_adf -l 0.1";
        assert_eq!(draft("several", several).new_arguments(Some(one)), Ok(Some(Some(several.to_owned()))));
        assert!(draft("one", several).new_arguments(Some(one)).is_err());
        assert_eq!(default_draft().new_arguments(Some(one)), Ok(Some(None)));
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
        assert_eq!(wrong(|draft| draft.optimization_days = "0".into()), "optimization_days");
        assert_eq!(
            wrong(|draft| {
                draft.slots = "several".into();
                draft.optimization = ON.into();
            }),
            "optimization"
        );
    }
}
