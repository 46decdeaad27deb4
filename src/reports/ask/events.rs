//! Events, as rows and one as a page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{event_calls, event_slots, words};
use crate::{
    loops::{EventSummary, EventView, LiveLoop, LoopError, RewardFate, RewardView},
    reports::{EventPageData, EventRow, EventRows, RewardRow, TimelineStep},
    terms::{EventId, EventState},
};

/// What stands in a path as it is; ids are the caller's, and may hold anything.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Rows of one page, at most.
const N_ROWS_MOST: usize = 200;

/// The newest events with a place in the log below `before`; of all when that is `None`.
pub async fn events(live: &LiveLoop, before: Option<i64>, n_most: usize) -> Result<EventRows, LoopError> {
    let n_most = n_most.clamp(1, N_ROWS_MOST);
    let now_us = live.now_us();
    let n_ranked = live.counters().ranked;
    let found = live.latest_events(before.unwrap_or(i64::MAX), n_most).await?;
    let older = if found.len() == n_most { found.last().map(|event| event.seq) } else { None };
    Ok(EventRows { rows: found.into_iter().map(|event| row(event, now_us)).collect(), older, n_ranked })
}

fn row(event: EventSummary, now_us: i64) -> EventRow {
    EventRow {
        id_in_path: utf8_percent_encode(event.event_id.as_str(), IN_PATH).to_string(),
        event_id: event.event_id,
        seq: event.seq,
        ranked_at: words::instant(event.ranked_at_us, now_us),
        state: event.state,
        action: event.reward_action_id,
        probability: words::percent(f64::from(event.probability)),
        is_exploring: event.is_exploring,
        n_actions: u32::try_from(event.n_actions).unwrap_or(u32::MAX),
        n_slots: u32::try_from(event.n_slots).unwrap_or(u32::MAX),
        mode: event.mode,
        model_version: event.model_version,
        reward: event.reward.map(|reward| words::reward(f64::from(reward))),
    }
}

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
        slots,
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
