//! Group commit: one thread writes whatever waits, for all logs, in one transaction with one sync.
//!
//! Invariants: an append is answered with success only after its commit; a follower gets the records of its log that are
//! durable, in order and once, also those whose append was answered with an error because the commit's outcome was never
//! heard of, and those of other processes. It gets all of them unless it fell behind, or slept while others wrote very many:
//! then it sees a gap in their numbers, and can read what is in it for itself.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use super::{
    Fence, LogHead, NewRecord, Store, StoreError, StoredRecord,
    following::{Follower, Following, follow},
    log_append::{Addition, Additions, AllAdded, N_MISSED_MOST},
};
use crate::{clock::Clock, terms::LoopId};

/// When an append is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// After the commit was synced to the device.
    Commit,
    /// Before the sync: a power cut may lose the last moments.
    Relaxed,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    New {
        seq: i64,
        at_us: i64,
    },
    /// A `Ranked` record of this event was there before; nothing was written.
    Repeat,
}

/// A commit takes at most this many records and roughly this many bytes, so that the first in line does not wait for a
/// whole burst.
const N_RECORDS_MOST: usize = 1_024;
const N_BYTES_MOST: usize = 16 * 1024 * 1024;
/// Records that are read at once because somebody else wrote them.
const N_LOOKED_AT_ONCE: i64 = 256;
/// How soon after a failed commit the writer looks for itself what became of it.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The one writer of all logs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LogWriter {
    messages: mpsc::Sender<Message>,
}

/// What the task is asked. One channel for all of it, so that an append after `follow` or `forget` meets its effect.
enum Message {
    Append(Waiting),
    Follow {
        id: LoopId,
        head: LogHead,
        answer: oneshot::Sender<Result<Following, StoreError>>,
    },
    Forget {
        id: LoopId,
        answer: oneshot::Sender<()>,
    },
    /// These logs reach at least up to there.
    Look {
        heads: Vec<(LoopId, i64)>,
    },
    ShutDown {
        answer: oneshot::Sender<()>,
    },
}

/// An append whose caller waits.
struct Waiting {
    id: LoopId,
    record: NewRecord,
    /// There if only the loop's trainer may write it.
    fence: Option<Fence>,
    then: Then,
}

/// What follows an append.
type Then = Box<dyn FnOnce(Result<Appended, StoreError>) + Send>;

/// Tells the writer where logs have grown, without keeping it alive.
#[derive(Debug, Clone)]
pub(super) struct Looker(mpsc::WeakSender<Message>);

impl Looker {
    /// Has the followers be given what they have not seen of these logs, each up to the record named at least. False
    /// when there is no writer any more.
    pub(super) async fn look(&self, heads: Vec<(LoopId, i64)>) -> bool {
        let Some(messages) = self.0.upgrade() else { return false };
        messages.send(Message::Look { heads }).await.is_ok()
    }
}

