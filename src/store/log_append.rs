//! One transaction that appends records to any number of logs: the writer's statements.
//!
//! The end of each log is read inside the transaction, behind a lock on its loop. So the sequence has no gaps and no
//! forks even when several processes write, and a commit whose outcome was never heard of is seen by the next one.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::{
    Appended, Durability, LogHead, NewRecord, Store, StoreError, StoredRecord,
    log::{INSERT_RECORD, KIND_RANKED, SELECT_BETWEEN, SELECT_HEAD, checked},
    pools::{BEGIN_WRITING, Pools},
};
use crate::terms::{EventId, LoopId};

/// Records for one log, and what its follower has been given already. Without records it only asks what was missed.
#[derive(Debug)]
pub(super) struct Addition {
    pub given: LogHead,
    pub records: Vec<NewRecord>,
}

/// What became of an `Addition`.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// Records that were durable before, and that the follower has not seen: from another process, or from a commit
    /// whose answer was lost.
    pub missed: Vec<StoredRecord>,
    /// One for each record, in their order.
    pub outcomes: Vec<Appended>,
}

/// In the order of loop ids, so that two processes take their locks in the same order.
pub(super) type Additions = BTreeMap<LoopId, Addition>;
/// A loop that is gone is missing here.
pub(super) type AllAdded = BTreeMap<LoopId, Added>;

const ATTEMPT: &str = "append to the log";
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
            Pools::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await.map_err(&failed)?;
                let added = append_to_sqlite(&mut connection, additions, now_us, durability);
                let added = in_time(added).await;
                if added.is_err() {
                    connection.close_on_drop();
                }
                added
            }
            Pools::Postgres(pool) => {
                let mut connection = pool.acquire().await.map_err(&failed)?;
                let added = append_to_postgres(&mut connection, additions, now_us, durability);
                let added = in_time(added).await;
                if added.is_err() {
                    connection.close_on_drop();
                }
                added
            }
        }
    }
}

async fn in_time(added: impl Future<Output = Result<AllAdded, StoreError>>) -> Result<AllAdded, StoreError> {
    let too_late = |error: tokio::time::error::Elapsed| StoreError::Database { attempt: ATTEMPT, source: error.into() };
    tokio::time::timeout(TIMEOUT, added).await.map_err(too_late)?
}

async fn append_to_sqlite(
    connection: &mut SqliteConnection,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
) -> Result<AllAdded, StoreError> {
    const IS_THERE: &str = "select count(*) from loop where id = $1 and not is_removed";
    // The connection is shared with writes that must not be lost, so what it was told is taken back.
    const RELAX: &str = "pragma synchronous = normal";
    const TIGHTEN: &str = "pragma synchronous = full";
    let failed = StoreError::during(ATTEMPT);
    if durability == Durability::Relaxed {
        sqlx::query(RELAX).execute(&mut *connection).await.map_err(&failed)?;
    }
    let mut transaction = connection.begin_with(BEGIN_WRITING).await.map_err(&failed)?;
    let mut all_added = AllAdded::new();
    for (id, addition) in additions {
        let n_loops: i64 =
            sqlx::query_scalar(IS_THERE).bind(id.as_str()).fetch_one(&mut *transaction).await.map_err(&failed)?;
        if n_loops == 0 {
            continue;
        }
        let head = sqlx::query_as(SELECT_HEAD).bind(id.as_str()).fetch_optional(&mut *transaction).await;
        let head: LogHead = head.map_err(&failed)?.unwrap_or_default();
        let mut added = Added::default();
        if head.seq > addition.given.seq {
            let missed = sqlx::query_as(SELECT_BETWEEN)
                .bind(id.as_str())
                .bind(addition.given.seq)
                .bind(head.seq)
                .bind(i64::MAX)
                .fetch_all(&mut *transaction)
                .await;
            added.missed = checked(missed, ATTEMPT)?;
        }
        added.outcomes =
            insert_one_by_one(&mut transaction, id, head, &addition.records, now_us).await.map_err(&failed)?;
        all_added.insert(id.clone(), added);
    }
    transaction.commit().await.map_err(&failed)?;
    if durability == Durability::Relaxed {
        sqlx::query(TIGHTEN).execute(&mut *connection).await.map_err(&failed)?;
    }
    Ok(all_added)
}

