//! Joins activations and rewards to the events they are for, and closes events when log time has passed.
//!
//! The same join feeds the live fold and the background training of a new model.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    decision::{Decided, Decision},
    weights::Weights,
};
use crate::{
    log::{Closing, EARLY_REWARD_US, EventLife, EventRules, Fact, Ranked, ReceivedReward, Record},
    terms::{ActionId, EventId, SlotId},
};

/// An event whose wait time runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenEvent {
    pub seq: i64,
    pub ranked_at_us: i64,
    pub life: EventLife,
    /// Empty for a plain event, whose one slot has no name.
    pub slot_ids: Vec<SlotId>,
    /// In the order of the slots.
    pub weights: Vec<Weights>,
    /// In the order of the slots; kept until all are learned. A snapshot leaves them out: they are in the log.
    #[serde(skip)]
    pub decisions: Arc<[Decision]>,
    /// Whether its decisions were read; after a restart they are once they are needed.
    #[serde(skip)]
    is_remembered: bool,
}

impl OpenEvent {
    /// Whether there is something left to learn from it that is only in the log.
    pub fn is_forgotten(&self) -> bool {
        !self.is_remembered && !self.life.is_closed()
    }

    /// An event of one slot, nothing of whose decision is known.
    #[cfg(test)]
    pub fn for_test(seq: i64, life: EventLife) -> Self {
        let (slot_ids, weights, decisions) = (Vec::new(), Vec::new(), Arc::default());
        Self { seq, ranked_at_us: seq, life, slot_ids, weights, decisions, is_remembered: false }
    }

    /// What a slot's closing teaches, while it is remembered.
    pub fn decision(&self, slot_idx: usize) -> Option<&Decision> {
        self.decisions.get(slot_idx)
    }

    /// The slots that a reward is for. One that names no slot says what the event as a whole earned, so it is each
    /// slot's; a name that the event does not have is nobody's.
    fn slots_of(&self, slot_id: Option<&SlotId>) -> std::ops::Range<usize> {
        match slot_id {
            None => 0..self.life.n_slots(),
            Some(slot_id) => match self.slot_ids.iter().position(|own| own == slot_id) {
                Some(slot_idx) => slot_idx..slot_idx + 1,
                None => 0..0,
            },
        }
    }
}

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
struct EarlyReward {
    event_id: EventId,
    slot_id: Option<SlotId>,
    reward: ReceivedReward,
}

/// The open events of a loop.
#[derive(Debug, Default)]
pub struct Join {
    /// In boxes: a map that grows moves all that is in it, 24 bytes an event this way and 150 without.
    pub(super) open: HashMap<EventId, Box<OpenEvent>>,
    /// Deadline and seq: events close in this order.
    pub(super) deadlines: BTreeMap<(i64, i64), EventId>,
    /// How many events came from a snapshot, and are still to be learned.
    pub(super) n_forgotten: usize,
    early: VecDeque<EarlyReward>,
}

/// A join without the decisions, in an order that does not depend on a hash map.
#[derive(Debug, Serialize, Deserialize)]
pub struct JoinSnapshot {
    open: Vec<(EventId, OpenEvent)>,
    early: Vec<EarlyReward>,
}

impl Join {
    /// Whether the event's wait time still runs.
    pub fn get(&self, event_id: &EventId) -> Option<&OpenEvent> {
        self.open.get(event_id).map(Box::as_ref)
    }

