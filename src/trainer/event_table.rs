//! The events of a loop whose wait time runs: what is still to be learned in full, and of what was learned already only
//! that it was, so that another reward is known for a duplicate. A loop may hold millions, so each is kept small.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{decision::Decision, event_key::EventKey, weights::Weights};
use crate::{log::EventLife, terms::SlotId};

/// An event whose wait time runs.
///
/// Serialized without what stands in its place of a snapshot, and without its decisions: they are in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenEvent {
    #[serde(skip)]
    pub seq: i64,
    #[serde(skip)]
    pub ranked_at_us: i64,
    pub life: EventLife,
    /// Empty for a plain event, whose one slot has no name.
    pub slot_ids: Box<[SlotId]>,
    /// In the order of the slots.
    pub weights: SmallVec<[Weights; 1]>,
    /// In the order of the slots; `None` after a restart, until they are needed.
    #[serde(skip)]
    decisions: Option<Arc<[Decision]>>,
}

/// It is one piece of memory, of a size that the allocator has.
const _: () = assert!(size_of::<OpenEvent>() <= 128 && size_of::<(EventKey, Entry)>() <= 32);

impl OpenEvent {
    pub(super) fn new(
        (seq, ranked_at_us): (i64, i64),
        life: EventLife,
        slot_ids: Box<[SlotId]>,
        weights: SmallVec<[Weights; 1]>,
        decisions: Arc<[Decision]>,
    ) -> Self {
        Self { seq, ranked_at_us, life, slot_ids, weights, decisions: Some(decisions) }
    }

    /// An event of one slot, nothing of whose decision is known.
    #[cfg(test)]
    pub fn for_test(seq: i64, life: EventLife) -> Self {
        let (slot_ids, weights) = (Box::default(), SmallVec::new());
        Self { seq, ranked_at_us: seq, life, slot_ids, weights, decisions: None }
    }

    /// Whether what there is to learn from it is only in the log.
    pub fn is_forgotten(&self) -> bool {
        self.decisions.is_none()
    }

    /// What its closing teaches, slot by slot, while it is remembered.
    pub fn decisions(&self) -> &[Decision] {
        self.decisions.as_deref().unwrap_or_default()
    }

    /// The same of one slot.
    pub fn decision(&self, slot_idx: usize) -> Option<&Decision> {
        self.decisions().get(slot_idx)
    }

    /// The slots that a reward is for. One that names no slot says what the event as a whole earned, so it is each
    /// slot's; a name that the event does not have is nobody's.
    pub(super) fn slots_of(&self, slot_id: Option<&SlotId>) -> std::ops::Range<usize> {
        match slot_id {
            None => 0..self.life.n_slots(),
            Some(slot_id) => match self.slot_ids.iter().position(|own| own == slot_id) {
                Some(slot_idx) => slot_idx..slot_idx + 1,
                None => 0..0,
            },
        }
    }
}

/// An event of the table.
#[derive(Debug)]
pub(super) enum Entry {
    /// In a box: a map that grows moves all that is in it.
    Open(Box<OpenEvent>),
    /// Every slot has its final state. What is left are the names of the slots; a plain event has none.
    Closed(Box<[SlotId]>),
}

/// The events. Each stays until its wait time is over.
#[derive(Debug, Default)]
pub(super) struct EventTable {
    entries: HashMap<EventKey, Entry>,
    /// Deadline and seq: events leave in this order.
    deadlines: BTreeMap<(i64, i64), EventKey>,
    /// How many came from a snapshot, and are still to be learned.
    n_forgotten: usize,
}

impl EventTable {
    /// The parts as a snapshot has them: what is not closed is forgotten.
    pub fn of(entries: HashMap<EventKey, Entry>, deadlines: BTreeMap<(i64, i64), EventKey>) -> Self {
        let n_forgotten = entries.values().filter(|entry| matches!(entry, Entry::Open(_))).count();
        Self { entries, deadlines, n_forgotten }
    }

    pub fn len(&self) -> usize {
        self.deadlines.len()
    }

    pub fn get(&self, key: EventKey) -> Option<&Entry> {
        self.entries.get(&key)
    }

