//! How far an import has come: kept in the database, in the same transaction as the records that it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Counts, facts::LoopFacts};
use crate::store::LogHead;

/// Where a second start goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// Which files these places are in.
    pub files: String,
    pub facts: LoopFacts,
    pub head_seq: i64,
    pub head_at_us: i64,
    /// Files that are settled: all before this one,
    n_done: usize,
    /// and these.
    done: BTreeSet<usize>,
    /// Of the others, how many lines are settled.
    settled: BTreeMap<usize, u64>,
    pub counts: Counts,
    /// Whether everything is written,
    pub is_complete: bool,
    /// the exported model too.
    pub has_model: bool,
}

impl Checkpoint {
    /// The beginning.
    pub fn new(files: String, facts: LoopFacts, head: LogHead) -> Self {
        Self {
            files,
            facts,
            head_seq: head.seq,
            head_at_us: head.at_us,
            n_done: 0,
            done: BTreeSet::new(),
            settled: BTreeMap::new(),
            counts: Counts::default(),
            is_complete: false,
            has_model: false,
        }
    }

    /// The end of the log as the import left it.
    pub fn head(&self) -> LogHead {
        LogHead { seq: self.head_seq, at_us: self.head_at_us }
    }

    /// One more line of a file is settled.
    pub fn settle(&mut self, source_idx: usize, is_last: bool) {
        if !is_last {
            *self.settled.entry(source_idx).or_default() += 1;
            return;
        }
        self.settled.remove(&source_idx);
        self.done.insert(source_idx);
        while self.done.remove(&self.n_done) {
            self.n_done += 1;
        }
    }

    /// How many lines of a file are settled; `None` when all are.
    pub fn n_settled(&self, source_idx: usize) -> Option<u64> {
        let is_done = source_idx < self.n_done || self.done.contains(&source_idx);
        if is_done { None } else { Some(self.settled.get(&source_idx).copied().unwrap_or_default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_done_in_any_order_and_the_list_of_them_stays_short() {
        let facts = LoopFacts { reward_wait_us: 1, default_reward: 0.0, policy_version: 1 };
        let mut checkpoint = Checkpoint::new("x".to_owned(), facts, LogHead::default());
        checkpoint.settle(1, false);
        checkpoint.settle(1, true);
        checkpoint.settle(2, false);
        assert_eq!([0, 1, 2].map(|idx| checkpoint.n_settled(idx)), [Some(0), None, Some(1)]);
        checkpoint.settle(0, true);
        assert_eq!((checkpoint.n_done, checkpoint.done.len()), (2, 0));
    }
}
