//! Sums over time in three resolutions, each with a fixed number of buckets: bounded memory, however long a loop lives.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::tally::{ActionShare, Bucket};
use crate::{
    bandit::evaluation::WeightedRewards,
    terms::{ActionId, is_same_text},
};

const SECOND_US: i64 = 1_000_000;

/// Span of a bucket and number of buckets, finest first: 5 s for an hour, 1 min for a day, 1 h for 90 days.
const LEVELS: [(i64, usize); 3] = [(5 * SECOND_US, 720), (60 * SECOND_US, 1_440), (3_600 * SECOND_US, 2_160)];

/// Actions counted one by one in a bucket; ids may be new every day and must not fill the memory.
const N_SHARES: usize = 32;

/// The sums of one bucket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    start_us: i64,
    pub n_ranked: u64,
    pub n_active: u64,
    pub n_rewarded: u64,
    pub n_explored: u64,
    pub answered: WeightedRewards,
    pub learned: WeightedRewards,
    pub baseline: WeightedRewards,
    pub random: WeightedRewards,
    shares: Vec<ActionShare>,
}

impl Sums {
    /// Counts that an action was offered with this probability.
    pub fn add_share(&mut self, action_id: &ActionId, probability: f32, is_chosen: bool) {
        let known = self.shares.iter().position(|share| is_same_text(share.action_id.as_str(), action_id.as_str()));
        let share = match known {
            Some(idx) => &mut self.shares[idx],
            None if self.shares.len() < N_SHARES => {
                let new = ActionShare { action_id: action_id.clone(), n_offered: 0, n_chosen: 0, sum_probability: 0.0 };
                self.shares.push(new);
                self.shares.last_mut().expect("one was just pushed")
            }
            None => return,
        };
        share.n_offered += 1;
        share.n_chosen += u64::from(is_chosen);
        share.sum_probability += f64::from(probability);
    }
}

/// The three resolutions, each in order of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rings {
    levels: [VecDeque<Sums>; 3],
}

impl Rings {
    /// Changes the buckets of `at_us` in every resolution, making them when missing. Log time never goes backwards,
    /// so a missing bucket is always the newest.
    pub fn add(&mut self, at_us: i64, change: impl Fn(&mut Sums)) {
        for (level, (span_us, n_most)) in self.levels.iter_mut().zip(LEVELS) {
            let start_us = at_us.div_euclid(span_us) * span_us;
            if level.back().is_none_or(|newest| newest.start_us < start_us) {
                if level.len() == n_most {
                    level.pop_front();
                }
                level.push_back(Sums { start_us, ..Sums::default() });
            }
        }
        self.change(at_us, change);
    }

    /// Changes the buckets of `at_us` where they still exist.
    pub fn change(&mut self, at_us: i64, change: impl Fn(&mut Sums)) {
        for (level, (span_us, _)) in self.levels.iter_mut().zip(LEVELS) {
            let start_us = at_us.div_euclid(span_us) * span_us;
            if let Ok(idx) = level.binary_search_by_key(&start_us, |sums| sums.start_us) {
                change(&mut level[idx]);
            }
        }
    }

    /// From `from_us` to `to_us` in at most `n_buckets` equal buckets, oldest first, empty ones left out. Taken from the
    /// finest resolution that still reaches back that far at `now_us`.
    pub fn curve_between(&self, now_us: i64, (from_us, to_us): (i64, i64), n_buckets: usize) -> Vec<Bucket> {
        let (back_us, span_us) = (now_us.saturating_sub(from_us), to_us.saturating_sub(from_us).max(0));
        let reaches = |(fine_us, n_most): &(i64, usize)| fine_us.saturating_mul(*n_most as i64) >= back_us;
        let idx = LEVELS.iter().position(reaches).unwrap_or(LEVELS.len() - 1);
        let fine_us = LEVELS[idx].0;
        let n_buckets = i64::try_from(n_buckets.max(1)).unwrap_or(i64::MAX);
        let n_fine = (span_us / n_buckets).saturating_add(fine_us - 1) / fine_us;
        let wide_us = n_fine.max(1) * fine_us;
        let from_us = from_us.div_euclid(wide_us) * wide_us;
        let mut curve: Vec<Bucket> = Vec::new();
        let is_within = |sums: &&Sums| sums.start_us >= from_us && sums.start_us < to_us;
        for sums in self.levels[idx].iter().filter(is_within) {
            let start_us = sums.start_us.div_euclid(wide_us) * wide_us;
            match curve.last_mut() {
                Some(bucket) if bucket.start_us == start_us => bucket.merge(sums),
                _ => curve.push(Bucket::of(sums, start_us, wide_us)),
            }
        }
        for bucket in &mut curve {
            bucket.actions.sort_by_key(|share| std::cmp::Reverse(share.n_offered));
        }
        curve
    }

