//! Events, as rows and one as a page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::words;
use crate::{
    loops::{EventSummary, EventView, LiveLoop, LoopError, RewardView},
    reports::{EventPageData, EventRow, EventRows, ProbabilityBar, RewardRow, TimelineStep},
    terms::{ActionId, EventId, EventState},
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
    let answer = answer_bars(&view);
    let policy = policy_bars(&view);
    EventPageData {
        sentence: sentence(&view, &answer),
        ranked_at: words::instant(view.ranked_at_us, now_us),
        timeline: timeline(&view, now_us),
        rewards: view.rewards.iter().map(|reward| reward_row(reward, &view, now_us)).collect(),
        learned_reward: view.learned_reward.map(|reward| words::reward(f64::from(reward))),
        request: indented(view.request.get()),
        loop_actions: view.loop_actions.as_ref().map(|actions| indented(actions.get())),
        response: response(&view),
        body_for_shell: body_for_shell(view.request.get()),
        event_id: view.event_id,
        state: view.state,
        mode: view.mode,
        model_version: view.model_version,
        policy_version: view.policy_version,
        answer,
        policy,
    }
}

/// In the order of the answer.
fn answer_bars(view: &EventView) -> Vec<ProbabilityBar> {
    let bar = |(id, probability): &(ActionId, f32)| bar(view, id, *probability, &view.first().reward_action_id);
    view.first().ranking.iter().map(bar).collect()
}

/// The policy's own probabilities, the most probable first; `None` where they were answered.
fn policy_bars(view: &EventView) -> Option<Vec<ProbabilityBar>> {
    if view.mode.policy_decides() {
        return None;
    }
    let slot = view.first();
    let bars = slot.policy_pmf.iter().map(|(id, probability)| bar(view, id, *probability, &slot.policy_action_id));
    let mut bars: Vec<_> = bars.collect();
    bars.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    Some(bars)
}

fn bar(view: &EventView, id: &ActionId, probability: f32, chosen: &ActionId) -> ProbabilityBar {
    let slot = view.first();
    let own = |id: &ActionId| slot.policy_pmf.iter().find(|(other, _)| other == id).map_or(0.0, |(_, own)| *own);
    let most = slot.policy_pmf.iter().map(|(_, own)| *own).fold(0.0, f32::max);
    let is_excluded = excluded(view).iter().any(|other| other == id.as_str());
    ProbabilityBar {
        words: if is_excluded { "excluded".to_owned() } else { words::percent(f64::from(probability)) },
        is_chosen: id == chosen,
        is_best: own(id) == most && most > 0.0,
        is_baseline: *id == slot.baseline_action_id,
        is_excluded,
        action: id.clone(),
        probability,
    }
}

fn excluded(view: &EventView) -> Vec<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Excluding {
        #[serde(default)]
        excluded_actions: Option<Vec<String>>,
    }
    serde_json::from_str::<Excluding>(view.request.get()).ok().and_then(|it| it.excluded_actions).unwrap_or_default()
}

