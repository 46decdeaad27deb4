//! A fresh database for each test, of either kind, and a loop to write to.

use std::sync::atomic::{AtomicU64, Ordering};

use rankloop::{
    clock::{Clock, ManualClock},
    store::{Appended, Durability, KeyRow, LogHead, LogWriter, LoopRow, NewRecord, Store, StoredRecord},
    terms::{EventId, LoopId},
};
use tokio::sync::mpsc;

/// When the tests' clocks begin.
pub const NOON_US: i64 = 1_800_000_000_000_000;

/// A migrated database that is there for one test.
pub struct Database {
    pub store: Store,
    pub url: String,
    /// Removed when the test ends.
    _folder: tempfile::TempDir,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("data").join("rankloop.db").display());
        Self::open(url, folder).await
    }

    /// `None` when the run has no PostgreSQL.
    #[expect(clippy::disallowed_methods, reason = "only the test run knows where its PostgreSQL is")]
    pub async fn postgres() -> Option<Self> {
        static N_MADE: AtomicU64 = AtomicU64::new(0);
        let base = std::env::var("RANKLOOP_TEST_POSTGRES_URL").ok()?;
        let name = format!("rankloop_{}_{}", std::process::id(), N_MADE.fetch_add(1, Ordering::Relaxed));
        let admin = sqlx::PgPool::connect(&base).await.expect("the PostgreSQL of the test run");
        let create = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::query(create).execute(&admin).await.expect("a database for the test");
        admin.close().await;
        let mut parts = base.rsplitn(2, '/');
        let (_, server) = (parts.next(), parts.next().expect("postgres://…/name"));
        Some(Self::open(format!("{server}/{name}"), tempfile::tempdir().expect("a temporary folder")).await)
    }

    async fn open(url: String, folder: tempfile::TempDir) -> Self {
        let store = Store::open(&url).await.expect("a database");
        store.migrate().await.expect("the schema");
        Self { store, url, _folder: folder }
    }

    /// Opens the same database again, as another process would.
    pub async fn opened_again(&self) -> Store {
        Store::open(&self.url).await.expect("the database once more")
    }

    /// Makes a loop with its first record.
    pub async fn make_loop(&self, id: &str) -> LoopId {
        let row = loop_row(id);
        self.store.insert_loop(&row, &record(4, None, "first")).await.expect("a new loop");
        row.id
    }

    /// A writer whose clock stands still until the test moves it.
    pub fn writer(&self) -> (LogWriter, ManualClock) {
        let clock = ManualClock::at(NOON_US);
        (LogWriter::start(self.store.clone(), Clock::Manual(clock.clone()), Durability::Commit, 10_000), clock)
    }
}

/// Runs a claim on both databases. The claim is an async function of a `Database`.
macro_rules! on_both {
    ($($claim:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                super::$claim(crate::database::Database::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                if let Some(database) = crate::database::Database::postgres().await {
                    super::$claim(database).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;

pub fn loop_row(id: &str) -> LoopRow {
    let key = |byte: u8| KeyRow { hash: [byte; 32], last4: "abcd".to_owned(), created_at_us: NOON_US };
    LoopRow {
        id: id.parse().expect("a good id"),
        name: format!("the loop {id}"),
        created_at_us: NOON_US,
        salt: u64::MAX - 7,
        keys: [key(1), key(2)],
    }
}

pub fn record(kind: i16, event_id: Option<&str>, body: &str) -> NewRecord {
    NewRecord { kind, event_id: event_id.map(event), body: body.as_bytes().to_vec() }
}

pub fn event(id: &str) -> EventId {
    id.parse().expect("a good id")
}

/// The head of a loop's log after `insert_loop`.
pub const FIRST: LogHead = LogHead { seq: 1, at_us: NOON_US };

/// Everything that a follower was given by now.
pub fn given(records: &mut mpsc::UnboundedReceiver<StoredRecord>) -> Vec<StoredRecord> {
    std::iter::from_fn(|| records.try_recv().ok()).collect()
}

pub fn seq_of(appended: Appended) -> i64 {
    match appended {
        Appended::New { seq, .. } => seq,
        Appended::Repeat => panic!("a new record was taken for a repeat"),
    }
}
