//! The slots of an event's page: what each shows, with which probabilities, and what it earned.

use super::words;
use crate::{
    loops::{EventView, RewardFate, RewardView, SlotView},
    reports::{ProbabilityBar, SlotPart},
    terms::{ActionId, EventState, SlotId},
};

/// Slots that the sentence on top names; a page of fifty would be no sentence.
const N_NAMED: usize = 6;

/// Every slot, in the order of the request.
pub fn parts(view: &EventView) -> Vec<SlotPart> {
    let excluded = excluded_by_request(view);
    (0..view.slots.len()).map(|slot_idx| Slot { view, slot_idx, excluded: &excluded }.part()).collect()
}

/// What was chosen, and what became of it.
pub fn sentence(view: &EventView, parts: &[SlotPart]) -> String {
    let is_rewarded = view.rewards.iter().any(|reward| reward.fate == RewardFate::Counted);
    match parts {
        [only] if only.slot_id.is_none() => {
            let became = outcome(view.state, view.learned_reward, is_rewarded);
            format!("{} {}. {became}", view.first().reward_action_id, choice(view, only))
        }
        _ => format!("{}. {}", choices(view, parts), outcome_of_slots(view, is_rewarded)),
    }
}

fn outcome_of_slots(view: &EventView, is_rewarded: bool) -> String {
    let n_decided = view.slots.iter().filter(|slot| slot.learned_reward.is_some()).count();
    match (view.learned_reward, view.slots.len()) {
        (Some(_), n) if n_decided < n => format!("{n_decided} of its {n} slots learned their reward so far."),
        (Some(reward), n) if n > 1 && is_rewarded => {
            format!("Learned: {}, the mean of its {n} slots.", words::reward(f64::from(reward)))
        }
        (learned, _) => outcome(view.state, learned, is_rewarded),
    }
}

/// "Main shows NewsArticle (84 %), Side Bar shows SportsArticle (16 %, to explore)"
fn choices(view: &EventView, parts: &[SlotPart]) -> String {
    let one = |(slot, part): (&SlotView, &SlotPart)| {
        let name = slot.slot_id.as_ref().map_or("The slot", SlotId::as_str);
        let chosen = part.answer.iter().find(|bar| bar.is_chosen);
        let how = match chosen {
            Some(bar) if view.mode.policy_decides() && bar.is_best => format!(" ({})", bar.words),
            Some(bar) if view.mode.policy_decides() => format!(" ({}, to explore)", bar.words),
            _ => String::new(),
        };
        format!("{name} shows {}{how}", slot.reward_action_id)
    };
    let mut named: Vec<String> = view.slots.iter().zip(parts).take(N_NAMED).map(one).collect();
    match parts.len().saturating_sub(N_NAMED) {
        0 => {}
        1 => named.push("and 1 slot more".to_owned()),
        n => named.push(format!("and {n} slots more")),
    }
    let end = if view.mode.policy_decides() { "" } else { ": the baseline actions were answered" };
    format!("{}{end}", named.join(", "))
}

/// How it came to a slot's action, to stand after its name.
fn choice(view: &EventView, part: &SlotPart) -> String {
    let chosen = part.answer.iter().find(|bar| bar.is_chosen);
    let chance = chosen.map_or_else(String::new, |bar| format!(" with a probability of {}", bar.words));
    let is_best = chosen.is_none_or(|bar| bar.is_best);
    match (view.mode.policy_decides(), is_best) {
        (false, _) if part.slot_id.is_some() => "was answered because it is the baseline action".to_owned(),
        (false, _) => "was answered because it stands first in the request".to_owned(),
        (true, false) => format!("was chosen{chance}, to explore"),
        (true, true) => format!("was chosen{chance}, as the most probable"),
    }
}

/// What became of an event, or of one of its slots.
fn outcome(state: EventState, learned: Option<f32>, is_rewarded: bool) -> String {
    let value = |reward: f32| words::reward(f64::from(reward));
    match (state, learned, is_rewarded) {
        (EventState::Dropped, ..) => "It was never activated, so nothing is learned from it.".to_owned(),
        (EventState::Inactive, ..) => "It waits to be activated.".to_owned(),
        (_, Some(reward), true) => format!("Learned: {}.", value(reward)),
        (_, Some(reward), false) => format!("No reward came in time, so the default stands for it: {}.", value(reward)),
        (_, None, true) => "It was rewarded, and nothing was learned from it yet.".to_owned(),
        (_, None, false) => "Its reward is still awaited.".to_owned(),
    }
}

