//! The way of a log's records from the writer to whoever follows the log.
//!
//! A follower that falls behind takes no more memory than a bound: where too much waits for it, records are left out, from
//! one on until it has taken all that waits. They are in the log, and it reads them there.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicUsize, Ordering, fence},
};

use tokio::sync::mpsc;

use super::{LogHead, StoredRecord};

/// What waits for one follower at most.
const N_WAITING_MOST: usize = 4_096;
const N_BYTES_WAITING_MOST: usize = 32 << 20;

/// Both ends, behind `head`.
pub(super) fn follow(head: LogHead) -> (Follower, Following) {
    let (sender, records) = mpsc::channel(N_WAITING_MOST);
    let between = Arc::new(Between {
        newest: AtomicI64::new(head.seq),
        left_out: AtomicI64::new(0),
        n_bytes: AtomicUsize::new(0),
    });
    let follower = Follower { sender, between: between.clone(), given: head, is_leaving_out: false };
    (follower, Following { records, between, taken: head.seq })
}

/// What both ends know of each other.
#[derive(Debug)]
struct Between {
    /// The last record that was meant for the follower.
    newest: AtomicI64,
    /// The last of them that was left out.
    left_out: AtomicI64,
    /// Of the bodies that wait.
    n_bytes: AtomicUsize,
}

/// The writer's end.
#[derive(Debug)]
pub(super) struct Follower {
    sender: mpsc::Sender<StoredRecord>,
    between: Arc<Between>,
    /// The last record that was handed over or left out.
    pub(super) given: LogHead,
    is_leaving_out: bool,
}

impl Follower {
    pub(super) fn give(&mut self, record: StoredRecord) {
        self.given = LogHead { seq: record.seq, at_us: record.at_us };
        self.between.newest.store(record.seq, Ordering::Relaxed);
        self.is_leaving_out = self.has_too_much();
        if self.is_leaving_out {
            self.between.left_out.store(record.seq, Ordering::SeqCst);
            // A follower that has taken everything meanwhile may have looked before this was said, and would sleep.
            fence(Ordering::SeqCst);
            self.is_leaving_out = self.n_waiting() > 0;
        }
        if !self.is_leaving_out {
            self.between.n_bytes.fetch_add(record.body.len(), Ordering::SeqCst);
            // A follower that hung up wants no records; the log keeps them all the same.
            self.sender.try_send(record).ok();
        }
    }

    fn has_too_much(&self) -> bool {
        let n_waiting = self.n_waiting();
        let is_over = n_waiting == self.sender.max_capacity()
            || self.between.n_bytes.load(Ordering::SeqCst) >= N_BYTES_WAITING_MOST;
        n_waiting > 0 && (self.is_leaving_out || is_over)
    }

    fn n_waiting(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }
}

/// What a follower gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// The next records. Where one does not follow the one before it, those between are to be read in the log.
    Records,
    /// Records up to this one will not come: they are to be read in the log.
    LeftOut { up_to: i64 },
    /// The writer let the log go.
    End,
}

/// The follower's end: the records of one log as they become durable, in order and each once.
#[derive(Debug)]
pub struct Following {
    records: mpsc::Receiver<StoredRecord>,
    between: Arc<Between>,
    /// The last record that was taken, or told to be left out.
    taken: i64,
}

impl Following {
    /// Waits for what comes next, and puts records into `batch`, `most` of them at most. Nothing is lost when it is not
    /// waited for to the end.
    pub async fn next(&mut self, batch: &mut Vec<StoredRecord>, most: usize) -> Came {
        if self.records.is_empty() {
            fence(Ordering::SeqCst);
            let up_to = self.between.left_out.load(Ordering::SeqCst);
            if up_to > self.taken {
                self.taken = up_to;
                return Came::LeftOut { up_to };
            }
        }
        let n_before = batch.len();
        if self.records.recv_many(batch, most).await == 0 {
            return Came::End;
        }
        let came = &batch[n_before..];
        self.taken = came.last().map_or(self.taken, |record| record.seq.max(self.taken));
        self.between.n_bytes.fetch_sub(came.iter().map(|record| record.body.len()).sum(), Ordering::SeqCst);
        Came::Records
    }