impl LogWriter {
    /// Starts the writing task. `n_queued` is how many appends may wait before more are refused.
    pub fn start(store: Store, clock: Clock, durability: Durability, n_queued: usize) -> Self {
        let (messages, inbox) = mpsc::channel(n_queued.max(1));
        let writing = Writing { store, clock, durability, followers: HashMap::new(), is_in_doubt: false };
        // A thread of its own: as one task among all that answer calls it would wait for its turn several times in each
        // commit, and everybody would wait with it.
        let runtime = Handle::current();
        let writing = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || runtime.block_on(writing.run(inbox)));
        writing.expect("the system has a thread for the log");
        Self { messages }
    }

    /// Appends to a loop that is followed. Returns once the record is durable; the follower is handed it right after.
    pub async fn append(&self, id: &LoopId, record: NewRecord) -> Result<Appended, StoreError> {
        self.append_behind(id, record, None).await
    }

    /// The same for what only the loop's trainer may write: with `NotTrainer` it was not written, because somebody else
    /// is the trainer by now.
    pub async fn append_as_trainer(
        &self,
        id: &LoopId,
        record: NewRecord,
        fence: Fence,
    ) -> Result<Appended, StoreError> {
        self.append_behind(id, record, Some(fence)).await
    }

    async fn append_behind(
        &self,
        id: &LoopId,
        record: NewRecord,
        fence: Option<Fence>,
    ) -> Result<Appended, StoreError> {
        let (answer, answered) = oneshot::channel();
        // A caller that hung up has its record in the log all the same.
        self.append_then(id, record, fence, |appended| drop(answer.send(appended)))?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// Appends, behind a fence what only the loop's trainer may write, and then does something quick on the writer's thread.
    /// It is not done when the writer stops before.
    pub fn append_then(
        &self,
        id: &LoopId,
        mut record: NewRecord,
        fence: Option<Fence>,
        then: impl FnOnce(Result<Appended, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        record.pack();
        let waiting = Waiting { id: id.clone(), record, fence, then: Box::new(then) };
        self.messages.try_send(Message::Append(waiting)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
        })
    }

    pub(super) fn looker(&self) -> Looker {
        Looker(self.messages.downgrade())
    }

    /// From now on appends to the loop are accepted; every record after `head` comes through the receiver, in order,
    /// once, after it is durable.
    pub async fn follow(&self, id: &LoopId, head: LogHead) -> Result<Following, StoreError> {
        let (answer, answered) = oneshot::channel();
        let message = Message::Follow { id: id.clone(), head, answer };
        self.messages.send(message).await.map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// Appends to the loop are refused from now on, and its receiver ends.
    pub async fn forget(&self, id: &LoopId) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let message = Message::Forget { id: id.clone(), answer };
        self.messages.send(message).await.map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)
    }

    /// Writes what is waiting and ends the task. Appends that come later are refused.
    pub async fn shut_down(&self) {
        let (answer, answered) = oneshot::channel();
        // Either may fail when the task has ended before, which is what is wanted.
        if self.messages.send(Message::ShutDown { answer }).await.is_ok() {
            answered.await.ok();
        }
    }
}

/// The task's own state.
#[derive(Debug)]
struct Writing {
    store: Store,
    clock: Clock,
    durability: Durability,
    followers: HashMap<LoopId, Follower>,
    /// A commit failed, and followers may not have been given everything that is durable.
    is_in_doubt: bool,
}

