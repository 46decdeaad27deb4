//! Following the events of a loop as they come in, from what the trainer keeps in memory.
//!
//! Whoever follows looks now and then, and is told what is new since. More rows than a person can read are not sent:
//! they are sampled evenly, and how many were left out is said.

use std::{collections::HashSet, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout_at},
};

use super::{EventFilter, EventSummary, LiveLoop};
use crate::{terms::EventState, trainer::FeedEntry};

/// Rows of one look, at most.
pub const N_ROWS_A_LOOK: usize = 10;
/// Between two looks: with the rows of a look that makes [`N_ROWS_A_SECOND`] at most.
const PACE: Duration = Duration::from_millis(500);
/// Above this rate events are sampled.
pub const N_ROWS_A_SECOND: usize = 2 * N_ROWS_A_LOOK;
/// Who hears nothing for some of these knows that the connection is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Of so many rows the follower hears what becomes of them.
const N_REMEMBERED: usize = 400;

/// What became of an event whose row was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct EventChange {
    pub seq: i64,
    pub state: EventState,
    pub reward: Option<f32>,
    /// Whether it had to be activated.
    pub is_deferred: bool,
}

/// What one look found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventNews {
    /// Newest first.
    pub rows: Vec<EventSummary>,
    pub changes: Vec<EventChange>,
    /// Events that the filter admits and that are not among the rows, because there were too many.
    pub n_left_out: u64,
    /// The newest event that was looked at.
    pub seq: i64,
    /// How many events that the filter admits came in a second, over the last seconds.
    pub per_second: f64,
}

impl EventNews {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.changes.is_empty() && self.n_left_out == 0
    }
}

/// Somebody who watches the events that a filter admits.
#[derive(Debug)]
pub struct EventFollower {
    live: LiveLoop,
    filter: EventFilter,
    /// The last change of the feed that was looked at.
    change: u64,
    /// Rows that the follower has. Their numbers grow, so the smallest are the oldest.
    known: Vec<i64>,
    seq: i64,
    progress: watch::Receiver<i64>,
    is_new: bool,
    pace: Rate,
}

/// How fast events come, over some seconds.
#[derive(Debug)]
struct Rate {
    per_second: f64,
    looked_at: Instant,
}

impl Rate {
    /// So many seconds ago counts a third of the present.
    const MEMORY_S: f64 = 3.0;

    fn count(&mut self, n: usize) -> f64 {
        let passed_s = self.looked_at.elapsed().as_secs_f64().max(0.001);
        self.looked_at = Instant::now();
        let kept = (-passed_s / Self::MEMORY_S).exp();
        self.per_second = kept * self.per_second + (1.0 - kept) * (n as f64 / passed_s);
        self.per_second
    }
}

impl EventFollower {
    /// Follows from behind the event `after` on: newer ones are told at the first look. Of the newest `n_known` up to it
    /// the follower has the rows, and is told at the first look how they stand.
    pub fn new(live: LiveLoop, filter: EventFilter, after: i64, n_known: usize) -> Self {
        let known: Vec<i64> = {
            let feed = live.cell().feed();
            feed.entries().rev().map(|entry| entry.seq).filter(|seq| *seq <= after).take(n_known).collect()
        };
        let progress = live.progress();
        let pace = Rate { per_second: 0.0, looked_at: Instant::now() };
        Self { live, filter, change: 0, known, seq: after, progress, is_new: true, pace }
    }

    /// The loop that is followed.
    pub fn live(&self) -> &LiveLoop {
        &self.live
    }

    /// Waits until there is something to tell; at once the first time. News of nothing are a sign of life. `None` when
    /// the loop is gone.
    pub async fn news(&mut self) -> Option<EventNews> {
        if std::mem::take(&mut self.is_new) {
            self.progress.mark_unchanged();
            let news = self.look();
            // What came before anybody looked says nothing about how fast it comes.
            self.pace = Rate { per_second: 0.0, looked_at: Instant::now() };
            return Some(EventNews { per_second: 0.0, ..news });
        }
        let patience = Instant::now() + HEARTBEAT;
        loop {
            sleep(PACE).await;
            match timeout_at(patience, self.progress.changed()).await {
                Err(_) => return Some(EventNews { seq: self.seq, ..EventNews::default() }),
                // The trainer has ended.
                Ok(Err(_)) => return None,
                Ok(Ok(())) => {
                    let news = self.look();
                    if !news.is_empty() || Instant::now() >= patience {
                        return Some(news);
                    }
                }
            }
        }
    }

    /// What is new since the last look.
    pub fn look(&mut self) -> EventNews {
        let is_first = self.change == 0;
        let changed: Vec<FeedEntry> = {
            let feed = self.live.cell().feed();
            let changed = feed.changed_since(self.change).cloned().collect();
            self.change = feed.n_changes();
            changed
        };
        let known: HashSet<i64> = self.known.iter().copied().collect();
        let (old, new): (Vec<_>, Vec<_>) = changed.into_iter().partition(|entry| known.contains(&entry.seq));
        let change = |entry: FeedEntry| EventChange {
            seq: entry.seq,
            state: entry.state,
            reward: entry.reward,
            is_deferred: entry.ranked.is_deferred,
        };
        let mut news = EventNews { changes: old.into_iter().map(change).collect(), ..EventNews::default() };
        let seen = self.seq;
        self.seq = new.last().map_or(seen, |entry| entry.seq.max(seen));
        // One that was left out stays so, whatever becomes of it, unless that is what is asked for.
        // Nor is one told that stood so before anybody followed.
        let may_come = |entry: &FeedEntry| entry.seq > seen || (!is_first && self.filter.asks_for_outcome());
        let admitted: Vec<FeedEntry> = new.into_iter().filter(|entry| may_come(entry) && self.admits(entry)).collect();
        let sampled = sampled(&admitted);
        news.n_left_out = (admitted.len() - sampled.len()) as u64;
        self.known.extend(sampled.iter().map(|entry| entry.seq));
        self.known.sort_unstable();
        let n_forgotten = self.known.len().saturating_sub(N_REMEMBERED);
        self.known.drain(..n_forgotten);
        news.rows = sampled.into_iter().rev().map(EventSummary::from).collect();
        news.seq = self.seq;
        news.per_second = self.pace.count(admitted.len());
        news
    }

    fn admits(&self, entry: &FeedEntry) -> bool {
        self.filter.admits_decision(&entry.ranked, entry.ranked_at_us)
            && self.filter.admits_outcome(entry.state, entry.reward)
    }
}

/// Evenly spaced, the newest among them.
fn sampled<T>(all: &[T]) -> Vec<&T> {
    if all.len() <= N_ROWS_A_LOOK {
        return all.iter().collect();
    }
    (1..=N_ROWS_A_LOOK).map(|n| &all[n * all.len() / N_ROWS_A_LOOK - 1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_rows_are_sampled_evenly_and_the_newest_is_among_them() {
        let few: Vec<usize> = (0..N_ROWS_A_LOOK).collect();
        assert_eq!(sampled(&few).len(), few.len());
        let many: Vec<usize> = (0..1_000).collect();
        let sampled = sampled(&many);
        assert_eq!((sampled.len(), *sampled[N_ROWS_A_LOOK - 1], *sampled[0]), (N_ROWS_A_LOOK, 999, 99));
    }
}
