//! The life of one event, decided by log time alone: pending, rewarded, learned, expired or dropped.
//!
//! The trainer keeps one `EventLife` for each open event; the page of a closed event replays its records through the
//! same type, so what is shown is what was done.

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use crate::terms::{EventState, LearningMode, RewardAggregation};

/// A reward may precede its Rank by up to this span (the old joiner's rule).
pub const EARLY_REWARD_US: i64 = 120 * 1_000_000;

/// The settings that decide how an event ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventRules {
    pub aggregation: RewardAggregation,
    pub default_reward: f32,
    /// The loop's mode now, when the event may be learned; its own mode at the Rank is in `EventLife`.
    pub mode: LearningMode,
}

/// A reward that was joined to its event.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReceivedReward {
    pub value: f32,
    pub at_us: i64,
}

/// What is to be learned from one slot of an event, once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closing {
    /// Counts from 0 in the order of the request; a plain event has the one slot 0.
    pub slot_idx: usize,
    /// The reward that stands for the slot.
    pub reward: f32,
    pub state: EventState,
    /// Whether the model learns from it now.
    pub is_learned: bool,
}

/// What the fold remembers of an event while its wait time runs. A snapshot says the deadline beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventLife {
    pub mode: LearningMode,
    #[serde(skip)]
    pub deadline_us: i64,
    is_activated: bool,
    /// In the order of the request; a plain event has one.
    slots: SmallVec<[SlotLife; 1]>,
}

/// The rewards of one slot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct SlotLife {
    rewards: Vec<ReceivedReward>,
    /// Set once: the slot has its final state.
    closed: Option<(EventState, f32)>,
}

impl EventLife {
    /// An event at the moment of its Rank.
    pub fn new(ranked_at_us: i64, reward_wait_us: i64, mode: LearningMode, is_deferred: bool, n_slots: usize) -> Self {
        Self {
            mode,
            deadline_us: ranked_at_us.saturating_add(reward_wait_us),
            is_activated: !is_deferred,
            slots: smallvec![SlotLife::default(); n_slots],
        }
    }

    /// Whether it was shown, as far as is known.
    pub fn is_active(&self) -> bool {
        self.is_activated
    }

    /// Whether every slot has its final state.
    pub fn is_closed(&self) -> bool {
        self.slots.iter().all(|slot| slot.closed.is_some())
    }

    /// Whether this slot has its final state.
    pub fn is_slot_closed(&self, slot_idx: usize) -> bool {
        self.slots[slot_idx].closed.is_some()
    }

    /// How many slots it has.
    pub fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// Where it stands. An event with several slots is learned once all have their end and one was learned.
    pub fn state(&self) -> EventState {
        let ended_as = |state| self.slots.iter().any(|slot| slot.closed.is_some_and(|(ended, _)| ended == state));
        let ends = [EventState::Learned, EventState::Rewarded, EventState::Expired, EventState::Dropped];
        match (self.is_closed(), self.is_activated, self.is_rewarded()) {
            (true, _, _) => ends.into_iter().find(|state| ended_as(*state)).unwrap_or(EventState::Dropped),
            (false, false, _) => EventState::Inactive,
            (false, true, false) => EventState::Pending,
            (false, true, true) => EventState::Rewarded,
        }
    }

    /// Whether any slot got a reward.
    pub fn is_rewarded(&self) -> bool {
        self.slots.iter().any(|slot| !slot.rewards.is_empty())
    }

    /// The reward that was learned from a slot, or that stands for it when it expired.
    pub fn learned_slot_reward(&self, slot_idx: usize) -> Option<f32> {
        self.slots[slot_idx]
            .closed
            .filter(|(state, _)| matches!(state, EventState::Learned | EventState::Expired))
            .map(|(_, value)| value)
    }

    /// The reward that was learned, or that stands for it when it expired; of several slots the mean of those decided.
    pub fn learned_reward(&self) -> Option<f32> {
        let decided = (0..self.slots.len()).filter_map(|slot_idx| self.learned_slot_reward(slot_idx));
        let (n, sum) = decided.fold((0_u32, 0.0), |(n, sum), value| (n + 1, sum + f64::from(value)));
        (n > 0).then(|| (sum / f64::from(n)) as f32)
    }

    /// The reward of a slot as far as it is known: the aggregate of those received, else the default.
    pub fn reward_so_far(&self, slot_idx: usize, rules: &EventRules) -> f32 {
        aggregate(rules.aggregation, &self.slots[slot_idx].rewards).unwrap_or(rules.default_reward)
    }

