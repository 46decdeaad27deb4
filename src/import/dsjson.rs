//! One line of a joined log, as the service's joiner wrote it and Vowpal Wabbit's tools read it ("dsjson").
//!
//! ```text
//! one decision   _label_cost  _label_probability  _label_Action (from 1)  _labelIndex (from 0)  o  EventId  Timestamp
//!                a (actions as ranked, from 1)  p (their probabilities)  c (the context)  VWState.m  pdrop  _skipLearn
//! several slots  c with _slots, and _outcomes: for each slot _label_cost  _id  _a (from 0)  _p  _o
//! ```
//!
//! Some writers give a name twice (the later one counts, as for Vowpal Wabbit), so a line is read as a JSON object and
//! not as a struct. Pure: any bytes give an event or the reason why they are none.

use serde_json::Value;
use time::{OffsetDateTime, PrimitiveDateTime, format_description::well_known::Rfc3339};

use super::{
    Skipped,
    context::{Circumstances, read_context},
};
use crate::{
    bandit::JsonObject,
    terms::{EventId, SlotId},
};

/// How far probabilities may be from their sum, and a label from the decision: they were printed with few digits.
const TOLERANCE: f64 = 1e-3;
/// A reward beyond this is a mistake of the log.
const REWARD_MOST: f64 = 1e6;

/// One event of the past.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedEvent {
    pub event_id: EventId,
    pub at_us: i64,
    pub circumstances: Circumstances,
    /// One for a plain event.
    pub decisions: Vec<LoggedDecision>,
    /// Whether the caller had deferred its activation.
    pub is_deferred: bool,
    /// Whether it was shown, as far as the log says.
    pub is_activated: bool,
    /// The share of events that the caller kept (1 − pdrop).
    pub kept_share: f64,
    /// The model that decided, by the service's own name.
    pub model: Option<String>,
}

/// What was chosen for one slot, and what it earned.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedDecision {
    /// `None` in a plain event.
    pub slot_id: Option<SlotId>,
    /// Actions by their index in the context, as they were ranked; the first is the one chosen.
    pub order: Vec<usize>,
    /// The probability of each action of `order`.
    pub probabilities: Vec<f32>,
    /// What was learned.
    pub reward: f32,
    /// What the application said, where that was written apart.
    pub original_reward: f32,
    /// `None` when the log does not list observations, which leaves open whether the reward is the default.
    pub is_observed: Option<bool>,
}

impl LoggedEvent {
    /// Whether the model was taught something else than what the application reported, as only apprentice mode does.
    pub fn is_imitation(&self) -> bool {
        self.decisions.iter().any(|decision| decision.reward != decision.original_reward)
    }
}

/// Reads one line. Empty lines are `Ok(None)`.
pub fn read_line(line: &[u8], now_us: i64) -> Result<Option<LoggedEvent>, Skipped> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    // What is left of a JSON array that was written one element a line.
    let line = line.strip_suffix(b",").unwrap_or(line);
    if matches!(line, b"" | b"[" | b"]") {
        return Ok(None);
    }
    let Ok(Value::Object(line)) = serde_json::from_slice(line) else { return Err(Skipped::NotJson) };
    read_event(line, now_us).map(Some)
}

fn read_event(mut line: JsonObject, now_us: i64) -> Result<LoggedEvent, Skipped> {
    if line.contains_key("_label_ca") || line.contains_key("pdf") {
        return Err(Skipped::OtherProblem);
    }
    let Some(Value::Object(c)) = line.remove("c") else { return Err(Skipped::NoDecision) };
    let event_id = read_event_id(&line)?;
    let at_us = read_time(&line)?;
    if at_us > now_us {
        return Err(Skipped::InTheFuture);
    }
    let circumstances = read_context(c)?;
    let n_actions = circumstances.actions.len();
    let (decisions, mut kept_share) = match line.get("_outcomes") {
        Some(Value::Array(outcomes)) => (read_outcomes(&line, outcomes, &circumstances)?, 1.0),
        _ if !circumstances.slots.is_empty() => return Err(Skipped::Slots),
        _ => read_decision(&line, n_actions)?,
    };
    if let Some(dropped) = line.get("pdrop").and_then(Value::as_f64) {
        kept_share = 1.0 - dropped;
    }
    if !(kept_share > 0.0 && kept_share <= 1.0) {
        return Err(Skipped::DroppedForSure);
    }
    let is_set = |name: &str| line.get(name).and_then(Value::as_bool) == Some(true);
    let was_shown = observations(&line).any(|seen| seen.get("ActionTaken").and_then(Value::as_bool) == Some(true));
    let is_left_out = is_set("_skipLearn") || is_set("_skip_learn");
    let is_deferred = is_left_out || was_shown || is_set("DeferredAction") || is_set("_deferred");
    Ok(LoggedEvent {
        event_id,
        at_us,
        circumstances,
        decisions,
        is_deferred,
        is_activated: !is_left_out && (was_shown || !is_deferred),
        kept_share,
        model: line.get("VWState").and_then(|state| state.get("m")).and_then(Value::as_str).map(str::to_owned),
    })
}

