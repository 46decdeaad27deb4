//! Who works on the data: servers share PostgreSQL, while SQLite has one; an import wants the data alone.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

use sqlx::{Connection as _, PgConnection};
use tokio::{task::JoinSet, time::Instant};
use tracing::warn;

use super::{
    Store, StoreError,
    commit_log::{CommitLog, recover},
    pools::Pools,
    reach::Reach,
};

/// How a process works on the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// As a server. Several share a PostgreSQL database; SQLite has one.
    Serving,
    /// While no server runs.
    Alone,
}

/// The data are held as asked for, until this is dropped or the process ends.
#[derive(Debug)]
pub struct Held {
    _lock: Lock,
}

#[derive(Debug)]
#[expect(dead_code, reason = "both are kept for what ends when they are dropped")]
enum Lock {
    File(File),
    /// The task that keeps the session, and takes another when the database was away.
    Session(JoinSet<()>),
}

/// One number for all that share a PostgreSQL database; "rankloop" in ASCII.
const LOCK_NUMBER: i64 = 0x7261_6e6b_6c6f_6f70;
const ATTEMPT: &str = "see who works on the data";
/// How soon a lost session is asked for again.
const A_MOMENT: Duration = Duration::from_millis(50);
/// How long a server waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_secs(1);

impl Store {
    /// `None` when somebody else works on the data in a way that excludes this one.
    pub async fn hold(&self, presence: Presence) -> Result<Option<Held>, StoreError> {
        match &self.pools {
            Pools::Sqlite { path, readers, writer, doubt, commit_log } => {
                let patience = if presence == Presence::Serving { PATIENCE } else { Duration::ZERO };
                let Some(file) = hold_file(path, patience).await? else { return Ok(None) };
                recover(path, writer, doubt).await?;
                if presence == Presence::Serving {
                    // Whoever trained on these data is no more, and its leases need not run out.
                    self.free_leases().await?;
                    let started = CommitLog::start(path, writer.clone(), readers.clone(), doubt.clone());
                    let started = started.map_err(|error| StoreError::during("begin the commit log")(error.into()))?;
                    commit_log.set(started).expect("a store is held once");
                }
                Ok(Some(Held { _lock: Lock::File(file) }))
            }
            Pools::Postgres(reach) => {
                let is_renewed = reach.is_renewed();
                let Some(session) = lock_session(reach, presence).await? else { return Ok(None) };
                let mut keeping = JoinSet::new();
                keeping.spawn(keep_session(reach.clone(), presence, session, is_renewed));
                Ok(Some(Held { _lock: Lock::Session(keeping) }))
            }
        }
    }
}

/// A session of its own that holds the lock; `None` when somebody else's excludes it.
async fn lock_session(reach: &Reach, presence: Presence) -> Result<Option<PgConnection>, StoreError> {
    const SHARED: &str = "select pg_try_advisory_lock_shared($1)";
    const ALONE: &str = "select pg_try_advisory_lock($1)";
    let failed = StoreError::during(ATTEMPT);
    let sql = if presence == Presence::Serving { SHARED } else { ALONE };
    let mut session = reach.acquire().await.map_err(&failed)?.detach();
    let locking = sqlx::query_scalar(sql).bind(LOCK_NUMBER).fetch_one(&mut session);
    let is_held: bool = reach.run(locking).await.map_err(&failed)?;
    Ok(is_held.then_some(session))
}

/// A session ends with its database. When that is back, the lock is taken again.
async fn keep_session(
    reach: Reach,
    presence: Presence,
    mut session: PgConnection,
    is_renewed: impl Future<Output = ()> + Send + 'static,
) {
    let mut is_renewed: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(is_renewed);
    loop {
        is_renewed.await;
        is_renewed = Box::pin(reach.is_renewed());
        // What was renewed may have been one connection among many.
        while !matches!(tokio::time::timeout(AGAIN, session.ping()).await, Ok(Ok(()))) {
            match lock_session(&reach, presence).await {
                Ok(Some(new)) => session = new,
                Ok(None) => warn!("While the database was away, somebody else took the data"),
                Err(error) => warn!(error = &error as &dyn std::error::Error, "The data are not held yet"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// A lock on a file beside the database: the system takes it back when the process ends, however it ends. Waits so
/// long for whoever has it.
pub(super) async fn hold_file(database: &Path, patience: Duration) -> Result<Option<File>, StoreError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let failed = |error: std::io::Error| StoreError::during(ATTEMPT)(error.into());
    let file = File::options().create(true).truncate(false).write(true).read(true).open(PathBuf::from(path));
    let file = file.map_err(failed)?;
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => tokio::time::sleep(A_MOMENT).await,
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}
