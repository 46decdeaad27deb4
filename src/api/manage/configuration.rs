//! A loop's settings: what is in force, what a change would cost, changing, and what was in force before.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        ApiError,
        auth::ManagedLoop,
        error::ErrorBody,
        extract::{ApiText, parse},
        instant,
        settings::{PolicyPatch, SettingsPatch, duration},
    },
    loops::{Change, ConfigurationChange, LiveLoop, PastConfiguration, Preview, RampStep},
    terms::{Configuration, Impact, RampTime},
};

/// All settings of a loop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "rewardWaitTime": "PT10M", "defaultReward": 0.0, "rewardAggregation": "earliest", "explorationPercentage": 0.2,
    "modelExportFrequency": "PT5M", "logRetentionDays": 90, "learningMode": "Online", "policy": {"arguments": null},
}))]
pub struct WireConfiguration {
    reward_wait_time: String,
    default_reward: f32,
    reward_aggregation: &'static str,
    /// What is in force at this moment, also during a ramp.
    exploration_percentage: f32,
    /// Where exploration is on its way to; left out when it stays where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    exploration_ramp: Option<WireRamp>,
    model_export_frequency: String,
    log_retention_days: i32,
    learning_mode: &'static str,
    multi_slot: bool,
    is_auto_optimization_enabled: bool,
    auto_optimization_frequency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_optimization_start_date: Option<String>,
    is_inference_explainability_enabled: bool,
    model_retrain_days: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_mirror_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_mirror_sas_uri: Option<String>,
    policy: WirePolicy,
}

/// A change of exploration that takes its time, in a straight line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "from": 0.2, "to": 0.05, "startedAt": "2026-01-31T12:00:00Z", "endsAt": "2026-02-01T12:00:00Z",
}))]
pub struct WireRamp {
    from: f32,
    to: f32,
    started_at: String,
    ends_at: String,
}

/// Learning settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct WirePolicy {
    /// Vowpal Wabbit arguments; null is the server's own learner.
    arguments: Option<String>,
}

impl WireConfiguration {
    /// As they were in force at this moment.
    fn new(configuration: &Configuration, arguments: Option<String>, at_us: i64) -> Self {
        let ramp = configuration.ramp_at(at_us).map(|ramp| WireRamp {
            from: ramp.from.get(),
            to: configuration.exploration_percentage.get(),
            started_at: instant::write(ramp.began_us),
            ends_at: instant::write(ramp.ends_us),
        });
        Self {
            reward_wait_time: configuration.reward_wait_time.get().to_string(),
            default_reward: configuration.default_reward.get(),
            reward_aggregation: configuration.reward_aggregation.as_str(),
            exploration_percentage: configuration.exploration_at(at_us).get(),
            exploration_ramp: ramp,
            model_export_frequency: configuration.model_export_frequency.to_string(),
            log_retention_days: configuration.log_retention_days.into(),
            learning_mode: configuration.learning_mode.as_str(),
            multi_slot: configuration.is_multi_slot,
            is_auto_optimization_enabled: configuration.auto_optimization.is_enabled,
            auto_optimization_frequency: configuration.auto_optimization.frequency.to_string(),
            auto_optimization_start_date: configuration.auto_optimization.start_us.map(instant::write),
            is_inference_explainability_enabled: configuration.explains_inference,
            model_retrain_days: configuration.model_retrain_days,
            log_mirror_enabled: configuration.log_mirror_enabled,
            log_mirror_sas_uri: configuration.log_mirror_sas_uri.clone(),
            policy: WirePolicy { arguments },
        }
    }
}

impl From<&LiveLoop> for WireConfiguration {
    fn from(live: &LiveLoop) -> Self {
        Self::new(&live.configuration(), live.arguments(), live.now_us())
    }
}

/// A change of settings; what is left out stays as it is.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"explorationPercentage": 0.1, "learningMode": "Frozen"}))]
pub struct SettingsChange {
    #[serde(flatten)]
    settings: SettingsPatch,
    #[serde(flatten)]
    rest: BesideSettings,
}

