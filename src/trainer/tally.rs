//! Counters and curves of a loop, as a fold over its log.
//!
//! An event belongs to the moment of its Rank, and counts with the default reward until it is told otherwise: a curve
//! made of rewarded events alone would only show the ones that went well. Events are counted once however many slots
//! they have; in the sums of rewards each slot is one observation.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{action_sums::ActionSums, event_table::OpenEvent, join::Joined, marks::Marks, rings::Rings};
use crate::{
    bandit::evaluation::WeightedRewards,
    log::{EventRules, Ranked},
    terms::{ActionId, EventState, LearningMode},
};

/// How many apprentice events the imitation numbers look back on (the old service's window).
const N_IMITATION_EVENTS: usize = 1_000;

/// Counted since the loop was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// Events stored.
    pub ranked: u64,
    /// Deferred events that were activated in time.
    pub activated: u64,
    /// Events with at least one reward in time.
    pub rewarded: u64,
    /// Events whose own reward was learned.
    pub learned: u64,
    /// Events for which the default reward stands.
    pub expired: u64,
    /// Deferred events that were never activated.
    pub dropped: u64,
    pub orphan_rewards: u64,
    pub duplicate_rewards: u64,
    pub late_rewards: u64,
    /// Ranks under a known event id with another body: answered, not stored.
    pub conflicting_ranks: u64,
    /// Events without their final state.
    pub pending: u64,
    /// Events whose choice was not the most probable action.
    pub explored: u64,
    /// Learning steps, resets and retrainings of the model since the loop was made.
    pub model_version: i64,
    pub last_rank_us: Option<i64>,
    pub last_reward_us: Option<i64>,
    /// When the model last learned.
    pub last_learned_us: Option<i64>,
    /// By how much the worst of the late rewards missed.
    pub latest_miss_us: Option<i64>,
}

/// Sums over the events ranked within one span of time. An event without a reward so far counts with the default one.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    pub start_us: i64,
    pub span_us: i64,
    pub n_ranked: u64,
    /// Of these, active: deferred ones count once they are activated.
    pub n_active: u64,
    pub n_rewarded: u64,
    pub n_explored: u64,
    /// What was earned by the actions that were answered (every weight is 1).
    pub answered: WeightedRewards,
    /// What the learned policy earned; empty while the caller's order is answered.
    pub learned: WeightedRewards,
    /// What the caller's first action would have earned.
    pub baseline: WeightedRewards,
    /// What an even draw would have earned; empty while the caller's order is answered, which tries nothing else.
    pub random: WeightedRewards,
    /// The policy's probabilities, action by action; at most 32 actions, the most offered first.
    pub actions: Vec<ActionShare>,
}

/// One action within a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionShare {
    pub action_id: ActionId,
    pub n_offered: u64,
    pub n_chosen: u64,
    pub sum_probability: f64,
}

/// Apprentice mode in the old service's terms (`latestApprenticeModeMetrics`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ImitationNumbers {
    pub n_events: u64,
    pub sum_rewards: f64,
    /// Events on which the policy's own draw was the baseline action.
    pub n_imitated: u64,
    pub sum_imitated_rewards: f64,
}

/// One apprentice event of the window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct ImitationEvent {
    seq: i64,
    slot_idx: usize,
    reward: f32,
    is_imitated: bool,
}

/// Everything that is counted of a loop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub counters: Counters,
    rings: Rings,
    imitation: VecDeque<ImitationEvent>,
    pub marks: Marks,
    pub action_sums: ActionSums,
}

impl Tally {
    /// Counts what a record did to an event. `at_us` is the record's time.
    pub fn count(&mut self, joined: &Joined<'_>, at_us: i64) {
        match joined {
            Joined::Opened { event, ranked, action_ids, rules } => self.open(event, ranked, action_ids, rules),
            Joined::Activated { event, rules } => {
                self.counters.activated += 1;
                self.begin(event, rules);
            }
            Joined::Rewarded { event, slot_idx, before, after, is_first } => {
                self.counters.last_reward_us = Some(at_us);
                if *is_first {
                    self.counters.rewarded += 1;
                    self.rings.change(event.ranked_at_us, |sums| sums.n_rewarded += 1);
                }
                self.restate(event, *slot_idx, *before, *after);
            }
            Joined::Restated { event, slot_idx, before, after } => self.restate(event, *slot_idx, *before, *after),
            Joined::Closed { event, is_last: true, .. } => {
                self.action_sums.close(event.seq);
                self.close(event.life.state());
            }
            Joined::Closed { is_last: false, .. } => {}
            Joined::Duplicate => self.counters.duplicate_rewards += 1,
            Joined::Late { missed_by_us } => {
                self.counters.late_rewards += 1;
                self.counters.latest_miss_us = self.counters.latest_miss_us.max(Some(*missed_by_us));
            }
            Joined::Orphan => self.counters.orphan_rewards += 1,
            Joined::NoOrphan => self.counters.orphan_rewards -= 1,
        }
    }