    /// The same of every slot, in order.
    pub fn rewards_so_far(&self, rules: &EventRules) -> impl Iterator<Item = f32> {
        (0..self.slots.len()).map(|slot_idx| self.reward_so_far(slot_idx, rules))
    }

    /// Whether another reward for the slot would be a duplicate: with `earliest`, all after the first.
    pub fn is_satisfied(&self, slot_idx: usize, rules: &EventRules) -> bool {
        let slot = &self.slots[slot_idx];
        slot.closed.is_some() || (rules.aggregation == RewardAggregation::Earliest && !slot.rewards.is_empty())
    }

    /// Joins a reward that is in time. `Some` when the slot is to be learned now.
    pub fn add_reward(&mut self, slot_idx: usize, reward: ReceivedReward, rules: &EventRules) -> Option<Closing> {
        if self.is_satisfied(slot_idx, rules) {
            return None;
        }
        self.slots[slot_idx].rewards.push(reward);
        self.learn_early(slot_idx, rules)
    }

    /// The rules changed under an open event: the slots that the new ones decide now.
    pub fn settle(&mut self, rules: &EventRules) -> Vec<Closing> {
        (0..self.slots.len()).filter_map(|slot_idx| self.learn_early(slot_idx, rules)).collect()
    }

    /// Activates it in time: the slots that are to be learned now.
    pub fn activate(&mut self, rules: &EventRules) -> Vec<Closing> {
        self.is_activated = true;
        self.settle(rules)
    }

    /// With `earliest` nothing that can still come changes the reward, so nothing is waited for.
    fn learn_early(&mut self, slot_idx: usize, rules: &EventRules) -> Option<Closing> {
        let slot = &self.slots[slot_idx];
        let is_decided = rules.aggregation == RewardAggregation::Earliest
            && self.is_activated
            && slot.closed.is_none()
            && !slot.rewards.is_empty();
        if is_decided { Some(self.close(slot_idx, rules)) } else { None }
    }

    /// The wait is over: the slots that were not closed before.
    pub fn expire(&mut self, rules: &EventRules) -> Vec<Closing> {
        let open = (0..self.slots.len()).filter(|slot_idx| self.slots[*slot_idx].closed.is_none());
        let open: Vec<usize> = open.collect();
        open.into_iter().map(|slot_idx| self.close(slot_idx, rules)).collect()
    }

    fn close(&mut self, slot_idx: usize, rules: &EventRules) -> Closing {
        let reward = self.reward_so_far(slot_idx, rules);
        let can_learn = self.learns(rules);
        let slot = &mut self.slots[slot_idx];
        let (state, is_learned) = match (self.is_activated, slot.rewards.is_empty()) {
            (false, _) => (EventState::Dropped, false),
            (true, true) => (EventState::Expired, can_learn),
            (true, false) if can_learn => (EventState::Learned, true),
            (true, false) => (EventState::Rewarded, false),
        };
        slot.closed = Some((state, reward));
        Closing { slot_idx, reward, state, is_learned }
    }

    /// A frozen or merely logging loop learns nothing, whenever its events were ranked.
    fn learns(&self, rules: &EventRules) -> bool {
        let teaches = |mode| matches!(mode, LearningMode::Online | LearningMode::Apprentice);
        // An event ranked while frozen was drawn by the policy with its propensity, so it may teach later.
        teaches(rules.mode) && self.mode != LearningMode::LoggingOnly
    }
}

