//! A fresh database for each test, of either kind, and a loop to write to.

use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;
use rankloop::{
    clock::{Clock, ManualClock},
    store::{
        Appended, AuditLine, Came, Durability, Following, KeyRow, LogHead, LogWriter, LoopRow, NewRecord, Store,
        StoredRecord,
    },
    terms::{AuditKind, Author, Environment, EventId, LoopId},
};
use sqlx::Connection as _;

/// When the tests' clocks begin.
pub const NOON_US: i64 = 1_800_000_000_000_000;

/// A migrated database that is there for one test.
pub struct Database {
    pub store: Store,
    pub url: String,
    kind: Kind,
}

enum Kind {
    /// The folder is removed when the test ends, well or not.
    Sqlite { _folder: tempfile::TempDir },
    /// What to drop, and a database to be connected to meanwhile. After a failed test it stays, to be looked at.
    Postgres { name: String, base_url: String },
}

impl Database {
    pub async fn sqlite() -> Self {
        Self::empty_sqlite().await.migrated().await
    }

    /// `None` when the run has no PostgreSQL.
    pub async fn postgres() -> Option<Self> {
        Some(Self::empty_postgres().await?.migrated().await)
    }

    /// Without a schema.
    pub async fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("data").join("rankloop.db").display());
        Self::open(url, Kind::Sqlite { _folder: folder }).await
    }

    /// Without a schema; `None` when the run has no PostgreSQL.
    #[expect(clippy::disallowed_methods, reason = "only the test run knows where its PostgreSQL is")]
    pub async fn empty_postgres() -> Option<Self> {
        static N_MADE: AtomicU64 = AtomicU64::new(0);
        let base_url = std::env::var("RANKLOOP_TEST_POSTGRES_URL").ok()?;
        let name = format!("rankloop_{}_{}", std::process::id(), N_MADE.fetch_add(1, Ordering::Relaxed));
        run(&base_url, format!("create database {name}")).await;
        let (server, _) = base_url.rsplit_once('/').expect("postgres://…/name");
        Some(Self::open(format!("{server}/{name}"), Kind::Postgres { name, base_url }).await)
    }

    async fn open(url: String, kind: Kind) -> Self {
        let store = Store::open(&url).await.expect("a database");
        Self { store, url, kind }
    }

    async fn migrated(self) -> Self {
        self.store.migrate().await.expect("the schema");
        self
    }

    pub async fn end(self) {
        self.store.close().await;
        if let Kind::Postgres { name, base_url } = &self.kind {
            run(base_url, format!("drop database {name} with (force)")).await;
        }
    }

    /// Runs a statement past the store, as a fault or another program would. `sqlite` and `postgres` are its two texts.
    pub async fn meddle(&self, sqlite: &'static str, postgres: &'static str) {
        match self.kind {
            Kind::Sqlite { .. } => {
                let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("a connection");
                sqlx::raw_sql(sqlite).execute(&mut connection).await.expect("meddled");
                connection.close().await.expect("closed");
            }
            Kind::Postgres { .. } => run(&self.url, postgres.to_owned()).await,
        }
    }

    /// Opens the same database again, as another process would.
    pub async fn opened_again(&self) -> Store {
        Store::open(&self.url).await.expect("the database once more")
    }

    /// Makes a loop with its first record.
    pub async fn make_loop(&self, id: &str) -> LoopId {
        let row = loop_row(id);
        self.store.insert_loop(&row, &record(4, None, "first"), &line()).await.expect("a new loop");
        row.id
    }

    /// A writer whose clock stands still until the test moves it.
    pub fn writer(&self) -> (LogWriter, ManualClock) {
        Self::writer_of(&self.store)
    }

    /// The same of a database that was opened again.
    pub fn writer_of(store: &Store) -> (LogWriter, ManualClock) {
        let clock = ManualClock::at(NOON_US);
        (LogWriter::start(store.clone(), Clock::Manual(clock.clone()), Durability::Commit, 10_000), clock)
    }
}

/// Runs a claim on both databases. The claim is an async function of a `&Database`.
macro_rules! on_both {
    ($($claim:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                let database = crate::database::Database::sqlite().await;
                super::$claim(&database).await;
                database.end().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                match crate::database::Database::postgres().await {
                    Some(database) => {
                        super::$claim(&database).await;
                        database.end().await;
                    }
                    None => eprintln!("not run: RANKLOOP_TEST_POSTGRES_URL is not set"),
                }
            })*
        }
    };
}
pub(crate) use on_both;

async fn run(url: &str, statement: String) {
    let mut connection = sqlx::PgConnection::connect(url).await.expect("the PostgreSQL of the test run");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.expect("the statement ran");
    connection.close().await.expect("closed");
}

pub fn loop_row(id: &str) -> LoopRow {
    let key = |byte: u8| KeyRow { hash: [byte; 32], last4: "abcd".to_owned(), created_at_us: NOON_US };
    LoopRow {
        id: id.parse().expect("a good id"),
        name: format!("the loop {id}"),
        environment: Environment::Staging,
        created_at_us: NOON_US,
        salt: u64::MAX - 7,
        keys: [key(1), key(2)],
        revision: 0,
    }
}

pub fn record(kind: i16, event_id: Option<&str>, body: &str) -> NewRecord {
    NewRecord::new(kind, event_id.map(event), body.as_bytes().to_vec())
}

/// A line of the audit history, for changes that are about something else.
pub fn line() -> AuditLine {
    AuditLine::new(NOON_US, AuditKind::LoopMade, &Author::server("test"))
}

pub fn event(id: &str) -> EventId {
    id.parse().expect("a good id")
}

/// The head of a loop's log after `insert_loop`.
pub const FIRST: LogHead = LogHead { seq: 1, at_us: NOON_US };

/// Everything that a follower is given of what was appended before. Callers are answered first; the writer does one thing
/// after the other, so who is answered by it again comes after what their records led to.
pub async fn given(writer: &LogWriter, following: &mut Following) -> Vec<StoredRecord> {
    // After its end, everything was given.
    let _ = writer.forget(&"nobody".parse().expect("a good id")).await;
    let mut records = Vec::new();
    while following.next(&mut records, 1_000).now_or_never() == Some(Came::Records) {}
    records
}

/// The next record that a follower is given; `None` when it is let go.
pub async fn next(following: &mut Following) -> Option<StoredRecord> {
    let mut records = Vec::new();
    following.next(&mut records, 1).await;
    records.pop()
}

pub fn seq_of(appended: Appended) -> i64 {
    match appended {
        Appended::New { seq, .. } => seq,
        Appended::Repeat => panic!("a new record was taken for a repeat"),
    }
}
