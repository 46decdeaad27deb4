//! One transaction that appends records to any number of logs.
//!
//! The end of each log is read inside the transaction, behind a lock on its loop. So the sequence has no gaps and no
//! forks even when several processes write, and a commit whose outcome was never heard of is seen by the next one.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use sqlx::{
    Connection as _, Database, Encode, FromRow, Sqlite, SqliteConnection, SqlitePool, Transaction, Type, query::QueryAs,
};

use super::{
    Appended, Durability, Fence, LogHead, NewRecord, Store, StoreError, StoredRecord, append_function,
    commit_log::CommitLog,
    log::{FoundRecord, SELECT_BETWEEN, checked},
    log_plan::{Found, plan},
    log_statements::{heads_in_sqlite, insert_into_sqlite, ranked_in_sqlite, tokens_in_sqlite},
    pools::{BEGIN_WRITING, Pools},
};
use crate::terms::LoopId;

/// Records for one log, and what its follower has been given already. Without records it only asks what was missed.
#[derive(Debug)]
pub(super) struct Addition {
    pub given: LogHead,
    pub records: Vec<NewRecord>,
    /// Which of the records only the loop's trainer may write, by index.
    pub fences: BTreeMap<usize, Fence>,
}

impl Addition {
    pub(super) fn nothing(given: LogHead) -> Self {
        Self { given, records: Vec::new(), fences: BTreeMap::new() }
    }

    /// Asks for what stands in the log between what was given and `up_to`: the newest of it when it is very much.
    pub(super) fn missed<'q, D: Database>(
        &self,
        id: &'q LoopId,
        up_to: i64,
    ) -> QueryAs<'q, D, FoundRecord, D::Arguments>
    where
        FoundRecord: for<'r> FromRow<'r, D::Row>,
        &'q str: Encode<'q, D> + Type<D>,
        i64: Encode<'q, D> + Type<D>,
    {
        let after = self.given.seq.max(up_to - N_MISSED_MOST);
        sqlx::query_as(SELECT_BETWEEN).bind(id.as_str()).bind(after).bind(up_to).bind(N_MISSED_MOST)
    }
}

/// What became of an `Addition`.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// Records that were durable before, and that the follower has not seen: from another process, or from a commit
    /// whose answer was lost. Only the newest of them when they are very many.
    pub missed: Vec<StoredRecord>,
    /// One for each record, in their order; `None` for what was not written because another process trains the loop.
    pub outcomes: Vec<Option<Appended>>,
}

/// In the order of loop ids, so that two processes take their locks in the same order.
pub(super) type Additions = BTreeMap<LoopId, Addition>;
/// A loop that is gone is missing here.
pub(super) type AllAdded = BTreeMap<LoopId, Added>;

pub(super) const ATTEMPT: &str = "append to the log";
/// Records of others that are read along at most, because everybody who appends waits meanwhile.
pub(super) const N_MISSED_MOST: i64 = 1_024;
/// A database that has not answered for so long is treated as lost.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Store {
    /// Appends everything or nothing. After an error it may be either, until the next append looks.
    pub(super) async fn append(
        &self,
        additions: &Additions,
        now_us: i64,
        durability: Durability,
    ) -> Result<AllAdded, StoreError> {
        let failed = StoreError::during(ATTEMPT);
        // A connection whose commit failed or never ended is closed: nobody knows what state it is in.
        match &self.pools {
            Pools::Sqlite { readers, writer, doubt, commit_log, .. } => {
                if let Some(commit_log) = commit_log.get() {
                    if durability == Durability::Commit
                        && let Some(added) = append_to_commit_log(commit_log, readers, additions, now_us).await?
                    {
                        return Ok(added);
                    }
                    commit_log.settled().await?;
                }
                let mut connection = writer.acquire().await.map_err(&failed)?;
                let appending = async {
                    doubt.settle(&mut connection).await?;
                    append_to_sqlite(&mut connection, additions, now_us, durability).await
                };
                let added = in_time(appending).await;
                if let Err(error) = &added {
                    doubt.note(error);
                    connection.close_on_drop();
                }
                // After an error, too: nobody knows what became of them.
                commit_log.get().inspect(|commit_log| commit_log.note_ranked(&ranked_in(additions)));
                added
            }
            Pools::Postgres(reach) => append_function::append(reach, additions, now_us, durability).await,
        }
    }
}

