//! How far the fold has come, for those who watch it and for those who wait for one record.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{oneshot, watch};

/// The trainer has ended before it came to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the trainer has ended")]
pub struct Ended;

/// The last folded record, told to many.
///
/// Pages watch it. A Reward waits for its own record: with each record only those are woken who waited for it, for among
/// many callers to wake all each time would cost more than to learn.
#[derive(Debug)]
pub struct Progress {
    folded: watch::Sender<i64>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// What follows, by the record that is waited for, then in the order of coming.
    callers: BTreeMap<(i64, u64), Then>,
    n_came: u64,
    has_ended: bool,
}

type Then = Box<dyn FnOnce(Result<(), Ended>) + Send>;

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.callers.keys()).finish()
    }
}

impl Progress {
    /// After record `seq`.
    pub fn new(seq: i64) -> Self {
        Self { folded: watch::Sender::new(seq), waiting: Mutex::default() }
    }

    /// The last folded record; changes with each.
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.folded.subscribe()
    }

    /// The last folded record.
    pub fn seq(&self) -> i64 {
        *self.folded.borrow()
    }

    /// Returns once record `seq` is folded.
    pub async fn reached(&self, seq: i64) -> Result<(), Ended> {
        let (caller, reached) = oneshot::channel();
        self.when_reached(seq, |result| {
            // A caller that hung up needs no answer.
            caller.send(result).ok();
        });
        reached.await.map_err(|_| Ended)?
    }

    /// Does something quick once record `seq` is folded: here if it is, else where it is folded.
    pub fn when_reached(&self, seq: i64, then: impl FnOnce(Result<(), Ended>) + Send + 'static) {
        let mut waiting = self.waiting();
        // Under the lock: `advance` tells the number first and looks for callers then.
        let known = if self.seq() >= seq { Some(Ok(())) } else { waiting.has_ended.then_some(Err(Ended)) };
        if let Some(result) = known {
            drop(waiting);
            return then(result);
        }
        waiting.n_came += 1;
        let n_came = waiting.n_came;
        waiting.callers.insert((seq, n_came), Box::new(then));
    }

    /// Record `seq` is folded, and all before it.
    pub(super) fn advance(&self, seq: i64) {
        self.folded.send_replace(seq);
        let mut waiting = self.waiting();
        while let Some(first) = waiting.callers.first_entry() {
            if first.key().0 > seq {
                break;
            }
            first.remove()(Ok(()));
        }
    }

    /// Nothing more will be folded.
    pub(super) fn end(&self) {
        let mut waiting = self.waiting();
        waiting.has_ended = true;
        std::mem::take(&mut waiting.callers).into_values().for_each(|then| then(Err(Ended)));
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn those_are_woken_whose_record_is_folded_and_the_rest_when_it_ends() {
        let progress = Arc::new(Progress::new(3));
        assert_eq!(progress.reached(3).await, Ok(()));
        let waiting = [4, 6, 5].map(|seq| {
            let progress = progress.clone();
            tokio::spawn(async move { progress.reached(seq).await })
        });
        while progress.waiting().callers.len() < 3 {
            tokio::task::yield_now().await;
        }
        progress.advance(5);
        assert_eq!(progress.waiting().callers.len(), 1);
        progress.end();
        let [four, six, five] = waiting;
        assert_eq!((four.await.expect("done"), five.await.expect("done")), (Ok(()), Ok(())));
        assert_eq!((six.await.expect("done"), progress.reached(7).await), (Err(Ended), Err(Ended)));
    }
}
