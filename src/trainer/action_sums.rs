//! What became of each of a loop's own actions: how often it was offered, how often shown, and what it then earned.
//!
//! Only Ranks that brought no actions count; their ids are those that an operator defined, and not new every day. Sums are
//! kept in two generations of a fixed length, so that what is told is recent and memory is bounded: over one to two hours
//! for "now", over one to two weeks for judgements.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event_table::OpenEvent;
use crate::{
    bandit::evaluation::WeightedRewards,
    log::{EventRules, Ranked},
    terms::ActionId,
};

const HOUR_US: i64 = 3_600 * 1_000_000;
/// Lengths of a generation: for "now", and for judgements.
const LENGTHS_US: [i64; 2] = [HOUR_US, 7 * 24 * HOUR_US];
/// Actions counted in a generation. A loop has no more of its own at a time; those it had before make room with the next.
const N_ACTIONS: usize = 2_000;

/// What became of one action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionSum {
    /// Decisions in which it could be chosen.
    pub n_offered: u64,
    /// Decisions in which it was answered.
    pub n_chosen: u64,
    /// Of the policy's probabilities for it.
    pub sum_probability: f64,
    /// What the decisions earned in which it was answered, each with weight 1. Until one is rewarded the default stands.
    pub rewards: WeightedRewards,
}

/// Sums of all actions since one instant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Generation {
    from_us: i64,
    n_decisions: u64,
    of: BTreeMap<ActionId, ActionSum>,
}

impl Generation {
    fn change(&mut self, action_id: &ActionId, change: impl Fn(&mut ActionSum)) {
        if let Some(sum) = self.of.get_mut(action_id) {
            change(sum);
        } else if self.of.len() < N_ACTIONS {
            change(self.of.entry(action_id.clone()).or_default());
        }
    }
}

/// The present generation and the one before it, for each length.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionSums {
    generations: [[Generation; 2]; 2],
    /// The action that each slot of an open event was answered with, by record and slot: its reward may still come.
    shown: BTreeMap<(i64, u32), ActionId>,
}

impl ActionSums {
    /// A Rank of the loop's own actions.
    pub(super) fn open(&mut self, event: &OpenEvent, ranked: &Ranked, action_ids: &[ActionId]) {
        if ranked.loop_actions.is_none() {
            return;
        }
        self.turn(event.ranked_at_us);
        for (slot_idx, slot) in (0..).zip(&ranked.slots) {
            for generation in self.generations.iter_mut().map(|[now, _]| now) {
                generation.n_decisions += 1;
                for (action_idx, (action_id, probability)) in action_ids.iter().zip(&slot.policy_pmf).enumerate() {
                    if slot.excluded_idx.contains(&action_idx) {
                        continue;
                    }
                    generation.change(action_id, |sum| {
                        sum.n_offered += 1;
                        sum.n_chosen += u64::from(action_idx == slot.answer.chosen_idx);
                        sum.sum_probability += f64::from(*probability);
                    });
                }
            }
            if let Some(action_id) = action_ids.get(slot.answer.chosen_idx) {
                self.shown.insert((event.seq, slot_idx), action_id.clone());
            }
        }
    }

    /// The event is active: what stands for it counts from now on.
    pub(super) fn begin(&mut self, event: &OpenEvent, rules: &EventRules) {
        for (slot_idx, reward) in event.life.rewards_so_far(rules).enumerate() {
            self.change(event, slot_idx, |rewards| rewards.add(1.0, f64::from(reward)));
        }
    }

    /// Another reward stands for a slot: `(before, after)`.
    pub(super) fn restate(&mut self, event: &OpenEvent, slot_idx: usize, (before, after): (f64, f64)) {
        self.change(event, slot_idx, |rewards| rewards.replace(1.0, before, after));
    }

    /// Nothing will change about the event of this record any more.
    pub(super) fn close(&mut self, seq: i64) {
        while let Some(key) = self.shown.range((seq, 0)..=(seq, u32::MAX)).next().map(|(key, _)| *key) {
            self.shown.remove(&key);
        }
    }

    /// The open events were deleted.
    pub(super) fn forget_open(&mut self) {
        self.shown.clear();
    }

    /// For each length the number of decisions, and the sums by action.
    pub fn told(&self) -> [(u64, Vec<(ActionId, ActionSum)>); 2] {
        self.generations.each_ref().map(|[now, before]| {
            let mut all = before.of.clone();
            for (action_id, sum) in &now.of {
                let known = all.entry(action_id.clone()).or_default();
                known.n_offered += sum.n_offered;
                known.n_chosen += sum.n_chosen;
                known.sum_probability += sum.sum_probability;
                known.rewards.merge(&sum.rewards);
            }
            (now.n_decisions + before.n_decisions, all.into_iter().collect())
        })
    }

    /// Begins a new generation where the present one is over.
    fn turn(&mut self, at_us: i64) {
        for ([now, before], length_us) in self.generations.iter_mut().zip(LENGTHS_US) {
            if at_us < now.from_us + length_us {
                continue;
            }
            // After a long silence the one before is no neighbour any more.
            let is_neighbour = at_us < now.from_us + 2 * length_us;
            let past = std::mem::replace(now, Generation { from_us: at_us, ..Generation::default() });
            *before = if is_neighbour { past } else { Generation { from_us: past.from_us, ..Generation::default() } };
        }
    }

    /// Changes what the action of a slot earned, in the generation of its Rank.
    fn change(&mut self, event: &OpenEvent, slot_idx: usize, change: impl Fn(&mut WeightedRewards)) {
        let Ok(slot_idx) = u32::try_from(slot_idx) else { return };
        let Some(action_id) = self.shown.get(&(event.seq, slot_idx)) else { return };
        for [now, before] in &mut self.generations {
            let generation = if event.ranked_at_us >= now.from_us { now } else { before };
            // Of a generation that is gone nothing is told, and no new sum is begun for it.
            if event.ranked_at_us >= generation.from_us
                && let Some(sum) = generation.of.get_mut(action_id)
            {
                change(&mut sum.rewards);
            }
        }
    }
}
