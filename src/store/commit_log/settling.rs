//! The way of records from the commit log into the database.

use std::{collections::HashMap, fmt, path::Path, sync::Arc, time::Duration};

use sqlx::{Connection as _, SqliteConnection, SqlitePool};
use tokio::time::Instant;
use tracing::{info, warn};

use super::{
    Frame, Shared, files,
    frame::{self, Row},
};
use crate::store::{
    LogHead, StoreError, doubt::Doubt, log_statements::insert_settled, pools::BEGIN_WRITING, presence::hold_file,
};

const ATTEMPT: &str = "move records from the commit log into the database";
/// How long records gather before they are moved together, unless somebody waits for them.
const GATHERING: Duration = Duration::from_secs(1);
/// After a failure. Meanwhile the records are durable in the files.
const TRY_AGAIN: Duration = Duration::from_millis(250);
/// How long a server may take to move what it has written, and how soon one looks again.
const PATIENCE: Duration = Duration::from_secs(30);
const A_MOMENT: Duration = Duration::from_millis(20);
/// Moved in one transaction.
const N_BYTES_AT_ONCE: usize = 5 << 20;

/// How far the database has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Settled {
    /// Frames up to this one are in the database.
    pub number: u64,
    pub n_failures: u64,
    pub failure: Option<Failure>,
}

/// Why the last try failed, for everybody who waited.
#[derive(Clone)]
pub(super) struct Failure(Arc<dyn Fn() -> StoreError + Send + Sync>);

impl Failure {
    pub(super) fn error(&self) -> StoreError {
        (self.0)()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

/// Moves whatever is written. Ends when it is aborted.
pub(super) async fn settle_for_ever(shared: Arc<Shared>, writer: SqlitePool, doubt: Doubt) {
    loop {
        if shared.unsettled().frames.is_empty() {
            shared.has_grown.notified().await;
        }
        // Either way it is time.
        tokio::time::timeout(GATHERING, shared.is_urgent.notified()).await.ok();
        let frames = next_frames(&shared);
        if frames.is_empty() {
            continue;
        }
        match settle(&frames, &writer, &doubt).await {
            Ok(()) => note_settled(&shared, &frames),
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "Records stay in the commit log for now");
                let failure = Failure(Arc::new(error.shared()));
                shared.settled.send_modify(|settled| {
                    settled.n_failures += 1;
                    settled.failure = Some(failure);
                });
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}

fn next_frames(shared: &Shared) -> Vec<Frame> {
    let mut n_bytes = 0;
    let unsettled = shared.unsettled();
    let fits = |frame: &&Frame| {
        let is_first = n_bytes == 0;
        n_bytes += frame.bytes.len();
        is_first || n_bytes <= N_BYTES_AT_ONCE
    };
    unsettled.frames.iter().take_while(fits).cloned().collect()
}

/// Forgets what is in the database now, and only now: until then an event is known from here.
fn note_settled(shared: &Shared, frames: &[Frame]) {
    let mut unsettled = shared.unsettled();
    for frame in frames {
        unsettled.frames.pop_front();
        unsettled.n_bytes -= frame.bytes.len();
        for (loop_id, event_id) in frame.ranked.iter() {
            let Some(ranked) = unsettled.ranked.get_mut(loop_id) else { continue };
            ranked.remove(event_id);
            if ranked.is_empty() {
                unsettled.ranked.remove(loop_id);
            }
        }
    }
    drop(unsettled);
    shared.settled.send_modify(|settled| settled.number += frames.len() as u64);
}

async fn settle(frames: &[Frame], writer: &SqlitePool, doubt: &Doubt) -> Result<(), StoreError> {
    let mut connection = writer.acquire().await.map_err(StoreError::during(ATTEMPT))?;
    let settling = async {
        doubt.settle(&mut connection).await?;
        insert(frames.iter().flat_map(Frame::rows), &mut connection).await.map_err(StoreError::during(ATTEMPT))
    };
    let settled = settling.await;
    if let Err(error) = &settled {
        doubt.note(error);
        // Nobody knows what state the connection is in.
        connection.close_on_drop();
    }
    settled
}

async fn insert(rows: impl Iterator<Item = Row<'_>>, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN_WRITING).await?;
    insert_settled(&mut transaction, rows).await?;
    transaction.commit().await
}

/// Moves into the database what a process left in the files when it ended, and takes the files away. Nobody else may be
/// at work.
pub(in crate::store) async fn recover(database: &Path, writer: &SqlitePool, doubt: &Doubt) -> Result<(), StoreError> {
    let failed = StoreError::during(ATTEMPT);
    let frames = files::read(database).map_err(|error| failed(error.into()))?;
    let mut connection = writer.acquire().await.map_err(&failed)?;
    if !frames.is_empty() {
        doubt.settle(&mut connection).await?;
        let mut heads = heads(&mut connection).await.map_err(&failed)?;
        let rows: Vec<Row<'_>> =
            frames.iter().flat_map(|frame| frame::rows(frame)).filter(|row| follows(row, &mut heads)).collect();
        insert(rows.iter().copied(), &mut connection).await.map_err(&failed)?;
        if !rows.is_empty() {
            info!(n_records = rows.len(), "Moved the last records from the commit log into the database");
        }
    }
    files::remove(database).map_err(|error| failed(error.into()))
}

/// Whether a row is the next of its log, which then ends there. What is in the database already does not follow, nor does
/// what stands behind a hole, nor what belongs to a loop that is gone.
fn follows(row: &Row<'_>, heads: &mut HashMap<String, LogHead>) -> bool {
    let Some(head) = heads.get_mut(row.loop_id) else { return false };
    let is_next = row.place.seq == head.seq + 1;
    if is_next {
        *head = row.place;
    }
    is_next
}

async fn heads(connection: &mut SqliteConnection) -> Result<HashMap<String, LogHead>, sqlx::Error> {
    const SQL: &str = "
        select loop.id, coalesce((select max(seq) from log_record where loop_id = loop.id), 0)
        from loop where not is_removed";
    let found: Vec<(String, i64)> = sqlx::query_as(SQL).fetch_all(connection).await?;
    Ok(found.into_iter().map(|(id, seq)| (id, LogHead { seq, at_us: 0 })).collect())
}

/// Returns once everything is in the database that the server on it had acknowledged before. Where none is at work, what
/// the last one left is moved there.
pub(in crate::store) async fn wait_for_the_server(
    database: &Path,
    writer: &SqlitePool,
    doubt: &Doubt,
) -> Result<(), StoreError> {
    let failed = StoreError::during("wait until the records of the commit log are in the database");
    let frames = files::read(database).map_err(|error| failed(error.into()))?;
    let wanted = last_rows(&frames);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut connection = writer.acquire().await.map_err(&failed)?;
        let heads = heads(&mut connection).await.map_err(&failed)?;
        drop(connection);
        // A loop that is not there any more has nothing to be waited for.
        if wanted.iter().all(|(id, seq)| heads.get(*id).is_none_or(|head| head.seq >= *seq)) {
            return Ok(());
        }
        if let Some(_held) = hold_file(database, Duration::ZERO).await? {
            return recover(database, writer, doubt).await;
        }
        if Instant::now() > deadline {
            return Err(failed(sqlx::Error::PoolTimedOut));
        }
        tokio::time::sleep(A_MOMENT).await;
    }
}

/// Up to where each log reaches in these frames.
fn last_rows(frames: &[Vec<u8>]) -> HashMap<&str, i64> {
    frames.iter().flat_map(|frame| frame::rows(frame)).map(|row| (row.loop_id, row.place.seq)).collect()
}
