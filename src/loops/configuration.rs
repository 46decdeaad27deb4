//! Changing a loop's settings: what a change would cost, doing it, and what was done before.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{
    LiveLoop, LoopError,
    audit::told,
    new_loop::record_of,
    policy::{for_single_slot, is_multi_slot, of_kind},
    ramp::{self, RampStep},
};
use crate::{
    bandit::LearningSettings,
    log::{Configured, Fact, LearningSettingsChange},
    store::{CheckpointReason, Fence},
    terms::{AuditKind, Author, Configuration, ExplorationShare, Impact},
};

/// Changes of settings that the history goes back.
const N_HISTORY: i64 = 500;

/// Settings of training: their changes are what `lastConfigurationEditDate` tells.
const TRAINING: [&str; 4] = ["rewardWaitTime", "defaultReward", "rewardAggregation", "arguments"];

/// What somebody wants to change; `None` keeps.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationChange {
    pub configuration: Option<Configuration>,
    /// `Some(None)`: back to the server's own learner.
    pub arguments: Option<Option<String>>,
    /// The history record that this goes back to, which it does at once.
    pub restores_seq: Option<i64>,
    pub ramp: RampStep,
}

/// One changed value, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The wire name, such as `rewardWaitTime`.
    pub field: &'static str,
    pub before: String,
    pub after: String,
    pub impact: Impact,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub changes: Vec<Change>,
    /// The heaviest of them.
    pub impact: Impact,
}

impl Preview {
    fn of(changes: Vec<Change>) -> Self {
        let impact = changes.iter().map(|change| change.impact).max().unwrap_or(Impact::None);
        Self { changes, impact }
    }
}

/// A configuration that was in force, from the log.
#[derive(Debug, Clone, PartialEq)]
pub struct PastConfiguration {
    pub seq: i64,
    pub at_us: i64,
    pub by: String,
    pub restores_seq: Option<i64>,
    pub configuration: Configuration,
    pub arguments: Option<String>,
    /// Against the one before; empty for the first.
    pub changes: Vec<Change>,
}

/// Two configurations to be held against each other.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub before: Arc<Configuration>,
    pub after: Arc<Configuration>,
    /// Whether others learning settings are proposed.
    pub has_other_learner: bool,
}

impl Wanted {
    /// How long rewards are waited for, before and after.
    pub fn waits_us(&self) -> [i64; 2] {
        [&self.before, &self.after].map(|configuration| configuration.reward_wait_time.get().as_micros())
    }

    /// Whether rewards would be counted otherwise.
    pub fn changes_reward(&self) -> bool {
        changes_reward(&self.before, &self.after)
    }
}

/// All settings of a loop at one moment.
#[derive(Debug, Clone, PartialEq)]
struct Settings {
    configuration: Arc<Configuration>,
    arguments: Option<String>,
}

impl LiveLoop {
    fn settings(&self) -> Settings {
        let in_force = self.cell().in_force();
        let configuration = settled(in_force.configuration.clone(), self.now_us());
        Settings { configuration, arguments: in_force.arguments.clone() }
    }

    /// A change that is checked and not applied, to be held against what is in force.
    pub(super) fn wanted(&self, change: &ConfigurationChange) -> Result<Wanted, LoopError> {
        let before = self.settings();
        let now_us = self.now_us();
        let after = wanted(&before, change, now_us)?;
        let has_other_learner = learning_impact(&before, &after) != Impact::Instant;
        let (before, after) = (before.configuration, after.configuration);
        // What is in force is held against where a change leads; a ramp that goes on is the same on both sides.
        let goes_on = after.exploration_ramp == before.exploration_ramp;
        let then = if goes_on { after.exploration_at(now_us) } else { after.exploration_percentage };
        let (before, after) = (exploring(before.exploration_at(now_us), before), exploring(then, after));
        Ok(Wanted { before, after, has_other_learner })
    }

    /// Checks a change and says what it would cost, without applying it.
    pub fn preview(&self, change: &ConfigurationChange) -> Result<Preview, LoopError> {
        let before = self.settings();
        let after = wanted(&before, change, self.now_us())?;
        Ok(Preview::of(changes(&before, &after)))
    }

    /// Applies a change; the next Rank sees it. Nothing is stored when nothing changes. `by` goes into the history.
    ///
    /// Returns with the new model in place where one is needed, unless its training takes long: that goes on.
    pub async fn configure(&self, change: ConfigurationChange, by: &Author) -> Result<Preview, LoopError> {
        let preview = self.configure_behind(change, by, None).await?;
        if preview.impact == Impact::Relearn {
            self.new_model_in_place().await;
        }
        Ok(preview)
    }