/// SQLite is a function call away, so a statement a record costs little, and the index finds the repeats.
async fn insert_one_by_one(
    connection: &mut SqliteConnection,
    id: &LoopId,
    mut head: LogHead,
    records: &[NewRecord],
    now_us: i64,
) -> Result<Vec<Appended>, sqlx::Error> {
    const SQL: &str = "
        insert into log_record (loop_id, seq, at_us, kind, event_id, body) values ($1, $2, $3, $4, $5, $6)
        on conflict (loop_id, event_id) where kind = 1 do nothing";
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let next = after(head, now_us);
        let sql = if record.kind == KIND_RANKED { SQL } else { INSERT_RECORD };
        let done = sqlx::query(sql)
            .bind(id.as_str())
            .bind(next.seq)
            .bind(next.at_us)
            .bind(record.kind)
            .bind(record.event_id.as_ref().map(EventId::as_str))
            .bind(record.body.as_slice())
            .execute(&mut *connection)
            .await?;
        if done.rows_affected() == 0 {
            outcomes.push(Appended::Repeat);
        } else {
            head = next;
            outcomes.push(Appended::New { seq: next.seq, at_us: next.at_us });
        }
    }
    Ok(outcomes)
}

async fn append_to_postgres(
    connection: &mut PgConnection,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
) -> Result<AllAdded, StoreError> {
    // Two statements: what a statement sees is settled when it starts, which for the first is before it got the lock.
    const LOCK: &str = "select id from loop where id = any($1) and not is_removed order by id for no key update";
    const HEADS: &str = "
        select loop.id, coalesce(newest.seq, 0) as seq, coalesce(newest.at_us, 0) as at_us
        from loop left join lateral
            (select seq, at_us from log_record where loop_id = loop.id order by seq desc limit 1) newest on true
        where loop.id = any($1)";
    const RELAX: &str = "set local synchronous_commit = off";
    let failed = StoreError::during(ATTEMPT);
    let mut transaction = connection.begin().await.map_err(&failed)?;
    if durability == Durability::Relaxed {
        sqlx::query(RELAX).execute(&mut *transaction).await.map_err(&failed)?;
    }
    let ids: Vec<&str> = additions.keys().map(|id| id.as_str()).collect();
    let locked: Vec<String> =
        sqlx::query_scalar(LOCK).bind(&ids).fetch_all(&mut *transaction).await.map_err(&failed)?;
    let heads: Vec<(String, i64, i64)> =
        sqlx::query_as(HEADS).bind(&locked).fetch_all(&mut *transaction).await.map_err(&failed)?;
    let heads: BTreeMap<String, LogHead> =
        heads.into_iter().map(|(id, seq, at_us)| (id, LogHead { seq, at_us })).collect();
    let mut all_added = AllAdded::new();
    for (id, addition) in additions {
        let Some(head) = heads.get(id.as_str()) else { continue };
        let mut added = Added::default();
        if head.seq > addition.given.seq {
            let missed = sqlx::query_as(SELECT_BETWEEN)
                .bind(id.as_str())
                .bind(addition.given.seq)
                .bind(head.seq)
                .bind(i64::MAX)
                .fetch_all(&mut *transaction)
                .await;
            added.missed = checked(missed, ATTEMPT)?;
        }
        added.outcomes =
            insert_at_once(&mut transaction, id, *head, &addition.records, now_us).await.map_err(&failed)?;
        all_added.insert(id.clone(), added);
    }
    transaction.commit().await.map_err(&failed)?;
    Ok(all_added)
}

