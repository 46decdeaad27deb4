//! Why an event was decided as it was: the answer that `what-if` gives too.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{ApiError, auth::ManagedLoop, error::ErrorBody, exploration::MixtureExploration, extract::ApiJson, instant},
    bandit::{Counterfactual, Counterfactuals, Edit},
    loops::{Decision, EventWhy, LoopError, ReasonedAction, Why, WhyNot},
};

/// Which event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"eventId": "75269AD0-BFEE-4598-8196-C57383D38E10"}))]
pub struct EventToExplain {
    event_id: String,
}

/// The reasons of an event's decision, as the present model sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedEvent {
    event_id: String,
    ranked_at: String,
    /// The version of the model that answered,
    answered_by_model_version: i64,
    /// and whether it is the one that gives the reasons. If not, the loop has learned since.
    is_present_model: bool,
    #[serde(flatten)]
    reasons: Reasons,
}

/// The reasons of a decision. Asking for them logs, learns and counts nothing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reasons {
    /// The version of the model that gives them.
    model_version: i64,
    learning_mode: &'static str,
    /// The share of Ranks that may explore. rankloop's own learner takes it as a most, and usually explores less.
    exploration_percentage: f32,
    /// How much each base learner is trusted, by name; the sum is 1. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trust: BTreeMap<&'static str, f32>,
    /// How it explores in general. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    exploration: Option<MixtureExploration>,
    /// Slot by slot in the order of the request; a plain Rank has one.
    decisions: Vec<ReasonedDecision>,
}

/// Why the actions of one slot have their probabilities.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReasonedDecision {
    /// Left out for the one slot of a plain Rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_id: Option<String>,
    most_probable_action_id: String,
    /// The probability that does not go to the most probable action.
    explored: f32,
    /// In the order of the request.
    actions: Vec<ActionReasons>,
    counterfactual: CounterfactualSearch,
}

/// One action with its reasons.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionReasons {
    id: String,
    is_eligible: bool,
    /// Why it could not be chosen: `excluded` by the request, `shown` in an earlier slot, or `kept` for a later slot that
    /// can be filled with nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<&'static str>,
    /// The earlier slot that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown_in: Option<String>,
    /// How probable it is that this action is chosen: `exploit` and `explore` together.
    probability: f32,
    /// The part of it that follows what is known,
    exploit: f32,
    /// and the part that is there to find out.
    explore: f32,
    /// The reward that is expected.
    score: f32,
    /// How far off that may be: the standard error. Only rankloop's own learner knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    standard_error: Option<f32>,
    /// The reward that each base learner expects, by name. Only of rankloop's own learner.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    said: BTreeMap<&'static str, f32>,
    /// What features add to the score, the largest first and the rest in the last. They add up to the score.
    features: Vec<ReasonFeature>,
    /// Of an event: the policy's probability when it was ranked.
    #[serde(skip_serializing_if = "Option::is_none")]
    then_probability: Option<f32>,
    /// Of an event: whether it was answered as the one to show.
    was_shown: bool,
}

/// What one feature adds to a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonFeature {
    name: String,
    score: f32,
}

/// Which small change of the context would have changed the choice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CounterfactualSearch {
    /// Left out when none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<NearestCounterfactual>,
    /// Contexts that the model was asked about.
    contexts_asked: usize,
    /// Changes of one feature that there were to try, out of the values that recent contexts had.
    single_changes: usize,
    /// Whether all of them were tried: then no change of one feature to a value seen changes the choice.
    is_exhaustive: bool,
}

/// With these changes another action would be the most probable.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NearestCounterfactual {
    /// One, or two where one is not enough.
    changes: Vec<ContextChange>,
    action_id: String,
    /// What its probability would be.
    probability: f32,
}

/// One feature with another value.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContextChange {
    /// The objects around the feature and its name, joined by dots.
    feature: String,
    /// Left out when the context does not have the feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Object)]
    after: Value,
    /// The share of recent contexts that have this value, or a number near it.
    usual: f32,
}