    /// The same without waiting for a model; behind a fence when the loop's trainer changes something by itself.
    pub(super) async fn configure_behind(
        &self,
        change: ConfigurationChange,
        by: &Author,
        fence: Option<Fence>,
    ) -> Result<Preview, LoopError> {
        let _changing = self.changing().await;
        self.catch_up().await?;
        let before = self.settings();
        let mut after = wanted(&before, &change, self.now_us())?;
        let preview = Preview::of(changes(&before, &after));
        if preview.impact == Impact::None {
            return Ok(preview);
        }
        let edits_training = preview.changes.iter().any(|change| TRAINING.contains(&change.field));
        if edits_training {
            Arc::make_mut(&mut after.configuration).last_edit_us = Some(self.now_us());
        }
        // A change that is asked for goes on without it: the model stays as it is for now.
        if let Err(problem) = self.keep_before(CheckpointReason::BeforeSettings, by).await {
            tracing::warn!(loop.id = %self.id(), error = %problem, "The model was not kept before the settings changed");
        }
        let has_new_arguments = after.arguments != before.arguments;
        let fact = Fact::Configured(Box::new(Configured {
            configuration: (*after.configuration).clone(),
            learning_settings: has_new_arguments.then_some(LearningSettingsChange { arguments: after.arguments }),
            needs_relearn: preview.impact == Impact::Relearn,
            by: by.name.clone(),
            restores_seq: change.restores_seq,
        }));
        match fence {
            Some(fence) => self.append_and_fold_as_trainer(record_of(&fact), fence).await?,
            None => self.append_and_fold(record_of(&fact)).await?,
        };
        let is_restored = change.restores_seq.is_some();
        let kind = if is_restored { AuditKind::SettingsRolledBack } else { AuditKind::SettingsApplied };
        self.note(self.line(kind, by).telling(told(&preview.changes))).await?;
        Ok(preview)
    }

    /// The configurations so far, newest first.
    pub async fn history(&self) -> Result<Vec<PastConfiguration>, LoopError> {
        let mut records = self.tools().store.latest_of_kind(self.id(), Fact::CONFIGURED, i64::MAX, N_HISTORY).await?;
        records.reverse();
        let mut history: Vec<PastConfiguration> = Vec::with_capacity(records.len());
        for stored in records {
            let Fact::Configured(configured) = Fact::from_body(stored.seq, stored.kind, &stored.body)? else {
                continue;
            };
            let last = history.last().map(|past| Settings {
                configuration: settled(Arc::new(past.configuration.clone()), stored.at_us),
                arguments: past.arguments.clone(),
            });
            let arguments = match &configured.learning_settings {
                Some(change) => change.arguments.clone(),
                None => last.as_ref().and_then(|last| last.arguments.clone()),
            };
            let now = Settings { configuration: Arc::new(configured.configuration.clone()), arguments };
            history.push(PastConfiguration {
                seq: stored.seq,
                at_us: stored.at_us,
                by: configured.by,
                restores_seq: configured.restores_seq,
                changes: last.map_or_else(Vec::new, |last| changes(&last, &now)),
                configuration: configured.configuration,
                arguments: now.arguments,
            });
        }
        history.reverse();
        Ok(history)
    }
}

fn wanted(before: &Settings, change: &ConfigurationChange, now_us: i64) -> Result<Settings, LoopError> {
    let configuration = change.configuration.clone().unwrap_or_else(|| (*before.configuration).clone());
    let step = if change.restores_seq.is_some() { RampStep::AtOnce } else { change.ramp };
    let configuration = Arc::new(ramp::begin(&before.configuration, configuration, step, now_us));
    configuration.check()?;
    let old = &before.configuration;
    // The old service's rule, which its clients know by its code (contract section 2).
    if configuration.learning_mode != old.learning_mode && changes_reward(old, &configuration) {
        return Err(LoopError::ModeAndRewardTogether);
    }
    let kept = || before.arguments.as_deref().map(|text| of_kind(text, configuration.is_multi_slot));
    let arguments = change.arguments.clone().unwrap_or_else(kept);
    LearningSettings::parse(arguments.as_deref())?;
    let mut configuration = configuration;
    if let Some(text) = &arguments
        && is_multi_slot(text) != configuration.is_multi_slot
    {
        Arc::make_mut(&mut configuration).is_multi_slot = is_multi_slot(text);
        configuration.check()?;
    }
    Ok(Settings { configuration, arguments })
}

/// Without a ramp that is over: it changes nothing any more.
fn settled(mut configuration: Arc<Configuration>, at_us: i64) -> Arc<Configuration> {
    if configuration.exploration_ramp.is_some() && configuration.ramp_at(at_us).is_none() {
        Arc::make_mut(&mut configuration).exploration_ramp = None;
    }
    configuration
}

