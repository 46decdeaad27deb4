//! How much extra work an event gets: less while many come at once.
//!
//! Said by the log's time, not by the wall clock, so that a replay of the log does the same work and ends in the same
//! model.

use serde::{Deserialize, Serialize};

/// Events of one second up to which all work is done, and up to which a part of it. A loop with more has new events to
/// learn from in place of old ones: the window of those that are learned again is gone through in seconds.
const N_EASY: u32 = 1_000;
const N_BUSY: u32 = 2_000;
const SECOND_US: i64 = 1_000_000;

/// What of the extra work is left out because events come fast. The events themselves never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shed {
    /// All work is done.
    Nothing,
    /// Most of learning the past again.
    Replays,
    /// All of that, and trees are grown anew half as often.
    Growing,
}

/// Counts the events of each second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Pace {
    second: i64,
    n_in_it: u32,
    n_in_last: u32,
}

impl Pace {
    /// Takes in an event at its log time, in microseconds.
    pub fn learn(&mut self, at_us: i64) {
        let second = at_us.div_euclid(SECOND_US);
        if second != self.second {
            self.n_in_last = if second == self.second + 1 { self.n_in_it } else { 0 };
            self.second = second;
            self.n_in_it = 0;
        }
        self.n_in_it = self.n_in_it.saturating_add(1);
    }

    /// What is left out now.
    pub fn shed(&self) -> Shed {
        match self.n_in_last {
            0..=N_EASY => Shed::Nothing,
            n if n <= N_BUSY => Shed::Replays,
            _ => Shed::Growing,
        }
    }

    /// How many of `usual` replays are done.
    pub fn n_replays(&self, usual: u32) -> u32 {
        match self.shed() {
            Shed::Nothing => usual,
            Shed::Replays => usual.min(1),
            Shed::Growing => 0,
        }
    }

    /// How many times longer trees wait to be grown anew.
    pub fn patience(&self) -> f32 {
        if self.shed() == Shed::Growing { 2.0 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(n_per_second: i64) -> Pace {
        let mut pace = Pace::default();
        (0..3 * n_per_second).for_each(|n| pace.learn(n * SECOND_US / n_per_second));
        pace
    }

    #[test]
    fn replays_are_shed_first_and_growing_slows_last() {
        assert_eq!((after(900).n_replays(3), after(900).patience()), (3, 1.0));
        assert_eq!((after(1_500).n_replays(3), after(1_500).patience()), (1, 1.0));
        assert_eq!((after(3_000).n_replays(3), after(3_000).patience()), (0, 2.0));
    }

    #[test]
    fn a_quiet_second_ends_the_rush() {
        let mut pace = after(9_000);
        pace.learn(10 * SECOND_US);
        assert_eq!(pace.n_replays(3), 3);
    }
}
