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

impl Entry {
    fn open(&self) -> Option<&OpenEvent> {
        match self {
            Self::Open(event) => Some(event),
            Self::Closed(_) => None,
        }
    }

    /// Whether there is something to learn from it that is only in the log.
    pub fn is_forgotten(&self) -> bool {
        self.open().is_some_and(OpenEvent::is_forgotten)
    }
}

/// Deadline and seq.
pub(super) type Place = (i64, i64);

/// The events. Each stays until its wait time is over.
#[derive(Debug, Default)]
pub(super) struct EventTable {
    /// In the order in which they leave. Whoever goes through all of them finds them side by side.
    entries: BTreeMap<Place, (EventKey, Entry)>,
    places: HashMap<EventKey, Place>,
    /// How many came from a snapshot, and are still to be learned.
    n_forgotten: usize,
}

impl EventTable {
    /// The parts as a snapshot has them: what is not closed is forgotten.
    pub fn of(entries: BTreeMap<Place, (EventKey, Entry)>, places: HashMap<EventKey, Place>) -> Self {
        let n_forgotten = entries.values().filter(|(_, entry)| matches!(entry, Entry::Open(_))).count();
        Self { entries, places, n_forgotten }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn get(&self, key: EventKey) -> Option<&Entry> {
        self.entries.get(self.places.get(&key)?).map(|(_, entry)| entry)
    }

    fn get_mut(&mut self, key: EventKey) -> Option<&mut Entry> {
        self.entries.get_mut(self.places.get(&key)?).map(|(_, entry)| entry)
    }

    /// An event that is not closed.
    pub fn open(&self, key: EventKey) -> Option<&OpenEvent> {
        self.get(key).and_then(Entry::open)
    }

    /// All that are not closed, in the order in which they leave.
    pub fn all_open(&self) -> impl Iterator<Item = (EventKey, &OpenEvent)> {
        self.entries.values().filter_map(|(key, entry)| Some((*key, entry.open()?)))
    }

    /// How many of them came from a snapshot and were not remembered yet.
    pub fn n_forgotten(&self) -> usize {
        self.n_forgotten
    }

    /// The instant at which the next event leaves.
    pub fn next_deadline_us(&self) -> Option<i64> {
        self.entries.keys().next().map(|(deadline_us, _)| *deadline_us)
    }

    /// Everything, in the order in which it leaves.
    pub fn all(&self) -> impl Iterator<Item = (Place, EventKey, &Entry)> {
        self.entries.iter().map(|(place, (key, entry))| (*place, *key, entry))
    }

    /// What is over at `until_us`, the same way.
    pub fn over_at(&self, until_us: i64) -> impl Iterator<Item = (Place, &Entry)> {
        self.entries.range(..=(until_us, i64::MAX)).map(|(place, (_, entry))| (*place, entry))
    }

    pub fn insert(&mut self, key: EventKey, event: OpenEvent) {
        let place = (event.life.deadline_us, event.seq);
        self.n_forgotten += usize::from(event.is_forgotten());
        let mut entry = Entry::Open(event.into());
        self.n_forgotten -= let_go(&mut entry);
        self.entries.insert(place, (key, entry));
        self.places.insert(key, place);
    }

    /// Does something to an event that is not closed, which may close it. `None` when there is none.
    pub fn change<T>(&mut self, key: EventKey, change: impl FnOnce(&mut OpenEvent) -> T) -> Option<T> {
        let entry = self.get_mut(key)?;
        let Entry::Open(event) = entry else { return None };
        let done = change(event);
        let n_gone = let_go(entry);
        self.n_forgotten -= n_gone;
        Some(done)
    }

    /// The same to all that are not closed, in the order of their Ranks.
    pub fn change_all(&mut self, mut change: impl FnMut(EventKey, &mut OpenEvent)) {
        let mut open: Vec<_> = self.entries.iter_mut().filter(|(_, (_, entry))| entry.open().is_some()).collect();
        open.sort_unstable_by_key(|((_, seq), _)| *seq);
        for (_, (key, entry)) in open {
            if let Entry::Open(event) = entry {
                change(*key, event);
            }
            self.n_forgotten -= let_go(entry);
        }
    }

    /// Takes out the next event if it is over at `at_us`.
    pub fn pop_over(&mut self, at_us: i64) -> Option<(EventKey, Entry)> {
        self.next_deadline_us().filter(|deadline_us| *deadline_us <= at_us)?;
        let (_, (key, entry)) = self.entries.pop_first()?;
        self.places.remove(&key);
        self.n_forgotten -= usize::from(entry.is_forgotten());
        Some((key, entry))
    }

    /// Gives an event its decisions back, read from the log.
    pub fn remember(&mut self, key: EventKey, decisions: Arc<[Decision]>) {
        if let Some(Entry::Open(event)) = self.get_mut(key)
            && event.is_forgotten()
        {
            event.decisions = Some(decisions);
            self.n_forgotten -= 1;
        }
    }
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