/// The same settings with this share of exploration throughout.
fn exploring(share: ExplorationShare, mut configuration: Arc<Configuration>) -> Arc<Configuration> {
    if configuration.exploration_ramp.is_some() {
        let configuration = Arc::make_mut(&mut configuration);
        (configuration.exploration_percentage, configuration.exploration_ramp) = (share, None);
    }
    configuration
}

fn changes_reward(before: &Configuration, after: &Configuration) -> bool {
    after.default_reward != before.default_reward
        || after.reward_wait_time != before.reward_wait_time
        || after.reward_aggregation != before.reward_aggregation
}

fn changes(before: &Settings, after: &Settings) -> Vec<Change> {
    let (old, new) = (&before.configuration, &after.configuration);
    let flag = |flag: Option<bool>| flag.map_or_else(|| "unset".to_owned(), |flag| flag.to_string());
    let own = |arguments: &Option<String>| arguments.clone().unwrap_or_else(|| "rankloop's own".to_owned());
    let all = [
        ("explorationPercentage", Impact::Instant, share(old), share(new)),
        ("learningMode", Impact::Instant, old.learning_mode.as_str().into(), new.learning_mode.as_str().into()),
        ("rewardWaitTime", Impact::Instant, wait(old), wait(new)),
        ("defaultReward", Impact::Relearn, old.default_reward.get().to_string(), new.default_reward.get().to_string()),
        (
            "rewardAggregation",
            Impact::Relearn,
            old.reward_aggregation.as_str().into(),
            new.reward_aggregation.as_str().into(),
        ),
        ("logRetentionDays", Impact::Instant, days(old), days(new)),
        (
            "modelExportFrequency",
            Impact::Instant,
            old.model_export_frequency.to_string(),
            new.model_export_frequency.to_string(),
        ),
        ("logMirrorEnabled", Impact::Instant, flag(old.log_mirror_enabled), flag(new.log_mirror_enabled)),
        ("logMirrorSasUri", Impact::Instant, uri(old), uri(new)),
        ("multiSlot", Impact::Instant, old.is_multi_slot.to_string(), new.is_multi_slot.to_string()),
        (
            "isAutoOptimizationEnabled",
            Impact::Instant,
            old.auto_optimization.is_enabled.to_string(),
            new.auto_optimization.is_enabled.to_string(),
        ),
        (
            "autoOptimizationFrequency",
            Impact::Instant,
            old.auto_optimization.frequency.to_string(),
            new.auto_optimization.frequency.to_string(),
        ),
        ("autoOptimizationStartDate", Impact::Instant, start(old), start(new)),
        (
            "isInferenceExplainabilityEnabled",
            Impact::Instant,
            old.explains_inference.to_string(),
            new.explains_inference.to_string(),
        ),
        ("modelRetrainDays", Impact::Instant, old.model_retrain_days.to_string(), new.model_retrain_days.to_string()),
        ("arguments", learning_impact(before, after), own(&before.arguments), own(&after.arguments)),
    ];
    all.into_iter()
        .filter(|(_, _, before, after): &(_, _, String, String)| before != after)
        .map(|(field, impact, before, after)| Change { field, before, after, impact })
        .collect()
}

/// A policy that only goes from one slot to several, or back, learns as before.
fn learning_impact(before: &Settings, after: &Settings) -> Impact {
    let learner = |settings: &Settings| settings.arguments.as_deref().map(for_single_slot);
    if learner(before) == learner(after) { Impact::Instant } else { Impact::Relearn }
}

fn start(configuration: &Configuration) -> String {
    let day = |at_us: i64| OffsetDateTime::from_unix_timestamp(at_us.div_euclid(1_000_000)).ok().map(|at| at.date());
    let day = configuration.auto_optimization.start_us.and_then(day);
    day.map_or_else(|| "unset".to_owned(), |day| day.to_string())
}

fn share(configuration: &Configuration) -> String {
    let share = configuration.exploration_percentage;
    configuration.exploration_ramp.map_or_else(|| share.to_string(), |ramp| format!("{share} over {ramp}"))
}

fn wait(configuration: &Configuration) -> String {
    configuration.reward_wait_time.get().to_string()
}

fn days(configuration: &Configuration) -> String {
    match i32::from(configuration.log_retention_days) {
        -1 => "for ever".to_owned(),
        days => format!("{days} days"),
    }
}

/// The address carries a signature, which is a secret: only that it changed is told.
fn uri(configuration: &Configuration) -> String {
    match &configuration.log_mirror_sas_uri {
        None => "unset".to_owned(),
        Some(uri) => format!("set ({} characters)", uri.chars().count()),
    }
}
