//! The statements of an append to SQLite, and of an import. Reading and locking many rows at once, and writing them, is
//! where the databases have no common text: SQLite takes lists as JSON, PostgreSQL as arrays.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use sqlx::{Postgres, Sqlite, SqliteConnection, SqliteExecutor, Transaction};

use super::{LogHead, NewRecord, commit_log::Row};
use crate::terms::{EventId, LoopId};

/// A transaction that appends to logs.
pub(super) enum Appending<'c> {
    Sqlite(Transaction<'c, Sqlite>),
    Postgres(Transaction<'c, Postgres>),
}

/// A record with its place.
pub(super) struct NewRow<'a> {
    pub loop_id: &'a LoopId,
    pub place: LogHead,
    pub record: &'a NewRecord,
}

const SQLITE_HEADS: &str = "
    select loop.id, coalesce(newest.seq, 0), coalesce(newest.at_us, 0)
    from json_each($1) wanted
    cross join loop on loop.id = wanted.value and not loop.is_removed
    left join log_record newest on newest.loop_id = loop.id
        and newest.seq = (select max(seq) from log_record where loop_id = loop.id)";

// Two statements: what a statement sees is settled when it starts, which for the first is before it has its locks.
const POSTGRES_LOCK: &str = "select id from loop where id = any($1) and not is_removed order by id for no key update";
const POSTGRES_HEADS: &str = "
    select loop.id, coalesce(newest.seq, 0), coalesce(newest.at_us, 0)
    from loop left join lateral
        (select seq, at_us from log_record where loop_id = loop.id order by seq desc limit 1) newest on true
    where loop.id = any($1)";

const SQLITE_RANKED: &str = "
    select ranked.loop_id, ranked.event_id
    from json_each($1) wanted
    cross join log_record ranked on ranked.loop_id = wanted.value ->> 0 and ranked.event_id = wanted.value ->> 1
        and ranked.kind = 1";
// The limit makes it one look into the index for each event. Left the choice, PostgreSQL reads through all Ranks of a log
// of which it has no statistics yet.
const POSTGRES_RANKED: &str = "
    select wanted.loop_id, wanted.event_id
    from unnest($1::text[], $2::text[]) wanted (loop_id, event_id)
    cross join lateral (
        select 1 from log_record ranked
        where ranked.loop_id = wanted.loop_id and ranked.event_id = wanted.event_id and ranked.kind = 1 limit 1
    ) found";

const SQLITE_TOKENS: &str = "
    select lease.loop_id, lease.token
    from json_each($1) wanted cross join trainer_lease lease on lease.loop_id = wanted.value";

// JSON holds no bytes, so the bodies come as one long run of them, and each row says which part is its own.
// No part of nothing is null in SQLite, hence the coalesce.
const SQLITE_INSERT: &str = "
    insert into log_record (loop_id, seq, at_us, kind, event_id, body)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
        coalesce(substr($2, value ->> 5, value ->> 6), x'')
    from json_each($1)";
/// How many rows a statement takes that has each as values of its own; each of these until the rows left are fewer. So a row
/// costs a third less than in a list (measured), but such a text is for one number of rows.
const N_VALUES: [usize; 3] = [N_VALUES_MOST, 8, 1];
const N_VALUES_MOST: usize = 64;
static SQLITE_INSERT_VALUES: LazyLock<[String; N_VALUES.len()]> = LazyLock::new(|| {
    N_VALUES.map(|n_rows| {
        let rows = vec!["(?, ?, ?, ?, ?, ?)"; n_rows].join(", ");
        format!("insert into log_record (loop_id, seq, at_us, kind, event_id, body) values {rows}")
    })
});
const SQLITE_LOOPS: &str = "select id from loop where not is_removed";
const POSTGRES_INSERT: &str = "
    insert into log_record (loop_id, seq, at_us, kind, event_id, body)
    select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::smallint[], $5::text[], $6::bytea[])";

/// By loop, the events that were ranked.
pub(super) type Ranked = HashMap<String, HashSet<String>>;

impl Appending<'_> {
    /// Where each log ends. Loops that are gone are missing. Until the commit nobody else appends to these logs.
    pub(super) async fn lock_and_read_heads(&mut self, ids: &[&str]) -> Result<HashMap<String, LogHead>, sqlx::Error> {
        match self {
            // SQLite's lock is the transaction itself.
            Self::Sqlite(transaction) => heads_in_sqlite(&mut **transaction, ids).await,
            Self::Postgres(transaction) => {
                let locked: Vec<String> =
                    sqlx::query_scalar(POSTGRES_LOCK).bind(ids).fetch_all(&mut **transaction).await?;
                sqlx::query_as(POSTGRES_HEADS).bind(locked).fetch_all(&mut **transaction).await.map(by_loop)
            }
        }
    }

    /// Which of these events (loop, event) were ranked before.
    pub(super) async fn find_ranked(&mut self, events: &[(&str, &str)]) -> Result<Ranked, sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => ranked_in_sqlite(&mut **transaction, events).await,
            Self::Postgres(transaction) => {
                let (ids, event_ids): (Vec<&str>, Vec<&str>) = events.iter().copied().unzip();
                let found = sqlx::query_as(POSTGRES_RANKED).bind(ids).bind(event_ids);
                found.fetch_all(&mut **transaction).await.map(events_by_loop)
            }
        }
    }

    pub(super) async fn insert(&mut self, rows: &[NewRow<'_>]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => insert_into_sqlite(transaction, rows).await,
            Self::Postgres(transaction) => insert_into_postgres(transaction, rows).await,
        }
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
    }
}

