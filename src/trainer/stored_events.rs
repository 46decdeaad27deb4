//! The events of a loop as they stand in a snapshot: some 20 bytes for one that was learned, and 40 for one that was not.
//!
//! Layout: how many; then each (postcard), in the order in which they leave, times and numbers as differences to the one
//! before.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    event_key::EventKey,
    event_table::{Entry, EventTable, OpenEvent},
};
use crate::terms::SlotId;

/// The least that an event takes.
const N_BYTES_LEAST: usize = 20;

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

impl EventTable {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        const FITS: &str = "plain data of known length always fits a vector";
        let mut bytes = postcard::to_stdvec(&(self.len() as u64)).expect(FITS);
        bytes.reserve(self.len() * 2 * N_BYTES_LEAST);
        let mut before = Before::default();
        for ((deadline_us, seq), key) in self.in_order_of_deadlines() {
            let life = match self.get(key) {
                Some(Entry::Open(event)) => {
                    let wait_us = deadline_us.wrapping_sub(event.ranked_at_us);
                    let step_us = wait_us.wrapping_sub(std::mem::replace(&mut before.wait_us, wait_us));
                    Life::Open(step_us, &**event)
                }
                Some(Entry::Closed(slot_ids)) => Life::Closed(&**slot_ids),
                None => continue,
            };
            let deadline_step_us = deadline_us.wrapping_sub(std::mem::replace(&mut before.deadline_us, deadline_us));
            let seq_step = seq.wrapping_sub(std::mem::replace(&mut before.seq, seq));
            let stored = Stored { key, deadline_step_us, seq_step, life };
            bytes = postcard::to_extend(&stored, bytes).expect(FITS);
        }
        bytes
    }

    /// Reads what `to_bytes` wrote. The events are forgotten ones: their decisions follow through `remember`.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, postcard::Error> {
        let (n, mut rest): (u64, &[u8]) = postcard::take_from_bytes(bytes)?;
        let n = usize::try_from(n).unwrap_or(usize::MAX).min(rest.len() / N_BYTES_LEAST);
        let (mut entries, mut deadlines) = (HashMap::with_capacity(n), Vec::with_capacity(n));
        let (mut before, mut n_forgotten) = (Before::default(), 0);
        while !rest.is_empty() {
            let stored: Stored<OpenEvent, Box<[SlotId]>>;
            (stored, rest) = postcard::take_from_bytes(rest)?;
            let Stored { key, deadline_step_us, seq_step, life } = stored;
            before.deadline_us = before.deadline_us.wrapping_add(deadline_step_us);
            before.seq = before.seq.wrapping_add(seq_step);
            let entry = match life {
                Life::Open(wait_step_us, mut event) => {
                    before.wait_us = before.wait_us.wrapping_add(wait_step_us);
                    event.seq = before.seq;
                    event.life.deadline_us = before.deadline_us;
                    event.ranked_at_us = before.deadline_us.wrapping_sub(before.wait_us);
                    n_forgotten += 1;
                    Entry::Open(event.into())
                }
                Life::Closed(slot_ids) => Entry::Closed(slot_ids),
            };
            entries.insert(key, entry);
            deadlines.push(((before.deadline_us, before.seq), key));
        }
        Ok(Self::of(entries, deadlines, n_forgotten))
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
        let stored = table().to_bytes();
        let mut back = EventTable::from_bytes(&stored).expect("its own bytes");
        assert_eq!((back.len(), back.n_forgotten()), (200, 100));
        assert!(back.to_bytes() == stored);
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
