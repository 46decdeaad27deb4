//! Slows down guessing: after a few failures each further attempt has to wait twice as long as the one before.

use std::{collections::HashMap, sync::Mutex};

/// How patient a throttle is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Failures that cost nothing; people mistype.
    pub n_free: u32,
    /// The longest wait. It bounds what somebody can do to others by failing in their name.
    pub longest_us: i64,
}

const SECOND_US: i64 = 1_000_000;
/// Failures older than this are forgotten.
const FORGOTTEN_AFTER_US: i64 = 3_600 * SECOND_US;
/// The most names or addresses remembered.
const N_ENTRIES_MOST: usize = 10_000;

/// Failures by name, or by address.
#[derive(Debug)]
pub(super) struct Throttle {
    patience: Patience,
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    n_failures: u32,
    last_us: i64,
}

impl Throttle {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, failures: Mutex::default() }
    }

    /// How long until the next attempt may be made; `None` when it may be made now.
    pub(super) fn wait_us(&self, key: &str, now_us: i64) -> Option<i64> {
        let mut entries = self.failures.lock().expect("nothing panics while it holds this lock");
        let failures = entries.get_mut(key)?;
        // A clock that was set back must not lengthen a wait.
        failures.last_us = failures.last_us.min(now_us);
        let left_us = failures.last_us + self.patience.wait_us(failures.n_failures) - now_us;
        (left_us > 0).then_some(left_us)
    }

    /// Counts an attempt as failed before it is made, so that many at once are not all let through.
    pub(super) fn count(&self, key: &str, now_us: i64) {
        let mut entries = self.failures.lock().expect("nothing panics while it holds this lock");
        if entries.len() >= N_ENTRIES_MOST && !entries.contains_key(key) {
            make_room(&mut entries, now_us);
        }
        let failures = entries.entry(key.to_owned()).or_insert(Failures { n_failures: 0, last_us: now_us });
        if now_us - failures.last_us > FORGOTTEN_AFTER_US {
            failures.n_failures = 0;
        }
        failures.n_failures = failures.n_failures.saturating_add(1);
        failures.last_us = now_us;
    }

    /// Takes back one attempt that turned out well.
    pub(super) fn take_back(&self, key: &str) {
        let mut entries = self.failures.lock().expect("nothing panics while it holds this lock");
        if let Some(failures) = entries.get_mut(key) {
            failures.n_failures = failures.n_failures.saturating_sub(1);
            if failures.n_failures == 0 {
                entries.remove(key);
            }
        }
    }

    /// Forgets the failures of whoever has proved who they are.
    pub(super) fn forget(&self, key: &str) {
        self.failures.lock().expect("nothing panics while it holds this lock").remove(key);
    }
}

impl Patience {
    fn wait_us(self, n_failures: u32) -> i64 {
        match n_failures.checked_sub(self.n_free) {
            None => 0,
            // 2^20 seconds is past any longest wait; the bound keeps the shift in range.
            Some(n_more) => (SECOND_US << n_more.min(20)).min(self.longest_us),
        }
    }
}

/// Drops what is forgotten anyway, or else the entry that matters least: the one with the fewest and oldest failures.
fn make_room(entries: &mut HashMap<String, Failures>, now_us: i64) {
    entries.retain(|_, failures| now_us - failures.last_us <= FORGOTTEN_AFTER_US);
    if entries.len() >= N_ENTRIES_MOST {
        let least = entries.iter().min_by_key(|(_, failures)| (failures.n_failures, failures.last_us));
        if let Some(key) = least.map(|(key, _)| key.clone()) {
            entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { n_free: 3, longest_us: 60 * SECOND_US };

    #[test]
    fn the_wait_doubles_after_the_free_failures_up_to_the_longest() {
        let throttle = Throttle::new(PATIENCE);
        let mut waits = Vec::new();
        for _ in 0..12 {
            throttle.count("ada", 0);
            waits.push(throttle.wait_us("ada", 0).unwrap_or(0) / SECOND_US);
        }

        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(throttle.wait_us("ada", 59 * SECOND_US), Some(SECOND_US));
        assert_eq!(throttle.wait_us("ada", 60 * SECOND_US), None);
        assert_eq!(throttle.wait_us("bob", 0), None);
    }

    #[test]
    fn failures_are_forgotten_after_an_hour_or_a_success() {
        let throttle = Throttle::new(PATIENCE);
        (0..9).for_each(|_| throttle.count("ada", 0));
        throttle.count("ada", FORGOTTEN_AFTER_US + 1);
        assert_eq!(throttle.wait_us("ada", FORGOTTEN_AFTER_US + 1), None);

        (0..9).for_each(|_| throttle.count("bob", 0));
        throttle.forget("bob");
        assert_eq!(throttle.wait_us("bob", 0), None);
    }

    #[test]
    fn a_clock_set_back_does_not_lengthen_a_wait() {
        let throttle = Throttle::new(PATIENCE);
        (0..3).for_each(|_| throttle.count("ada", 1_000 * SECOND_US));
        assert_eq!(throttle.wait_us("ada", 0), Some(SECOND_US));
        assert_eq!(throttle.wait_us("ada", SECOND_US), None);
    }

    #[test]
    fn a_flood_of_names_neither_fills_the_memory_nor_frees_the_one_under_attack() {
        let throttle = Throttle::new(PATIENCE);
        (0..9).for_each(|_| throttle.count("ada", 0));
        (0..N_ENTRIES_MOST + 50).for_each(|n| throttle.count(&format!("name {n}"), 1));

        assert_eq!(throttle.failures.lock().expect("unpoisoned").len(), N_ENTRIES_MOST);
        assert!(throttle.wait_us("ada", 1).is_some());
    }
}
