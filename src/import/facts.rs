//! From an event of the past to the records of a log that say the same.
//!
//! A joined line is one decided fact, so its records stand together at the event's own time: the Rank, its activation
//! if it had been deferred, and its reward. When exactly the reward came is not kept by the service's logs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{LoggedEvent, Skipped, dsjson::LoggedDecision};
use crate::{
    bandit::{ActionInput, JsonObject, slot_example},
    log::{Activated, Fact, Ranked, RankedAnswer, RankedSlot, Rewarded, SlotReward, SlotsRewarded},
    store::NewRecord,
    terms::{ActionId, EventId, LearningMode, SlotId},
};

/// What the loop adds to what the line says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoopFacts {
    pub reward_wait_us: i64,
    pub default_reward: f32,
    /// The record that set the learning settings.
    pub policy_version: i64,
}

/// An event ready for the log.
#[derive(Debug)]
pub struct Prepared {
    pub at_us: i64,
    /// The Rank first.
    pub records: Vec<NewRecord>,
    pub is_multi_slot: bool,
    pub is_rewarded: bool,
    pub is_apprentice: bool,
    pub is_not_activated: bool,
    pub is_sampled: bool,
}

/// The request as a caller of Rank would have written it, and under `imported` what only the old log knew.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    event_id: &'a EventId,
    context_features: &'a [JsonObject],
    actions: Vec<RequestAction<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slots: Vec<RequestSlot<'a>>,
    defer_activation: bool,
    imported: Provenance<'a>,
}

#[derive(Serialize)]
struct RequestAction<'a> {
    id: &'a ActionId,
    features: &'a [JsonObject],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestSlot<'a> {
    id: &'a SlotId,
    features: &'a [JsonObject],
    baseline_action: &'a ActionId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance<'a> {
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    /// Written when the caller kept only this share of its events.
    #[serde(skip_serializing_if = "is_whole")]
    kept_share: f64,
}

fn is_whole(share: &f64) -> bool {
    *share == 1.0
}

/// The records of one event. `is_apprentice`: the loop was in apprentice mode then.
pub fn prepare(event: &LoggedEvent, settings: LoopFacts, is_apprentice: bool) -> Result<Prepared, Skipped> {
    check_features(event)?;
    let baselines = baselines(event);
    let ranked = Ranked {
        event_id: event.event_id.clone(),
        came_with: None,
        request: serde_json::to_string(&request(event, &baselines)).map_err(|_| Skipped::Features)?.into(),
        loop_actions: None,
        slots: event.decisions.iter().zip(&baselines).map(|(d, b)| slot(event, d, *b, is_apprentice)).collect(),
        mode: if is_apprentice { LearningMode::Apprentice } else { LearningMode::Online },
        is_deferred: event.is_deferred,
        reward_wait_us: settings.reward_wait_us,
        // The model and the seed were the old service's; `imported.model` names the one.
        model_version: 0,
        policy_version: settings.policy_version,
        seed: 0,
    };
    let (is_multi_slot, rewarded) = (ranked.is_multi_slot(), reward(event, settings, is_apprentice));
    let (is_rewarded, is_shown_later) = (rewarded.is_some(), event.is_deferred && event.is_activated);
    let activated = is_shown_later.then(|| Fact::Activated(Activated { event_id: event.event_id.clone() }));
    let facts = [Some(Fact::Ranked(Arc::new(ranked))), activated, rewarded];
    Ok(Prepared {
        at_us: event.at_us,
        records: facts.iter().flatten().map(record_of).collect(),
        is_multi_slot,
        is_rewarded,
        is_apprentice,
        is_not_activated: !event.is_activated,
        is_sampled: event.kept_share != 1.0,
    })
}

fn record_of(fact: &Fact) -> NewRecord {
    NewRecord::new(fact.kind(), fact.event_id().cloned(), fact.to_body())
}

/// What Rank refuses is not in a log, because nothing could be learned from it.
fn check_features(event: &LoggedEvent) -> Result<(), Skipped> {
    let found = &event.circumstances;
    let inputs: Vec<_> = found.actions.iter().map(|(id, features)| ActionInput { id: id.as_str(), features }).collect();
    for (slot_idx, decision) in event.decisions.iter().enumerate() {
        let own = found.slots.get(slot_idx).map_or(&[][..], |(_, features)| features);
        slot_example(&found.context, decision.slot_id.as_ref(), own, &inputs).map_err(|_| Skipped::Features)?;
    }
    Ok(())
}

/// The first action of each slot that could be shown there and is not an earlier slot's; of a plain event the first.
/// The logs do not tell the baseline actions that multi-slot callers named.
fn baselines(event: &LoggedEvent) -> Vec<usize> {
    let mut taken: Vec<usize> = Vec::new();
    for decision in &event.decisions {
        let mut possible = decision.order.clone();
        possible.sort_unstable();
        let free = possible.iter().find(|action_idx| !taken.contains(action_idx));
        taken.push(*free.unwrap_or(&possible[0]));
    }
    taken
}

fn request<'a>(event: &'a LoggedEvent, baselines: &[usize]) -> Request<'a> {
    let found = &event.circumstances;
    let slots = event.decisions.iter().zip(&found.slots).zip(baselines);
    let slots = slots.filter_map(|((decision, (_, features)), baseline_idx)| {
        let baseline_action = &found.actions[*baseline_idx].0;
        Some(RequestSlot { id: decision.slot_id.as_ref()?, features, baseline_action })
    });
    Request {
        event_id: &event.event_id,
        context_features: &found.context,
        actions: found.actions.iter().map(|(id, features)| RequestAction { id, features }).collect(),
        slots: slots.collect(),
        defer_activation: event.is_deferred,
        imported: Provenance { from: "azure", model: event.model.as_deref(), kept_share: event.kept_share },
    }
}

