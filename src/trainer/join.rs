//! Joins activations and rewards to the events they are for, and closes events when log time has passed.
//!
//! The same join feeds the live fold and the background training of a new model.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    decision::Decided,
    event_key::EventKey,
    event_table::{Entry, EventTable, OpenEvent},
    snapshot::SnapshotError,
    weights::Weights,
};
use crate::{
    log::{Closing, EARLY_REWARD_US, EventLife, EventRules, Fact, Ranked, ReceivedReward, Record},
    terms::{ActionId, EventId, SlotId},
};

/// What a record did to an event.
#[derive(Debug)]
pub enum Joined<'a> {
    /// Ranked. The rules say what stands for it until it is rewarded.
    Opened {
        event: &'a OpenEvent,
        ranked: &'a Ranked,
        action_ids: &'a [ActionId],
        rules: &'a EventRules,
    },
    /// Activated. The rules and its rewards say what stands for it now.
    Activated {
        event: &'a OpenEvent,
        rules: &'a EventRules,
    },
    /// A reward was joined: what stands for the slot went from `before` to `after`.
    Rewarded {
        event: &'a OpenEvent,
        slot_idx: usize,
        before: f32,
        after: f32,
        /// Whether the event had none before, in any slot.
        is_first: bool,
    },
    /// The rules changed, and with them what stands for the slot.
    Restated {
        event: &'a OpenEvent,
        slot_idx: usize,
        before: f32,
        after: f32,
    },
    /// A slot has its final state, and with the last one the event.
    Closed {
        event: &'a OpenEvent,
        closing: Closing,
        is_last: bool,
    },
    /// With `earliest`, a reward after the first.
    Duplicate,
    /// By how many microseconds a reward missed its event.
    Late {
        missed_by_us: i64,
    },
    Orphan,
    /// An orphan turned out to have been early: its event came within two minutes.
    NoOrphan,
}

/// A reward that came before its Rank, or for no event at all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EarlyReward {
    event_id: EventId,
    slot_id: Option<SlotId>,
    reward: ReceivedReward,
}

/// The open events of a loop, and what is known of others.
#[derive(Debug, Default)]
pub struct Join {
    pub(super) events: EventTable,
    early: VecDeque<EarlyReward>,
}

/// A join without the decisions, as bytes that do not depend on the order of a hash map.
#[derive(Debug)]
pub(super) struct JoinSnapshot {
    pub events: Vec<u8>,
    pub early: Vec<EarlyReward>,
}

impl Join {
    /// An event that is to be learned yet.
    pub fn open(&self, key: EventKey) -> Option<&OpenEvent> {
        self.events.open(key)
    }