    /// The last `span_us` in at most `n_buckets` buckets.
    pub fn curve(&self, now_us: i64, span_us: i64, n_buckets: usize) -> Vec<Bucket> {
        // What happens at this very instant belongs to it.
        self.curve_between(now_us, (now_us.saturating_sub(span_us), now_us.saturating_add(1)), n_buckets)
    }
}

impl Bucket {
    fn of(sums: &Sums, start_us: i64, span_us: i64) -> Self {
        Self {
            start_us,
            span_us,
            n_ranked: sums.n_ranked,
            n_active: sums.n_active,
            n_rewarded: sums.n_rewarded,
            n_explored: sums.n_explored,
            answered: sums.answered,
            learned: sums.learned,
            baseline: sums.baseline,
            random: sums.random,
            actions: sums.shares.clone(),
        }
    }

    fn merge(&mut self, sums: &Sums) {
        self.n_ranked += sums.n_ranked;
        self.n_active += sums.n_active;
        self.n_rewarded += sums.n_rewarded;
        self.n_explored += sums.n_explored;
        self.answered.merge(&sums.answered);
        self.learned.merge(&sums.learned);
        self.baseline.merge(&sums.baseline);
        self.random.merge(&sums.random);
        for share in &sums.shares {
            let has_room = self.actions.len() < N_SHARES;
            match self.actions.iter_mut().find(|known| known.action_id == share.action_id) {
                Some(known) => {
                    known.n_offered += share.n_offered;
                    known.n_chosen += share.n_chosen;
                    known.sum_probability += share.sum_probability;
                }
                None if has_room => self.actions.push(share.clone()),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_US: i64 = 60 * SECOND_US;

    fn rings_with_one_rank_every(step_us: i64, n: i64) -> Rings {
        let mut rings = Rings::default();
        for step in 0..n {
            rings.add(step * step_us, |sums| {
                sums.n_ranked += 1;
                sums.answered.add(1.0, 0.5);
            });
        }
        rings
    }

    #[test]
    fn every_resolution_counts_the_same_events() {
        let rings = rings_with_one_rank_every(SECOND_US, 1_800);
        for (span_us, n_buckets) in [(60 * MINUTE_US, 60), (24 * 60 * MINUTE_US, 48), (7 * 24 * 60 * MINUTE_US, 100)] {
            let curve = rings.curve(1_800 * SECOND_US, span_us, n_buckets);
            assert_eq!(curve.iter().map(|bucket| bucket.n_ranked).sum::<u64>(), 1_800, "over {span_us}");
            assert!(curve.len() <= n_buckets + 1);
        }
    }

    #[test]
    fn a_span_without_events_is_a_gap_and_no_zero() {
        let mut rings = rings_with_one_rank_every(SECOND_US, 10);
        rings.add(30 * MINUTE_US, |sums| sums.n_ranked += 1);
        let curve = rings.curve(30 * MINUTE_US, 60 * MINUTE_US, 60);
        assert_eq!(curve.len(), 2);
    }

    #[test]
    fn memory_is_bounded_however_long_it_goes_on() {
        let rings = rings_with_one_rank_every(5 * SECOND_US, 20_000);
        for (level, (_, n_most)) in rings.levels.iter().zip(LEVELS) {
            assert!(level.len() <= n_most);
        }
        let mut sums = Sums::default();
        for action in 0..1_000 {
            sums.add_share(&format!("action-{action}").parse().expect("an id"), 0.1, false);
        }
        assert_eq!(sums.shares.len(), N_SHARES);
    }

    #[test]
    fn a_late_change_reaches_the_bucket_of_the_rank() {
        let mut rings = rings_with_one_rank_every(MINUTE_US, 10);
        rings.change(3 * MINUTE_US, |sums| sums.answered.replace(1.0, 0.5, 1.0));
        let curve = rings.curve(10 * MINUTE_US, 60 * MINUTE_US, 60);
        let changed = curve.iter().find(|bucket| bucket.start_us == 3 * MINUTE_US).expect("it is there");
        assert_eq!(changed.answered.estimate().map(|estimate| estimate.value), Some(1.0));
    }
}