/// What a change may hold beside settings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BesideSettings {
    policy: Option<PolicyPatch>,
    /// Goes back to the settings that this record of the history set, at once; stands alone.
    restores_seq: Option<i64>,
    /// How long exploration takes to `explorationPercentage`: an ISO 8601 duration, 1 minute to 90 days. Without it
    /// another share holds at once.
    ramp_exploration_over: Option<String>,
}

/// What a change does.
#[derive(Debug, Serialize, ToSchema)]
pub struct WirePreview {
    /// The heaviest of the changes: `none`, `instant`, `relearn` or `reset`.
    #[schema(value_type = String)]
    impact: Impact,
    changes: Vec<WireChange>,
}

/// One changed value.
#[derive(Debug, Serialize, ToSchema)]
pub struct WireChange {
    field: &'static str,
    before: String,
    after: String,
    #[schema(value_type = String)]
    impact: Impact,
}

/// The settings after a change, and what the change did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changed {
    #[serde(flatten)]
    configuration: WireConfiguration,
    change: WirePreview,
}

/// Settings that were in force, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    history: Vec<Past>,
}

/// Settings that were in force.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Past {
    /// Its place in the loop's log, and its name for `restoresSeq`.
    seq: i64,
    at: String,
    /// Who changed it: a person, a token's name, or `key`.
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    restores_seq: Option<i64>,
    configuration: WireConfiguration,
    changes: Vec<WireChange>,
}

impl From<Change> for WireChange {
    fn from(change: Change) -> Self {
        Self { field: change.field, before: change.before, after: change.after, impact: change.impact }
    }
}

impl From<Preview> for WirePreview {
    fn from(preview: Preview) -> Self {
        Self { impact: preview.impact, changes: preview.changes.into_iter().map(WireChange::from).collect() }
    }
}

impl From<PastConfiguration> for Past {
    fn from(past: PastConfiguration) -> Self {
        Self {
            seq: past.seq,
            at: instant::write(past.at_us),
            by: past.by,
            restores_seq: past.restores_seq,
            configuration: WireConfiguration::new(&past.configuration, past.arguments, past.at_us),
            changes: past.changes.into_iter().map(WireChange::from).collect(),
        }
    }
}

impl SettingsChange {
    /// Both halves stand in one object. They are read one after the other, because serde's `flatten` would lose the
    /// name of a field whose type is wrong.
    pub(super) fn read(ApiText(body): &ApiText) -> Result<Self, ApiError> {
        Ok(Self { settings: parse(body)?, rest: parse(body)? })
    }

    pub(super) async fn check(self, live: &LiveLoop) -> Result<ConfigurationChange, ApiError> {
        let ramp = self.ramp()?;
        if let Some(seq) = self.rest.restores_seq {
            let past = live.history().await?.into_iter().find(|past| past.seq == seq);
            let past = past.ok_or_else(|| ApiError::not_found(format!("The history has no record {seq}.")))?;
            let (configuration, arguments) = (Some(past.configuration), Some(past.arguments));
            return Ok(ConfigurationChange { configuration, arguments, ramp, restores_seq: Some(seq) });
        }
        let mut settings = self.settings;
        let arguments = self.rest.policy.map(|policy| policy.arguments);
        if let Some(arguments) = &arguments {
            settings.explore_like(arguments.as_deref())?;
        }
        let configuration = Some(settings.apply(&live.configuration())?);
        Ok(ConfigurationChange { configuration, arguments, ramp, restores_seq: None })
    }

    fn ramp(&self) -> Result<RampStep, ApiError> {
        const FIELD: &str = "rampExplorationOver";
        let Some(text) = &self.rest.ramp_exploration_over else { return Ok(RampStep::GoOn) };
        let refuse = |message: &str| Err(ApiError::bad("InvalidServiceConfiguration", message).at(FIELD));
        if self.rest.restores_seq.is_some() {
            return refuse("Going back to earlier settings happens at once.");
        }
        if self.settings.exploration_percentage.is_none() {
            return refuse("`rampExplorationOver` says how long `explorationPercentage` takes, which is missing.");
        }
        Ok(RampStep::Over(RampTime::try_from(duration(text, FIELD)?)?))
    }
}