impl Writing {
    async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        // A message that ended the taking of a batch; it goes next.
        let mut next = None;
        let mut waiting_for_the_end = Vec::new();
        while let Some(message) = match next.take() {
            Some(message) => Some(message),
            None => self.receive(&mut inbox).await,
        } {
            match message {
                Message::Append(first) => {
                    let mut batch = Batch::of(first);
                    next = batch.take_all(&mut inbox);
                    self.write(batch.waiting).await;
                }
                Message::Follow { id, head, answer } => {
                    answer.send(self.follow(id, head).await).ok();
                }
                Message::Forget { id, answer } => {
                    self.followers.remove(&id);
                    answer.send(()).ok();
                }
                Message::Look { heads } => self.look(heads).await,
                Message::ShutDown { answer } => {
                    // Nothing more comes in; what is in the channel is still written.
                    inbox.close();
                    waiting_for_the_end.push(answer);
                }
            }
        }
        for answer in waiting_for_the_end {
            answer.send(()).ok();
        }
    }

    /// Waits for the next message; after a failed commit it looks meanwhile what became of it.
    async fn receive(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Option<Message> {
        while self.is_in_doubt {
            match tokio::time::timeout(LOOK_AGAIN, inbox.recv()).await {
                Ok(message) => return message,
                Err(_) => self.look_again().await,
            }
        }
        inbox.recv().await
    }

    /// Gives every follower what is durable and was not given yet.
    async fn look_again(&mut self) {
        let nothing_new = |(id, follower): (&LoopId, &Follower)| (id.clone(), Addition::nothing(follower.given));
        let additions: Additions = self.followers.iter().map(nothing_new).collect();
        if let Ok(added) = self.store.append(&additions, self.clock.now_us(), self.durability).await {
            self.is_in_doubt = false;
            self.settle(additions, added, &mut BTreeMap::new());
        }
    }

    /// Gives followers what other processes wrote. It neither writes nor locks: records of a log become visible in their
    /// order, because whoever appends holds the loop's row until its commit, so what a plain read finds has no gaps that
    /// would be filled later.
    async fn look(&mut self, heads: Vec<(LoopId, i64)>) {
        for (id, seq) in heads {
            while let Some(follower) = self.followers.get_mut(&id).filter(|follower| follower.given.seq < seq) {
                let after = follower.given.seq.max(seq - N_MISSED_MOST);
                match self.store.records_between(&id, after, i64::MAX, N_LOOKED_AT_ONCE).await {
                    Ok(records) if records.is_empty() => break,
                    Ok(records) => records.into_iter().for_each(|record| follower.give(record)),
                    // The next look, which is soon, finds it all.
                    Err(_) => return,
                }
            }
        }
    }

    async fn follow(&mut self, id: LoopId, head: LogHead) -> Result<Following, StoreError> {
        let additions = Additions::from([(id.clone(), Addition::nothing(head))]);
        let added = self.store.append(&additions, self.clock.now_us(), self.durability).await?;
        if !added.contains_key(&id) {
            return Err(StoreError::NotFollowed);
        }
        let (follower, following) = follow(head);
        self.followers.insert(id, follower);
        self.settle(additions, added, &mut BTreeMap::new());
        Ok(following)
    }

    /// Commits a batch, answers the callers and gives its records to the followers.
    async fn write(&mut self, batch: Vec<Waiting>) {
        let mut additions = Additions::new();
        let mut answers = Answers::new();
        for Waiting { id, record, fence, then } in batch {
            let Some(follower) = self.followers.get(&id) else {
                then(Err(StoreError::NotFollowed));
                continue;
            };
            let addition = additions.entry(id.clone()).or_insert_with(|| Addition::nothing(follower.given));
            addition.fences.extend(fence.map(|fence| (addition.records.len(), fence)));
            addition.records.push(record);
            answers.entry(id).or_default().push(then);
        }
        if additions.is_empty() {
            return;
        }
        let began = Instant::now();
        let result = self.store.append(&additions, self.clock.now_us(), self.durability).await;
        let n_records: usize = answers.values().map(Vec::len).sum();
        metrics::histogram!("rankloop_log_batch_records").record(n_records as f64);
        metrics::histogram!("rankloop_log_commit_seconds").record(began.elapsed().as_secs_f64());
        match result {
            Ok(added) => self.settle(additions, added, &mut answers),
            Err(error) => {
                self.is_in_doubt = true;
                let error = error.shared();
                answers.into_values().flatten().for_each(|then| then(Err(error())));
            }
        }
    }

    /// Hands over what a commit made durable. A loop that the database no longer has is followed no longer.
    fn settle(&mut self, additions: Additions, mut all_added: AllAdded, answers: &mut Answers) {
        for (id, addition) in additions {
            let callers = answers.remove(&id).unwrap_or_default().into_iter();
            let (Some(added), Some(follower)) = (all_added.remove(&id), self.followers.get_mut(&id)) else {
                self.followers.remove(&id);
                callers.for_each(|then| then(Err(StoreError::NotFollowed)));
                continue;
            };
            // The callers first: they answer somebody, and to wake the follower takes some microseconds.
            for (then, appended) in callers.zip(&added.outcomes) {
                then(appended.ok_or(StoreError::NotTrainer));
            }
            added.missed.into_iter().for_each(|record| follower.give(record));
            let mut newest = None;
            for (record, appended) in addition.records.into_iter().zip(added.outcomes) {
                let NewRecord { kind, event_id, body, carried, .. } = record;
                if let Some(Appended::New { seq, at_us }) = appended {
                    follower.give(StoredRecord { seq, at_us, kind, event_id, body, carried });
                    newest = Some(seq);
                }
            }
            if let Some(seq) = newest {
                self.store.announce_log(&id, seq);
            }
        }
    }
}

/// The callers of a batch, each loop's in the order of its records.
type Answers = BTreeMap<LoopId, Vec<Then>>;

/// What goes into one commit.
struct Batch {
    waiting: Vec<Waiting>,
    n_bytes: usize,
}

impl Batch {
    fn of(first: Waiting) -> Self {
        Self { n_bytes: first.record.body.len(), waiting: vec![first] }
    }

    /// Takes what waits and fits, and returns the message that ended the taking, if one did.
    fn take_all(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Option<Message> {
        while self.waiting.len() < N_RECORDS_MOST && self.n_bytes < N_BYTES_MOST {
            match inbox.try_recv() {
                Ok(Message::Append(waiting)) => {
                    self.n_bytes += waiting.record.body.len();
                    self.waiting.push(waiting);
                }
                Ok(other) => return Some(other),
                Err(_) => break,
            }
        }
        None
    }
}
