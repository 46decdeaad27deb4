//! Which events' wait time runs, for callers: an event is known from the moment that its Rank is stored, and not only once
//! that is folded.

use std::collections::HashMap;

use super::event_key::EventKey;

/// Events, each with the end of its wait time. A false match is harmless: a late reward would count as an orphan.
#[derive(Debug, Default)]
pub(super) struct OpenEvents {
    until_us: HashMap<u64, i64>,
    /// Up to here the fold has said what is open.
    folded_seq: i64,
}

impl OpenEvents {
    /// What a fold that has come to record `folded_seq` says is open.
    pub fn of(open: impl IntoIterator<Item = (EventKey, i64)>, folded_seq: i64) -> Self {
        Self { until_us: open.into_iter().map(|(key, until_us)| (key.short(), until_us)).collect(), folded_seq }
    }

    pub fn until_us(&self, key: EventKey) -> Option<i64> {
        self.until_us.get(&key.short()).copied()
    }

    /// The event's Rank is stored as record `seq`. If the fold has come there already, the event may be closed again.
    pub fn expect(&mut self, seq: i64, key: EventKey, until_us: i64) {
        if seq > self.folded_seq {
            self.until_us.insert(key.short(), until_us);
        }
    }

    /// The fold opened the event that record `seq` ranked.
    pub fn open(&mut self, seq: i64, key: EventKey, until_us: i64) {
        self.until_us.insert(key.short(), until_us);
        self.folded_seq = self.folded_seq.max(seq);
    }

    pub fn close(&mut self, key: EventKey) {
        self.until_us.remove(&key.short());
    }

    /// With record `seq` all events were deleted.
    pub fn clear(&mut self, seq: i64) {
        self.until_us.clear();
        self.folded_seq = seq;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_known_before_its_fold_and_not_again_after_it_was_closed() {
        let key = |name: &str| EventKey::of(&name.parse().expect("a good id"));
        let (first, second) = (key("first"), key("second"));
        let mut open = OpenEvents::default();
        open.expect(2, first, 20);
        assert_eq!(open.until_us(first), Some(20));
        open.open(2, first, 20);
        open.close(first);
        // A caller whose thread rested between the commit and this.
        open.expect(2, first, 20);
        assert_eq!(open.until_us(first), None);

        open.expect(4, second, 40);
        open.clear(5);
        open.expect(4, second, 40);
        assert_eq!(open.until_us(second), None);
        open.expect(6, second, 60);
        assert_eq!(open.until_us(second), Some(60));
    }
}
