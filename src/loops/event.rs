//! What is known of single events, from the log.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{EventSummary, LiveLoop, LoopError};
use crate::{
    log::{EARLY_REWARD_US, EventLife, EventRules, Fact, Ranked, RankedSlot, ReceivedReward, Record},
    store::StoredRecord,
    terms::{ActionId, Credential, EventId, EventState, LearningMode, SlotId},
    trainer::RulesHistory,
};

/// One event, whole.
#[derive(Debug, Clone)]
pub struct EventView {
    pub event_id: EventId,
    pub seq: i64,
    pub ranked_at_us: i64,
    /// What its caller proved itself by, if that was noted.
    pub came_with: Option<Credential>,
    pub state: EventState,
    /// The Rank's body as it was received.
    pub request: Box<str>,
    /// The loop's own actions, when the request brought none.
    pub loop_actions: Option<Box<RawValue>>,
    /// What was decided, in the order of the request; a plain event has one slot without a name.
    pub slots: Vec<SlotView>,
    pub is_exploring: bool,
    pub mode: LearningMode,
    pub model_version: i64,
    pub policy_version: i64,
    pub deadline_us: i64,
    pub is_deferred: bool,
    pub activated_at_us: Option<i64>,
    /// Every reward that arrived, also late and duplicate ones.
    pub rewards: Vec<RewardView>,
    /// Of several slots the mean.
    pub learned_reward: Option<f32>,
    /// When it got its final state, by log time.
    pub closed_at_us: Option<i64>,
}

/// One slot of an event.
#[derive(Debug, Clone)]
pub struct SlotView {
    /// `None` in a plain event.
    pub slot_id: Option<SlotId>,
    /// As it was answered; the answer to a multi-slot Rank tells the chosen action alone.
    pub ranking: Vec<(ActionId, f32)>,
    pub reward_action_id: ActionId,
    /// The policy's own probabilities, in request order; differs from `ranking` in apprentice and logging-only mode.
    pub policy_pmf: Vec<(ActionId, f32)>,
    pub policy_action_id: ActionId,
    pub baseline_action_id: ActionId,
    /// What could not be shown here: excluded by the request, shown by an earlier slot, or kept for a later one.
    pub excluded: Vec<ActionId>,
    pub learned_reward: Option<f32>,
}

/// A reward as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct RewardView {
    /// `None` when the call named no slot.
    pub slot_id: Option<SlotId>,
    pub value: f32,
    pub at_us: i64,
    pub fate: RewardFate,
}

/// What became of a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewardFate {
    /// It stands for its slots, by itself or as one of several.
    Counted,
    /// Each slot that it is for had its reward.
    Duplicate,
    /// It came after the wait time.
    Late,
    /// It came longer before the Rank than a reward may.
    Early,
    /// The event has no slot of that name.
    UnknownSlot,
}

impl EventView {
    /// The first slot; of a plain event the only one.
    pub fn first(&self) -> &SlotView {
        self.slots.first().expect("a record without slots is not read")
    }
}

impl LiveLoop {
    /// `None` when no such event was stored.
    pub async fn event(&self, event_id: &EventId) -> Result<Option<EventView>, LoopError> {
        let records = self.tools().store.records_of_event(self.id(), event_id).await?;
        view(&records, &self.cell().in_force().rules, self.now_us())
    }
}

/// What happened to one event, told from its own records by the same life that the trainer gives it.
pub(super) struct ToldEvent {
    seq: i64,
    ranked_at_us: i64,
    ranked: Arc<Ranked>,
    story: Story,
}

impl ToldEvent {
    /// `records` are all of the event but its Rank, in order; rewards may have come before it.
    pub(super) fn of(
        (seq, ranked_at_us): (i64, i64),
        ranked: Arc<Ranked>,
        records: &[Record],
        rules: &RulesHistory,
        now_us: i64,
    ) -> Self {
        let (wait_us, n_slots) = (ranked.reward_wait_us, ranked.slots.len());
        let mut story = Story {
            life: EventLife::new(ranked_at_us, wait_us, ranked.mode, ranked.is_deferred, n_slots),
            slot_ids: ranked.slots.iter().filter_map(|slot| slot.slot_id.clone()).collect(),
            activated_at_us: None,
            rewards: Vec::new(),
            closed_at_us: None,
            told_seq: seq,
        };
        for record in records {
            story.settle(record.seq, rules);
            story.follow(record, seq, ranked_at_us, rules);
        }
        story.settle(i64::MAX, rules);
        story.end(rules, now_us);
        Self { seq, ranked_at_us, ranked, story }
    }

    /// The event as a row.
    pub(super) fn summary(&self) -> EventSummary {
        let counted = self.story.rewards.iter().find(|reward| reward.fate == RewardFate::Counted);
        let reward = self.story.life.learned_reward().or(counted.map(|reward| reward.value));
        EventSummary::of((self.seq, self.ranked_at_us), &self.ranked, self.story.life.state(), reward)
    }

    fn view(self) -> EventView {
        self.story.tell(self.seq, self.ranked_at_us, &self.ranked)
    }
}

/// A stored record, read.
pub(super) fn read_record(stored: &StoredRecord) -> Result<Record, LoopError> {
    let fact = Fact::from_body(stored.seq, stored.kind, &stored.body)?;
    Ok(Record { seq: stored.seq, at_us: stored.at_us, fact })
}

