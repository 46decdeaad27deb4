//! Who works on the data: servers share them, an import wants them alone.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
    pin::Pin,
    time::Duration,
};

use sqlx::{Connection as _, PgConnection};
use tokio::task::JoinSet;
use tracing::warn;

use super::{Store, StoreError, pools::Pools, reach::Reach};

/// How a process works on the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// As a server, of which there may be several.
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
const AGAIN: Duration = Duration::from_secs(1);

impl Store {
    /// `None` when somebody else works on the data in a way that excludes this one.
    pub async fn hold(&self, presence: Presence) -> Result<Option<Held>, StoreError> {
        match &self.pools {
            Pools::Sqlite { path, .. } => {
                let mut held = hold_file(path, presence)?;
                if held.is_none() && presence == Presence::Serving {
                    // Another server may have been looking at this very moment whether it is alone.
                    tokio::time::sleep(A_MOMENT).await;
                    held = hold_file(path, presence)?;
                }
                if presence == Presence::Serving && matches!(held, Some((_, true))) {
                    // Whoever trained on these data is no more, and its leases need not run out.
                    self.free_leases().await?;
                }
                Ok(held.map(|(held, _)| held))
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

/// A lock on a file beside the database: the system takes it back when the process ends, however it ends.
/// Also says whether nobody else is at work.
fn hold_file(database: &std::path::Path, presence: Presence) -> Result<Option<(Held, bool)>, StoreError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let failed = |error: std::io::Error| StoreError::during(ATTEMPT)(error.into());
    let file = File::options().create(true).truncate(false).write(true).read(true).open(PathBuf::from(path));
    let file = file.map_err(failed)?;
    // A server that could have it alone is the only one; then it shares.
    let alone = file.try_lock();
    let is_first = alone.is_ok();
    let locked = if presence == Presence::Serving { file.try_lock_shared() } else { alone };
    match locked {
        Ok(()) => Ok(Some((Held { _lock: Lock::File(file) }, is_first))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