/// The settings in force.
#[utoipa::path(
    get, path = "/loops/{id}/configuration", tag = "Settings", operation_id = "getConfiguration",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = WireConfiguration), (status = 404, body = ErrorBody))
)]
pub async fn get_one(managed: ManagedLoop) -> Json<WireConfiguration> {
    Json(managed.read().into())
}

/// Changes settings; the next Rank sees it.
///
/// With `rampExplorationOver` exploration goes to its new share little by little. The same ramp once more changes nothing;
/// another share, or going back, ends it, and so do the two calls for it.
#[utoipa::path(
    put, path = "/loops/{id}/configuration", tag = "Settings", operation_id = "updateConfiguration",
    params(("id" = String, Path)), request_body = SettingsChange, security(("token" = [])),
    responses((status = 200, body = Changed), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn update(managed: ManagedLoop, body: ApiText) -> Result<Json<Changed>, ApiError> {
    let (live, by) = managed.change()?;
    let change = SettingsChange::read(&body)?.check(live).await?;
    let change = live.configure(change, by).await?.into();
    Ok(Json(Changed { configuration: live.into(), change }))
}

/// Stops exploration where it is on its way now.
///
/// What is in force then is the setting from now on, an entry of the history like any change.
#[utoipa::path(
    post, path = "/loops/{id}/configuration/ramp/stop", tag = "Settings", operation_id = "stopRamp",
    params(("id" = String, Path)), security(("token" = [])),
    responses(
        (status = 200, body = Changed), (status = 404, body = ErrorBody),
        (status = 409, description = "Exploration is not on its way", body = ErrorBody),
    )
)]
pub async fn stop_ramp(managed: ManagedLoop) -> Result<Json<Changed>, ApiError> {
    let (live, by) = managed.change()?;
    let change = live.stop_ramp(by).await?.into();
    Ok(Json(Changed { configuration: live.into(), change }))
}

/// Takes exploration at once to where it is on its way to.
#[utoipa::path(
    post, path = "/loops/{id}/configuration/ramp/finish", tag = "Settings", operation_id = "finishRamp",
    params(("id" = String, Path)), security(("token" = [])),
    responses(
        (status = 200, body = Changed), (status = 404, body = ErrorBody),
        (status = 409, description = "Exploration is not on its way", body = ErrorBody),
    )
)]
pub async fn finish_ramp(managed: ManagedLoop) -> Result<Json<Changed>, ApiError> {
    let (live, by) = managed.change()?;
    let change = live.finish_ramp(by).await?.into();
    Ok(Json(Changed { configuration: live.into(), change }))
}

/// Says what a change would do, and does nothing.
#[utoipa::path(
    post, path = "/loops/{id}/configuration/preview", tag = "Settings", operation_id = "previewConfiguration",
    params(("id" = String, Path)), request_body = SettingsChange, security(("token" = [])),
    responses((status = 200, body = WirePreview), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn preview(managed: ManagedLoop, body: ApiText) -> Result<Json<WirePreview>, ApiError> {
    let live = managed.read();
    let change = SettingsChange::read(&body)?.check(live).await?;
    Ok(Json(live.preview(&change)?.into()))
}

/// The settings so far, newest first.
#[utoipa::path(
    get, path = "/loops/{id}/configuration/history", tag = "Settings", operation_id = "listConfigurations",
    params(("id" = String, Path)), security(("token" = [])),
    responses((status = 200, body = History), (status = 404, body = ErrorBody))
)]
pub async fn history(managed: ManagedLoop) -> Result<Json<History>, ApiError> {
    let history = managed.read().history().await?.into_iter().map(Past::from).collect();
    Ok(Json(History { history }))
}
