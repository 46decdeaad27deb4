//! Connections: SQLite with many readers and one writer, or PostgreSQL.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use sqlx::{
    Connection as _, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tracing::warn;

use super::{StoreError, commit_log::CommitLog, doubt::Doubt, reach::Reach};

/// How long a write waits for another process that holds the SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a call waits for a connection before it is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
const N_SQLITE_READERS: u32 = 4;
/// What the writer keeps of the database in memory, in KiB as SQLite takes it: the indexes of a million events.
const WRITER_CACHE: &str = "-65536";
/// Of a new database; SQLite's own are of half of it. Records of a kilobyte or two fill larger pages better: the file is an
/// eighth smaller (measured).
const PAGE_BYTES: u32 = 8_192;
/// The WAL goes back into the database at 32 MB.
const CHECKPOINT_PAGES: &str = "4000";

/// The connections of one database.
#[derive(Debug, Clone)]
pub(super) enum Pools {
    /// SQLite has one writer. Giving it one connection lets writes queue fairly inside the process, where they would
    /// otherwise meet as `SQLITE_BUSY`.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        /// The database's file.
        path: PathBuf,
        doubt: Doubt,
        /// There once this process holds the database alone, as a server.
        commit_log: Arc<OnceLock<CommitLog>>,
    },
    Postgres(Reach),
}

/// The pool that a statement goes to.
pub(super) enum Pool<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a Reach),
}

/// Evaluates one expression, whose result may be an `sqlx::Error`, with whichever pool it is. It is compiled once for each
/// database.
macro_rules! on_pool {
    ($pool:expr, $name:ident => $body:expr) => {
        match $pool {
            $crate::store::pools::Pool::Sqlite($name) => $body,
            $crate::store::pools::Pool::Postgres(reach) => {
                let $name = &reach.pool();
                reach.run(async { $body }).await
            }
        }
    };
}

/// Evaluates one block inside a transaction, and commits when it succeeds. Inside, `?` takes a `sqlx::Error`.
macro_rules! in_transaction {
    ($store:expr, $name:ident => $body:block) => {
        match $store.pools.writing() {
            $crate::store::pools::Pool::Sqlite(pool) => {
                async {
                    let mut $name = pool.begin_with($crate::store::pools::BEGIN_WRITING).await?;
                    let value = $body;
                    $name.commit().await?;
                    Ok::<_, sqlx::Error>(value)
                }
                .await
            }
            $crate::store::pools::Pool::Postgres(reach) => {
                let work = async {
                    let mut $name = reach.pool().begin().await?;
                    let value = $body;
                    $name.commit().await?;
                    Ok::<_, sqlx::Error>(value)
                };
                reach.run(work).await
            }
        }
    };
}

/// Takes SQLite's write lock at once. A transaction that reads first and then wants to write can be refused in between,
/// and no waiting helps it.
pub(super) const BEGIN_WRITING: &str = "BEGIN IMMEDIATE";

impl Pools {
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self::Postgres(Reach::open(url).await?));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) => open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await,
            None => Err(StoreError::Database {
                attempt: "open the database",
                source: "its address starts neither with postgres: nor with sqlite:".into(),
            }),
        }
    }

    pub(super) fn reading(&self) -> Pool<'_> {
        match self {
            Self::Sqlite { readers, .. } => Pool::Sqlite(readers),
            Self::Postgres(reach) => Pool::Postgres(reach),
        }
    }

    /// For questions to logs, with everything in the database that was acknowledged before.
    pub(super) async fn reading_log(&self) -> Result<Pool<'_>, StoreError> {
        self.settled().await?;
        Ok(self.reading())
    }

    /// For changes that are about what a log holds.
    pub(super) async fn writing_log(&self) -> Result<Pool<'_>, StoreError> {
        self.settled().await?;
        Ok(self.writing())
    }

    /// Returns once everything that was acknowledged before is in the database, and not in the commit log alone.
    pub(super) async fn settled(&self) -> Result<(), StoreError> {
        match self.commit_log() {
            Some(commit_log) => commit_log.settled().await,
            None => Ok(()),
        }
    }

    /// Whether that is so already.
    pub(super) fn is_settled(&self) -> bool {
        self.commit_log().is_none_or(|commit_log| commit_log.unsettled().n_commits == 0)
    }

    pub(super) fn commit_log(&self) -> Option<&CommitLog> {
        match self {
            Self::Sqlite { commit_log, .. } => commit_log.get(),
            Self::Postgres(_) => None,
        }
    }

    pub(super) fn writing(&self) -> Pool<'_> {
        match self {
            Self::Sqlite { writer, .. } => Pool::Sqlite(writer),
            Self::Postgres(reach) => Pool::Postgres(reach),
        }
    }

    /// Changes the schema. Whoever makes an index over a long log sorts more than there is memory, and lays it aside in files.
    pub(super) async fn migrate(&self, migrations: &Migrator) -> Result<(), sqlx::Error> {
        if let Self::Sqlite { writer, .. } = self {
            sqlx::query("pragma temp_store = file").execute(writer).await?;
        }
        on_pool!(self.writing(), pool => migrations.run(pool).await.map_err(sqlx::Error::from))?;
        if let Self::Sqlite { writer, .. } = self {
            sqlx::query("pragma temp_store = memory").execute(writer).await?;
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer, path, commit_log, .. } => {
                if let Some(commit_log) = commit_log.get()
                    && let Err(error) = commit_log.close(path).await
                {
                    let error = &error as &dyn std::error::Error;
                    warn!(error, "The last records stay in the commit log, and are moved at the next start");
                }
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(reach) => reach.close().await,
        }
    }
}

