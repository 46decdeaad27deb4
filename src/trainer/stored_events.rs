//! The events of a loop as they stand in a snapshot: some 20 bytes for one that was learned, and 40 for one that was not.
//!
//! Layout: how many; then parts of some thousand, with the length of each in 8 bytes in front, so that they can be read
//! side by side. An event (postcard) stands in the order in which they leave, with times and numbers as differences to the
//! one before it in its part.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    event_key::EventKey,
    event_table::{Entry, EventTable, OpenEvent, Place},
    snapshot::{SnapshotError, put_part, split_part},
};
use crate::terms::SlotId;

/// Events of a part: about half a megabyte.
const N_OF_PART: usize = 16_384;

/// The least that an event takes.
const N_BYTES_LEAST: usize = 20;
const FITS: &str = "plain data of known length always fits a vector";

/// An event, and how it differs from the one before.
#[derive(Serialize, Deserialize)]
struct Stored<O, C> {
    key: EventKey,
    deadline_step_us: i64,
    seq_step: i64,
    life: Life<O, C>,
}

#[derive(Serialize, Deserialize)]
enum Life<O, C> {
    /// With the difference of the wait times.
    Open(i64, O),
    Closed(C),
}

/// What the next event is compared with.
#[derive(Default)]
struct Before {
    deadline_us: i64,
    seq: i64,
    wait_us: i64,
}

/// Events in the order in which they leave.
struct Part {
    entries: Vec<(Place, (EventKey, Entry))>,
    places: Vec<(EventKey, Place)>,
}

impl EventTable {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.to_parts(N_OF_PART)
    }

    fn to_parts(&self, n_of_part: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * 2 * N_BYTES_LEAST);
        bytes.extend_from_slice(&(self.len() as u64).to_le_bytes());
        let mut events = self.all().peekable();
        let mut part = Vec::new();
        while events.peek().is_some() {
            part.clear();
            let mut before = Before::default();
            for (place, key, entry) in events.by_ref().take(n_of_part) {
                part = postcard::to_extend(&before.step_to(place, key, entry), part).expect(FITS);
            }
            put_part(&mut bytes, &part);
        }
        bytes
    }

    /// Reads what `to_bytes` wrote. The events are forgotten ones: their decisions follow through `remember`.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (n, mut rest) = bytes.split_first_chunk::<8>().ok_or(SnapshotError::Damaged)?;
        let n = usize::try_from(u64::from_le_bytes(*n)).unwrap_or(usize::MAX).min(rest.len() / N_BYTES_LEAST);
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let part;
            (part, rest) = split_part(rest)?;
            parts.push(part);
        }
        let parts = parts.into_par_iter().map(Part::read).collect::<Result<Vec<_>, _>>()?;
        let (entries, parts): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.entries, part.places)).unzip();
        let places = || {
            let mut places = HashMap::with_capacity(n);
            places.extend(parts.into_iter().flatten());
            places
        };
        let (entries, places) = rayon::join(|| entries.into_iter().flatten().collect(), places);
        Ok(Self::of(entries, places))
    }
}

impl Before {
    fn step_to<'e>(
        &mut self,
        (deadline_us, seq): Place,
        key: EventKey,
        entry: &'e Entry,
    ) -> Stored<&'e OpenEvent, &'e [SlotId]> {
        let life = match entry {
            Entry::Open(event) => {
                let wait_us = deadline_us.wrapping_sub(event.ranked_at_us);
                Life::Open(wait_us.wrapping_sub(std::mem::replace(&mut self.wait_us, wait_us)), &**event)
            }
            Entry::Closed(slot_ids) => Life::Closed(&**slot_ids),
        };
        let deadline_step_us = deadline_us.wrapping_sub(std::mem::replace(&mut self.deadline_us, deadline_us));
        let seq_step = seq.wrapping_sub(std::mem::replace(&mut self.seq, seq));
        Stored { key, deadline_step_us, seq_step, life }
    }

    /// Where an event stands, and the event.
    fn step_by(
        &mut self,
        deadline_step_us: i64,
        seq_step: i64,
        life: Life<OpenEvent, Box<[SlotId]>>,
    ) -> (Place, Entry) {
        self.deadline_us = self.deadline_us.wrapping_add(deadline_step_us);
        self.seq = self.seq.wrapping_add(seq_step);
        let entry = match life {
            Life::Open(wait_step_us, mut event) => {
                self.wait_us = self.wait_us.wrapping_add(wait_step_us);
                event.seq = self.seq;
                event.life.deadline_us = self.deadline_us;
                event.ranked_at_us = self.deadline_us.wrapping_sub(self.wait_us);
                Entry::Open(event.into())
            }
            Life::Closed(slot_ids) => Entry::Closed(slot_ids),
        };
        ((self.deadline_us, self.seq), entry)
    }
}

