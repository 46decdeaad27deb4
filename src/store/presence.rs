//! Who works on the data: servers share them, an import wants them alone.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

use sqlx::PgConnection;

use super::{Store, StoreError, pools::Pools};

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
    Session(PgConnection),
}

/// One number for all that share a PostgreSQL database; "rankloop" in ASCII.
const LOCK_NUMBER: i64 = 0x7261_6e6b_6c6f_6f70;
const ATTEMPT: &str = "see who works on the data";

impl Store {
    /// `None` when somebody else works on the data in a way that excludes this one.
    pub async fn hold(&self, presence: Presence) -> Result<Option<Held>, StoreError> {
        match &self.pools {
            Pools::Sqlite { path, .. } => hold_file(path, presence),
            Pools::Postgres(pool) => {
                const SHARED: &str = "select pg_try_advisory_lock_shared($1)";
                const ALONE: &str = "select pg_try_advisory_lock($1)";
                let failed = StoreError::during(ATTEMPT);
                let sql = if presence == Presence::Serving { SHARED } else { ALONE };
                let mut session = pool.acquire().await.map_err(&failed)?.detach();
                let is_held: bool =
                    sqlx::query_scalar(sql).bind(LOCK_NUMBER).fetch_one(&mut session).await.map_err(&failed)?;
                Ok(is_held.then_some(Held { _lock: Lock::Session(session) }))
            }
        }
    }
}

/// A lock on a file beside the database: the system takes it back when the process ends, however it ends.
fn hold_file(database: &std::path::Path, presence: Presence) -> Result<Option<Held>, StoreError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let failed = |error: std::io::Error| StoreError::during(ATTEMPT)(error.into());
    let file = File::options().create(true).truncate(false).write(true).read(true).open(PathBuf::from(path));
    let file = file.map_err(failed)?;
    let locked = if presence == Presence::Serving { file.try_lock_shared() } else { file.try_lock() };
    match locked {
        Ok(()) => Ok(Some(Held { _lock: Lock::File(file) })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