impl From<Why> for Reasons {
    fn from(why: Why) -> Self {
        let trust = why.mixture.iter().flat_map(|mixture| &mixture.trust);
        Self {
            model_version: why.version,
            learning_mode: why.mode.as_str(),
            exploration_percentage: why.exploration.get(),
            trust: trust.map(|(learner, weight)| (learner.name(), *weight)).collect(),
            exploration: why.mixture.as_ref().map(Into::into),
            decisions: why.decisions.into_iter().map(ReasonedDecision::from).collect(),
        }
    }
}

impl From<EventWhy> for ExplainedEvent {
    fn from(event: EventWhy) -> Self {
        Self {
            is_present_model: event.is_present_model(),
            event_id: event.event_id.into(),
            ranked_at: instant::write(event.ranked_at_us),
            answered_by_model_version: event.answered_version,
            reasons: event.why.into(),
        }
    }
}

impl From<Decision> for ReasonedDecision {
    fn from(decision: Decision) -> Self {
        let most = decision.most_probable();
        Self {
            most_probable_action_id: most.map_or_else(String::new, |action| action.id.to_string()),
            slot_id: decision.slot_id.as_ref().map(ToString::to_string),
            explored: decision.explored,
            counterfactual: CounterfactualSearch::of(&decision.counterfactuals, &decision.actions),
            actions: decision.actions.into_iter().map(ActionReasons::from).collect(),
        }
    }
}

impl From<ReasonedAction> for ActionReasons {
    fn from(action: ReasonedAction) -> Self {
        let (why_not, shown_in) = match &action.why_not {
            None => (None, None),
            Some(WhyNot::Excluded) => (Some("excluded"), None),
            Some(WhyNot::Shown(slot_id)) => (Some("shown"), Some(slot_id.to_string())),
            Some(WhyNot::Kept) => (Some("kept"), None),
        };
        let explanation = action.explanation;
        let features = explanation.contributions.into_iter();
        Self {
            id: action.id.into(),
            is_eligible: action.why_not.is_none(),
            why_not,
            shown_in,
            probability: action.probability,
            exploit: action.exploit,
            explore: action.probability - action.exploit,
            score: explanation.score,
            standard_error: explanation.standard_error,
            said: explanation.said.iter().map(|(learner, reward)| (learner.name(), *reward)).collect(),
            features: features.map(|part| ReasonFeature { name: part.feature, score: part.score }).collect(),
            then_probability: action.then_probability,
            was_shown: action.was_shown,
        }
    }
}

impl CounterfactualSearch {
    fn of(search: &Counterfactuals, actions: &[ReasonedAction]) -> Self {
        let nearest = |found: &Counterfactual| NearestCounterfactual {
            changes: found.edits.iter().map(ContextChange::from).collect(),
            action_id: actions.get(found.action_idx).map_or_else(String::new, |action| action.id.to_string()),
            probability: found.probability,
        };
        Self {
            nearest: search.nearest.as_ref().map(nearest),
            contexts_asked: search.n_asked,
            single_changes: search.n_singles,
            is_exhaustive: search.is_exhaustive,
        }
    }
}

impl From<&Edit> for ContextChange {
    fn from(edit: &Edit) -> Self {
        Self { feature: edit.path.join("."), before: edit.before.clone(), after: edit.after.clone(), usual: edit.usual }
    }
}

/// Says why an event was decided as it was, as the present model sees it. Nothing is logged or learned.
#[utoipa::path(
    post, path = "/loops/{id}/explain", tag = "Events", operation_id = "explainEvent",
    params(("id" = String, Path)), request_body = EventToExplain, security(("token" = [])),
    responses((status = 200, body = ExplainedEvent), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn explain(
    managed: ManagedLoop,
    ApiJson(asked): ApiJson<EventToExplain>,
) -> Result<Json<ExplainedEvent>, ApiError> {
    let event_id = asked.event_id.parse().map_err(LoopError::Id)?;
    let event = managed.analyse()?.0.explain_event(&event_id).await?;
    let event = event.ok_or_else(|| ApiError::not_found("There is no such event."))?;
    Ok(Json(event.into()))
}