/// PostgreSQL is a network away: two round trips for a loop, however many records it has.
async fn insert_at_once(
    connection: &mut PgConnection,
    id: &LoopId,
    mut head: LogHead,
    records: &[NewRecord],
    now_us: i64,
) -> Result<Vec<Appended>, sqlx::Error> {
    const KNOWN: &str = "select event_id from log_record where loop_id = $1 and event_id = any($2) and kind = 1";
    const SQL: &str = "
        insert into log_record (loop_id, seq, at_us, kind, event_id, body)
        select $1, * from unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::text[], $6::bytea[])";
    let ranked = |record: &NewRecord| (record.kind == KIND_RANKED).then(|| record.event_id.clone()).flatten();
    let ranked_ids: Vec<String> = records.iter().filter_map(ranked).map(String::from).collect();
    let mut known: HashSet<String> = HashSet::new();
    if !ranked_ids.is_empty() {
        let found = sqlx::query_scalar(KNOWN).bind(id.as_str()).bind(&ranked_ids).fetch_all(&mut *connection).await?;
        known.extend(found.into_iter().map(|event_id: String| event_id));
    }
    let mut outcomes = Vec::with_capacity(records.len());
    let (mut seqs, mut times, mut kinds, mut event_ids, mut bodies) = (vec![], vec![], vec![], vec![], vec![]);
    for record in records {
        let event_id = record.event_id.as_ref().map(EventId::as_str);
        let is_repeat =
            record.kind == KIND_RANKED && event_id.is_some_and(|event_id| !known.insert(event_id.to_owned()));
        if is_repeat {
            outcomes.push(Appended::Repeat);
            continue;
        }
        head = after(head, now_us);
        outcomes.push(Appended::New { seq: head.seq, at_us: head.at_us });
        seqs.push(head.seq);
        times.push(head.at_us);
        kinds.push(record.kind);
        event_ids.push(event_id);
        bodies.push(record.body.as_slice());
    }
    if !seqs.is_empty() {
        let insert = sqlx::query(SQL).bind(id.as_str()).bind(seqs).bind(times).bind(kinds);
        insert.bind(event_ids).bind(bodies).execute(&mut *connection).await?;
    }
    Ok(outcomes)
}

/// The place and time of the record that follows. Log time never falls, whatever the machine's clock does.
fn after(head: LogHead, now_us: i64) -> LogHead {
    LogHead { seq: head.seq + 1, at_us: head.at_us.max(now_us) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{KeyRow, LoopRow};

    async fn with_a_loop(folder: &tempfile::TempDir) -> (Store, LoopId) {
        let store = Store::open(&format!("sqlite:{}", folder.path().join("a.db").display())).await.expect("opened");
        store.migrate().await.expect("the schema");
        let key = KeyRow { hash: [0; 32], last4: String::new(), created_at_us: 0 };
        let id: LoopId = "loop1".parse().expect("a good id");
        let row = LoopRow { id: id.clone(), name: String::new(), created_at_us: 0, salt: 0, keys: [key.clone(), key] };
        store.insert_loop(&row, &NewRecord { kind: 4, event_id: None, body: Vec::new() }).await.expect("a loop");
        (store, id)
    }

    fn large_record(id: &LoopId) -> Additions {
        let records = vec![NewRecord { kind: 3, event_id: None, body: vec![0; 1_000_000] }];
        Additions::from([(id.clone(), Addition { given: LogHead { seq: 1, at_us: 0 }, records })])
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
        assert_eq!(added[&id].outcomes, [Appended::New { seq: 2, at_us: 1 }]);
        assert!(added[&id].missed.is_empty());
    }

    #[tokio::test]
    async fn other_writes_than_appends_also_recover_from_a_full_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (store, id) = with_a_loop(&folder).await;
        sqlx::query("pragma max_page_count = 50").execute(writer(&store)).await.expect("limited");
        let snapshot = crate::store::SnapshotRow { seq: 1, at_us: 0, body: vec![0; 1_000_000] };
        let refused = store.save_snapshot(&id, &snapshot).await;
        assert!(matches!(refused, Err(StoreError::Full { .. })), "{refused:?}");

        sqlx::query("pragma max_page_count = 50000").execute(writer(&store)).await.expect("freed");
        store.save_snapshot(&id, &snapshot).await.expect("there is space again");
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