    fn open(&mut self, event: &OpenEvent, ranked: &Ranked, action_ids: &[ActionId], rules: &EventRules) {
        let is_exploring = ranked.is_exploring();
        self.counters.ranked += 1;
        self.counters.pending += 1;
        self.counters.explored += u64::from(is_exploring);
        self.counters.last_rank_us = Some(event.ranked_at_us);
        self.marks.note_actions(action_ids);
        self.action_sums.open(event, ranked, action_ids);
        self.rings.add(event.ranked_at_us, |sums| {
            sums.n_ranked += 1;
            sums.n_explored += u64::from(is_exploring);
            for slot in &ranked.slots {
                for (action_idx, (action_id, probability)) in action_ids.iter().zip(&slot.policy_pmf).enumerate() {
                    sums.add_share(action_id, *probability, action_idx == slot.answer.chosen_idx);
                }
            }
        });
        if event.life.is_active() {
            self.begin(event, rules);
        }
    }

    /// An active event counts from now on.
    fn begin(&mut self, event: &OpenEvent, rules: &EventRules) {
        self.action_sums.begin(event, rules);
        self.rings.change(event.ranked_at_us, |sums| {
            sums.n_active += 1;
            for (weights, reward) in event.weights.iter().zip(event.life.rewards_so_far(rules)) {
                let value = f64::from(reward);
                sums.answered.add(1.0, value);
                sums.learned.add(weights.learned(), value);
                sums.baseline.add(weights.baseline(), value);
                sums.random.add(weights.random(), value);
            }
        });
        if event.life.mode == LearningMode::Apprentice {
            let slots = event.weights.iter().zip(event.life.rewards_so_far(rules)).enumerate();
            for (slot_idx, (weights, reward)) in slots {
                if self.imitation.len() == N_IMITATION_EVENTS {
                    self.imitation.pop_front();
                }
                let is_imitated = weights.is_imitated;
                self.imitation.push_back(ImitationEvent { seq: event.seq, slot_idx, reward, is_imitated });
            }
        }
    }

    fn restate(&mut self, event: &OpenEvent, slot_idx: usize, before: f32, after: f32) {
        if before == after || !event.life.is_active() {
            return;
        }
        let (weights, old, new) = (event.weights[slot_idx], f64::from(before), f64::from(after));
        self.action_sums.restate(event, slot_idx, (old, new));
        self.rings.change(event.ranked_at_us, |sums| {
            sums.answered.replace(1.0, old, new);
            sums.learned.replace(weights.learned(), old, new);
            sums.baseline.replace(weights.baseline(), old, new);
            sums.random.replace(weights.random(), old, new);
        });
        let is_same = |known: &&mut ImitationEvent| known.seq == event.seq && known.slot_idx == slot_idx;
        if let Some(known) = self.imitation.iter_mut().rfind(is_same) {
            known.reward = after;
        }
    }

    fn close(&mut self, state: EventState) {
        self.counters.pending -= 1;
        match state {
            EventState::Learned => self.counters.learned += 1,
            EventState::Expired => self.counters.expired += 1,
            EventState::Dropped => self.counters.dropped += 1,
            _ => {}
        }
    }

    /// Sums over the last `span_us`; see `LiveLoop::curve`.
    pub fn curve(&self, now_us: i64, span_us: i64, n_buckets: usize) -> Vec<Bucket> {
        self.rings.curve(now_us, span_us, n_buckets)
    }

    /// Sums between two instants; see `LiveLoop::curve_between`.
    pub fn curve_between(&self, now_us: i64, ends_us: (i64, i64), n_buckets: usize) -> Vec<Bucket> {
        self.rings.curve_between(now_us, ends_us, n_buckets)
    }

    /// Apprentice numbers over the most recent 1,000 apprentice events.
    pub fn imitation(&self) -> ImitationNumbers {
        self.imitation.iter().fold(ImitationNumbers::default(), |sum, event| {
            let reward = f64::from(event.reward);
            ImitationNumbers {
                n_events: sum.n_events + 1,
                sum_rewards: sum.sum_rewards + reward,
                n_imitated: sum.n_imitated + u64::from(event.is_imitated),
                sum_imitated_rewards: sum.sum_imitated_rewards + if event.is_imitated { reward } else { 0.0 },
            }
        })
    }
}