/// One reward from several, or `None` from none. Median of an even number: the mean of the middle two.
fn aggregate(aggregation: RewardAggregation, rewards: &[ReceivedReward]) -> Option<f32> {
    let first = rewards.first()?.value;
    let values = || rewards.iter().map(|reward| f64::from(reward.value));
    let value = match aggregation {
        RewardAggregation::Earliest => return Some(first),
        RewardAggregation::Sum => values().sum(),
        RewardAggregation::Average => values().sum::<f64>() / rewards.len() as f64,
        RewardAggregation::Min => values().fold(f64::INFINITY, f64::min),
        RewardAggregation::Max => values().fold(f64::NEG_INFINITY, f64::max),
        RewardAggregation::Median => {
            let mut sorted: Vec<f64> = values().collect();
            sorted.sort_by(f64::total_cmp);
            let middle = sorted.len() / 2;
            if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
        }
    };
    Some(value as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLIEST: EventRules =
        EventRules { aggregation: RewardAggregation::Earliest, default_reward: -0.5, mode: LearningMode::Online };
    const SUM: EventRules = EventRules { aggregation: RewardAggregation::Sum, ..EARLIEST };

    fn event(is_deferred: bool) -> EventLife {
        EventLife::new(1_000, 600, LearningMode::Online, is_deferred, 1)
    }

    fn reward(value: f32) -> ReceivedReward {
        ReceivedReward { value, at_us: 1_100 }
    }

    #[test]
    fn with_earliest_the_first_reward_is_learned_at_once_and_no_other_counts() {
        let mut life = event(false);
        let closing = life.add_reward(0, reward(1.0), &EARLIEST).expect("learned now");
        assert_eq!((closing.reward, closing.state, closing.is_learned), (1.0, EventState::Learned, true));
        assert!(life.is_satisfied(0, &EARLIEST));
        assert_eq!(life.add_reward(0, reward(0.0), &EARLIEST), None);
        assert_eq!(life.expire(&EARLIEST), []);
        assert_eq!(life.learned_reward(), Some(1.0));
    }

    #[test]
    fn with_sum_rewards_add_up_until_the_wait_is_over() {
        let mut life = event(false);
        assert_eq!(life.add_reward(0, reward(1.0), &SUM), None);
        assert_eq!(life.add_reward(0, reward(0.75), &SUM), None);
        assert_eq!(life.state(), EventState::Rewarded);
        assert_eq!(life.expire(&SUM)[0].reward, 1.75);
        assert_eq!(life.state(), EventState::Learned);
    }

    #[test]
    fn without_a_reward_the_default_is_learned_at_the_end() {
        let mut life = event(false);
        let closing = life.expire(&EARLIEST)[0];
        assert_eq!((closing.reward, closing.state, closing.is_learned), (-0.5, EventState::Expired, true));
    }

    #[test]
    fn a_deferred_event_is_learned_once_it_is_activated_and_dropped_otherwise() {
        let mut shown = event(true);
        assert_eq!(shown.add_reward(0, reward(1.0), &EARLIEST), None);
        assert_eq!(shown.state(), EventState::Inactive);
        assert!(shown.activate(&EARLIEST)[0].is_learned);

        let mut never_shown = event(true);
        never_shown.add_reward(0, reward(1.0), &EARLIEST);
        let closing = never_shown.expire(&EARLIEST)[0];
        assert_eq!((closing.state, closing.is_learned), (EventState::Dropped, false));
    }

    #[test]
    fn each_slot_has_its_own_reward_and_the_event_ends_with_the_last_of_them() {
        let mut life = EventLife::new(1_000, 600, LearningMode::Online, false, 2);
        assert_eq!(life.add_reward(1, reward(1.0), &EARLIEST).map(|closing| closing.slot_idx), Some(1));
        assert_eq!((life.state(), life.is_closed()), (EventState::Rewarded, false));
        assert!(life.is_satisfied(1, &EARLIEST) && !life.is_satisfied(0, &EARLIEST));

        let closings = life.expire(&EARLIEST);
        assert_eq!(closings.len(), 1);
        assert_eq!((closings[0].slot_idx, closings[0].reward, closings[0].state), (0, -0.5, EventState::Expired));
        assert_eq!((life.state(), life.learned_reward()), (EventState::Learned, Some(0.25)));
    }

    #[test]
    fn a_frozen_loop_keeps_the_reward_and_learns_nothing() {
        let frozen = EventRules { mode: LearningMode::Frozen, ..EARLIEST };
        let mut life = event(false);
        let closing = life.add_reward(0, reward(1.0), &frozen).expect("closed now");
        assert_eq!((closing.state, closing.is_learned), (EventState::Rewarded, false));
    }

    #[test]
    fn several_rewards_become_one_as_the_aggregation_says() {
        let rewards: Vec<_> = [0.25, 1.0, 0.5, -0.25].into_iter().map(reward).collect();
        let of = |aggregation| aggregate(aggregation, &rewards);
        assert_eq!(of(RewardAggregation::Earliest), Some(0.25));
        assert_eq!(of(RewardAggregation::Average), Some(0.375));
        assert_eq!(of(RewardAggregation::Median), Some(0.375));
        assert_eq!(of(RewardAggregation::Sum), Some(1.5));
        assert_eq!(of(RewardAggregation::Min), Some(-0.25));
        assert_eq!(of(RewardAggregation::Max), Some(1.0));
        assert_eq!(aggregate(RewardAggregation::Sum, &[]), None);
    }
}