/// One slot of an event, and what its request excluded.
#[derive(Debug)]
struct Slot<'a> {
    view: &'a EventView,
    slot_idx: usize,
    excluded: &'a [Vec<String>],
}

impl Slot<'_> {
    fn slot(&self) -> &SlotView {
        &self.view.slots[self.slot_idx]
    }

    fn part(&self) -> SlotPart {
        let slot = self.slot();
        let mut part = SlotPart {
            slot_id: slot.slot_id.clone(),
            sentence: String::new(),
            answer: self.answer(),
            policy: self.policy(),
            learned_reward: slot.learned_reward.map(|reward| words::reward(f64::from(reward))),
        };
        if part.slot_id.is_some() {
            let became = outcome(self.view.state, slot.learned_reward, self.is_rewarded());
            part.sentence = format!("{} {}. {became}", slot.reward_action_id, choice(self.view, &part));
        }
        part
    }

    fn is_rewarded(&self) -> bool {
        let slot_id = self.slot().slot_id.as_ref();
        let is_mine = |reward: &&RewardView| reward.slot_id.is_none() || reward.slot_id.as_ref() == slot_id;
        self.view.rewards.iter().filter(is_mine).any(|reward| reward.fate == RewardFate::Counted)
    }

    /// In the order of the answer.
    fn answer(&self) -> Vec<ProbabilityBar> {
        let slot = self.slot();
        slot.ranking.iter().map(|(id, probability)| self.bar(id, *probability, &slot.reward_action_id)).collect()
    }

    /// The policy's own probabilities, the most probable first; `None` where they were answered.
    fn policy(&self) -> Option<Vec<ProbabilityBar>> {
        if self.view.mode.policy_decides() {
            return None;
        }
        let slot = self.slot();
        let bar = |(id, probability): &(ActionId, f32)| self.bar(id, *probability, &slot.policy_action_id);
        let mut bars: Vec<_> = slot.policy_pmf.iter().map(bar).collect();
        bars.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Some(bars)
    }

    fn bar(&self, id: &ActionId, probability: f32, chosen: &ActionId) -> ProbabilityBar {
        let slot = self.slot();
        let own = |id: &ActionId| slot.policy_pmf.iter().find(|(other, _)| other == id).map_or(0.0, |(_, own)| *own);
        let most = slot.policy_pmf.iter().map(|(_, own)| *own).fold(0.0, f32::max);
        let is_excluded = slot.excluded.contains(id);
        ProbabilityBar {
            words: if is_excluded { self.why_excluded(id) } else { words::percent(f64::from(probability)) },
            is_chosen: id == chosen,
            is_best: own(id) == most && most > 0.0,
            is_baseline: *id == slot.baseline_action_id,
            is_excluded,
            action: id.clone(),
            probability,
        }
    }

    fn why_excluded(&self, id: &ActionId) -> String {
        let earlier = self.view.slots[..self.slot_idx].iter().find(|slot| slot.reward_action_id == *id);
        let by_request = |ids: &Vec<String>| ids.iter().any(|other| other == id.as_str());
        match earlier.and_then(|slot| slot.slot_id.as_ref()) {
            Some(slot_id) => format!("shown in {slot_id}"),
            None if self.slot().slot_id.is_none() || self.excluded.get(self.slot_idx).is_some_and(by_request) => {
                "excluded".to_owned()
            }
            None => "kept for a later slot".to_owned(),
        }
    }
}

/// What a multi-slot request excluded, slot by slot.
fn excluded_by_request(view: &EventView) -> Vec<Vec<String>> {
    #[derive(Debug, serde::Deserialize)]
    struct Request {
        #[serde(default)]
        slots: Vec<Excluding>,
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Excluding {
        #[serde(default)]
        excluded_actions: Option<Vec<String>>,
    }
    let request = serde_json::from_str::<Request>(&view.request);
    let slots = request.map(|request| request.slots).unwrap_or_default();
    slots.into_iter().map(|slot| slot.excluded_actions.unwrap_or_default()).collect()
}
