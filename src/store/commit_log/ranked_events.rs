//! Which events the log may hold a Rank of: a set in memory that errs to one side only.
//!
//! Each Rank has to know whether its event was ranked before, and to ask the database for it costs more than all else that
//! an append does. Nearly all events are new, and this set (a Bloom filter that grows) knows it of nearly all of them: what
//! it does not have was not ranked; what it has may have been, and the database is asked.
//!
//! It is of use once everything was read that the database held at the start, which begins with the first Rank so that a
//! start does not wait for it. Whatever is written later is noted with it.
//! Nothing is taken out when old records go, so the set is read anew when it has grown too large.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use fastbloom::BloomFilter;
use sqlx::SqlitePool;
use tokio::sync::Notify;

/// The first layer is for so many events, and each next one for twice as many.
const N_FIRST: usize = 1 << 16;
/// How often a full layer takes a new event for a known one. It costs some 2.4 bytes for each event.
const FALSE_SHARE: f64 = 1e-4;
/// So many events are held: 40 MB.
const N_MOST: usize = 1 << 24;
/// Read at once. Each reading is a transaction of its own, so that none holds up the database's housekeeping.
const N_READ_AT_ONCE: i64 = 5_000;

/// The set. It belongs to the one process that has its database alone.
#[derive(Debug)]
pub(super) struct RankedEvents {
    hasher: RandomState,
    held: Mutex<Held>,
    /// Somebody asked, and not all was read.
    is_wanted: Notify,
    n_first: usize,
    n_most: usize,
}

#[derive(Debug, Default)]
struct Held {
    layers: Vec<Layer>,
    state: State,
}

/// What the set is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// It takes in what is written, and what was there is being read.
    #[default]
    Gathering,
    Complete,
    /// The database itself has too many events.
    Off,
}

#[derive(Debug)]
struct Layer {
    events: BloomFilter,
    n_events: usize,
    n_most: usize,
}

impl Layer {
    fn new(n_most: usize) -> Self {
        let events = BloomFilter::with_false_pos(FALSE_SHARE).expected_items(n_most);
        Self { events, n_events: 0, n_most }
    }
}

impl Default for RankedEvents {
    fn default() -> Self {
        Self::with_bounds(N_FIRST, N_MOST)
    }
}

impl RankedEvents {
    fn with_bounds(n_first: usize, n_most: usize) -> Self {
        Self { hasher: RandomState::new(), held: Mutex::default(), is_wanted: Notify::new(), n_first, n_most }
    }

    /// Those of the events (loop, event) that may have been ranked. The others were not.
    pub(super) fn among<'e>(&self, events: &[(&'e str, &'e str)]) -> Vec<(&'e str, &'e str)> {
        let held = self.held();
        if held.state == State::Gathering {
            self.is_wanted.notify_one();
        }
        let may_be = |event: &&(&str, &str)| {
            let hash = self.hasher.hash_one(*event);
            held.state != State::Complete || held.layers.iter().any(|layer| layer.events.contains_hash(hash))
        };
        events.iter().filter(may_be).copied().collect()
    }

    /// Events (loop, event) that were ranked. They have to be found by whoever reads the database once it holds everything
    /// that is written by now.
    pub(super) fn note<'e>(&self, events: impl IntoIterator<Item = (&'e str, &'e str)>) {
        let mut held = self.held();
        for event in events {
            let hash = self.hasher.hash_one(event);
            if held.layers.last().is_none_or(|newest| newest.n_events == newest.n_most) {
                self.grow(&mut held);
            }
            if let Some(newest) = held.layers.last_mut() {
                newest.events.insert_hash(hash);
                newest.n_events += 1;
            }
        }
    }

    fn grow(&self, held: &mut Held) {
        let n_all: usize = held.layers.iter().map(|layer| layer.n_most).sum();
        if n_all >= self.n_most {
            held.layers.clear();
            if held.state == State::Complete {
                // Most of it may be of records that retention removed long ago.
                held.state = State::Gathering;
            } else {
                held.state = State::Off;
            }
        }
        if held.state != State::Off {
            let n_most = held.layers.last().map_or(self.n_first, |layer| layer.n_most * 2);
            held.layers.push(Layer::new(n_most));
        }
    }

    /// Reads what the database holds: everything that was noted before this round of gathering has to be there.
    pub(super) async fn read(&self, readers: &SqlitePool) -> Result<(), sqlx::Error> {
        const SQL: &str = "
            select loop_id, event_id from log_record
            where kind = 1 and (loop_id, event_id) > ($1, $2) order by loop_id, event_id limit $3";
        let mut last = (String::new(), String::new());
        while self.held().state == State::Gathering {
            let statement = sqlx::query_as(SQL).bind(&last.0).bind(&last.1).bind(N_READ_AT_ONCE);
            let found: Vec<(String, String)> = statement.fetch_all(readers).await?;
            self.note(found.iter().map(|(loop_id, event_id)| (loop_id.as_str(), event_id.as_str())));
            match found.into_iter().next_back() {
                Some(newest) => last = newest,
                None => self.finish(),
            }
        }
        Ok(())
    }

    fn finish(&self) {
        let mut held = self.held();
        if held.state == State::Gathering {
            held.state = State::Complete;
        }
    }

    /// Returns once somebody waits for everything to be read.
    pub(super) async fn wanted(&self) {
        self.is_wanted.notified().await;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn complete(n_first: usize, n_most: usize) -> RankedEvents {
        let events = RankedEvents::with_bounds(n_first, n_most);
        events.finish();
        events
    }

    /// What the set is good for, and its layers.
    fn state(events: &RankedEvents) -> (State, usize) {
        let held = events.held();
        (held.state, held.layers.len())
    }

    fn id(number: usize) -> String {
        format!("event-{number}")
    }

    #[test]
    fn until_all_is_read_every_event_may_have_been_ranked() {
        let events = RankedEvents::default();
        assert_eq!(events.among(&[("a", "1")]), [("a", "1")]);
        events.finish();
        assert_eq!(events.among(&[("a", "1")]), []);
    }

    #[test]
    fn few_new_events_are_taken_for_known_ones_however_many_are_held() {
        let events = complete(64, usize::MAX);
        (0..20_000).for_each(|number| events.note([("a", id(number).as_str())]));
        let n_false = (0..20_000).filter(|number| !events.among(&[("b", id(*number).as_str())]).is_empty()).count();
        assert!(n_false < 100, "{n_false} of 20,000");
    }

    #[test]
    fn one_that_has_grown_too_large_asks_to_be_read_anew_and_gives_up_when_that_does_not_help() {
        let events = complete(4, 12);
        (0..12).for_each(|number| events.note([("a", id(number).as_str())]));
        assert_eq!(state(&events), (State::Complete, 2));
        events.note([("a", "more")]);
        assert_eq!(state(&events), (State::Gathering, 1));
        (0..12).for_each(|number| events.note([("a", id(number).as_str())]));
        assert_eq!(state(&events), (State::Off, 0));
        assert_eq!(events.among(&[("a", "new")]), [("a", "new")]);
    }

    proptest! {
        #[test]
        fn what_was_noted_may_have_been_ranked(
            noted in prop::collection::vec(("[ab]", "[a-z]{1,3}"), 1..200), n_first in 1_usize..20,
        ) {
            let events = complete(n_first, usize::MAX);
            events.note(noted.iter().map(|(loop_id, event_id)| (loop_id.as_str(), event_id.as_str())));
            for (loop_id, event_id) in &noted {
                prop_assert_eq!(events.among(&[(loop_id, event_id)]).len(), 1);
            }
        }
    }
}