/// Several slots may share one id of the event, or only have one each; then the first one's stands for all.
fn read_event_id(line: &JsonObject) -> Result<EventId, Skipped> {
    let own = line.get("EventId").or_else(|| line.get("eventId"));
    let of_first = || line.get("_outcomes")?.get(0)?.get("_id");
    let id = own.or_else(of_first).and_then(Value::as_str).ok_or(Skipped::NoEventId)?;
    id.parse().map_err(|_| Skipped::NoEventId)
}

/// Written with or without a zone; without one it is UTC, as everything was in the service.
fn read_time(line: &JsonObject) -> Result<i64, Skipped> {
    let text = line.get("Timestamp").and_then(Value::as_str).ok_or(Skipped::NoTime)?;
    let with_zone = OffsetDateTime::parse(text, &Rfc3339);
    let plain = || PrimitiveDateTime::parse(&format!("{text}Z"), &Rfc3339).map(PrimitiveDateTime::assume_utc);
    let at = with_zone.or_else(|_| plain()).map_err(|_| Skipped::NoTime)?;
    let at_us = i64::try_from(at.unix_timestamp_nanos() / 1_000).map_err(|_| Skipped::NoTime)?;
    if at_us < 0 { Err(Skipped::NoTime) } else { Ok(at_us) }
}

fn read_decision(line: &JsonObject, n_actions: usize) -> Result<(Vec<LoggedDecision>, f64), Skipped> {
    let (Some(a), Some(p)) = (line.get("a"), line.get("p")) else { return Err(Skipped::NoProbabilities) };
    let (mut order, probabilities) = read_ranking(a, p)?;
    let label_idx = read_label_idx(line)?;
    // The service counted actions from 1. A list with a 0 in it was written by somebody who did not.
    if !order.contains(&0) {
        order.iter_mut().for_each(|action| *action -= 1);
    }
    check_order(&order, n_actions)?;
    let label_idx = label_idx.unwrap_or(order[0]);
    let at = order.iter().position(|action_idx| *action_idx == label_idx);
    let at = at.ok_or(if label_idx < n_actions { Skipped::LabelMismatch } else { Skipped::UnknownAction })?;
    // The chosen action stood first; where a writer kept another order, it is put there.
    order[..=at].rotate_right(1);
    let mut probabilities = probabilities;
    probabilities[..=at].rotate_right(1);
    let kept_share = match line.get("_label_probability").and_then(Value::as_f64) {
        Some(label) => share_kept(label, f64::from(probabilities[0]))?,
        None => 1.0,
    };
    let decision = finish(line, None, order, probabilities)?;
    Ok((vec![decision], kept_share))
}

/// A label may be less probable than the decision: then only that share of the events was kept, which some joiners
/// multiplied into it.
fn share_kept(label: f64, decided: f64) -> Result<f64, Skipped> {
    if label == 0.0 || decided == 0.0 {
        return Err(Skipped::ZeroProbability);
    }
    let share = label / decided;
    match share {
        _ if (share - 1.0).abs() <= TOLERANCE => Ok(1.0),
        _ if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err(Skipped::ProbabilityMismatch),
    }
}

/// `_labelIndex` counts from 0, `_label_Action` from 1.
fn read_label_idx(line: &JsonObject) -> Result<Option<usize>, Skipped> {
    let number = |name: &str| line.get(name).map(|value| value.as_u64().and_then(|n| usize::try_from(n).ok()));
    match (number("_labelIndex"), number("_label_Action").or_else(|| number("_label_action"))) {
        (Some(Some(idx)), _) => Ok(Some(idx)),
        (None, Some(Some(action))) => action.checked_sub(1).map(Some).ok_or(Skipped::UnknownAction),
        (None, None) => Ok(None),
        _ => Err(Skipped::UnknownAction),
    }
}

