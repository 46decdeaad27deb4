//! What a change of settings would have meant for the loop's last days.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::configuration::SettingsChange;
use crate::{
    api::{ApiError, auth::ManagedLoop, error::ErrorBody, extract::ApiText, instant},
    bandit::evaluation::{ExpectedRewards, Figure, TooEarly},
    loops::{ConsequenceReport, Exploring, Waiting},
};

/// What a change would have meant for the events of the last seven days. Nothing is changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsequenceInfo {
    /// When the first and the last judged event were ranked; left out without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Events that were judged, at most 20,000: those whose wait is over by the settings before and after.
    events: u64,
    /// Whether there were more than were read; those that were lie evenly in the span.
    is_sampled: bool,
    /// Decisions of those events that the policy drew. These alone can tell what other draws would have earned.
    decisions: u64,
    /// What a decision earns. Left out when it is too early to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<RewardConsequence>,
    /// Why it is too early.
    #[serde(skip_serializing_if = "Option::is_none")]
    too_early: Option<TooEarlyInfo>,
    /// Whether the change is one of what counts as a reward: then the same events are counted otherwise, and a higher
    /// figure is no better loop.
    is_recounted: bool,
    exploration: ExplorationConsequence,
    /// Seconds until a change by a tenth of what an action earns would be noticed, four times in five.
    notice: NoticeConsequence,
    /// Which rewards would come too late. Left out when the wait time stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<WaitingConsequence>,
    /// Whether the change has other learning settings, which this does not judge: make an evaluation for it.
    has_other_learning_settings: bool,
}

/// The reward of a decision before and after, over the same events.
#[derive(Debug, Serialize, ToSchema)]
pub struct RewardConsequence {
    now: ExpectedReward,
    then: ExpectedReward,
    /// `then` less `now`. Its interval is narrower than theirs, because both rest on the same events.
    difference: ExpectedReward,
}

/// A doubly robust estimate with its 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExpectedReward {
    value: f64,
    low: f64,
    high: f64,
}

/// Why nothing is said of the reward.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TooEarlyInfo {
    /// `decisions`: there are too few. `nothingExplored`: none of them explored. `nothingDrawn`: the caller's own action was
    /// answered throughout.
    reason: &'static str,
    /// About how many more decisions are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions_needed: Option<u64>,
}

/// How much explores.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplorationConsequence {
    /// The share that is set.
    percentage_now: f32,
    percentage_then: f32,
    /// What of recent decisions would really explore by the present model. Left out without decisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    really_now: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    really_then: Option<f64>,
    /// Whether the share is a most, as for rankloop's own learner, which explores as much as its doubt asks for and no
    /// more than that.
    is_most: bool,
}

/// How long a change stays unnoticed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeConsequence {
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_now: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_then: Option<f64>,
}

/// Rewards against the wait time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingConsequence {
    /// Events that got a reward, in time or not,
    rewarded_events: u64,
    /// and those of them whose first reward came after the wait, now
    late_now: u64,
    /// and with the proposed wait.
    late_then: u64,
}

impl From<ConsequenceReport> for ConsequenceInfo {
    fn from(report: ConsequenceReport) -> Self {
        let [seconds_now, seconds_then] = report.notice_seconds;
        Self {
            from: report.span_us.map(|(from_us, _)| instant::write(from_us)),
            to: report.span_us.map(|(_, to_us)| instant::write(to_us)),
            events: report.n_events,
            is_sampled: report.is_sampled,
            decisions: report.n_decisions,
            reward: report.rewards.ok().map(RewardConsequence::from),
            too_early: report.rewards.err().map(TooEarlyInfo::from),
            is_recounted: report.is_recounted,
            exploration: report.exploring.into(),
            notice: NoticeConsequence { seconds_now, seconds_then },
            waiting: report.waiting.map(WaitingConsequence::from),
            has_other_learning_settings: report.has_other_learner,
        }
    }
}

impl From<ExpectedRewards> for RewardConsequence {
    fn from(rewards: ExpectedRewards) -> Self {
        let figure = |figure: Figure| ExpectedReward {
            value: figure.value,
            low: figure.interval.low,
            high: figure.interval.high,
        };
        Self { now: figure(rewards.now), then: figure(rewards.then), difference: figure(rewards.difference) }
    }
}

impl From<TooEarly> for TooEarlyInfo {
    fn from(too_early: TooEarly) -> Self {
        match too_early {
            TooEarly::More(n) => Self { reason: "decisions", decisions_needed: Some(n) },
            TooEarly::NothingExplored => Self { reason: "nothingExplored", decisions_needed: None },
            TooEarly::NothingDrawn => Self { reason: "nothingDrawn", decisions_needed: None },
        }
    }
}

impl From<Exploring> for ExplorationConsequence {
    fn from(exploring: Exploring) -> Self {
        Self {
            percentage_now: exploring.share[0].get(),
            percentage_then: exploring.share[1].get(),
            really_now: exploring.really.map(|really| really[0]),
            really_then: exploring.really.map(|really| really[1]),
            is_most: exploring.is_most,
        }
    }
}

impl From<Waiting> for WaitingConsequence {
    fn from(waiting: Waiting) -> Self {
        Self { rewarded_events: waiting.n_rewarded, late_now: waiting.n_late[0], late_then: waiting.n_late[1] }
    }
}

/// Says what a change of settings would have meant for the events of the last seven days, and changes nothing.
///
/// The body is that of a change. It takes a second or so, and not more than ten.
#[utoipa::path(
    post, path = "/loops/{id}/consequence", tag = "Settings", operation_id = "previewConsequence",
    params(("id" = String, Path)), request_body = SettingsChange, security(("token" = [])),
    responses((status = 200, body = ConsequenceInfo), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn consequence(managed: ManagedLoop, body: ApiText) -> Result<Json<ConsequenceInfo>, ApiError> {
    let live = managed.read();
    let change = SettingsChange::read(&body)?.check(live).await?;
    Ok(Json(live.consequence(&change).await?.into()))
}