/// Gives up what takes too long.
pub(super) async fn in_time(added: impl Future<Output = Result<AllAdded, StoreError>>) -> Result<AllAdded, StoreError> {
    let too_late = |error: tokio::time::error::Elapsed| StoreError::Database { attempt: ATTEMPT, source: error.into() };
    tokio::time::timeout(TIMEOUT, added).await.map_err(too_late)?
}

async fn append_to_sqlite(
    connection: &mut SqliteConnection,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
) -> Result<AllAdded, StoreError> {
    const RELAX: &str = "pragma synchronous = normal";
    const TIGHTEN: &str = "pragma synchronous = full";
    let failed = StoreError::during(ATTEMPT);
    if durability == Durability::Commit
        && let Some(added) = append_at_once(connection, additions, now_us).await?
    {
        return Ok(added);
    }
    if durability == Durability::Relaxed {
        sqlx::query(RELAX).execute(&mut *connection).await.map_err(&failed)?;
    }
    let transaction = connection.begin_with(BEGIN_WRITING).await.map_err(&failed)?;
    let added = append_in(transaction, additions, now_us).await?;
    if durability == Durability::Relaxed {
        // The connection is shared with writes that must not be lost, so what it was told is taken back.
        sqlx::query(TIGHTEN).execute(&mut *connection).await.map_err(&failed)?;
    }
    Ok(added)
}

/// Appends behind the ends that are known already, in a single statement, which is a transaction of its own: each
/// statement is a message to SQLite's thread and back, and that costs more than what most of them do.
///
/// `None`: nothing was written, because an event was ranked before, or another process appended, or a loop is gone. The
/// keys of the table and its index say so; which of it is, the long way finds out.
async fn append_at_once(
    connection: &mut SqliteConnection,
    additions: &Additions,
    now_us: i64,
) -> Result<Option<AllAdded>, StoreError> {
    if !fenced_in(additions).is_empty() {
        return Ok(None);
    }
    let Some((found, mut all_added)) = as_given(additions) else { return Ok(None) };
    let rows = plan(additions, &found, now_us, &mut all_added);
    match insert_into_sqlite(connection, &rows).await {
        Ok(()) => Ok(Some(all_added)),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() || error.is_foreign_key_violation() => {
            Ok(None)
        }
        Err(error) => Err(StoreError::during(ATTEMPT)(error)),
    }
}

/// Appends behind the ends that are known already, which nobody else can have moved, to the commit log. `None` when it has
/// to be done the long way.
async fn append_to_commit_log(
    commit_log: &CommitLog,
    readers: &SqlitePool,
    additions: &Additions,
    now_us: i64,
) -> Result<Option<AllAdded>, StoreError> {
    let Some((mut found, mut all_added)) = as_given(additions) else { return Ok(None) };
    let failed = StoreError::during(ATTEMPT);
    let fenced = fenced_in(additions);
    if !fenced.is_empty() {
        // Only this process hands out leases, so the tokens hold until the write.
        found.tokens = tokens_in_sqlite(readers, &fenced).await.map_err(&failed)?;
    }
    let perhaps_ranked = commit_log.perhaps_ranked(&ranked_in(additions));
    if !perhaps_ranked.is_empty() {
        // In this order: an event that is on its way into the database is in one of the two.
        for (id, addition) in additions {
            let known = commit_log.ranked_among(id, addition.records.iter().filter_map(NewRecord::ranks));
            found.known.insert(id.as_str().to_owned(), known);
        }
        let known = ranked_in_sqlite(readers, &perhaps_ranked).await.map_err(&failed)?;
        for (id, event_ids) in known {
            found.known.entry(id).or_default().extend(event_ids);
        }
    }
    let rows = plan(additions, &found, now_us, &mut all_added);
    let is_written = rows.is_empty() || commit_log.write(&rows).await?;
    Ok(is_written.then_some(all_added))
}

