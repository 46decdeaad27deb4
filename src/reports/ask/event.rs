//! One event as a page.

use super::{event_calls, event_slots, words};
use crate::{
    loops::{EventView, LiveLoop, LoopError, RewardFate, RewardView},
    reports::{EventPageData, RewardRow, TimelineStep},
    terms::{Credential, EventId, EventState},
};

/// One event whole; `None` when no such event was stored.
pub async fn event(live: &LiveLoop, id: &EventId) -> Result<Option<EventPageData>, LoopError> {
    let now_us = live.now_us();
    Ok(live.event(id).await?.map(|view| page(view, now_us)))
}

fn page(view: EventView, now_us: i64) -> EventPageData {
    let slots = event_slots::parts(&view);
    EventPageData {
        sentence: event_slots::sentence(&view, &slots),
        ranked_at: words::instant(view.ranked_at_us, now_us),
        timeline: timeline(&view, now_us),
        rewards: view.rewards.iter().map(|reward| reward_row(reward, &view, now_us)).collect(),
        learned_reward: view.learned_reward.map(|reward| words::reward(f64::from(reward))),
        request: event_calls::indented(&view.request),
        loop_actions: view.loop_actions.as_ref().map(|actions| event_calls::indented(actions.get())),
        response: event_calls::response(&view),
        body_for_shell: event_calls::body_for_shell(&view.request),
        event_id: view.event_id,
        state: view.state,
        mode: view.mode,
        model_version: view.model_version,
        policy_version: view.policy_version,
        came_with: came_with(view.came_with).to_owned(),
        slots,
    }
}

fn came_with(credential: Option<Credential>) -> &'static str {
    match credential {
        Some(Credential::FirstKey) => "It came with key 1.",
        Some(Credential::SecondKey) => "It came with key 2.",
        Some(Credential::Token) => "It came with a token.",
        None => "",
    }
}

fn timeline(view: &EventView, now_us: i64) -> Vec<TimelineStep> {
    let after = |at_us: i64| format!("{} after the Rank", words::delay(at_us - view.ranked_at_us));
    let step = |label: &str, at_us: Option<i64>, missing: String| TimelineStep {
        label: label.to_owned(),
        note: at_us.map_or(missing, after),
        at: at_us.map(|at_us| words::instant(at_us, now_us)),
    };
    let mut steps = vec![TimelineStep {
        label: "Ranked".to_owned(),
        at: Some(words::instant(view.ranked_at_us, now_us)),
        note: format!("by model version {}", view.model_version),
    }];
    let is_over = view.deadline_us <= now_us;
    if view.is_deferred {
        let missing = if is_over { "never" } else { "not yet" };
        steps.push(step("Activated", view.activated_at_us, missing.to_owned()));
    }
    let rewarded_us = view.rewards.iter().find(|reward| reward.fate == RewardFate::Counted).map(|reward| reward.at_us);
    let missing = if is_over {
        "none in time".to_owned()
    } else {
        format!("awaited for {} more", words::span(view.deadline_us - now_us))
    };
    steps.push(step("Rewarded", rewarded_us, missing));
    let label = match view.state {
        EventState::Expired => "Expired",
        EventState::Dropped => "Dropped",
        EventState::Rewarded if view.closed_at_us.is_some() => "Closed without learning",
        _ => "Learned",
    };
    steps.push(step(label, view.closed_at_us, "not yet".to_owned()));
    steps
}

fn reward_row(reward: &RewardView, view: &EventView, now_us: i64) -> RewardRow {
    let is_multi_slot = view.first().slot_id.is_some();
    let fate = match reward.fate {
        RewardFate::Counted => "counted".to_owned(),
        RewardFate::Duplicate if is_multi_slot => "duplicate: the slot had its reward".to_owned(),
        RewardFate::Duplicate => "duplicate: the event had its reward".to_owned(),
        RewardFate::Late => format!("too late by {}", words::delay(reward.at_us - view.deadline_us)),
        RewardFate::Early => {
            format!("too early: it came {} before the Rank", words::delay(view.ranked_at_us - reward.at_us))
        }
        RewardFate::UnknownSlot => "not counted: the event has no such slot".to_owned(),
    };
    let slot = match &reward.slot_id {
        Some(slot_id) => Some(slot_id.to_string()),
        None => is_multi_slot.then(|| "every slot".to_owned()),
    };
    RewardRow {
        slot,
        at: words::instant(reward.at_us, now_us),
        value: words::reward(f64::from(reward.value)),
        is_counted: reward.fate == RewardFate::Counted,
        fate,
    }
}