impl Part {
    fn read(mut bytes: &[u8]) -> Result<Self, postcard::Error> {
        let n = (bytes.len() / N_BYTES_LEAST).min(N_OF_PART);
        let mut part = Self { entries: Vec::with_capacity(n), places: Vec::with_capacity(n) };
        let mut before = Before::default();
        while !bytes.is_empty() {
            let stored;
            (stored, bytes) = postcard::take_from_bytes(bytes)?;
            let Stored { key, deadline_step_us, seq_step, life } = stored;
            let (place, entry) = before.step_by(deadline_step_us, seq_step, life);
            part.entries.push((place, (key, entry)));
            part.places.push((key, place));
        }
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        log::{EventLife, EventRules, ReceivedReward},
        terms::{LearningMode, RewardAggregation},
    };

    const RULES: EventRules =
        EventRules { aggregation: RewardAggregation::Earliest, default_reward: 0.0, mode: LearningMode::Online };

    /// Open ones and learned ones, with two wait times, so that they do not leave in the order in which they came.
    fn table() -> EventTable {
        let mut table = EventTable::default();
        for seq in 1..=200_i64 {
            let wait_us = if seq % 3 == 0 { 50 } else { 1_000 };
            let mut event = OpenEvent::for_test(seq, EventLife::new(seq, wait_us, LearningMode::Online, false, 1));
            if seq % 2 == 0 {
                event.slot_ids = [format!("slot-{seq}").parse().expect("a good id")].into();
                event.life.add_reward(0, ReceivedReward { value: 1.0, at_us: seq }, &RULES);
            }
            table.insert(EventKey::of(&format!("event-{seq}").parse().expect("a good id")), event);
        }
        table
    }

    #[test]
    fn a_table_comes_back_as_it_was_stored() {
        let stored = table().to_parts(16);
        let mut back = EventTable::from_bytes(&stored).expect("its own bytes");
        assert_eq!((back.len(), back.n_forgotten()), (200, 100));
        assert!(back.to_parts(16) == stored);
        assert!(EventTable::from_bytes(&back.to_bytes()).expect("its own bytes").to_parts(16) == stored);
        let mut left = Vec::new();
        while let Some((_, entry)) = back.pop_over(i64::MAX) {
            left.push(match entry {
                Entry::Open(event) => (event.seq, event.life.deadline_us - event.ranked_at_us),
                Entry::Closed(slot_ids) => (slot_ids[0].as_str()[5..].parse().expect("a number"), 0),
            });
        }
        let short = (1..=200).filter(|seq| seq % 3 == 0).map(|seq| (seq, if seq % 2 == 0 { 0 } else { 50 }));
        let long = (1..=200).filter(|seq| seq % 3 != 0).map(|seq| (seq, if seq % 2 == 0 { 0 } else { 1_000 }));
        assert_eq!(left, short.chain(long).collect::<Vec<_>>());
        assert_eq!(back.n_forgotten(), 0);
    }

    #[test]
    fn bytes_that_end_too_soon_are_refused() {
        let stored = table().to_bytes();
        assert!(EventTable::from_bytes(&stored[..stored.len() - 1]).is_err());
    }
}