    /// How many records are behind the last that was taken.
    pub fn n_behind(&self) -> usize {
        let n_behind = self.between.newest.load(Ordering::Relaxed).saturating_sub(self.taken);
        usize::try_from(n_behind).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::store::Carried;

    fn record(seq: i64, n_bytes: usize) -> StoredRecord {
        StoredRecord { seq, at_us: seq, kind: 1, event_id: None, body: vec![0; n_bytes], carried: Carried::default() }
    }

    /// What comes now, with the numbers of the records; `None` when there is something to wait for.
    fn next(following: &mut Following, most: usize) -> Option<(Came, Vec<i64>)> {
        let mut batch = Vec::new();
        let came = following.next(&mut batch, most).now_or_never()?;
        Some((came, batch.iter().map(|record| record.seq).collect()))
    }

    #[test]
    fn whoever_keeps_up_gets_every_record() {
        let (mut follower, mut following) = follow(LogHead { seq: 1, at_us: 0 });
        for seq in 2..10_000 {
            follower.give(record(seq, 100_000));
            assert_eq!(next(&mut following, 64), Some((Came::Records, vec![seq])));
            assert_eq!((next(&mut following, 64), following.n_behind()), (None, 0));
        }
    }

    #[test]
    fn beyond_a_bound_records_are_left_out_until_all_that_waits_is_taken() {
        let (mut follower, mut following) = follow(LogHead::default());
        (1..=5_000).for_each(|seq| follower.give(record(seq, 1)));
        assert_eq!((follower.given.seq, following.n_behind()), (5_000, 5_000));
        assert_eq!(next(&mut following, 4_000), Some((Came::Records, (1..=4_000).collect())));
        // There is room again, but a hole in every batch would be worse than one long one.
        follower.give(record(5_001, 1));
        assert_eq!(next(&mut following, 4_000), Some((Came::Records, (4_001..=4_096).collect())));
        assert_eq!(next(&mut following, 64), Some((Came::LeftOut { up_to: 5_001 }, vec![])));
        assert_eq!((next(&mut following, 64), following.n_behind()), (None, 0));
        follower.give(record(5_002, 1));
        assert_eq!(next(&mut following, 64), Some((Came::Records, vec![5_002])));
    }

    #[test]
    fn large_records_are_left_out_sooner_but_one_always_fits() {
        let (mut follower, mut following) = follow(LogHead::default());
        (1..=3).for_each(|seq| follower.give(record(seq, N_BYTES_WAITING_MOST)));
        assert_eq!(next(&mut following, 64), Some((Came::Records, vec![1])));
        assert_eq!(next(&mut following, 64), Some((Came::LeftOut { up_to: 3 }, vec![])));
        follower.give(record(4, N_BYTES_WAITING_MOST));
        assert_eq!(next(&mut following, 64), Some((Came::Records, vec![4])));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whatever_is_left_out_a_follower_hears_of_the_last_record() {
        const N: i64 = 300_000;
        let (mut follower, mut following) = follow(LogHead::default());
        let taking = tokio::spawn(async move {
            let (mut at, mut batch) = (0, Vec::new());
            while at < N {
                match following.next(&mut batch, 8).await {
                    Came::Records => at = batch.drain(..).map(|record| record.seq).fold(at, i64::max),
                    Came::LeftOut { up_to } => at = at.max(up_to),
                    Came::End => break,
                }
            }
            at
        });
        let giving = std::thread::spawn(move || {
            (1..=N).for_each(|seq| follower.give(record(seq, 0)));
            follower
        });
        let heard = tokio::time::timeout(std::time::Duration::from_secs(30), taking).await.expect("it does not sleep");
        assert_eq!(heard.expect("it ends"), N);
        drop(giving.join());
    }
}