fn sentence(view: &EventView, answer: &[ProbabilityBar]) -> String {
    let chosen = answer.iter().find(|bar| bar.is_chosen);
    let chance = chosen.map_or_else(String::new, |bar| format!(" with a probability of {}", bar.words));
    let how = match (view.mode.policy_decides(), view.is_exploring) {
        (false, _) => "was answered because it stands first in the request".to_owned(),
        (true, true) => format!("was chosen{chance}, to explore"),
        (true, false) => format!("was chosen{chance}, as the most probable"),
    };
    let end = match (view.state, view.learned_reward) {
        (EventState::Learned, Some(reward)) => format!(" Learned: {}.", words::reward(f64::from(reward))),
        (EventState::Expired, Some(reward)) => {
            format!(" No reward came in time, so the default stands for it: {}.", words::reward(f64::from(reward)))
        }
        (EventState::Rewarded, _) => " It was rewarded, and nothing was learned from it yet.".to_owned(),
        (EventState::Inactive, _) => " It waits to be activated.".to_owned(),
        (EventState::Dropped, _) => " It was never activated, so nothing is learned from it.".to_owned(),
        _ => " Its reward is still awaited.".to_owned(),
    };
    format!("{} {how}.{end}", view.first().reward_action_id)
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
    let rewarded_us = view.rewards.iter().find(|reward| is_in_time(reward, view)).map(|reward| reward.at_us);
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

fn is_in_time(reward: &RewardView, view: &EventView) -> bool {
    reward.at_us < view.deadline_us
}

fn reward_row(reward: &RewardView, view: &EventView, now_us: i64) -> RewardRow {
    let is_late = !is_in_time(reward, view);
    // After the event was closed nothing is added to it; a reward in that very record closed it.
    let is_duplicate = !is_late && view.closed_at_us.is_some_and(|closed_us| reward.at_us > closed_us);
    let fate = match () {
        () if is_late => format!("too late by {}", words::delay(reward.at_us - view.deadline_us)),
        () if is_duplicate => "duplicate: the event had its reward".to_owned(),
        () => "counted".to_owned(),
    };
    RewardRow {
        at: words::instant(reward.at_us, now_us),
        value: words::reward(f64::from(reward.value)),
        fate,
        is_counted: !is_late && !is_duplicate,
    }
}

/// The answer as the v1.0 API wrote it.
fn response(view: &EventView) -> String {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Response<'a> {
        ranking: Vec<Ranked<'a>>,
        event_id: &'a EventId,
        reward_action_id: &'a ActionId,
    }
    #[derive(serde::Serialize)]
    struct Ranked<'a> {
        id: &'a ActionId,
        // Written from the 32 bits that were answered; as 64 bits it would show digits that nobody was sent.
        probability: f32,
    }
    let ranking =
        view.first().ranking.iter().map(|(id, probability)| Ranked { id, probability: *probability }).collect();
    let body = Response { ranking, event_id: &view.event_id, reward_action_id: &view.first().reward_action_id };
    serde_json::to_string(&body).map(|body| indented(&body)).unwrap_or_default()
}

/// JSON with line breaks, otherwise as it was received: its order and its way of writing numbers are the client's.
fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let (mut is_text, mut is_escaped) = (false, false);
    let break_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let mut is_empty = false;
    for letter in json.chars() {
        if is_text {
            out.push(letter);
            is_text = is_escaped || letter != '"';
            is_escaped = !is_escaped && letter == '\\';
            continue;
        }
        if letter.is_whitespace() {
            continue;
        }
        let closes = matches!(letter, '}' | ']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        // Between the brackets of something empty no line is broken.
        if (closes && !is_empty) || (is_empty && !closes) {
            break_line(&mut out, depth);
        }
        is_empty = matches!(letter, '{' | '[');
        match letter {
            ',' => {
                out.push(',');
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter => out.push(letter),
        }
        depth += usize::from(is_empty);
        is_text = letter == '"';
    }
    out
}

/// The body to send again. Its event id is taken out: with it the call would be a repeat, and be answered as before.
fn body_for_shell(request: &str) -> String {
    let mut body: serde_json::Value = serde_json::from_str(request).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("eventId");
    }
    // Within single quotes a shell takes everything as it is, except the quote itself.
    format!("{body:#}").replace('\'', r"'\''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_nothing_else_of_it_changes() {
        let received = r#"{"b":1.50,"a":[{"x":"a, {b}: \"c\\"},[]],"n":null,"e":{}}"#;
        let shown = indented(received);
        let expected = "{\n  \"b\": 1.50,\n  \"a\": [\n    {\n      \"x\": \"a, {b}: \\\"c\\\\\"\n    },\n    []\n  ],\n  \"n\": null,\n  \"e\": {}\n}";
        assert_eq!(shown, expected);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(value(&shown), value(received));
    }

    #[test]
    fn the_body_for_a_shell_makes_a_new_event_and_survives_a_quote() {
        let body = body_for_shell(r#"{"eventId":"e1","contextFeatures":[{"city":"L'Aquila"}]}"#);
        assert!(!body.contains("e1"));
        assert!(body.contains(r"L'\''Aquila"), "{body}");
    }
}