    /// The instant at which the next event closes.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.deadlines.keys().next().map(|(deadline_us, _)| *deadline_us)
    }

    /// The oldest record that an open event needs.
    pub fn oldest_open_seq(&self) -> Option<i64> {
        self.open.values().map(|event| event.seq).min()
    }

    /// Open events in the order of their ranks.
    pub fn in_order(&self) -> Vec<(&EventId, &OpenEvent)> {
        let mut events: Vec<_> = self.open.iter().map(|(event_id, event)| (event_id, &**event)).collect();
        events.sort_unstable_by_key(|(_, event)| event.seq);
        events
    }

    /// Closes what is over at `at_us`, before the record of that instant is applied; `then` sees each closing, `gone`
    /// every event that leaves.
    pub fn expire(
        &mut self,
        at_us: i64,
        rules: &EventRules,
        mut then: impl FnMut(&EventId, Joined<'_>),
        mut gone: impl FnMut(&EventId),
    ) {
        while self.next_deadline_us().is_some_and(|deadline_us| deadline_us <= at_us) {
            let Some((_, event_id)) = self.deadlines.pop_first() else { break };
            let Some(mut event) = self.open.remove(&event_id) else { continue };
            self.n_forgotten -= usize::from(event.is_forgotten());
            let closings = event.life.expire(rules);
            close(&mut event, &event_id, closings, &mut then);
            gone(&event_id);
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
        mut then: impl FnMut(&EventId, Joined<'_>),
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
                if let Some(event) = self.open.get_mut(&activated.event_id).filter(|event| !event.life.is_active()) {
                    let closings = event.life.activate(rules);
                    then(&activated.event_id, Joined::Activated { event, rules });
                    close(event, &activated.event_id, closings, &mut then);
                }
            }
            _ => {}
        }
    }

    /// The rules changed: restates what stands for the open events, and closes those that the new rules decide.
    pub fn settle(&mut self, old: &EventRules, new: &EventRules, mut then: impl FnMut(&EventId, Joined<'_>)) {
        let mut waiting: Vec<_> = self.open.iter_mut().filter(|(_, event)| !event.life.is_closed()).collect();
        waiting.sort_unstable_by_key(|(_, event)| event.seq);
        for (event_id, event) in waiting {
            for slot_idx in (0..event.life.n_slots()).filter(|slot_idx| !event.life.is_slot_closed(*slot_idx)) {
                let (before, after) =
                    (event.life.reward_so_far(slot_idx, old), event.life.reward_so_far(slot_idx, new));
                if before != after {
                    then(event_id, Joined::Restated { event, slot_idx, before, after });
                }
            }
            let closings = event.life.settle(new);
            close(event, event_id, closings, &mut then);
        }
    }

    fn open_event(
        &mut self,
        record: &Record,
        ranked: &Ranked,
        decided: Decided,
        rules: &EventRules,
        then: &mut impl FnMut(&EventId, Joined<'_>),
    ) {
        let n_slots = ranked.slots.len();
        let life = EventLife::new(record.at_us, ranked.reward_wait_us, ranked.mode, ranked.is_deferred, n_slots);
        self.deadlines.insert((life.deadline_us, record.seq), ranked.event_id.clone());
        let Decided { decisions, action_ids } = decided;
        let mut event = OpenEvent {
            seq: record.seq,
            ranked_at_us: record.at_us,
            life,
            slot_ids: ranked.slots.iter().filter_map(|slot| slot.slot_id.clone()).collect(),
            weights: ranked.slots.iter().map(|slot| Weights::of(ranked.mode, slot)).collect(),
            decisions,
            is_remembered: true,
        };
        then(&ranked.event_id, Joined::Opened { event: &event, ranked, action_ids: &action_ids, rules });
        let (mine, others): (VecDeque<_>, VecDeque<_>) =
            self.early.drain(..).partition(|early| early.event_id == ranked.event_id);
        self.early = others;
        for early in mine {
            then(&ranked.event_id, Joined::NoOrphan);
            let EarlyReward { event_id, slot_id, reward } = early;
            let given = Given { slot_id: slot_id.as_ref(), value: reward.value, at_us: reward.at_us };
            join_reward(&mut event, &event_id, given, rules, then);
        }
        self.open.insert(ranked.event_id.clone(), event.into());
    }

    fn add_reward(
        &mut self,
        event_id: &EventId,
        given: Given<'_>,
        missed_deadline_us: Option<i64>,
        rules: &EventRules,
        then: &mut impl FnMut(&EventId, Joined<'_>),
    ) {
        match (self.open.get_mut(event_id), missed_deadline_us) {
            (Some(event), _) => join_reward(event, event_id, given, rules, then),
            (None, Some(deadline_us)) => then(event_id, Joined::Late { missed_by_us: given.at_us - deadline_us }),
            (None, None) => {
                let (slot_id, reward) = (given.slot_id.cloned(), given.received());
                self.early.push_back(EarlyReward { event_id: event_id.clone(), slot_id, reward });
                then(event_id, Joined::Orphan);
            }
        }
    }

    /// What a snapshot keeps.
    pub fn to_snapshot(&self) -> JoinSnapshot {
        let open = self.in_order().into_iter().map(|(event_id, event)| (event_id.clone(), event.clone()));
        JoinSnapshot { open: open.collect(), early: self.early.iter().cloned().collect() }
    }

    /// The join that a snapshot kept. Decisions of unlearned events follow through `remember`.
    pub fn from_snapshot(snapshot: JoinSnapshot) -> Self {
        let deadlines =
            snapshot.open.iter().map(|(event_id, event)| ((event.life.deadline_us, event.seq), event_id.clone()));
        Self {
            deadlines: deadlines.collect(),
            n_forgotten: snapshot.open.iter().filter(|(_, event)| event.is_forgotten()).count(),
            open: snapshot.open.into_iter().map(|(event_id, event)| (event_id, event.into())).collect(),
            early: snapshot.early.into_iter().collect(),
        }
    }

    /// Gives an open event its decision back, read from the log.
    pub fn remember(&mut self, event_id: &EventId, decided: Decided) {
        if let Some(event) = self.open.get_mut(event_id).filter(|event| event.is_forgotten()) {
            event.decisions = decided.decisions;
            event.is_remembered = true;
            self.n_forgotten -= 1;
        }
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
    event_id: &EventId,
    given: Given<'_>,
    rules: &EventRules,
    then: &mut impl FnMut(&EventId, Joined<'_>),
) {
    let slots = event.slots_of(given.slot_id);
    if slots.is_empty() {
        return then(event_id, Joined::Orphan);
    }
    if slots.clone().all(|slot_idx| event.life.is_satisfied(slot_idx, rules)) {
        return then(event_id, Joined::Duplicate);
    }
    for slot_idx in slots {
        if event.life.is_satisfied(slot_idx, rules) {
            continue;
        }
        let (before, is_first) = (event.life.reward_so_far(slot_idx, rules), !event.life.is_rewarded());
        let closing = event.life.add_reward(slot_idx, given.received(), rules);
        let after = event.life.reward_so_far(slot_idx, rules);
        then(event_id, Joined::Rewarded { event, slot_idx, before, after, is_first });
        close(event, event_id, closing, then);
    }
}

/// Reports closings, and lets go of the decisions when nobody needs them any more.
fn close(
    event: &mut OpenEvent,
    event_id: &EventId,
    closings: impl IntoIterator<Item = Closing>,
    then: &mut impl FnMut(&EventId, Joined<'_>),
) {
    let mut closings = closings.into_iter().peekable();
    while let Some(closing) = closings.next() {
        let is_last = closings.peek().is_none() && event.life.is_closed();
        then(event_id, Joined::Closed { event, closing, is_last });
    }
    if event.life.is_closed() {
        event.decisions = Arc::default();
    }
}