fn read_outcomes(
    line: &JsonObject,
    outcomes: &[Value],
    circumstances: &Circumstances,
) -> Result<Vec<LoggedDecision>, Skipped> {
    if outcomes.is_empty() || outcomes.len() != circumstances.slots.len() {
        return Err(Skipped::Slots);
    }
    let is_slate = line.contains_key("_label_cost");
    let read = |(slot_idx, outcome): (usize, &Value)| {
        let outcome = outcome.as_object().ok_or(Skipped::Slots)?;
        let (Some(a), Some(p)) = (outcome.get("_a"), outcome.get("_p")) else { return Err(Skipped::NoProbabilities) };
        let (order, probabilities) = read_ranking(a, p)?;
        check_order(&order, circumstances.actions.len())?;
        let named = outcome.get("_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let slot_id = circumstances.slots[slot_idx].0.clone().or(named);
        let numbered = || slot_idx.to_string().parse().map_err(|_| Skipped::Slots);
        finish(outcome, Some(slot_id.map_or_else(numbered, Ok)?), order, probabilities)
    };
    if is_slate {
        return Err(Skipped::OtherProblem);
    }
    let decisions: Vec<LoggedDecision> = outcomes.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    let is_twice = |at: usize| decisions[..at].iter().any(|earlier| earlier.slot_id == decisions[at].slot_id);
    if (0..decisions.len()).any(is_twice) { Err(Skipped::Slots) } else { Ok(decisions) }
}

/// Actions and their probabilities, in the order of the line.
fn read_ranking(a: &Value, p: &Value) -> Result<(Vec<usize>, Vec<f32>), Skipped> {
    let (Some(a), Some(p)) = (a.as_array(), p.as_array()) else { return Err(Skipped::NoProbabilities) };
    if a.is_empty() || a.len() != p.len() {
        return Err(Skipped::NoProbabilities);
    }
    let action = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
    let order = a.iter().map(action).collect::<Option<Vec<usize>>>().ok_or(Skipped::UnknownAction)?;
    let probability = |value: &Value| value.as_f64().filter(|p| (0.0..=1.0 + TOLERANCE).contains(p));
    let exact = p.iter().map(probability).collect::<Option<Vec<f64>>>().ok_or(Skipped::Probabilities)?;
    if (exact.iter().sum::<f64>() - 1.0).abs() > TOLERANCE * exact.len() as f64 {
        return Err(Skipped::Probabilities);
    }
    Ok((order, exact.into_iter().map(|p| p as f32).collect()))
}

fn check_order(order: &[usize], n_actions: usize) -> Result<(), Skipped> {
    let mut is_seen = vec![false; n_actions];
    for &action_idx in order {
        match is_seen.get_mut(action_idx) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(Skipped::UnknownAction),
        }
    }
    Ok(())
}

/// The reward's side of a decision.
fn finish(
    outcome: &JsonObject,
    slot_id: Option<SlotId>,
    order: Vec<usize>,
    probabilities: Vec<f32>,
) -> Result<LoggedDecision, Skipped> {
    if probabilities[0] <= 0.0 {
        return Err(Skipped::ZeroProbability);
    }
    let cost = |name: &str| match outcome.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().filter(|cost| cost.abs() <= REWARD_MOST).map(Some).ok_or(Skipped::Reward),
    };
    // Adding 0 makes the -0 of a cost of nothing the 0 that it means.
    let as_reward = |cost: f64| (0.0 - cost) as f32;
    let label = cost("_label_cost")?;
    let original = cost("_original_label_cost")?;
    let has_list = ["o", "_o"].iter().any(|name| outcome.get(*name).is_some_and(Value::is_array));
    let is_rewarded = observations(outcome).any(|seen| seen.contains_key("v"));
    Ok(LoggedDecision {
        slot_id,
        order,
        probabilities,
        reward: label.map_or(0.0, as_reward),
        original_reward: original.or(label).map_or(0.0, as_reward),
        is_observed: if label.is_none() { Some(false) } else { has_list.then_some(is_rewarded) },
    })
}

fn observations(outcome: &JsonObject) -> impl Iterator<Item = &JsonObject> {
    let lists = ["o", "_o"].into_iter().filter_map(|name| outcome.get(name)?.as_array());
    lists.flatten().filter_map(Value::as_object)
}