/// Where each log ends. Loops that are gone are missing.
pub(super) async fn heads_in_sqlite(
    executor: impl SqliteExecutor<'_>,
    ids: &[&str],
) -> Result<HashMap<String, LogHead>, sqlx::Error> {
    sqlx::query_as(SQLITE_HEADS).bind(json(ids)).fetch_all(executor).await.map(by_loop)
}

/// Which of these events (loop, event) were ranked before.
pub(super) async fn ranked_in_sqlite(
    executor: impl SqliteExecutor<'_>,
    events: &[(&str, &str)],
) -> Result<Ranked, sqlx::Error> {
    sqlx::query_as(SQLITE_RANKED).bind(json(events)).fetch_all(executor).await.map(events_by_loop)
}

/// The newest token of each loop's lease.
pub(super) async fn tokens_in_sqlite(
    executor: impl SqliteExecutor<'_>,
    ids: &[&str],
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let found: Vec<(String, i64)> = sqlx::query_as(SQLITE_TOKENS).bind(json(ids)).fetch_all(executor).await?;
    Ok(found.into_iter().collect())
}

fn by_loop(heads: Vec<(String, i64, i64)>) -> HashMap<String, LogHead> {
    heads.into_iter().map(|(id, seq, at_us)| (id, LogHead { seq, at_us })).collect()
}

fn events_by_loop(events: Vec<(String, String)>) -> Ranked {
    let mut by_loop = Ranked::new();
    for (id, event_id) in events {
        by_loop.entry(id).or_default().insert(event_id);
    }
    by_loop
}

/// Writes the rows in one statement, within a transaction or as one of its own.
pub(super) async fn insert_into_sqlite(
    connection: &mut SqliteConnection,
    rows: &[NewRow<'_>],
) -> Result<(), sqlx::Error> {
    let mut bodies = Vec::new();
    let mut listed = Vec::with_capacity(rows.len());
    for NewRow { loop_id, place, record } in rows {
        let (event_id, body) = (record.event_id.as_ref().map(EventId::as_str), record.stored());
        // SQL counts from one.
        listed.push((loop_id.as_str(), place.seq, place.at_us, record.kind, event_id, bodies.len() + 1, body.len()));
        bodies.extend_from_slice(&body);
    }
    sqlx::query(SQLITE_INSERT).bind(json(&listed)).bind(bodies).execute(connection).await.map(drop)
}

/// Writes rows of the commit log. They may belong to a loop that was removed meanwhile, and then are left out.
pub(super) async fn insert_settled(
    transaction: &mut Transaction<'_, Sqlite>,
    rows: impl Iterator<Item = Row<'_>>,
) -> Result<(), sqlx::Error> {
    let loops: Vec<String> = sqlx::query_scalar(SQLITE_LOOPS).fetch_all(&mut **transaction).await?;
    let loops: HashSet<String> = loops.into_iter().collect();
    let mut some = Vec::with_capacity(N_VALUES_MOST);
    for row in rows {
        if loops.contains(row.loop_id) {
            some.push(row);
        }
        if some.len() == N_VALUES_MOST {
            insert_values(transaction, &some).await?;
            some.clear();
        }
    }
    insert_values(transaction, &some).await
}

async fn insert_values(transaction: &mut Transaction<'_, Sqlite>, rows: &[Row<'_>]) -> Result<(), sqlx::Error> {
    let mut left = rows;
    for (n_rows, sql) in N_VALUES.into_iter().zip(SQLITE_INSERT_VALUES.iter()) {
        while let Some((these, others)) = left.split_at_checked(n_rows) {
            let mut insert = sqlx::query(sql.as_str());
            for Row { loop_id, place, kind, event_id, body } in these {
                insert = insert.bind(loop_id).bind(place.seq).bind(place.at_us).bind(kind).bind(event_id).bind(body);
            }
            insert.execute(&mut **transaction).await?;
            left = others;
        }
    }
    Ok(())
}

async fn insert_into_postgres(
    transaction: &mut Transaction<'_, Postgres>,
    rows: &[NewRow<'_>],
) -> Result<(), sqlx::Error> {
    let bodies: Vec<_> = rows.iter().map(|row| row.record.stored()).collect();
    sqlx::query(POSTGRES_INSERT)
        .bind(rows.iter().map(|row| row.loop_id.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.place.seq).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.place.at_us).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.record.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.record.event_id.as_ref().map(EventId::as_str)).collect::<Vec<_>>())
        .bind(bodies.iter().map(AsRef::as_ref).collect::<Vec<&[u8]>>())
        .execute(&mut **transaction)
        .await
        .map(drop)
}

/// A list as SQLite takes it.
fn json<T: serde::Serialize + ?Sized>(list: &T) -> String {
    serde_json::to_string(list).expect("lists of texts and whole numbers always become JSON")
}