fn view(records: &[StoredRecord], rules: &RulesHistory, now_us: i64) -> Result<Option<EventView>, LoopError> {
    let mut facts = records.iter().map(read_record).collect::<Result<Vec<_>, _>>()?;
    let Some(idx) = facts.iter().position(|record| matches!(record.fact, Fact::Ranked(_))) else { return Ok(None) };
    let ranked = facts.remove(idx);
    let Fact::Ranked(decision) = ranked.fact else { unreachable!("its kind was just seen") };
    Ok(Some(ToldEvent::of((ranked.seq, ranked.at_us), decision, &facts, rules, now_us).view()))
}

struct Story {
    life: EventLife,
    slot_ids: Vec<SlotId>,
    activated_at_us: Option<i64>,
    rewards: Vec<RewardView>,
    closed_at_us: Option<i64>,
    /// Up to here the story is told.
    told_seq: i64,
}

impl Story {
    /// Rules that came into force before record `seq` may have decided the event, as they did for the trainer.
    fn settle(&mut self, seq: i64, rules: &RulesHistory) {
        for (_, at_us, rules) in rules.between(self.told_seq, seq) {
            if *at_us < self.life.deadline_us && !self.life.settle(rules).is_empty() && self.life.is_closed() {
                self.closed_at_us = Some(*at_us);
            }
        }
        self.told_seq = self.told_seq.max(seq);
    }

    fn follow(&mut self, record: &Record, ranked_seq: i64, ranked_at_us: i64, rules: &RulesHistory) {
        let is_in_time = record.at_us < self.life.deadline_us;
        let lost = match () {
            () if !is_in_time => Some(RewardFate::Late),
            () if record.at_us.saturating_add(EARLY_REWARD_US) < ranked_at_us => Some(RewardFate::Early),
            () => None,
        };
        // An early reward was decided under the rules of the Rank that it waited for.
        let rules = rules.at_seq(record.seq.max(ranked_seq));
        let was_closed = self.life.is_closed();
        let given = |value| ReceivedReward { value, at_us: record.at_us };
        match &record.fact {
            Fact::Rewarded(rewarded) => self.reward(None, given(rewarded.value), lost, &rules),
            Fact::SlotsRewarded(rewarded) => {
                for reward in &rewarded.rewards {
                    self.reward(Some(&reward.slot_id), given(reward.value), lost, &rules);
                }
            }
            Fact::Activated(_) if is_in_time => {
                self.activated_at_us.get_or_insert(record.at_us);
                self.life.activate(&rules);
            }
            _ => {}
        }
        if self.life.is_closed() && !was_closed {
            self.closed_at_us = Some(record.at_us.max(ranked_at_us));
        }
    }

    fn reward(
        &mut self,
        slot_id: Option<&SlotId>,
        given: ReceivedReward,
        lost: Option<RewardFate>,
        rules: &EventRules,
    ) {
        let is_meant = |slot_idx: &usize| slot_id.is_none_or(|id| self.slot_ids.get(*slot_idx) == Some(id));
        let slots: Vec<usize> = (0..self.life.n_slots()).filter(is_meant).collect();
        let open: Vec<usize> =
            slots.iter().copied().filter(|slot_idx| !self.life.is_satisfied(*slot_idx, rules)).collect();
        let fate = match lost {
            Some(fate) => fate,
            None if slots.is_empty() => RewardFate::UnknownSlot,
            None if open.is_empty() => RewardFate::Duplicate,
            None => RewardFate::Counted,
        };
        let ReceivedReward { value, at_us } = given;
        self.rewards.push(RewardView { slot_id: slot_id.cloned(), value, at_us, fate });
        if fate == RewardFate::Counted {
            for slot_idx in open {
                self.life.add_reward(slot_idx, given, rules);
            }
        }
    }

    fn end(&mut self, rules: &RulesHistory, now_us: i64) {
        let deadline_us = self.life.deadline_us;
        if deadline_us <= now_us && !self.life.expire(&rules.at_deadline(deadline_us)).is_empty() {
            self.closed_at_us = Some(deadline_us);
        }
    }

    fn tell(self, seq: i64, ranked_at_us: i64, ranked: &Ranked) -> EventView {
        let is_exploring = ranked.is_exploring();
        let ids: Vec<ActionId> = match ranked.features() {
            Ok(features) => features.actions.into_iter().map(|action| action.id).collect(),
            Err(_) => ranked.slots[0].answer.ranking.iter().map(|(id, _)| id.clone()).collect(),
        };
        let slot = |(slot_idx, slot): (usize, RankedSlot)| SlotView {
            slot_id: slot.slot_id,
            learned_reward: self.life.learned_slot_reward(slot_idx),
            policy_action_id: ids[slot.policy_choice_idx].clone(),
            baseline_action_id: ids[slot.baseline_idx].clone(),
            excluded: slot.excluded_idx.into_iter().map(|idx| ids[idx].clone()).collect(),
            policy_pmf: ids.iter().cloned().zip(slot.policy_pmf).collect(),
            ranking: slot.answer.ranking,
            reward_action_id: slot.answer.reward_action_id,
        };
        EventView {
            seq,
            ranked_at_us,
            came_with: ranked.came_with,
            state: self.life.state(),
            learned_reward: self.life.learned_reward(),
            deadline_us: self.life.deadline_us,
            activated_at_us: self.activated_at_us,
            closed_at_us: self.closed_at_us,
            is_exploring,
            slots: ranked.slots.iter().cloned().enumerate().map(slot).collect(),
            rewards: self.rewards,
            event_id: ranked.event_id.clone(),
            request: ranked.request.clone(),
            loop_actions: ranked.loop_actions.clone(),
            mode: ranked.mode,
            model_version: ranked.model_version,
            policy_version: ranked.policy_version,
            is_deferred: ranked.is_deferred,
        }
    }
}
