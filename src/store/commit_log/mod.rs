//! What makes an append to SQLite durable: one write and one sync of a file beside the database.
//!
//! SQLite makes a commit durable by writing every page that it changed, and events have random ids, so that each changes a
//! page of the index of its own: some eighty kilobytes for a dozen records. Here the batch alone is written, and synced
//! once; its records go into the database within a second or so, many batches together, where pages that many of them
//! changed are written once. What was acknowledged and is not in the database yet is in memory here and in the
//! files, and whoever opens the database next moves it there first.
//!
//! - One process alone has a commit log, for as long as it holds the database's lock file.
//! - Records reach the database in the order of their numbers, whole batches at a time. So it always holds a beginning of
//!   each log.
//! - Whoever reads a log, or changes it in another way, waits first until everything is in the database.

mod files;
mod frame;
mod ranked_events;
mod settling;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::SqlitePool;
use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
};
use tracing::warn;

use self::{
    files::{Files, Written},
    ranked_events::RankedEvents,
    settling::{Settled, settle_for_ever},
};
pub(super) use self::{
    frame::Row,
    settling::{recover, wait_for_the_server},
};
use super::{StoreError, doubt::Doubt, log_append::ATTEMPT, log_statements::NewRow};
use crate::terms::{EventId, LoopId};

/// The commit log of a database. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct CommitLog(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    /// `None` once it is closed.
    files: Mutex<Option<Files>>,
    shared: Arc<Shared>,
    writer: SqlitePool,
    doubt: Doubt,
    settling: AbortHandle,
    /// Keeps the set of ranked events complete.
    reading: AbortHandle,
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.settling.abort();
        self.reading.abort();
    }
}

/// What the log and its settling have in common.
#[derive(Debug)]
struct Shared {
    unsettled: Mutex<Unsettled>,
    ranked_events: RankedEvents,
    settled: watch::Sender<Settled>,
    /// There is something to settle.
    has_grown: Notify,
    /// Somebody waits for it.
    is_urgent: Notify,
}

impl Shared {
    fn unsettled(&self) -> MutexGuard<'_, Unsettled> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once everything that was written before is in the database.
    async fn settled(&self) -> Result<(), StoreError> {
        let wanted = self.unsettled().n_written;
        let mut settled = self.settled.subscribe();
        let n_failures = settled.borrow_and_update().n_failures;
        loop {
            let now = settled.borrow_and_update().clone();
            if now.number >= wanted {
                return Ok(());
            }
            if let Some(failure) = now.failure.filter(|_| now.n_failures > n_failures) {
                return Err(failure.error());
            }
            self.is_urgent.notify_one();
            settled.changed().await.map_err(|_| StoreError::Stopped)?;
        }
    }
}

/// What is durable in the files and not known to be in the database.
#[derive(Debug, Default)]
struct Unsettled {
    frames: VecDeque<Frame>,
    n_bytes: usize,
    /// The events that these rank.
    ranked: HashMap<LoopId, HashSet<EventId>>,
    /// How many frames were ever written.
    n_written: u64,
}

#[derive(Debug, Clone)]
struct Frame {
    bytes: Arc<Vec<u8>>,
    ranked: Arc<[(LoopId, EventId)]>,
}

impl Frame {
    fn rows(&self) -> frame::Rows<'_> {
        frame::rows(&self.bytes)
    }
}

/// After a failure to read which events were ranked. Meanwhile the database is asked about each.
const READ_AGAIN: Duration = Duration::from_secs(10);
/// So much that is not in the database yet is moved there at once. The more together, the more of them share a page of the
/// index; less than a file holds, so that nobody waits for room.
const N_BYTES_SETTLED_SOON: usize = 4 << 20;

impl CommitLog {
    /// What is durable here and not known to be in the database yet.
    pub(super) fn unsettled(&self) -> super::Unsettled {
        let unsettled = self.0.shared.unsettled();
        super::Unsettled { n_commits: unsettled.frames.len(), n_bytes: unsettled.n_bytes }
    }

    /// Begins with empty files: `recover` has to have emptied them.
    pub(super) fn start(database: &Path, writer: SqlitePool, readers: SqlitePool, doubt: Doubt) -> io::Result<Self> {
        let files = Mutex::new(Some(Files::make(database)?));
        let shared = Arc::new(Shared {
            unsettled: Mutex::default(),
            ranked_events: RankedEvents::default(),
            settled: watch::Sender::new(Settled::default()),
            has_grown: Notify::new(),
            is_urgent: Notify::new(),
        });
        let settling = tokio::spawn(settle_for_ever(shared.clone(), writer.clone(), doubt.clone())).abort_handle();
        let reading = tokio::spawn(read_ranked_for_ever(shared.clone(), readers)).abort_handle();
        Ok(Self(Arc::new(Parts { files, shared, writer, doubt, settling, reading })))
    }

