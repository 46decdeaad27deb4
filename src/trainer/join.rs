//! Joins activations and rewards to the events they are for, and closes events when log time has passed.
//!
//! The same join feeds the live fold and the background training of a new model.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{decision::Decision, weights::Weights};
use crate::{
    log::{Closing, EARLY_REWARD_US, EventLife, EventRules, Fact, Ranked, ReceivedReward, Record, Rewarded},
    terms::{ActionId, EventId},
};

/// An event whose wait time runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenEvent {
    pub seq: i64,
    pub ranked_at_us: i64,
    pub life: EventLife,
    pub weights: Weights,
    /// Kept until it is learned. A snapshot leaves it out: it is in the log.
    #[serde(skip)]
    pub decision: Option<Box<Decision>>,
}

/// What a record did to an event.
#[derive(Debug)]
pub enum Joined<'a> {
    /// Ranked; `reward` is what stands for it until it is rewarded.
    Opened {
        event: &'a OpenEvent,
        ranked: &'a Ranked,
        action_ids: Vec<ActionId>,
        reward: f32,
    },
    /// Activated; `reward` is what stands for it now.
    Activated {
        event: &'a OpenEvent,
        reward: f32,
    },
    /// A reward was joined: what stands for the event went from `before` to `after`.
    Rewarded {
        event: &'a OpenEvent,
        before: f32,
        after: f32,
        is_first: bool,
    },
    /// The rules changed, and with them what stands for the event.
    Restated {
        event: &'a OpenEvent,
        before: f32,
        after: f32,
    },
    /// The event has its final state.
    Closed {
        event: &'a OpenEvent,
        closing: Closing,
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
    reward: ReceivedReward,
}

/// The open events of a loop.
#[derive(Debug, Default)]
pub struct Join {
    open: HashMap<EventId, OpenEvent>,
    /// Deadline and seq: events close in this order.
    deadlines: BTreeMap<(i64, i64), EventId>,
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
        self.open.get(event_id)
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
        let mut events: Vec<_> = self.open.iter().collect();
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
            if let Some(closing) = event.life.expire(rules) {
                then(&event_id, Joined::Closed { event: &event, closing });
            }
            gone(&event_id);
        }
        while self.early.front().is_some_and(|early| early.reward.at_us.saturating_add(EARLY_REWARD_US) < at_us) {
            self.early.pop_front();
        }
    }

    /// Applies one record about an event; `then` sees what it did, in order.
    pub fn apply(&mut self, record: &Record, rules: &EventRules, mut then: impl FnMut(&EventId, Joined<'_>)) {
        match &record.fact {
            Fact::Ranked(ranked) => self.open_event(record, ranked, rules, &mut then),
            Fact::Rewarded(rewarded) => self.add_reward(record, rewarded, rules, &mut then),
            Fact::Activated(activated) => {
                if let Some(event) = self.open.get_mut(&activated.event_id).filter(|event| !event.life.is_active()) {
                    let closing = event.life.activate(rules);
                    then(&activated.event_id, Joined::Activated { event, reward: event.life.reward_so_far(rules) });
                    close(event, &activated.event_id, closing, &mut then);
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
            let (before, after) = (event.life.reward_so_far(old), event.life.reward_so_far(new));
            if before != after {
                then(event_id, Joined::Restated { event, before, after });
            }
            let closing = event.life.settle(new);
            close(event, event_id, closing, &mut then);
        }
    }

    fn open_event(
        &mut self,
        record: &Record,
        ranked: &Ranked,
        rules: &EventRules,
        then: &mut impl FnMut(&EventId, Joined<'_>),
    ) {
        let life = EventLife::new(record.at_us, ranked.reward_wait_us, ranked.mode, ranked.is_deferred);
        self.deadlines.insert((life.deadline_us, record.seq), ranked.event_id.clone());
        let (decision, action_ids) = Decision::read(ranked).unzip();
        let mut event = OpenEvent {
            seq: record.seq,
            ranked_at_us: record.at_us,
            life,
            weights: Weights::of(ranked),
            decision: decision.map(Box::new),
        };
        let action_ids = action_ids.unwrap_or_default();
        then(&ranked.event_id, Joined::Opened { event: &event, ranked, action_ids, reward: rules.default_reward });
        let (mine, others): (VecDeque<_>, VecDeque<_>) =
            self.early.drain(..).partition(|early| early.event_id == ranked.event_id);
        self.early = others;
        for early in mine {
            then(&ranked.event_id, Joined::NoOrphan);
            join_reward(&mut event, &ranked.event_id, early.reward, rules, then);
        }
        self.open.insert(ranked.event_id.clone(), event);
    }

    fn add_reward(
        &mut self,
        record: &Record,
        rewarded: &Rewarded,
        rules: &EventRules,
        then: &mut impl FnMut(&EventId, Joined<'_>),
    ) {
        let event_id = &rewarded.event_id;
        let reward = ReceivedReward { value: rewarded.value, at_us: record.at_us };
        match (self.open.get_mut(event_id), rewarded.missed_deadline_us) {
            (Some(event), _) => join_reward(event, event_id, reward, rules, then),
            (None, Some(deadline_us)) => then(event_id, Joined::Late { missed_by_us: record.at_us - deadline_us }),
            (None, None) => {
                self.early.push_back(EarlyReward { event_id: event_id.clone(), reward });
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
            open: snapshot.open.into_iter().collect(),
            early: snapshot.early.into_iter().collect(),
        }
    }

    /// Gives an open event its decision back, read from the log.
    pub fn remember(&mut self, ranked: &Ranked) {
        if let Some(event) = self.open.get_mut(&ranked.event_id).filter(|event| !event.life.is_closed()) {
            event.decision = Decision::read(ranked).map(|(decision, _)| Box::new(decision));
        }
    }
}

fn join_reward(
    event: &mut OpenEvent,
    event_id: &EventId,
    reward: ReceivedReward,
    rules: &EventRules,
    then: &mut impl FnMut(&EventId, Joined<'_>),
) {
    if event.life.is_satisfied(rules) {
        return then(event_id, Joined::Duplicate);
    }
    let (before, is_first) = (event.life.reward_so_far(rules), event.life.rewards().is_empty());
    let closing = event.life.add_reward(reward, rules);
    let after = event.life.reward_so_far(rules);
    then(event_id, Joined::Rewarded { event, before, after, is_first });
    close(event, event_id, closing, then);
}

/// Reports a closing and lets go of the decision, which nobody needs any more.
fn close(
    event: &mut OpenEvent,
    event_id: &EventId,
    closing: Option<Closing>,
    then: &mut impl FnMut(&EventId, Joined<'_>),
) {
    if let Some(closing) = closing {
        then(event_id, Joined::Closed { event, closing });
        event.decision = None;
    }
}