    /// The instant at which the next event closes.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.events.next_deadline_us()
    }

    /// The oldest record of an event whose wait time runs.
    pub fn oldest_open_seq(&self) -> Option<i64> {
        self.events.all().map(|((_, seq), ..)| seq).min()
    }

    /// Every event with the end of its wait time.
    pub(super) fn until_us(&self) -> impl Iterator<Item = (EventKey, i64)> {
        self.events.all().map(|((deadline_us, _), key, _)| (key, deadline_us))
    }

    /// Events that are to be learned yet, in the order of their ranks.
    pub fn in_order(&self) -> Vec<(EventKey, &OpenEvent)> {
        let mut events: Vec<_> = self.events.all_open().collect();
        events.sort_unstable_by_key(|(_, event)| event.seq);
        events
    }

    /// Closes what is over at `at_us`, before the record of that instant is applied; `then` sees each closing, `gone`
    /// every event that leaves.
    pub fn expire(
        &mut self,
        at_us: i64,
        rules: &EventRules,
        mut then: impl FnMut(EventKey, Joined<'_>),
        mut gone: impl FnMut(EventKey),
    ) {
        while let Some((key, entry)) = self.events.pop_over(at_us) {
            if let Entry::Open(mut event) = entry {
                let closings = event.life.expire(rules);
                close(&event, key, closings, &mut then);
            }
            gone(key);
        }
        while self.early.front().is_some_and(|early| early.reward.at_us.saturating_add(EARLY_REWARD_US) < at_us) {
            self.early.pop_front();
        }
    }

    /// Applies one record about an event; `then` sees what it did, in order. A Rank comes with its decisions when they
    /// are known; otherwise they are read.
    pub fn apply(
        &mut self,
        record: &Record,
        decided: Option<Decided>,
        rules: &EventRules,
        mut then: impl FnMut(EventKey, Joined<'_>),
    ) {
        match &record.fact {
            Fact::Ranked(ranked) => {
                let decided = decided.unwrap_or_else(|| Decided::read(ranked));
                self.open_event(record, ranked, decided, rules, &mut then);
            }
            Fact::Rewarded(rewarded) => {
                let given = Given { slot_id: None, value: rewarded.value, at_us: record.at_us };
                self.add_reward(&rewarded.event_id, given, rewarded.missed_deadline_us, rules, &mut then);
            }
            Fact::SlotsRewarded(rewarded) => {
                for reward in &rewarded.rewards {
                    let given = Given { slot_id: Some(&reward.slot_id), value: reward.value, at_us: record.at_us };
                    self.add_reward(&rewarded.event_id, given, rewarded.missed_deadline_us, rules, &mut then);
                }
            }
            Fact::Activated(activated) => {
                let key = EventKey::of(&activated.event_id);
                self.events.change(key, |event| {
                    if !event.life.is_active() {
                        let closings = event.life.activate(rules);
                        then(key, Joined::Activated { event, rules });
                        close(event, key, closings, &mut then);
                    }
                });
            }
            _ => {}
        }
    }

    /// The rules changed: restates what stands for the open events, and closes those that the new rules decide.
    pub fn settle(&mut self, old: &EventRules, new: &EventRules, mut then: impl FnMut(EventKey, Joined<'_>)) {
        self.events.change_all(|key, event| {
            for slot_idx in (0..event.life.n_slots()).filter(|slot_idx| !event.life.is_slot_closed(*slot_idx)) {
                let (before, after) =
                    (event.life.reward_so_far(slot_idx, old), event.life.reward_so_far(slot_idx, new));
                if before != after {
                    then(key, Joined::Restated { event, slot_idx, before, after });
                }
            }
            let closings = event.life.settle(new);
            close(event, key, closings, &mut then);
        });
    }

    fn open_event(
        &mut self,
        record: &Record,
        ranked: &Ranked,
        decided: Decided,
        rules: &EventRules,
        then: &mut impl FnMut(EventKey, Joined<'_>),
    ) {
        let n_slots = ranked.slots.len();
        let life = EventLife::new(record.at_us, ranked.reward_wait_us, ranked.mode, ranked.is_deferred, n_slots);
        let Decided { decisions, action_ids } = decided;
        let slot_ids = ranked.slots.iter().filter_map(|slot| slot.slot_id.clone()).collect();
        let weights = ranked.slots.iter().map(|slot| Weights::of(ranked.mode, slot)).collect();
        let mut event = OpenEvent::new((record.seq, record.at_us), life, slot_ids, weights, decisions);
        let key = EventKey::of(&ranked.event_id);
        then(key, Joined::Opened { event: &event, ranked, action_ids: &action_ids, rules });
        let (mine, others): (VecDeque<_>, VecDeque<_>) =
            self.early.drain(..).partition(|early| early.event_id == ranked.event_id);
        self.early = others;
        for EarlyReward { slot_id, reward, .. } in mine {
            then(key, Joined::NoOrphan);
            let given = Given { slot_id: slot_id.as_ref(), value: reward.value, at_us: reward.at_us };
            join_reward(&mut event, key, given, rules, then);
        }
        self.events.insert(key, event);
    }

    fn add_reward(
        &mut self,
        event_id: &EventId,
        given: Given<'_>,
        missed_deadline_us: Option<i64>,
        rules: &EventRules,
        then: &mut impl FnMut(EventKey, Joined<'_>),
    ) {
        let key = EventKey::of(event_id);
        match (self.events.get(key), missed_deadline_us) {
            (Some(Entry::Open(_)), _) => {
                self.events.change(key, |event| join_reward(event, key, given, rules, then));
            }
            (Some(Entry::Closed(slot_ids)), _) => {
                let is_of_slot = given.slot_id.is_none_or(|slot_id| slot_ids.contains(slot_id));
                then(key, if is_of_slot { Joined::Duplicate } else { Joined::Orphan });
            }
            (None, Some(deadline_us)) => then(key, Joined::Late { missed_by_us: given.at_us - deadline_us }),
            (None, None) => {
                let (slot_id, reward) = (given.slot_id.cloned(), given.received());
                self.early.push_back(EarlyReward { event_id: event_id.clone(), slot_id, reward });
                then(key, Joined::Orphan);
            }
        }
    }

    /// What a snapshot keeps.
    pub(super) fn to_snapshot(&self) -> JoinSnapshot {
        JoinSnapshot { events: self.events.to_bytes(), early: self.early.iter().cloned().collect() }
    }

    /// The join that a snapshot kept. Decisions of events to be learned follow through `remember`.
    pub(super) fn from_snapshot(events: &[u8], early: Vec<EarlyReward>) -> Result<Self, SnapshotError> {
        Ok(Self { events: EventTable::from_bytes(events)?, early: early.into() })
    }
}

/// A reward on its way to its event.
#[derive(Debug, Clone, Copy)]
struct Given<'a> {
    slot_id: Option<&'a SlotId>,
    value: f32,
    at_us: i64,
}

impl Given<'_> {
    fn received(self) -> ReceivedReward {
        ReceivedReward { value: self.value, at_us: self.at_us }
    }
}

fn join_reward(
    event: &mut OpenEvent,
    key: EventKey,
    given: Given<'_>,
    rules: &EventRules,
    then: &mut impl FnMut(EventKey, Joined<'_>),
) {
    let slots = event.slots_of(given.slot_id);
    if slots.is_empty() {
        return then(key, Joined::Orphan);
    }
    if slots.clone().all(|slot_idx| event.life.is_satisfied(slot_idx, rules)) {
        return then(key, Joined::Duplicate);
    }
    for slot_idx in slots {
        if event.life.is_satisfied(slot_idx, rules) {
            continue;
        }
        let (before, is_first) = (event.life.reward_so_far(slot_idx, rules), !event.life.is_rewarded());
        let closing = event.life.add_reward(slot_idx, given.received(), rules);
        let after = event.life.reward_so_far(slot_idx, rules);
        then(key, Joined::Rewarded { event, slot_idx, before, after, is_first });
        close(event, key, closing, then);
    }
}

/// Reports closings.
fn close(
    event: &OpenEvent,
    key: EventKey,
    closings: impl IntoIterator<Item = Closing>,
    then: &mut impl FnMut(EventKey, Joined<'_>),
) {
    let mut closings = closings.into_iter().peekable();
    while let Some(closing) = closings.next() {
        let is_last = closings.peek().is_none() && event.life.is_closed();
        then(key, Joined::Closed { event, closing, is_last });
    }
}