    /// Which of these events were ranked by what is not in the database yet.
    pub(super) fn ranked_among<'e>(
        &self,
        id: &LoopId,
        event_ids: impl Iterator<Item = &'e EventId>,
    ) -> HashSet<String> {
        let unsettled = self.0.shared.unsettled();
        let Some(ranked) = unsettled.ranked.get(id) else { return HashSet::new() };
        event_ids.filter(|event_id| ranked.contains(*event_id)).map(|event_id| event_id.as_str().to_owned()).collect()
    }

    /// Those of the events (loop, event) that may have been ranked before: the others are neither here nor in the database.
    pub(super) fn perhaps_ranked<'e>(&self, events: &[(&'e str, &'e str)]) -> Vec<(&'e str, &'e str)> {
        self.0.shared.ranked_events.among(events)
    }

    /// Events (loop, event) that may have been ranked in the database itself, past this log.
    pub(super) fn note_ranked(&self, events: &[(&str, &str)]) {
        self.0.shared.ranked_events.note(events.iter().copied());
    }

    /// Makes rows durable. False, and nothing was written, when they are too large for a file: then they have to go into
    /// the database themselves. It holds the thread until the device has answered; the log's writer has one of its own.
    ///
    /// After an error nobody knows whether they would be found; nothing more is written until everything that was
    /// acknowledged is in the database and the files have begun anew.
    pub(super) async fn write(&self, rows: &[NewRow<'_>]) -> Result<bool, StoreError> {
        let mut frame = frame::encode(rows);
        if !Files::fits(&frame) {
            return Ok(false);
        }
        let number = self.0.shared.unsettled().n_written + 1;
        loop {
            let n_settled = self.0.shared.settled.borrow().number;
            match self.with_files(|files| files.write(&mut frame, number, n_settled))? {
                Ok(Written::Durable) => break,
                Ok(Written::NoRoom) => self.settled().await?,
                Ok(Written::NotSound) => self.begin_anew().await?,
                Err(error) => {
                    let error = StoreError::during(ATTEMPT)(error.into());
                    self.0.doubt.note(&error);
                    return Err(error);
                }
            }
        }
        self.keep(frame, rows);
        Ok(true)
    }

    /// After a failed write: everything that was acknowledged goes into the database, and is synced there.
    async fn begin_anew(&self) -> Result<(), StoreError> {
        self.settled().await?;
        let mut connection = self.0.writer.acquire().await.map_err(StoreError::during(ATTEMPT))?;
        self.0.doubt.settle(&mut connection).await?;
        drop(connection);
        self.with_files(Files::renew)?.map_err(|error| StoreError::during(ATTEMPT)(error.into()))
    }

    fn with_files<T>(&self, work: impl FnOnce(&mut Files) -> T) -> Result<T, StoreError> {
        let mut files = self.0.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.as_mut().map(work).ok_or(StoreError::Stopped)
    }

    fn keep(&self, bytes: Vec<u8>, rows: &[NewRow<'_>]) {
        let ranked: Arc<[(LoopId, EventId)]> =
            rows.iter().filter_map(|row| Some((row.loop_id.clone(), row.record.ranks()?.clone()))).collect();
        let mut unsettled = self.0.shared.unsettled();
        for (loop_id, event_id) in ranked.iter() {
            unsettled.ranked.entry(loop_id.clone()).or_default().insert(event_id.clone());
        }
        unsettled.n_written += 1;
        // Under the lock: whoever reads the set anew waits for this frame, too.
        self.0.shared.ranked_events.note(ranked.iter().map(|(id, event_id)| (id.as_str(), event_id.as_str())));
        unsettled.n_bytes += bytes.len();
        unsettled.frames.push_back(Frame { bytes: bytes.into(), ranked });
        self.0.shared.has_grown.notify_one();
        if unsettled.n_bytes > N_BYTES_SETTLED_SOON {
            self.0.shared.is_urgent.notify_one();
        }
    }

    /// Returns once everything that was written before is in the database.
    pub(super) async fn settled(&self) -> Result<(), StoreError> {
        self.0.shared.settled().await
    }

    /// Moves everything into the database and takes the files away. What comes later is refused.
    pub(super) async fn close(&self, database: &Path) -> Result<(), StoreError> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.settled().await?;
        self.0.settling.abort();
        files::remove(database).map_err(|error| StoreError::during("close the commit log")(error.into()))
    }
}

/// Keeps the set of ranked events complete. Ends when it is aborted.
async fn read_ranked_for_ever(shared: Arc<Shared>, readers: SqlitePool) {
    loop {
        shared.ranked_events.wanted().await;
        let reading = async {
            shared.settled().await?;
            shared.ranked_events.read(&readers).await.map_err(StoreError::during("read which events were ranked"))
        };
        if let Err(error) = reading.await {
            warn!(error = &error as &dyn std::error::Error, "Each Rank is looked for in the database for now");
            tokio::time::sleep(READ_AGAIN).await;
        }
    }
}