fn slot(event: &LoggedEvent, decision: &LoggedDecision, baseline_idx: usize, is_apprentice: bool) -> RankedSlot {
    let actions = &event.circumstances.actions;
    let mut policy_pmf = vec![0.0; actions.len()];
    for (action_idx, probability) in decision.order.iter().zip(&decision.probabilities) {
        policy_pmf[*action_idx] = *probability;
    }
    let excluded_idx: Vec<usize> = (0..actions.len()).filter(|idx| !decision.order.contains(idx)).collect();
    let (chosen_idx, ranking) = if is_apprentice {
        let certain = |idx: usize| if idx == baseline_idx { 1.0 } else { 0.0 };
        (baseline_idx, (0..actions.len()).map(|idx| (actions[idx].0.clone(), certain(idx))).collect())
    } else {
        let ranked = decision.order.iter().chain(&excluded_idx);
        (decision.order[0], ranked.map(|idx| (actions[*idx].0.clone(), policy_pmf[*idx])).collect())
    };
    RankedSlot {
        slot_id: decision.slot_id.clone(),
        answer: RankedAnswer { ranking, chosen_idx, reward_action_id: actions[chosen_idx].0.clone() },
        baseline_idx,
        policy_choice_idx: decision.order[0],
        policy_pmf,
        excluded_idx,
    }
}

/// In apprentice mode the application's own reward, from which the trainer makes the lesson anew.
///
/// An event without a reward gets the loop's default at the end of its wait; it is written out only where the line
/// says otherwise.
fn reward(event: &LoggedEvent, settings: LoopFacts, is_apprentice: bool) -> Option<Fact> {
    let value = |decision: &LoggedDecision| if is_apprentice { decision.original_reward } else { decision.reward };
    let is_given =
        |decision: &&LoggedDecision| decision.is_observed == Some(true) || value(decision) != settings.default_reward;
    let event_id = event.event_id.clone();
    let given: Vec<&LoggedDecision> = event.decisions.iter().filter(is_given).collect();
    let slot_reward =
        |decision: &&LoggedDecision| Some(SlotReward { slot_id: decision.slot_id.clone()?, value: value(decision) });
    let rewards: Vec<SlotReward> = given.iter().filter_map(slot_reward).collect();
    match given.first() {
        None => None,
        Some(_) if !rewards.is_empty() => {
            Some(Fact::SlotsRewarded(SlotsRewarded { event_id, rewards, missed_deadline_us: None }))
        }
        Some(only) => Some(Fact::Rewarded(Rewarded { event_id, value: value(only), missed_deadline_us: None })),
    }
}