async fn open_sqlite(path: &Path) -> Result<Pools, StoreError> {
    let attempt = "open the SQLite database";
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::during(attempt)(error.into()))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would answer before the commit is on the device, and a power cut would take answered calls with it.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        // After a burst or a long read the WAL file shrinks again instead of keeping its largest size.
        .pragma("journal_size_limit", "67108864");
    let pool = || {
        // A connection to a file does not go stale, so neither age nor a question to it is worth a reconnect.
        let pool = SqlitePoolOptions::new().test_before_acquire(false).max_lifetime(None).idle_timeout(None);
        pool.acquire_timeout(ACQUIRE_TIMEOUT).before_acquire(|connection, _| {
            // SQLite ends a transaction by itself when the disk is full, and sqlx then goes on counting it as open. Such
            // a connection is replaced.
            let is_clean = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_clean) })
        })
    };
    // The writer comes first: it makes the file. Events have random ids, so appends touch all of their index: what changed
    // there is written back seldom, once for many changes. How each page was before a statement is kept until the statement
    // ends: in memory, for in a file that is most of what is written at all.
    let writing = options.clone().pragma("wal_autocheckpoint", CHECKPOINT_PAGES).pragma("cache_size", WRITER_CACHE);
    let writing = writing.pragma("temp_store", "memory");
    let writer = pool().max_connections(1).connect_with(writing).await;
    let writer = writer.map_err(StoreError::during(attempt))?;
    let readers = pool().max_connections(N_SQLITE_READERS).connect_with(options).await;
    let readers = readers.map_err(StoreError::during(attempt))?;
    Ok(Pools::Sqlite {
        readers,
        writer,
        path: path.to_owned(),
        doubt: Doubt::from_before(),
        commit_log: Arc::default(),
    })
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions as _;

    use super::*;

    #[tokio::test]
    async fn a_commit_in_sqlite_waits_for_the_device() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pools = open_sqlite(&folder.path().join("a").join("b.db")).await.expect("opened");
        let Pools::Sqlite { readers, writer, .. } = &pools else { panic!("another database") };
        for pool in [readers, writer] {
            let synchronous: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(pool).await.expect("told");
            let journal: String = sqlx::query_scalar("pragma journal_mode").fetch_one(pool).await.expect("told");
            assert_eq!((synchronous, journal.as_str()), (2, "wal"));
        }
    }

    #[tokio::test]
    async fn a_database_keeps_the_size_of_its_pages() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let page_bytes = async |name: &str| -> i64 {
            let pools = open_sqlite(&folder.path().join(name)).await.expect("opened");
            let Pools::Sqlite { writer, .. } = &pools else { panic!("another database") };
            sqlx::query("create table if not exists t (a)").execute(writer).await.expect("written");
            sqlx::query_scalar("pragma page_size").fetch_one(writer).await.expect("told")
        };
        let options = SqliteConnectOptions::new().filename(folder.path().join("old.db")).create_if_missing(true);
        let mut old = options.page_size(4_096).connect().await.expect("made");
        sqlx::query("create table t (a)").execute(&mut old).await.expect("written");
        assert_eq!((page_bytes("old.db").await, page_bytes("new.db").await), (4_096, i64::from(PAGE_BYTES)));
    }
}