/// What an append can take for known without asking; `None` when there is something to ask.
fn as_given(additions: &Additions) -> Option<(Found, AllAdded)> {
    let is_plain = |addition: &Addition| !addition.records.is_empty() && addition.given.seq > 0;
    if !additions.values().all(is_plain) {
        return None;
    }
    let heads = additions.iter().map(|(id, addition)| (id.as_str().to_owned(), addition.given)).collect();
    let all_added = additions.keys().map(|id| (id.clone(), Added::default())).collect();
    Some((Found { heads, ..Found::default() }, all_added))
}

/// The loops of which something is added that only their trainer may write.
fn fenced_in(additions: &Additions) -> Vec<&str> {
    additions.iter().filter(|(_, addition)| !addition.fences.is_empty()).map(|(id, _)| id.as_str()).collect()
}

/// The events (loop, event) that these rank.
fn ranked_in(additions: &Additions) -> Vec<(&str, &str)> {
    let all = additions.iter().flat_map(|(id, addition)| addition.records.iter().map(move |record| (id, record)));
    all.filter_map(|(id, record)| Some((id.as_str(), record.ranks()?.as_str()))).collect()
}

/// The same few statements, however many records and loops there are.
async fn append_in(
    mut transaction: Transaction<'_, Sqlite>,
    additions: &Additions,
    now_us: i64,
) -> Result<AllAdded, StoreError> {
    let failed = StoreError::during(ATTEMPT);
    let ids: Vec<&str> = additions.keys().map(LoopId::as_str).collect();
    let heads = heads_in_sqlite(&mut *transaction, &ids).await.map_err(&failed)?;
    let mut all_added = AllAdded::new();
    for (id, addition) in additions {
        let Some(head) = heads.get(id.as_str()) else { continue };
        let mut added = Added::default();
        if head.seq > addition.given.seq {
            added.missed = checked(addition.missed(id, head.seq).fetch_all(&mut *transaction).await, ATTEMPT)?;
        }
        all_added.insert(id.clone(), added);
    }
    let fenced = fenced_in(additions);
    let tokens = if fenced.is_empty() {
        HashMap::new()
    } else {
        tokens_in_sqlite(&mut *transaction, &fenced).await.map_err(&failed)?
    };
    let ranked = ranked_in(additions);
    let known = if ranked.is_empty() {
        HashMap::new()
    } else {
        ranked_in_sqlite(&mut *transaction, &ranked).await.map_err(&failed)?
    };
    let rows = plan(additions, &Found { heads, known, tokens }, now_us, &mut all_added);
    if !rows.is_empty() {
        insert_into_sqlite(&mut transaction, &rows).await.map_err(&failed)?;
    }
    transaction.commit().await.map_err(&failed)?;
    Ok(all_added)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{AuditLine, KeyRow, LoopRow},
        terms::{Author, Environment},
    };

    async fn with_a_loop(folder: &tempfile::TempDir) -> (Store, LoopId) {
        let store = Store::open(&format!("sqlite:{}", folder.path().join("a.db").display())).await.expect("opened");
        store.migrate().await.expect("the schema");
        let key = KeyRow { hash: [0; 32], last4: String::new(), created_at_us: 0 };
        let id: LoopId = "loop1".parse().expect("a good id");
        let keys = [key.clone(), key];
        let row = LoopRow {
            id: id.clone(),
            name: String::new(),
            environment: Environment::Production,
            created_at_us: 0,
            salt: 0,
            keys,
            revision: 0,
        };
        store
            .insert_loop(
                &row,
                &NewRecord::new(4, None, Vec::new()),
                &AuditLine::of_new_loop(&row, &Author::server("test")),
            )
            .await
            .expect("a loop");
        (store, id)
    }

    fn large_record(id: &LoopId) -> Additions {
        let body = (0..1_000_000_u32).map(|n| (n.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
        let nothing = Addition::nothing(LogHead { seq: 1, at_us: 0 });
        Additions::from([(id.clone(), Addition { records: vec![NewRecord::new(3, None, body)], ..nothing })])
    }

    fn writer(store: &Store) -> &sqlx::SqlitePool {
        match &store.pools {
            Pools::Sqlite { writer, .. } => writer,
            Pools::Postgres(_) => panic!("another database"),
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_told_apart_and_the_next_append_works_when_there_is_space() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (store, id) = with_a_loop(&folder).await;
        // The limit belongs to the connection, which is replaced after the failure: that gives the space back.
        sqlx::query("pragma max_page_count = 50").execute(writer(&store)).await.expect("limited");
        let refused = store.append(&large_record(&id), 1, Durability::Commit).await;
        assert!(matches!(refused, Err(StoreError::Full { .. })), "{refused:?}");

        let added = store.append(&large_record(&id), 1, Durability::Commit).await.expect("there is space again");
        assert_eq!(added[&id].outcomes, [Some(Appended::New { seq: 2, at_us: 1 })]);
        assert!(added[&id].missed.is_empty());
    }

    #[tokio::test]
    async fn other_writes_than_appends_also_recover_from_a_full_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (store, id) = with_a_loop(&folder).await;
        sqlx::query("pragma max_page_count = 50").execute(writer(&store)).await.expect("limited");
        let snapshot = crate::store::SnapshotRow { seq: 1, at_us: 0, body: vec![0; 1_000_000] };
        let refused = store.save_snapshot(&id, &snapshot, None).await;
        assert!(matches!(refused, Err(StoreError::Full { .. })), "{refused:?}");

        sqlx::query("pragma max_page_count = 50000").execute(writer(&store)).await.expect("freed");
        store.save_snapshot(&id, &snapshot, None).await.expect("there is space again");
    }

    #[tokio::test]
    async fn a_disk_that_is_full_at_the_start_is_told_as_such() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&format!("sqlite:{}", folder.path().join("a.db").display())).await.expect("opened");
        sqlx::query("pragma max_page_count = 5").execute(writer(&store)).await.expect("limited");
        let refused = store.migrate().await;
        assert!(matches!(refused, Err(StoreError::Full { .. })), "{refused:?}");

        sqlx::query("pragma max_page_count = 50000").execute(writer(&store)).await.expect("freed");
        store.migrate().await.expect("there is space again");
    }

    #[tokio::test]
    async fn an_event_that_was_ranked_before_a_start_or_after_it_is_known_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (store, id) = with_a_loop(&folder).await;
        let rank = |event_id: &str, seq: i64| {
            let record = NewRecord::new(1, Some(event_id.parse().expect("a good id")), b"{}".to_vec());
            let nothing = Addition::nothing(LogHead { seq, at_us: 0 });
            Additions::from([(id.clone(), Addition { records: vec![record], ..nothing })])
        };
        let append = async |store: &Store, additions: Additions| {
            let added = store.append(&additions, 1, Durability::Commit).await.expect("appended");
            added[&id].outcomes[0].expect("whoever asks may write")
        };
        assert_eq!(append(&store, rank("before", 1)).await, Appended::New { seq: 2, at_us: 1 });

        let _held = store.hold(crate::store::Presence::Serving).await.expect("asked").expect("nobody else is there");
        let commit_log = store.pools.commit_log().expect("a server has one");
        let is_known_to_be_new = async {
            while !commit_log.perhaps_ranked(&[(id.as_str(), "new")]).is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), is_known_to_be_new).await.expect("everything is read");
        assert_eq!(append(&store, rank("before", 2)).await, Appended::Repeat);
        assert_eq!(append(&store, rank("new", 2)).await, Appended::New { seq: 3, at_us: 1 });
        assert_eq!(append(&store, rank("new", 3)).await, Appended::Repeat);
        commit_log.settled().await.expect("moved");
        assert_eq!(append(&store, rank("new", 3)).await, Appended::Repeat);
    }

    #[tokio::test]
    async fn relaxed_appends_leave_other_writes_as_durable_as_ever() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (store, id) = with_a_loop(&folder).await;
        store.append(&large_record(&id), 1, Durability::Relaxed).await.expect("appended");
        let synchronous: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(writer(&store)).await.expect("told");
        assert_eq!(synchronous, 2);
    }
}