    /// An event that is not closed.
    pub fn open(&self, key: EventKey) -> Option<&OpenEvent> {
        match self.entries.get(&key) {
            Some(Entry::Open(event)) => Some(event),
            _ => None,
        }
    }

    /// All that are not closed, in no order.
    pub fn all_open(&self) -> impl Iterator<Item = (EventKey, &OpenEvent)> {
        self.entries.iter().filter_map(|(key, entry)| match entry {
            Entry::Open(event) => Some((*key, &**event)),
            Entry::Closed(_) => None,
        })
    }

    /// How many of them came from a snapshot and were not remembered yet.
    pub fn n_forgotten(&self) -> usize {
        self.n_forgotten
    }

    /// The instant at which the next event leaves.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.deadlines.keys().next().map(|(deadline_us, _)| *deadline_us)
    }

    /// Events with deadline and seq, in the order in which they leave.
    pub fn in_order_of_deadlines(&self) -> impl Iterator<Item = ((i64, i64), EventKey)> {
        self.deadlines.iter().map(|(place, key)| (*place, *key))
    }

    /// Those that are over at `until_us`, the same way.
    pub fn over_at(&self, until_us: i64) -> impl Iterator<Item = ((i64, i64), EventKey)> {
        self.deadlines.range(..=(until_us, i64::MAX)).map(|(place, key)| (*place, *key))
    }

    pub fn insert(&mut self, key: EventKey, event: OpenEvent) {
        self.deadlines.insert((event.life.deadline_us, event.seq), key);
        self.n_forgotten += usize::from(event.is_forgotten());
        let mut entry = Entry::Open(event.into());
        self.n_forgotten -= let_go(&mut entry);
        self.entries.insert(key, entry);
    }

    /// Does something to an event that is not closed, which may close it. `None` when there is none.
    pub fn change<T>(&mut self, key: EventKey, change: impl FnOnce(&mut OpenEvent) -> T) -> Option<T> {
        let entry = self.entries.get_mut(&key)?;
        let Entry::Open(event) = entry else { return None };
        let done = change(event);
        self.n_forgotten -= let_go(entry);
        Some(done)
    }

    /// The same to all that are not closed, in the order of their Ranks.
    pub fn change_all(&mut self, mut change: impl FnMut(EventKey, &mut OpenEvent)) {
        let seq_of = |(_, entry): &(&EventKey, &mut Entry)| match entry {
            Entry::Open(event) => event.seq,
            Entry::Closed(_) => 0,
        };
        let mut open: Vec<_> = self.entries.iter_mut().filter(|(_, entry)| matches!(entry, Entry::Open(_))).collect();
        open.sort_unstable_by_key(seq_of);
        for (key, entry) in open {
            if let Entry::Open(event) = entry {
                change(*key, event);
            }
            self.n_forgotten -= let_go(entry);
        }
    }

    /// Takes out the next event if it is over at `at_us`.
    pub fn pop_over(&mut self, at_us: i64) -> Option<(EventKey, Entry)> {
        loop {
            self.next_deadline_us().filter(|deadline_us| *deadline_us <= at_us)?;
            let (_, key) = self.deadlines.pop_first()?;
            let Some(entry) = self.entries.remove(&key) else { continue };
            self.n_forgotten -= usize::from(is_forgotten(&entry));
            return Some((key, entry));
        }
    }

    /// Gives an event its decisions back, read from the log.
    pub fn remember(&mut self, key: EventKey, decisions: Arc<[Decision]>) {
        if let Some(Entry::Open(event)) = self.entries.get_mut(&key)
            && event.is_forgotten()
        {
            event.decisions = Some(decisions);
            self.n_forgotten -= 1;
        }
    }
}

fn is_forgotten(entry: &Entry) -> bool {
    matches!(entry, Entry::Open(event) if event.is_forgotten())
}

/// Keeps no more of an event that was closed than that it was. 1 if it was a forgotten one.
fn let_go(entry: &mut Entry) -> usize {
    let Entry::Open(event) = entry else { return 0 };
    if !event.life.is_closed() {
        return 0;
    }
    let was_forgotten = event.is_forgotten();
    *entry = Entry::Closed(std::mem::take(&mut event.slot_ids));
    usize::from(was_forgotten)
}
